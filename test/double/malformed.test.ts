// Whatever a client sends, it gets an answer of the provider. FC_SEED=… repeats a run.
import { randomInt } from 'node:crypto'
import { connect } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contracts } from '../../contracts/index.ts'
import type { Operation } from '../../src/contract/index.ts'
import { dmsAccount, qfpayPayment } from '../harness/clients.ts'
import { type Answer, type OpenDoor, openHttp } from '../harness/doors.ts'
import { openInProcess } from '../harness/in-process.ts'
import { type MalformedProvider, malformedRequests, validRequest } from '../harness/malformed.ts'

const seed = Number(process.env.FC_SEED ?? randomInt(2 ** 31))
console.info(`malformed requests: FC_SEED=${seed}`)

const inProcessRuns = 10_000
const httpRuns = 300

const targets = [
  { provider: 'vvtool', codeField: 'code', seen: ['0', '100', '401'] },
  {
    provider: 'its500',
    codeField: 'code',
    seen: ['10001', '10002', '10003', '10005'],
  },
  { provider: 'dms', codeField: 'errCode', seen: ['1000', '1001', '1002', '1003'] },
  { provider: 'qfpay', codeField: 'respcd', seen: ['0000', '1103', '1104', '1108'] },
] as const

type Target = (typeof targets)[number]

const ownPrototype = Object.getOwnPropertyNames(Object.prototype)

/** Fails unless the answer is one of the contract's own; gives its code. */
function judge({ provider, codeField }: Target, answer: Answer): string {
  expect(answer.status).toBeLessThan(500)
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(ownPrototype)
  const body = answer.json()
  const code = String(body[codeField])
  const { operations, refusal, errors } = contractOf(provider)
  const rows = Object.values(errors).filter(row => row.code === code)
  const [operation] = Object.values(operations)
  if (rows.some(row => row.outcome === 'success')) operation?.response.parse(body)
  else {
    expect(rows, `${code} is no code of ${provider}`).not.toEqual([])
    refusal.parse(body)
  }
  return code
}

function contractOf(provider: MalformedProvider) {
  const contract = contracts.find(({ id }) => id === provider)
  if (!contract) throw new Error(`no contract ${provider}`)
  return contract
}

/** Sends many malformed requests; gives how often each code answered. */
async function sendMalformed(
  door: OpenDoor,
  target: Target,
  { runs, longest }: { runs: number; longest: number },
): Promise<Map<string, number>> {
  const codes = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(malformedRequests(target.provider, longest), async request => {
      const code = judge(target, await door.send(target.provider, request))
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }),
    { seed, numRuns: runs },
  )
  return codes
}

test.each(targets)(
  `${inProcessRuns} malformed requests to $provider get answers of its contract`,
  async target => {
    const codes = await sendMalformed(openInProcess(), target, { runs: inProcessRuns, longest: 30_000 })
    // Otherwise the requests would all be stopped at the door.
    expect([...codes.keys()]).toEqual(expect.arrayContaining([...target.seen]))
    expect(codes.get(target.seen[0])).toBeGreaterThan(inProcessRuns / 20)
  },
)

test.each(targets)(
  `${httpRuns} malformed requests to $provider through a socket get answers of its contract`,
  async target => {
    // Node itself refuses heads of more than 16 KiB.
    const longest = target.provider === 'vvtool' ? 300 : 30_000
    await sendMalformed(await openHttp(), target, { runs: httpRuns, longest })
  },
)

const furtherRuns = 1000
const codeFields = { vvtool: 'code', its500: 'code', dms: 'errCode', qfpay: 'respcd' } as const

test.each([
  ['vvtool', 'merchantOrderDetail', ['0', '100', '401']],
  ['vvtool', 'token', ['0', '100', '401']],
  ['its500', 'onlinePayFindResult', ['10004', '10005']],
  ['its500', 'randomCode', ['10001', '10004', '10005']],
  ['dms', 'getOrderDetail', ['1006', '1001', '1002', '1003']],
  ['dms', 'bizUser', ['1000', '1001', '1003']],
  ['qfpay', 'query', ['0000', '1103', '1104', '1108']],
  ['qfpay', 'refund', ['1268', '1103', '1104', '1108']],
  ['qfpay', 'close', ['1268', '1103', '1104', '1108']],
] as const)(
  `${furtherRuns} malformed requests to %s %s get answers of its contract`,
  async (provider, operation, expected) => {
    const door = openInProcess()
    const { operations, refusal, errors } = contractOf(provider)
    const codes = new Set<string>()
    await fc.assert(
      fc.asyncProperty(
        malformedRequests(`${provider} ${operation}` as MalformedProvider, 30_000),
        async sent => {
          const answer = await door.send(provider, sent)
          expect(answer.status).toBeLessThan(500)
          const body = answer.json()
          const code = String(body[codeFields[provider]])
          const { response } = (operations as Record<string, Operation>)[operation] as Operation
          const isKnown = response.safeParse(body).success || refusal.safeParse(body).success
          expect([isKnown, Object.values(errors).map(row => row.code)]).toEqual([
            true,
            expect.arrayContaining([code]),
          ])
          codes.add(code)
        },
      ),
      { seed, numRuns: furtherRuns },
    )
    expect([...codes]).toEqual(expect.arrayContaining([...expected]))
  },
)

/** Writes bytes into a socket, ends it, and gives what comes back. */
function exchangeBytes(port: number, bytes: Uint8Array): Promise<string> {
  return new Promise(resolve => {
    const chunks: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes))
    socket.on('data', chunk => chunks.push(chunk))
    // A reset is an answer as well.
    socket.on('error', () => {})
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')))
  })
}

const head = 'POST /trade/v1/payment HTTP/1.1\r\nhost: a\r\n'

test.each([
  ['a body that ends before its length', `${head}content-length: 100\r\n\r\ntxamt=1`],
  ['a head that ends before its end', head],
  ['a chunk without its length', `${head}transfer-encoding: chunked\r\n\r\nzz\r\n`],
  ['a chunk that ends before its length', `${head}transfer-encoding: chunked\r\n\r\nff\r\nabc`],
  ['a negative length', `${head}content-length: -1\r\n\r\n`],
  ['two lengths', `${head}content-length: 1\r\ncontent-length: 2\r\n\r\nab`],
  ['a NUL in a header', `${head}x-qf-sign: a\u0000b\r\n\r\n`],
  ['another protocol', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000'],
  ['no protocol', 'hello\r\n\r\n'],
])('%s breaks nothing', async (_, text) => {
  const door = await openHttp()
  const reply = await exchangeBytes(Number(new URL(door.urlOf('')).port), Buffer.from(text, 'latin1'))
  expect(reply).toMatch(/^$|^HTTP\/1\.1 4\d\d /)
  expect((await qfpayPayment(door)).json()).toMatchObject({ respcd: '0000' })
})

test('bytes that are no request break nothing', async () => {
  const door = await openHttp()
  const port = Number(new URL(door.urlOf('')).port)
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async bytes => {
      expect(await exchangeBytes(port, bytes)).toMatch(/^$|^HTTP\/1\.1 4\d\d /)
    }),
    { seed, numRuns: httpRuns },
  )
  expect((await qfpayPayment(door)).json()).toMatchObject({ respcd: '0000' })
})

/** What answers a payment to dms whose body is this JSON; the fields that it needs are put first. */
async function dmsCode(further: string): Promise<unknown> {
  const { payerId, receiverId } = dmsAccount
  const needed = `"bz_order":"a","amount":1,"pay_way":"SCAN_WEIXIN","payer_id":"${payerId}","reciever_id":"${receiverId}"`
  const answer = await openInProcess().send('dms', {
    method: 'POST',
    path: '/dms/cash-out/payment',
    headers: { 'content-type': 'application/json' },
    body: `{${needed},${further}}`,
  })
  return answer.json().errCode
}

test.each([
  ['a NUL in a value', '"x":"a\\u0000b"'],
  ['a NUL in a name', '"a\\u0000b":1'],
  ['half a character in a value', '"x":["\\ud800"]'],
  ['half a character in a name', '"x":{"\\udc00":1}'],
  ['513 levels', `"x":${'['.repeat(512)}${']'.repeat(512)}`],
  ['10,001 parts', `"x":[${'1,'.repeat(9994)}1]`],
  ['a million levels', `"x":${'['.repeat(500_000)}${']'.repeat(500_000)}`],
])('JSON with %s is malformed', async (_, further) => {
  expect(await dmsCode(further)).toBe(1001)
})

test.each([
  ['10,000 parts', `"x":[${'1,'.repeat(9993)}1]`],
  ['512 levels', `"x":${'['.repeat(511)}${']'.repeat(511)}`],
  ['a field that is named like a prototype', '"__proto__":{"payer_id":"x"},"constructor":{"prototype":1}'],
])('JSON with %s is read', async (_, further) => {
  expect(await dmsCode(further)).toBe(1000)
})

test.each([
  ['a field', '"amount":2,"amount":1'],
  ['a field that is also written with an escape', '"am\\u006funt":2,"amount":1'],
])('JSON with %s that comes twice is malformed', async (_, further) => {
  expect(await dmsCode(further)).toBe(1001)
})

test('JSON with one name at two depths is read', async () => {
  expect(await dmsCode('"x":{"amount":1,"y":"\\",\\"amount\\":"}')).toBe(1000)
})

const names = (count: number) =>
  Array.from({ length: count }, (_, n) => [n.toString(36).padStart(4, '0'), ''] as const)

test('a form of 1000 parameters is read, and one of 1001 is malformed', async () => {
  const door = openInProcess()
  const needed = new URLSearchParams(String(validRequest('its500').body)).size
  const send = async (count: number) => {
    const answer = await door.send('its500', validRequest('its500', names(count - needed)))
    return answer.json().code
  }
  expect(await send(1000)).toBe('10001')
  expect(await send(1001)).toBe('10003')
})

test('a form with parameters that are named like a prototype is read', async () => {
  const hostile = ['__proto__', 'constructor', 'toString', 'then'].map(name => [name, 'x'] as const)
  const answer = await openInProcess().send('its500', validRequest('its500', hostile))
  expect(answer.json()).toMatchObject({ code: '10001' })
})

test('of many unknown fields the first hundred are noted', async () => {
  const door = openInProcess()
  await door.send('its500', validRequest('its500', names(500)))
  const { findings = [] } = door.double.journal.list({}).items[0] ?? {}
  expect(findings.filter(({ kind }) => kind === 'unknownField')).toHaveLength(100)
})

test.each(targets)('almost a megabyte of parameters to $provider is answered', async target => {
  judge(target, await openInProcess().send(target.provider, validRequest(target.provider, names(150_000))))
})
