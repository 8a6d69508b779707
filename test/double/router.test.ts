import { expect, test } from 'vitest'
import { simulators } from '../../mocks/index.ts'
import { createRouter, type IncomingRequest } from '../../src/double/router.ts'
import type { Simulator } from '../../src/double/simulator.ts'

const router = createRouter(simulators)

function request(path: string, host = '127.0.0.1:4020', method = 'POST'): IncomingRequest {
  return { door: 'test', method, host, path, query: '', headers: {}, body: new Uint8Array() }
}

/** Which provider a request is for, and at which path of it. */
function routed(path: string, host?: string): [string, string] | undefined {
  const route = router.route(request(path, host))
  return route && [route.simulator.contract.id, route.request.path]
}

test.each([
  ['/qfpay/trade/v1/payment', 'qfpay', '/trade/v1/payment'],
  ['/vvtool/tool/accounts/payment-qr-code', 'vvtool', '/tool/accounts/payment-qr-code'],
  ['/its500/order/createOrder', 'its500', '/order/createOrder'],
  ['/qfpay/unknown', 'qfpay', '/unknown'],
  ['/qfpay/order/createOrder', 'qfpay', '/order/createOrder'],
  ['/qfpay/', 'qfpay', '/'],
  ['/qfpay', 'qfpay', '/'],
])('the prefix of %s names %s, whose path is %s', (path, provider, own) => {
  expect(routed(path)).toEqual([provider, own])
})

test('a prefix wins over the host', () => {
  expect(routed('/qfpay/trade/v1/payment', 'pay.its500.com')).toEqual(['qfpay', '/trade/v1/payment'])
})

test.each([
  ['openapi-hk.qfapi.com', 'qfpay'],
  ['test-openapi-hk.qfapi.com', 'qfpay'],
  ['openapi-hk.qfapi.com:443', 'qfpay'],
  ['OPENAPI-HK.QFAPI.COM', 'qfpay'],
  ['Api.VV-Tool.com:80', 'vvtool'],
  ['pay.its500.com', 'its500'],
  ['admin.zhanzhangfu.com', 'its500'],
])('the host %s is that of %s, whatever the path', (host, provider) => {
  expect(routed('/anything', host)).toEqual([provider, '/anything'])
})

test('the host wins over a path that another provider has', () => {
  expect(routed('/order/createOrder', 'openapi-hk.qfapi.com')).toEqual(['qfpay', '/order/createOrder'])
})

test.each([
  'evil-openapi-hk.qfapi.com',
  'openapi-hk.qfapi.com.example',
  'qfapi.com',
  '',
  'qfpay',
  '[::1]:4020',
])('the host %j is nobody', host => {
  expect(routed('/anything', host)).toBeUndefined()
})

test.each([
  ['/trade/v1/payment', 'qfpay'],
  ['/tool/accounts/payment-qr-code', 'vvtool'],
  ['/order/createOrder', 'its500'],
  ['/trade/v1/unknown', 'qfpay'],
])('the path %s is one that only %s has', (path, provider) => {
  expect(routed(path)).toEqual([provider, path])
})

test.each([
  ['/dms/cash-out/payment', '/dms/cash-out/payment'],
  ['/dms/dms/cash-out/payment', '/dms/cash-out/payment'],
  ['/dms/unknown', '/dms/unknown'],
  ['/dms/dms/unknown', '/dms/unknown'],
  ['/dms', '/'],
])('%s is dms, whose own paths begin with its id, at its path %s', (path, own) => {
  expect(routed(path)).toEqual(['dms', own])
})

test.each([
  '/',
  '',
  '//',
  '/unknown',
  '/trade',
  '/trade/v2/payment',
  '/QFPAY/trade/v1/payment',
  '/x/qfpay/trade/v1/payment',
  '/constructor/x',
  '/__proto__/x',
])('the path %j is nobody', path => {
  expect(routed(path)).toBeUndefined()
})

test('a path that two providers have is nobody: the router never guesses', () => {
  const [first] = simulators
  const second = { ...first, contract: { ...first.contract, id: 'second', servers: [] } } as Simulator
  const { route } = createRouter([first, second])
  const [base = ''] = first.contract.basePaths
  expect(route(request(`${base}anything`))).toBeUndefined()
  expect(route(request(`/second${base}anything`))?.simulator).toBe(second)
})

test('a routed request is otherwise as it came', () => {
  const incoming = { ...request('/qfpay/trade/v1/payment'), query: 'a=b', headers: { a: 'b' } }
  expect(router.route(incoming)?.request).toEqual({ ...incoming, path: '/trade/v1/payment' })
})

test('the nearest operations come first, at most three of them', () => {
  const nearest = router.nearest(request('/trade/v2/paymnt'))
  expect(nearest).toHaveLength(3)
  expect(nearest[0]).toEqual({
    provider: 'qfpay',
    operation: 'payment',
    method: 'POST',
    path: '/trade/v1/payment',
  })
})

test('the nearest operations of one provider are its own', () => {
  const nearest = router.nearest(request('/trade/v1/payment'), 'vvtool')
  expect(nearest.length).toBeGreaterThan(0)
  expect(new Set(nearest.map(({ provider }) => provider))).toEqual(new Set(['vvtool']))
})
