// What came of a call, by the code of its answer and by its fields; and what counts as an acknowledgement.
import { expect, test } from 'vitest'
import { contracts } from '../../contracts/index.ts'
import type { Contract } from '../../src/contract/index.ts'
import { type CapturedExchange, type CheckAccount, createCheck } from '../../src/runner/index.ts'
import { qfpayAccount } from '../harness/clients.ts'

const all: readonly Contract[] = contracts
const place = { source: 'made', unit: 'line', number: 1 } as const

function answered(
  name: string,
  body: unknown,
  { status = 200, settings }: { status?: number; settings?: CheckAccount['settings'] } = {},
): { outcome: string | undefined; kinds: string[]; rows: readonly string[] | undefined } {
  const [id = '', operation = ''] = name.split('.')
  const credentials = id === 'qfpay' ? qfpayAccount : { payerId: 'p', accessToken: 't', appKey: 'k' }
  const account = { provider: id, id: 'own', credentials, ...(settings && { settings }) }
  const check = createCheck({ contracts, accounts: [account], requests: false })
  const own = all.find(contract => contract.id === id)
  const type = own?.wire.encode({}, undefined).headers['content-type'] ?? ''
  const isForm = own?.operations[operation]?.methods[0] === 'POST'
  const { outcome, findings, rows } = check.judge({
    request: {
      method: own?.operations[operation]?.methods[0] ?? '',
      url: `/${operation}?payer_id=p`,
      headers: {
        authorization: 'Bearer t',
        'content-type': isForm ? 'application/x-www-form-urlencoded' : '',
      },
      body: isForm ? 'payer_id=p' : '',
    },
    response: { status, headers: { 'content-type': type }, body: JSON.stringify(body) },
    place,
    about: { provider: id, operation },
  })
  return {
    outcome,
    rows,
    kinds: findings.map(({ kind }) => kind).filter(kind => kind !== 'missingSignature'),
  }
}

const example = (id: string, operation: string) =>
  ({ ...all.find(contract => contract.id === id)?.operations[operation]?.examples[0]?.response }) as Record<
    string,
    unknown
  >
const vv = { code: 0, msg: '成功', msec: 1, time: 1, data: '' }

test.each([
  ['qfpay.payment', example('qfpay', 'payment'), 'answered', []],
  ['qfpay.payment', { respcd: '1104', resperr: 'x', respmsg: '' }, 'refused', []],
  ['qfpay.payment', { respcd: '1143', resperr: 'x', respmsg: '' }, 'refused', []],
  ['qfpay.query', { respcd: '1145', resperr: 'x', respmsg: '' }, 'refused', []],
  ['qfpay.refund', { ...example('qfpay', 'refund'), respcd: '1143' }, 'answered', []],
  ['qfpay.refund', { respcd: '1143', resperr: 'x', respmsg: '' }, 'refused', []],
  [
    'qfpay.refund',
    { ...example('qfpay', 'refund'), respcd: '1155' },
    'refused',
    expect.arrayContaining(['unknownField']),
  ],
  ['qfpay.payment', { ...example('qfpay', 'payment'), respcd: '7777' }, 'answered', ['undocumentedCode']],
  ['qfpay.payment', { respcd: '7777', resperr: 'x', respmsg: '' }, 'refused', ['undocumentedCode']],
  ['its500.onlinePayFindResult', { msg: 'x', code: '10001', state: '0' }, 'answered', []],
  ['its500.onlinePayFindResult', { msg: 'x', code: '10002' }, 'refused', []],
  ['its500.onlinePayFindResult', { msg: 'x', code: '10002', state: '0' }, 'refused', ['unknownField']],
  ['vvtool.merchantOrderDetail', example('vvtool', 'merchantOrderDetail'), 'answered', []],
  ['vvtool.merchantOrderDetail', { ...vv, msg: '订单不存在' }, 'refused', []],
  ['vvtool.paymentQrCode', { ...vv, code: 401 }, 'refused', []],
  ['vvtool.paymentQrCode', { ...vv, code: 401, data: null }, 'refused', ['unexpectedNull']],
  ['vvtool.paymentQrCode', { ...vv, data: {} }, 'answered', expect.arrayContaining(['missingField'])],
  ['vvtool.paymentQrCode', { ...vv, code: 401, data: [] }, 'refused', ['typeChanged']],
  ['dms.payment', { errCode: 1005, errMsg: 'x', data: [] }, 'refused', []],
])('%s %j is %s', (name, body, outcome, kinds) => {
  expect(answered(name, body)).toMatchObject({ outcome, kinds })
})

test('a row of the error table may have a status of its own, beside that of others with its code', () => {
  const busy = { respcd: '1296', resperr: 'x', respmsg: '' }
  for (const status of [200, 429]) expect(answered('qfpay.query', busy, { status }).kinds).toEqual([])
  expect(answered('qfpay.query', busy, { status: 503 }).kinds).toEqual(['undocumentedStatus'])
})

test('what an account has chosen for refusals is no deviation', () => {
  const refusal = { errCode: 4711, errMsg: 'x', data: [] }
  expect(answered('dms.getOrderDetail', refusal).kinds).toEqual(['undocumentedCode'])
  const settings = { errorCodes: { orderUnknown: '4711' }, refusalStatus: 400 }
  expect(answered('dms.getOrderDetail', refusal, { settings, status: 400 })).toEqual({
    outcome: 'refused',
    kinds: [],
    rows: ['orderUnknown'],
  })
})

function acknowledged(
  response: CapturedExchange['response'],
  settings: readonly CheckAccount['settings'][] = [{}],
): string[] {
  const check = createCheck({
    contracts,
    accounts: settings.map((each, i) => ({
      provider: 'its500',
      id: `a${i}`,
      credentials: { appKey: `k${i}` },
      ...(each && { settings: each }),
    })),
  })
  const body = JSON.stringify(all.find(({ id }) => id === 'its500')?.callbacks.paid?.example)
  const request = { method: 'POST', url: '/cb', headers: { 'content-type': 'application/json' }, body }
  check.judge({ request, response, place })
  check.judge({ request, response, place })
  return check.end({ title: '', version: '' }).findings.map(({ kind, count }) => `${kind} ${count}`)
}

test('a callback is acknowledged if it is for one of the accounts, as each of them has it', () => {
  const ok = { status: 200, headers: {}, body: 'ok' }
  expect(acknowledged(ok)).toEqual(['extraCallback 1'])
  expect(acknowledged(ok, [{ acknowledgeText: 'success' }])).toEqual(['notAcknowledged 2'])
  expect(acknowledged(ok, [{ acknowledgeText: 'success' }, { acknowledgeText: 'ok' }])).toEqual([
    'extraCallback 1',
  ])
})

test('nobody knows what came of a callback whose answer was not captured', () => {
  expect(acknowledged(undefined)).toEqual([])
  expect(
    acknowledged({ status: 200, headers: {}, body: undefined }, [{ acknowledgeText: 'success' }]),
  ).toEqual([])
  expect(acknowledged({ status: 500, headers: {}, body: undefined })).toEqual([])
})

test('names and values of fields that hold a secret are masked wherever they are shown', () => {
  const secret = 'SECRET0123456789SECRET'
  const check = createCheck({
    contracts,
    accounts: [{ provider: 'qfpay', id: 'a', credentials: { ...qfpayAccount, clientKey: secret } }],
  })
  const body = JSON.stringify({ respcd: '0000', [`x-${secret}`]: `${'a'.repeat(70)}${secret}` })
  const { findings } = check.judge({
    request: { method: 'GET', url: '/trade/v1/query', headers: {}, body: '' },
    response: { status: 200, headers: { 'content-type': 'application/json' }, body },
    place,
  })
  expect(findings.find(({ kind }) => kind === 'unknownField')).toMatchObject({
    pointer: '/x-SECR…CRET',
    message: 'The contract knows no field "x-SECR…CRET".',
    received: `"${'a'.repeat(70)}SECR…CRE…`.slice(0, 79).concat('…'),
  })
  expect(JSON.stringify(findings)).not.toContain('SECRET')
})
