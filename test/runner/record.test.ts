// What a live run writes down: valid HAR, with nothing secret in it.
import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { expect, test } from 'vitest'
import { contracts } from '../../contracts/index.ts'
import {
  type CapturedExchange,
  createCheck,
  createMask,
  createRecorder,
  maskExchange,
  readCapture,
  secretsOf,
} from '../../src/runner/index.ts'
import { describeDoors } from '../harness/doors.ts'
import { accountOf, runLive } from '../harness/live.ts'

interface Har {
  readonly log: {
    readonly version: string
    readonly comment?: string
    readonly _paydouble: { readonly masked: boolean }
    readonly entries: readonly {
      readonly startedDateTime: string
      readonly comment?: string
      readonly _paydouble: { provider: string; operation: string; masked: string[] }
      readonly request: { url: string; method: string; headers: Pair[]; postData?: { text: string } }
      readonly response: { status: number; content: { text: string } }
    }[]
  }
}
type Pair = { readonly name: string; readonly value: string }

const schema = JSON.parse(
  readFileSync(new URL('../harness/har-1.2.schema.json', import.meta.url), 'utf8'),
) as object
const validate = addFormats.default(new Ajv({ allErrors: true, strict: false })).compile(schema)

function harProblems(har: unknown): unknown {
  return validate(har) ? [] : validate.errors
}

const mask = createMask(contracts, ['SECRET0KEY0SECRET0KEY'])
const place = { source: 'test', unit: 'case', number: 1 } as const
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const json = { 'content-type': 'application/json' }

const exchange = (request: Partial<CapturedExchange['request']>, body = '{}'): CapturedExchange => ({
  request: { method: 'POST', url: 'http://127.0.0.1/x', headers: form, body: '', ...request },
  response: { status: 200, headers: json, body },
  at: Date.UTC(2026, 0, 1, 1, 2, 3),
  durationMs: 12,
  place,
})

describeDoors('record', open => {
  test.each(['qfpay', 'its500', 'vvtool', 'dms'])(
    'a recording of %s is valid HAR, without secrets',
    async id => {
      const door = await open({ deliver: async () => ({ status: 200, body: '' }) })
      const account = await accountOf(door, id)
      const secrets = secretsOf(contracts, [account])
      const recorder = createRecorder({
        mask: createMask(contracts, secrets),
        version: '1.2.3',
        comment: 'a test',
      })
      const report = await runLive(door, id, {
        cost: 'unpaid',
        onExchange: (each, name) => recorder.add(each, name),
      })
      const text = recorder.toHar()
      const har = JSON.parse(text) as Har
      expect(harProblems(har)).toEqual([])
      expect(har.log).toMatchObject({ version: '1.2', creator: { name: 'paydouble', version: '1.2.3' } })
      expect(har.log.entries.map(({ comment }) => comment)).toEqual(report.cases?.map(({ name }) => name))
      for (const secret of secrets) expect(text).not.toContain(secret)
      // A token that was issued meanwhile is no less secret than those that were known.
      for (const token of text.match(/"access_token[^,}]*/g) ?? []) expect(token).toContain('…')
      expect(har.log.entries[0]?._paydouble).toMatchObject({ provider: id })
    },
  )
})

test('what is not masked stands as it was sent, so that its signature can be checked', async () => {
  const recorder = createRecorder({ mask, version: '0' })
  const body =
    '{"resperr": "\\u7b7e", "respcd": "1108",  "n": 12345678901234567890, "list": [1.0, true, null]}'
  const request = { body: 'txamt=200&goods_name=%E6%B5%8B+x&empty=&out_trade_no=pd1' }
  recorder.add(exchange(request, body), 'wrongKey')
  const { log } = JSON.parse(recorder.toHar()) as Har
  const [entry] = log.entries
  expect(log._paydouble).toEqual({ masked: false })
  expect(entry?._paydouble.masked).toEqual([])
  expect(entry?.request.postData?.text).toBe(request.body)
  expect(entry?.response.content.text).toBe(body)
  expect(entry?.startedDateTime).toBe('2026-01-01T01:02:03.000Z')
})

test('secrets and persons are masked by name and by value, wherever they stand', () => {
  const recorder = createRecorder({ mask, version: '0', comment: 'with SECRET0KEY0SECRET0KEY' })
  recorder.add(
    exchange(
      {
        url: 'http://127.0.0.1/x?access_token=abcdefghij&order=1&phone=13812345678',
        headers: { ...form, authorization: 'Bearer abcdefghijklmnop', 'payment-secret': 'fedcba9876543210' },
        body: `extend_info=${encodeURIComponent('{"user_creid":"430067798868676871","user_truename":"\\u5c0f\\u660e"}')}&a=SECRET0KEY0SECRET0KEY&txamt=200`,
      },
      '{"data": [{"user_truename": "\\u5c0f\\u660e", "note": "call 13912345678"}], "mobile": [{"a": 1}, 13712345678, "landline 7"], "inner": "{\\"client_secret\\":\\"xyz123\\"}", "txamt": 200}',
    ),
  )
  const text = recorder.toHar()
  const { log } = JSON.parse(text) as Har
  for (const hidden of [
    'abcdefghij',
    '13812345678',
    '13912345678',
    '13712345678',
    'landline',
    'fedcba9876543210',
    '430067798868676871',
    'u5c0f',
    '%5Cu5c0f',
    'SECRET0KEY0SECRET0KEY',
    'xyz123',
  ])
    expect(text).not.toContain(hidden)
  expect(harProblems(JSON.parse(text))).toEqual([])
  expect(log._paydouble).toEqual({ masked: true })
  expect(log.entries[0]?._paydouble.masked).toEqual(['request', 'response'])
  expect(log.entries[0]?.request.url).toContain('order=1')
  expect(log.entries[0]?.request.postData?.text).toMatch(/&txamt=200$/)
  expect(JSON.parse(log.entries[0]?.response.content.text ?? '')).toMatchObject({ txamt: 200 })
})

test('multipart fields are masked by their names, and broken JSON all the same', () => {
  const boundary = 'multipart/form-data; boundary=b'
  const body =
    '--b\r\nContent-Disposition: form-data; name="client_secret"\r\n\r\nhidden1\r\n--b\r\nContent-Disposition: form-data; name="scope"\r\n\r\nshow\r\n--b--\r\n'
  const sent = exchange({ headers: { 'content-type': boundary }, body }, '{"client_secret": "hidden2", "x": ')
  const { exchange: shown, masked } = maskExchange(sent, mask)
  expect(masked).toEqual(['request', 'response'])
  expect(shown.request.body).toBe(body.replace('hidden1', '…'))
  expect(shown.response?.body).toBe('{"client_secret": "…", "x": ')
})

test('bytes that are no UTF-8 count as changed, and a missing answer has the status 0', () => {
  const recorder = createRecorder({ mask, version: '0' })
  recorder.add({ ...exchange({ body: Uint8Array.of(0x61, 0x3d, 0xb2, 0xe2) }), response: undefined })
  const har = JSON.parse(recorder.toHar()) as Har
  expect(harProblems(har)).toEqual([])
  expect(har.log.entries[0]?._paydouble.masked).toEqual(['request'])
  expect(har.log.entries[0]?.response.status).toBe(0)
})

test('a HAR that lacks something is not valid', () => {
  const recorder = createRecorder({ mask, version: '0' })
  recorder.add(exchange({}))
  const har = JSON.parse(recorder.toHar()) as { log: { entries: { response: Record<string, unknown> }[] } }
  delete har.log.entries[0]?.response.content
  expect(harProblems(har)).not.toEqual([])
})

describeDoors('a recording', open => {
  test.each(['qfpay', 'its500', 'vvtool', 'dms'])(
    'of %s is read back, and only what was masked is not checked',
    async provider => {
      const door = await open({ deliver: async () => ({ status: 200, body: 'SUCCESS' }) })
      const account = await accountOf(door, provider)
      const recorder = createRecorder({
        mask: createMask(contracts, secretsOf(contracts, [account])),
        version: '0',
      })
      await runLive(door, provider, {
        cost: 'unpaid',
        onExchange: (exchange, name) => recorder.add(exchange, name),
      })
      const check = createCheck({ contracts, accounts: [account], requests: false })
      const bytes = (async function* () {
        yield Buffer.from(recorder.toHar())
      })()
      for await (const items of readCapture(bytes, { source: 'out.har' })) check.take(items)
      const { findings, exchanges, unmatched } = check.end({ title: 'it', version: '0' })
      expect(findings).toEqual([])
      expect(unmatched.count).toBe(0)
      expect(exchanges).toBeGreaterThan(10)
    },
  )
})

test('a callback, and an answer whose body was not captured, are read back as what they were', async () => {
  const mask = createMask(contracts, [])
  const recorder = createRecorder({ mask, version: '0' })
  const place = { source: 'proxy', unit: 'call', number: 1 } as const
  const request = { method: 'POST', url: 'http://127.0.0.1/paid', headers: {}, body: '{}' }
  const response = { status: 200, headers: { 'content-type': 'application/json' }, body: undefined }
  recorder.add({ place, request, response, about: { provider: 'qfpay', isCallback: true } })
  const items = []
  async function* bytes() {
    yield Buffer.from(recorder.toHar())
  }
  for await (const batch of readCapture(bytes(), { source: 'a.har' })) items.push(...batch)
  expect(items).toMatchObject([
    { about: { provider: 'qfpay', isCallback: true }, response: { body: undefined } },
  ])
})
