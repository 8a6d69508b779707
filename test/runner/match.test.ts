import { expect, test } from 'vitest'
import { contracts } from '../../contracts/index.ts'
import type { Contract } from '../../src/contract/index.ts'
import { createCheck } from '../../src/runner/index.ts'
import { createMatcher, type MatchOptions } from '../../src/runner/match.ts'

type Asked = Parameters<ReturnType<typeof createMatcher>>[0]

function matched(request: Partial<Asked>, options: Partial<MatchOptions> = {}): string {
  const match = createMatcher({ contracts, ...options })
  const found = match({ method: 'POST', url: '/', headers: {}, body: '', ...request })
  return found.kind === 'unmatched' ? found.why : `${found.contract.id}.${found.name}`
}

test.each([
  ['POST', 'https://openapi-hk.qfapi.com/trade/v1/payment', 'qfpay.payment'],
  ['POST', 'https://openapi-hk.qfapi.com:8443/trade/v1/payment?x=1#y', 'qfpay.payment'],
  ['POST', 'http://127.0.0.1:4020/qfpay/trade/v1/payment', 'qfpay.payment'],
  ['POST', 'https://shop.example.com/proxy/qfpay/trade/v1/refund', 'qfpay.refund'],
  ['POST', '/trade/v1/payment', 'qfpay.payment'],
  ['GET', 'http://api.vv-tool.com/tool/accounts/payment-qr-code?order_price=1', 'vvtool.paymentQrCode'],
  ['GET', 'http://any.example.com/dms/cash-out/get-order-detail?bz_order=1', 'dms.getOrderDetail'],
  ['GET', 'https://pay.its500.com/order/onlinePayFindResult?orderId=1', 'its500.onlinePayFindResult'],
  ['POST', 'https://pay.its500.com/order/onlinePayFindResult', 'its500.onlinePayFindResult'],
])('%s %s is matched', (method, url, name) => {
  expect(matched({ method, url })).toBe(name)
})

test('of two paths of which one is the end of the other, the longer one is meant', () => {
  expect(matched({ url: 'http://api.vv-tool.com/api/proxy/oauth/token' })).toBe('vvtool.token')
  expect(matched({ url: 'http://127.0.0.1:9/vvtool/api/proxy/oauth/token' })).toBe('vvtool.token')
  expect(matched({ url: 'http://api.vv-tool.com/oauth/token' })).toBe('vvtool.oldToken')
})

test.each([
  ['OPTIONS', 'https://openapi-hk.qfapi.com/trade/v1/payment', 'qfpay.payment takes POST, not OPTIONS'],
  ['HEAD', '/trade/v1/query', 'qfpay.query takes POST or GET, not HEAD'],
  ['s3cret-method', '/trade/v1/payment', 'qfpay.payment takes POST, not another method'],
  ['GET', 'https://openapi-hk.qfapi.com/favicon.ico', 'no operation of qfpay has this path'],
  [
    'GET',
    'https://openapi-hk.qfapi.com/tool/accounts/payment-qr-code',
    'no operation of qfpay has this path',
  ],
  ['GET', 'https://cdn.example.com/app.js', 'no provider has this host, and no operation this path'],
  ['GET', 'http://', 'its address is no URL'],
  ['POST', '/trade/v1/payment/', 'no provider has this host, and no operation this path'],
])('%s %s is not, and why', (method, url, why) => {
  expect(matched({ method, url })).toBe(why)
})

test('a host of the configuration is a provider, with or without its port', () => {
  const hosts = {
    'Pay.example.com': 'qfpay',
    'other.example.com:8080': 'its500',
    'tls.example.com:443': 'dms',
  }
  const path = '/a/b/trade/v1/payment'
  expect(matched({ url: `https://pay.example.com${path}` }, { hosts })).toBe('qfpay.payment')
  expect(matched({ url: `https://pay.example.com:9443${path}` }, { hosts })).toBe('qfpay.payment')
  expect(matched({ url: `http://other.example.com:8080${path}` }, { hosts })).toMatch(
    /no operation of its500/,
  )
  expect(matched({ url: `http://other.example.com:8081${path}` }, { hosts })).toBe('qfpay.payment')
  expect(matched({ url: `https://tls.example.com${path}` }, { hosts })).toMatch(/no operation of dms/)
})

test('where the address is a path, the header host says whose it is', () => {
  const request = { method: 'GET', url: '/randomCode?type=1', headers: { host: 'openapi-hk.qfapi.com' } }
  expect(matched(request)).toBe('no operation of qfpay has this path')
  expect(matched({ ...request, headers: {} })).toBe('its500.randomCode')
})

test('a path of two providers is a guess, unless it is said which', () => {
  const [first, ...others] = contracts
  if (!first) throw new Error('there are no contracts')
  const twin = { ...first, id: 'twin', title: 'Twin', servers: [] }
  const both = { contracts: [first, ...others, twin] }
  const [operation] = Object.values(first.operations)
  const request = { method: operation?.methods[0] ?? '', url: `http://127.0.0.1${operation?.path}` }
  expect(matched(request, both)).toBe(`its path is one of ${first.id} and twin: say which, with --provider`)
  expect(matched(request, { ...both, provider: 'twin' })).toMatch(/^twin\./)
})

test('with a provider named, others are not looked for', () => {
  expect(matched({ url: '/order/createOrder' }, { provider: 'qfpay' })).toMatch(/^no provider has this host/)
  expect(matched({ url: 'https://pay.its500.com/order/createOrder' }, { provider: 'qfpay' })).toBe(
    'its host is one of its500 (站长付)',
  )
})

test('a provider that there is not is an error that names those there are', () => {
  const known = 'there is no such provider. The providers are vvtool, its500, dms, qfpay.'
  expect(() => createMatcher({ contracts, provider: 'paypal' })).toThrow(`Failed to check "paypal": ${known}`)
  expect(() => createMatcher({ contracts, hosts: { 'a.example.com': 'paypal' } })).toThrow(known)
})

test('callbacks are known by their fields, and told apart by what each alone has', () => {
  const all: readonly Contract[] = contracts
  const callbackOf = (id: string, name: string) =>
    all.find(contract => contract.id === id)?.callbacks[name]?.example ?? {}
  const at = (payload: object) =>
    matched({ url: 'https://shop.example.com/cb', body: JSON.stringify(payload) })
  expect(at(callbackOf('its500', 'paid'))).toBe('its500.paid')
  expect(at(callbackOf('qfpay', 'payment'))).toBe('qfpay.payment')
  expect(at(callbackOf('qfpay', 'refund'))).toBe('qfpay.refund')
  expect(at({ ...callbackOf('qfpay', 'refund'), cancel: undefined, wallet: 'X' })).toBe('qfpay.refund')
  expect(at({ orderId: '1', price: '1.00' })).toMatch(/^no provider has this host/)
  expect(at([callbackOf('its500', 'paid')])).toMatch(/^no provider has this host/)
})

test('what the source says is not guessed', () => {
  const match = createMatcher({ contracts })
  const request = { method: 'PUT', url: '/x', headers: {}, body: '{}' }
  expect(match(request, { provider: 'qfpay', operation: 'close' })).toMatchObject({
    kind: 'operation',
    name: 'close',
  })
  expect(match(request, { provider: 'its500', callback: 'paid' })).toMatchObject({
    kind: 'callback',
    name: 'paid',
  })
  expect(match(request, { provider: 'qfpay', operation: 'nope' })).toEqual({
    kind: 'unmatched',
    why: 'there is no qfpay.nope',
  })
  expect(match(request, { provider: 'nobody' })).toMatchObject({ kind: 'unmatched' })
})

test('what matches nothing is counted by address and reason, without query and without what is secret', () => {
  const check = createCheck({
    contracts,
    accounts: [{ provider: 'its500', id: 'a', credentials: { appKey: 'k', appSecret: 'topsecret0000000' } }],
  })
  const place = { source: 'made', unit: 'line', number: 1 } as const
  const urls = [
    'https://a.example.com/x?token=1',
    'https://a.example.com/x?token=2',
    'https://user:pass@a.example.com/u/13912345678/topsecret0000000#top',
  ]
  for (const url of urls) check.judge({ request: { method: 'GET', url, headers: {}, body: '' }, place })
  const { unmatched, exchanges } = check.end({ title: '', version: '' })
  const why = 'no provider has this host, and no operation this path'
  expect(exchanges).toBe(3)
  expect(unmatched).toEqual({
    count: 3,
    list: [
      { request: 'GET https://a.example.com/x', why, count: 2 },
      { request: 'GET https://us…@a.example.com/u/13…/tops…0000', why, count: 1 },
    ],
  })
})

test.each(['constructor', '__proto__', 'toString'])('%s is no operation and no callback', name => {
  const match = createMatcher({ contracts })
  const request = { method: 'POST', url: '/x', headers: {}, body: '{}' }
  const unmatched = { kind: 'unmatched', why: `there is no qfpay.${name}` }
  expect(match(request, { provider: 'qfpay', operation: name })).toEqual(unmatched)
  expect(match(request, { provider: 'qfpay', callback: name })).toEqual(unmatched)
})

test.each(['{}', '<html></html>', '{"status":"1"}'])(
  'what is known to be a callback of a provider of several is the nearest one, and judged: %s',
  body => {
    const check = createCheck({ contracts })
    const { match, findings } = check.judge({
      request: { method: 'POST', url: '/paid', headers: { 'content-type': 'application/json' }, body },
      about: { provider: 'qfpay', isCallback: true },
      place: { source: 'test', unit: 'call', number: 1 },
    })
    expect(match.kind).toBe('callback')
    expect(findings.length).toBeGreaterThan(0)
  },
)
