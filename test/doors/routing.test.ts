import { createConnection } from 'node:net'
import { expect, test } from 'vitest'
import { dmsAccount, qfpayPayment, vvtoolAccount, vvtoolQrCode, vvtoolToken } from '../harness/clients.ts'
import { describeDoors, openHttp, type TestRequest } from '../harness/doors.ts'

const query = `order_price=1&merchant_num=${vvtoolAccount.merchantNum}&relation_order_number=order-1`
const headers = { authorization: `Bearer ${vvtoolAccount.accessToken}` }
const path = `/tool/accounts/payment-qr-code?${query}`

test.each([
  ['its path alone', { path }],
  ["a prefix that is the provider's id", { path: `/vvtool${path}` }],
  ["the provider's own host", { path, headers: { host: 'api.vv-tool.com' } }],
  ["the provider's own host in upper case, with a port", { path, headers: { host: 'API.VV-TOOL.COM:80' } }],
  ['an absolute target, as a proxy gets it', { path: `http://api.vv-tool.com${path}` }],
])('a provider is reached by %s', async (_, request: TestRequest) => {
  const door = await openHttp()
  const answer = await door.send('vvtool', { ...request, headers: { ...headers, ...request.headers } })
  expect(answer.json()).toMatchObject({ code: 0 })
})

test.each(['/dms/cash-out/payment', '/dms/dms/cash-out/payment'])('dms is reached by %s', async target => {
  const { payerId, receiverId } = dmsAccount
  const fields = {
    bz_order: 'a',
    amount: 1,
    pay_way: 'SCAN_ALIPAY',
    payer_id: payerId,
    reciever_id: receiverId,
  }
  const answer = await (await openHttp()).send('dms', {
    method: 'POST',
    path: target,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fields),
  })
  expect(answer.json()).toMatchObject({ errCode: 1000 })
})

test.each([
  ['/randomCode?key=x&type=1', { code: '10005' }],
  ['/its500/randomCode?key=x&type=1', { code: '10005' }],
  ['/fin-account/biz-user', { errCode: 1000 }],
  ['/dms/fin-account/biz-user', { errCode: 1000 }],
  ['/dms/payment/get-pay-way-tonglian', { errCode: 1000 }],
  ['/dms/dms/payment/get-pay-way-tonglian', { errCode: 1000 }],
])('a path outside of the usual ones reaches its provider: %s', async (path, expected) => {
  expect((await (await openHttp()).send('', { path })).json()).toMatchObject(expected)
})

test.each(['/oauth/token', '/api/proxy/oauth/token', '/vvtool/oauth/token'])(
  'a token is asked for at %s',
  async path => {
    const answer = await vvtoolToken(await openHttp(), {}, { path })
    expect(answer.json()).toMatchObject({ code: 0 })
  },
)

test('the host decides where the path says nothing', async () => {
  const answer = await (await openHttp()).send('', {
    path: '/anything',
    headers: { host: 'api.vv-tool.com' },
  })
  expect(answer.json()).toMatchObject({ code: 404 })
})

test('what belongs to no provider gets 501 and the nearest operations', async () => {
  const answer = await (await openHttp()).send('', { method: 'POST', path: '/trade/v2/payment' })
  expect(answer.status).toBe(501)
  expect(answer.json()).toMatchObject({
    error: {
      code: 'unknownOperation',
      nearest: expect.arrayContaining([
        { provider: 'qfpay', operation: 'payment', method: 'POST', path: '/trade/v1/payment' },
      ]),
    },
  })
})

test.each([
  ['qfpay', 'POST', '/trade/v1/paymnt'],
  ['qfpay', 'GET', '/trade/v1/payment'],
  ['its500', 'GET', '/order/createOrder'],
  ['dms', 'POST', '/dms/cash-out'],
])('%s %s %s gets 501 and its nearest operation', async (provider, method, target) => {
  const answer = await (await openHttp()).send(provider, { method, path: target })
  expect(answer.status).toBe(501)
  const { nearest } = answer.json().error as { nearest: { provider: string }[] }
  expect(nearest.length).toBeGreaterThan(0)
  expect(nearest.map(near => near.provider)).toEqual(nearest.map(() => provider))
})

describeDoors('limits', open => {
  test('a body over 1 MiB gets 413', async () => {
    const answer = await (await open()).send('its500', {
      method: 'POST',
      path: '/order/createOrder',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'x'.repeat(1024 * 1024 + 1),
    })
    expect(answer.status).toBe(413)
    expect(answer.json()).toMatchObject({ error: { code: 'bodyTooLarge' } })
  })

  test('a body of 1 MiB is read', async () => {
    const answer = await (await open()).send('its500', {
      method: 'POST',
      path: '/order/createOrder',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'x'.repeat(1024 * 1024),
    })
    expect(answer.json()).toMatchObject({ code: '10005' })
  })
})

test('a stream of unknown length that grows over 1 MiB gets 413, and others are answered', async () => {
  const door = await openHttp()
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = createConnection(Number(new URL(door.urlOf('')).port), '127.0.0.1')
    let text = ''
    socket.on('data', data => {
      text += data
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(text))
    socket.write('POST /order/createOrder HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n')
    const chunk = Buffer.alloc(64 * 1024, 'x')
    for (let i = 0; i < 17; i++) socket.write(`10000\r\n${chunk}\r\n`)
    socket.write('0\r\n\r\n')
  })
  expect(answer).toMatch(/^HTTP\/1\.1 413 /)
  expect((await vvtoolQrCode(door)).json()).toMatchObject({ code: 0 })
})

test('a client that goes away in the middle of a body harms nobody', async () => {
  const door = await openHttp()
  await new Promise<void>(resolve => {
    const socket = createConnection(Number(new URL(door.urlOf('')).port), '127.0.0.1')
    socket.on('close', () => resolve())
    socket.write('POST /trade/v1/payment HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\ntxamt=', () =>
      socket.destroy(),
    )
  })
  expect((await qfpayPayment(door)).json()).toMatchObject({ respcd: '0000' })
})

test('a port that is taken is a clear error', async () => {
  const { openHttpDoor } = await import('../../src/doors/http.ts')
  const door = await openHttp()
  const port = Number(new URL(door.urlOf('')).port)
  await expect(openHttpDoor(door.double, { port })).rejects.toMatchObject({
    code: 'portTaken',
    message: expect.stringMatching(/--port/),
  })
})
