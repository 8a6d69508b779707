import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { qfpay } from '../../contracts/index.ts'
import { explainSignature, toAutopsyText } from '../../src/signature/index.ts'
import { mistakes } from '../../src/signature/mistakes/index.ts'
import { mostTries } from '../../src/signature/search.ts'
import {
  bodyAutopsy,
  bodySignatures,
  canonical,
  demo,
  entries,
  join,
  key,
  live,
  md5,
  named,
  notification,
  otherKey,
  type Params,
  requestAutopsy,
  requestSignatures,
  sorted,
  vector,
} from './signer.ts'

const { params: minimal } = vector('minimal')
const { params: withEmpty } = vector('empty value kept')

test.each(requestSignatures)(
  '$name: the vector matches, in either case',
  ({ params, signature, ...each }) => {
    const headers = each.algorithm === 'sha256' ? { 'x-qf-signtype': 'SHA256' } : {}
    const autopsy = requestAutopsy(params, signature, { headers })
    expect(autopsy).toMatchObject({
      verdict: 'matches',
      canonical: each.canonical.slice(0, -key.length),
      signed: `${each.canonical.slice(0, -key.length)}TEST…0000`,
      expected: signature,
      received: signature,
      causes: [],
      firstDifference: null,
      next: [],
    })
    expect(requestAutopsy(params, signature.toLowerCase(), { headers }).verdict).toBe('matches')
  },
)

test.each(bodySignatures)('a body of the vectors matches', ({ body, signature }) => {
  expect(bodyAutopsy(body, signature)).toMatchObject({ verdict: 'matches', canonical: body, causes: [] })
  expect(bodyAutopsy(body, signature, { direction: 'response' })).toMatchObject({ verdict: 'matches' })
  expect(bodyAutopsy(`${body} `, signature).verdict).toBe('mismatch')
  expect(bodyAutopsy(body, signature, { computed: signature }).computedVerdict).toBe('matches')
})

test('a signature that nothing explains is said to be so, with what to check next', () => {
  const autopsy = requestAutopsy(minimal, md5('something else'))
  expect(autopsy).toMatchObject({
    verdict: 'mismatch',
    causes: [],
    complete: true,
    firstDifference: { in: 'signature' },
  })
  expect(autopsy.tried).toBeGreaterThan(1000)
  expect(autopsy.next[0]).toContain(`${autopsy.tried} ways of signing were tried`)
  expect(autopsy.next.join('\n')).toMatch(/the one expected here is TEST…0000, of 32 characters/)
})

test('a signature that is no hash is not searched', () => {
  const autopsy = requestAutopsy(minimal, 'sign-me')
  expect(autopsy).toMatchObject({ verdict: 'mismatch', causes: [], tried: 0 })
  expect(autopsy.next[0]).toMatch(/7 characters and is no MD5 or SHA hash/)
})

test('a missing signature is told from a wrong one', () => {
  expect(requestAutopsy(minimal, '')).toMatchObject({
    verdict: 'missing',
    received: null,
    expected: vector('minimal').signature,
    tried: 0,
    next: [expect.stringContaining('X-QF-SIGN is missing or empty')],
  })
})

test('dropped empties are right where the account accepts both', () => {
  const { udid: _, ...filled } = withEmpty
  const account = { ...demo, settings: { emptyParams: 'either' } }
  expect(requestAutopsy(withEmpty, md5(canonical(filled) + key), { account }).verdict).toBe('matches')
  expect(requestAutopsy(withEmpty, vector('empty value kept').signature, { account }).verdict).toBe('matches')
  const unsorted = md5(join(entries(filled)) + key)
  expect(named(requestAutopsy(withEmpty, unsorted, { account }))).toEqual(['unsorted'])
})

test('parameters are taken in the order in which they are sent, also when their names are numbers', () => {
  const body = 'b=1&10=2&9=3'
  const autopsy = requestAutopsy({ b: '1', '10': '2', '9': '3' }, md5(`${body}${key}`), { body })
  expect(autopsy).toMatchObject({ canonical: '10=2&9=3&b=1', causes: [{ signed: `${body}TEST…0000` }] })
  expect(named(autopsy)).toEqual(['unsorted'])
})

test('a request that names another account is said to, before all else', () => {
  const autopsy = requestAutopsy(minimal, md5('x'), { headers: { 'x-qf-appcode': 'nobody' } })
  expect(autopsy.next[0]).toMatch(/names another appCode than that of the account "demo"/)
  const { signature } = vector('minimal')
  const signed = requestAutopsy(minimal, signature, { headers: { 'x-qf-appcode': 'nobody' } })
  expect(signed).toMatchObject({ verdict: 'mismatch', next: [expect.stringMatching(/still.*refused/)] })
})

test('the first difference of the texts is pointed at', () => {
  const text = canonical({ ...minimal, txamt: '10.00' })
  const { firstDifference, signed, causes } = requestAutopsy(minimal, md5(text + key))
  const at = canonical(minimal).indexOf('&txcurrcd')
  expect(firstDifference).toMatchObject({ in: 'text', at })
  expect(firstDifference?.expected).toMatch(/^&txcurrcd/)
  expect(firstDifference?.received).toMatch(/^\.00&txcurr/)
  expect(signed.slice(0, at)).toBe(causes[0]?.signed.slice(0, at))
})

test('where only the bytes differ, these are shown', () => {
  const { params } = vector('chinese goods name, no mchid')
  const bytes = Buffer.concat([
    Buffer.from('goods_name='),
    Buffer.from('b2e2cad4c9ccc6b7', 'hex'),
    Buffer.from(`${canonical(params).slice('goods_name=测试商品'.length)}${key}`),
  ])
  expect(requestAutopsy(params, md5(bytes)).firstDifference).toMatchObject({
    in: 'bytes',
    at: 'goods_name='.length,
    expected: expect.stringMatching(/^e6 b5 8b/),
    received: expect.stringMatching(/^b2 e2 ca/),
  })
})

test('a body that is no text is signed byte for byte, too', () => {
  const body = Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x7d])
  const signature = md5(Buffer.concat([body, Buffer.from(key)]))
  expect(bodyAutopsy(body, signature).verdict).toBe('matches')
  expect(named(bodyAutopsy(body, md5(Buffer.concat([Buffer.from(key), body]))))).toEqual(['keyFirst'])
})

test('JSON that is nested very deep breaks nothing', () => {
  const body = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`
  expect(bodyAutopsy(body, md5('x'))).toMatchObject({ verdict: 'mismatch' })
})

const thousand: Params = Object.fromEntries(
  Array.from({ length: 1000 }, (_, n) => [`p${n}`, `2026-01-01 09:00:${String(n % 60).padStart(2, '0')}`]),
)

test('the work is bounded for a request with 1,000 parameters, and for one of a megabyte', () => {
  const wide = requestAutopsy(thousand, md5('x'))
  expect(wide).toMatchObject({ causes: [], complete: false })
  expect(wide.tried).toBeLessThanOrEqual(mostTries)
  expect(wide.next[0]).toContain('The search ended there')
  const heavy = requestAutopsy({ ...minimal, goods_name: 'x'.repeat(1_000_000) }, md5('x'))
  expect(heavy.tried).toBeLessThan(10)
})

test('no number of tries exceeds the bound, however many accounts there are', () => {
  const accounts = Array.from({ length: 3000 }, (_, n) => ({
    id: `a${n}`,
    credentials: { appCode: `A${n}`, clientKey: `KEYKEYKEYKEY${n}`, mchid: null },
  }))
  expect(requestAutopsy(minimal, md5('x'), { accounts }).tried).toBeLessThanOrEqual(mostTries)
})

test('a usual mistake is found among 1,000 parameters', () => {
  const backwards = Object.fromEntries(entries(thousand).reverse())
  expect(named(requestAutopsy(backwards, md5(join(entries(backwards)) + key)))).toEqual(['unsorted'])
})

test('the same input gives the same explanation', () => {
  const explain = () => requestAutopsy(minimal, md5(`${join(entries(minimal))}&key=${key}`))
  expect(explain()).toEqual(explain())
})

test('an explanation is plain JSON', () => {
  const autopsy = requestAutopsy(minimal, md5(join(entries(minimal)) + key))
  expect(JSON.parse(JSON.stringify(autopsy))).toEqual(autopsy)
})

test('a key that the client has sent is masked wherever it stands', () => {
  const sent = { ...minimal, key, note: `my key is ${key.toLowerCase()}` }
  const autopsy = requestAutopsy(sent, md5(join(entries(sent)) + key))
  expect(named(autopsy)).toEqual(['unsorted'])
  expect(JSON.stringify(autopsy).toLowerCase()).not.toContain(key.toLowerCase())
  expect(autopsy.canonical).toContain('key=TEST…0000&')
})

test('a key that the client has sent is masked in every encoding, too', () => {
  const clientKey = 'a+b/"c"=钥匙-0123456789'
  const account = { ...demo, credentials: { ...demo.credentials, clientKey } }
  const sent = { ...minimal, key: clientKey, extend_info: JSON.stringify({ key: clientKey }) }
  const encoded = Object.fromEntries(entries(sent).map(([each, value]) => [each, encodeURIComponent(value)]))
  const autopsy = requestAutopsy(sent, md5(canonical(encoded) + clientKey), { account })
  expect(named(autopsy)).toEqual(['valuesEncoded'])
  const escaped = JSON.stringify(clientKey).slice(1, -1)
  for (const text of textsOf(autopsy)) {
    for (const form of [clientKey, escaped, encodeURIComponent(clientKey)]) expect(text).not.toContain(form)
  }
})

test('of a short key nothing is shown', () => {
  const account = { ...demo, credentials: { ...demo.credentials, clientKey: 's3cret' } }
  const autopsy = requestAutopsy(minimal, md5(`${canonical(minimal)}&key=s3cret`), { account })
  expect(named(autopsy)).toEqual(['keyLabel'])
  expect(autopsy.signed).toBe(`${canonical(minimal)}…`)
  expect(JSON.stringify(autopsy)).not.toContain('s3cret')
})

const name = fc
  .string({ minLength: 1, maxLength: 12, unit: 'binary' })
  .filter(text => text.isWellFormed() && !text.includes('\0'))
const secret = fc
  .string({ minLength: 8, maxLength: 40, unit: 'grapheme' })
  .filter(text => text.trim().length >= 8)

/** A form with anything in it, also the key, under any key, with a signature that may be anyone's. */
const anything = secret.chain(clientKey =>
  fc.record({
    clientKey: fc.constant(clientKey),
    params: fc.dictionary(
      name,
      fc.oneof(
        name,
        fc.constantFrom(
          clientKey,
          `x${clientKey}y`,
          `{"a":${JSON.stringify(clientKey)}}`,
          '10',
          '2026-01-01 09:00:00',
        ),
      ),
      { maxKeys: 8 },
    ),
    withKeyAsName: fc.boolean(),
    sign: fc.constantFrom<(pairs: [string, string][]) => string>(
      () => md5('x'),
      () => clientKey,
      () => '',
      pairs => md5(join(pairs) + clientKey),
      pairs => md5(`${join(pairs)}&key=${clientKey}`),
      pairs => md5(clientKey + join(pairs)),
      pairs => md5(clientKey.toLowerCase() + join(pairs)),
      pairs => md5(join([...pairs, ['key', clientKey]])),
      pairs => md5(join(pairs.slice(1)) + clientKey),
      pairs => md5(join(pairs) + otherKey),
    ),
    order: fc.constantFrom<(params: Params) => [string, string][]>(sorted, entries),
    signType: fc.constantFrom('', 'MD5', 'sha256', clientKey),
  }),
)

const runs = 400

test(`whatever is sent, nothing is thrown and the key is not shown (${runs} requests)`, () => {
  fc.assert(
    fc.property(anything, ({ clientKey, params, withKeyAsName, sign, order, signType }) => {
      const account = { ...demo, credentials: { ...demo.credentials, clientKey } }
      const sent: Params = withKeyAsName ? { ...params, [clientKey]: '1' } : params
      // A header holds Latin-1 at most.
      const headers = { 'x-qf-signtype': signType }
      const autopsy = requestAutopsy(sent, sign(order(sent)), { account, accounts: [account, live], headers })
      for (const text of [...textsOf(autopsy), toAutopsyText(autopsy, { width: 10_000 })])
        expect(text).not.toContain(clientKey.trim())
    }),
    { numRuns: runs },
  )
})

test(`whatever a body is, nothing is thrown and the key is not shown (${runs} bodies)`, () => {
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.json().map(text => Buffer.from(text)),
    fc.json().map(text => Buffer.from(`{"a": ${text}, "key": "${key}"}`)),
  )
  fc.assert(
    fc.property(body, fc.constantFrom(md5('x'), key, '', 'é'), (bytes, computed) => {
      const autopsy = bodyAutopsy(bytes, notification.signature, { computed })
      for (const text of textsOf(autopsy)) expect(text).not.toContain(key)
    }),
    { numRuns: runs },
  )
})

test('the scheme says the same as the wire', () => {
  fc.assert(
    fc.property(fc.dictionary(name, name, { minKeys: 1, maxKeys: 8 }), params => {
      const request = qfpay.wire.encodeRequest(qfpay.operations.payment, params, demo.credentials)
      const explanation = explainSignature(qfpay, request, { account: demo })
      const { expected } = qfpay.wire.verify(
        qfpay.wire.decode(request),
        demo.credentials,
        {},
        { operation: 'payment', now: 0 },
      )
      expect(explanation).toMatchObject({ verdict: 'matches', expected })
      const callback = qfpay.wire.encodeCallback(params, demo.credentials)
      expect(explainSignature(qfpay, callback, { account: demo, direction: 'callback' }).verdict).toBe(
        'matches',
      )
      const answer = qfpay.wire.encode(params, demo.credentials)
      expect(explainSignature(qfpay, answer, { account: demo, direction: 'response' }).verdict).toBe(
        'matches',
      )
    }),
  )
})

test('no two mistakes have the same id', () => {
  const ids = mistakes.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
})

/** All texts in a value, at any depth. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsOf)
}
