import { expect, test } from 'vitest'
import * as z from 'zod'
import { simulators } from '../../mocks/index.ts'
import { controlOperations } from '../../src/doors/control/contract.ts'
import { its500Order, qfpayPayment, vvtoolQrCode } from '../harness/clients.ts'
import { type Answer, type OpenDoor, openHttp } from '../harness/doors.ts'
import { openReceiver } from '../harness/receiver.ts'

function call(door: OpenDoor, method: string, path: string, body?: unknown): Promise<Answer> {
  return door.send('', {
    method,
    path: `/_paydouble/${path}`,
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
}

test('health says what answers', async () => {
  const answer = await call(await openHttp({ seed: 9 }), 'GET', 'health')
  expect(answer.status).toBe(200)
  expect(answer.json()).toMatchObject({ status: 'ok', seed: 9, clock: 'manual' })
})

test('accounts are an array with credentials for each provider', async () => {
  const accounts = JSON.parse((await call(await openHttp(), 'GET', 'api/accounts')).text)
  expect(accounts).toMatchObject([
    {
      provider: 'vvtool',
      id: 'demo',
      credentials: { accessToken: expect.any(String), merchantNum: expect.any(String) },
    },
    {
      provider: 'its500',
      id: 'demo',
      credentials: { appKey: expect.any(String), appSecret: expect.any(String) },
    },
    {
      provider: 'dms',
      id: 'demo',
      credentials: { payerId: expect.any(String), receiverId: expect.any(String) },
    },
    {
      provider: 'qfpay',
      id: 'demo',
      credentials: { appCode: expect.any(String), clientKey: expect.any(String), mchid: expect.any(String) },
    },
  ])
})

test('an account is changed, and the provider answers accordingly', async () => {
  const door = await openHttp()
  const changed = await call(door, 'PUT', 'api/accounts/its500/demo', { frozen: true, balance: 3 })
  expect(changed.json()).toMatchObject({ id: 'demo', settings: { frozen: true, balance: 3 } })
  expect((await its500Order(door)).json()).toMatchObject({ code: '10007' })
})

test('an account that is not there is added with invented credentials', async () => {
  const door = await openHttp()
  const { credentials } = (await call(door, 'PUT', 'api/accounts/qfpay/mine', { mchid: null })).json()
  expect(credentials).toMatchObject({ appCode: expect.stringMatching(/^[\dA-F]{32}$/), mchid: null })
})

test.each([
  ['an unknown field', 'its500/demo', { colour: 'red' }, 400, 'badAccount', /"colour".*callbackUrls/],
  ['a wrong value', 'its500/demo', { balance: -1 }, 400, 'badAccount', /balance/],
  [
    'credentials of another account',
    'vvtool/other',
    { accessToken: 'de300000000000000000000000000000000000c1' },
    400,
    'badAccount',
    /demo/,
  ],
  ['an unknown provider', 'nobody/demo', {}, 404, 'unknownProvider', /vvtool, its500, dms, qfpay/],
  ['a body that is no JSON', 'its500/demo', '{', 400, 'badRequest', /not JSON/],
  ['a body that is a list', 'its500/demo', [], 400, 'badRequest', /not an object/],
])('%s is refused', async (_, path, body, status, code, message) => {
  const answer = await call(await openHttp(), 'PUT', `api/accounts/${path}`, body)
  expect(answer.status).toBe(status)
  expect(answer.json()).toMatchObject({ error: { code, message: expect.stringMatching(message) } })
})

test('orders are found by provider, status and number, and by id', async () => {
  const door = await openHttp()
  await qfpayPayment(door, { out_trade_no: 'mine' })
  await vvtoolQrCode(door)
  const { items, next } = (
    await call(door, 'GET', 'api/orders?orderNumber=mine&provider=qfpay&status=pending')
  ).json()
  expect(items).toMatchObject([{ provider: 'qfpay', orderNumber: 'mine', status: 'pending', amount: 300 }])
  expect(next).toBe(null)
  const [order] = items as { id: string }[]
  expect((await call(door, 'GET', `api/orders/${order?.id}`)).json()).toMatchObject({ orderNumber: 'mine' })
  expect((await call(door, 'GET', 'api/orders?status=paid')).json()).toEqual({ items: [], next: null })
})

test('lists come newest first and in pages', async () => {
  const door = await openHttp()
  for (const out_trade_no of ['a', 'b', 'c']) await qfpayPayment(door, { out_trade_no })
  const first = (await call(door, 'GET', 'api/orders?limit=2')).json()
  expect(first.items).toMatchObject([{ orderNumber: 'c' }, { orderNumber: 'b' }])
  const second = (await call(door, 'GET', `api/orders?limit=2&after=${first.next}`)).json()
  expect(second).toMatchObject({ items: [{ orderNumber: 'a' }], next: null })
})

test('the payer pays an order, and the callback arrives', async () => {
  const door = await openHttp()
  const receiver = await openReceiver()
  await call(door, 'PUT', 'api/accounts/its500/demo', { callbackUrls: [receiver.url] })
  const { orderId } = (await its500Order(door)).json()
  const paid = await call(door, 'POST', `api/orders/${orderId}/pay`)
  expect(paid.json()).toMatchObject({
    outcome: 'paid',
    order: { id: orderId, status: 'paid' },
    deliveries: [{ status: 'delivered' }],
    findings: [],
  })
  expect(receiver.received).toHaveLength(1)
  const deliveries = (await call(door, 'GET', `api/deliveries?order=${orderId}`)).json()
  expect(deliveries).toMatchObject({
    items: [
      {
        order: orderId,
        callback: 'paid',
        url: receiver.url,
        attempts: [{ acknowledged: true, status: 200 }],
      },
    ],
    next: null,
  })
})

test('the payer pays another amount, and pays by QR code', async () => {
  const door = await openHttp()
  const { orderId } = (await its500Order(door)).json()
  expect((await call(door, 'POST', `api/orders/${orderId}/pay`, { amount: 10_000 })).json()).toMatchObject({
    outcome: 'lost',
    findings: [{ kind: 'paymentLost' }],
  })
  const { qrcode, syssn } = (await qfpayPayment(door)).json()
  expect((await call(door, 'POST', 'api/pay', { qr: qrcode })).json()).toMatchObject({
    outcome: 'paid',
    order: { id: syssn },
  })
})

test.each([
  ['GET', 'api/orders/nobody', undefined, 404, 'orderUnknown'],
  ['POST', 'api/orders/nobody/pay', undefined, 404, 'orderUnknown'],
  ['POST', 'api/pay', { qr: 'weixin://nothing' }, 404, 'qrUnknown'],
  ['POST', 'api/pay', {}, 400, 'badRequest'],
  ['POST', 'api/orders/nobody/pay', { amount: -5 }, 400, 'badRequest'],
  ['POST', 'api/orders/nobody/pay', { sum: 5 }, 400, 'badRequest'],
  ['GET', 'api/orders?status=open', undefined, 400, 'badRequest'],
  ['GET', 'api/orders?color=red', undefined, 400, 'badRequest'],
  ['GET', 'api/orders?limit=0', undefined, 400, 'badRequest'],
  ['GET', 'api/orders/%FF', undefined, 404, 'unknownOperation'],
  ['PUT', 'api/accounts/qfpay/', {}, 400, 'badRequest'],
  ['POST', 'api/faults', { provider: 'qfpay', error: '9999' }, 400, 'unknownError'],
  ['GET', 'api/nothing', undefined, 404, 'unknownOperation'],
  ['DELETE', 'health', undefined, 404, 'unknownOperation'],
])('%s %s %j is refused with %i', async (method, path, body, status, code) => {
  const answer = await call(await openHttp(), method, path, body)
  expect(answer.status).toBe(status)
  expect(answer.json()).toMatchObject({ error: { code, message: expect.any(String) } })
})

test.each([
  [
    'api/faults',
    { provider: 'its500', deliver: { callback: 'paid', sends: [{ amout: 1 }] } },
    /at \/deliver\/sends\/0: there is no field "amout"\. The fields of \/deliver\/sends\/0 are after, pastExpiry, /,
  ],
  ['api/faults', { provider: 1 }, /at \/provider: not a text\. Its fields are provider, operation, /],
  [
    'api/faults',
    { provider: 'its500', network: { do: 'x' } },
    /at \/network\/do: not one of delay, [^.]*\.$/,
  ],
  ['api/pay', {}, /at \/qr: missing\. Its fields are qr, amount, late, again\.$/],
  ['api/order/x/pay', {}, /The nearest are POST \/_paydouble\/api\/orders\/\{id\}\/pay, [^,]* and [^,]*\.$/],
])('%s with %j says where it is wrong, and what there is', async (path, body, message) => {
  const answer = await call(await openHttp(), 'POST', path, body)
  expect(answer.json()).toMatchObject({ error: { message: expect.stringMatching(message) } })
})

test('an order that is paid cannot be paid again', async () => {
  const door = await openHttp()
  const { syssn } = (await qfpayPayment(door)).json()
  await call(door, 'POST', `api/orders/${syssn}/pay`)
  const again = await call(door, 'POST', `api/orders/${syssn}/pay`)
  expect(again.status).toBe(409)
  expect(again.json()).toMatchObject({
    error: { code: 'orderNotPending', message: expect.stringContaining('paid') },
  })
})

test('the journal shows what came, what was signed, and no secret', async () => {
  const door = await openHttp()
  await its500Order(door)
  await vvtoolQrCode(door)
  await qfpayPayment(door, {}, { key: 'wrong' })
  const text = (await call(door, 'GET', 'api/requests')).text
  expect(JSON.parse(text)).toMatchObject({
    items: [
      {
        provider: 'qfpay',
        outcome: 'refused',
        error: 'signature',
        step: 'signature',
        signature: { ok: false, canonical: expect.stringContaining('out_trade_no=order1'), algorithm: 'md5' },
        request: { door: 'http', method: 'POST', path: '/trade/v1/payment', params: { txamt: '300' } },
        response: { status: 200 },
      },
      { provider: 'vvtool', outcome: 'answered' },
      { provider: 'its500', outcome: 'answered' },
    ],
    next: null,
  })
  for (const { credentials } of await door.double.accounts.list()) {
    for (const name of ['clientKey', 'appSecret', 'accessToken', 'clientSecret']) {
      if (name in credentials) expect(text).not.toContain(credentials[name])
    }
  }
})

test('the journal shows a secret nowhere, however it was sent', async () => {
  const door = await openHttp()
  const secrets = [
    'TESTKEY0000000000000000000000000',
    'de300000000000000000000000000500',
    'de300000000000000000000000000000000000c1',
  ]
  for (const secret of secrets) {
    await door.send('', {
      method: 'POST',
      path: `/order/createOrder?access_token=${secret}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-api-key': secret },
      body: `appSecret=${secret}`,
    })
  }
  const { text } = await call(door, 'GET', 'api/requests')
  for (const secret of secrets) expect(text).not.toContain(secret)
})

test('reset makes the double as it was', async () => {
  const door = await openHttp()
  const first = await qfpayPayment(door)
  await call(door, 'PUT', 'api/accounts/its500/demo', { frozen: true })
  await call(door, 'POST', 'api/reset')
  expect((await call(door, 'GET', 'api/orders')).json()).toEqual({ items: [], next: null })
  expect((await call(door, 'GET', 'api/requests')).json()).toEqual({ items: [], next: null })
  expect(await door.double.accounts.get('its500', 'demo')).toMatchObject({ settings: { frozen: false } })
  expect((await qfpayPayment(door)).text).toBe(first.text)
})

const emptyDump = `{"paydouble":{"format":1,"version":"1.2.3"}}
{"end":{"account":0,"value":0,"order":0,"delivery":0,"journal":0}}`

test('every answer of the control interface is as its contract says', async () => {
  const door = await openHttp()
  const { orderId } = (await its500Order(door)).json()
  const { deliveries } = await door.double.payer.pay(String(orderId))
  const [delivery] = deliveries
  const pull = await openHttp({ callbackMode: 'pull' })
  await pull.double.payer.pay(String((await its500Order(pull)).json().orderId))
  const [held] = await pull.double.callbacks.outbox()
  const third = (await qfpayPayment(door, { out_trade_no: 'third' })).json()
  const { syssn } = (await qfpayPayment(door)).json()
  const { qrcode } = (await qfpayPayment(door, { out_trade_no: 'second' })).json()
  const calls: Record<keyof typeof controlOperations, Promise<Answer>> = {
    health: call(door, 'GET', 'health'),
    listAccounts: call(door, 'GET', 'api/accounts'),
    putAccount: call(door, 'PUT', 'api/accounts/qfpay/new', {}),
    listOrders: call(door, 'GET', 'api/orders'),
    getOrder: call(door, 'GET', `api/orders/${syssn}`),
    payOrder: call(door, 'POST', `api/orders/${syssn}/pay`),
    payByQr: call(door, 'POST', 'api/pay', { qr: qrcode }),
    listDeliveries: call(door, 'GET', 'api/deliveries'),
    listRequests: call(door, 'GET', 'api/requests'),
    createAccount: call(door, 'POST', 'api/accounts/qfpay'),
    resetAccount: call(await openHttp(), 'POST', 'api/accounts/qfpay/demo/reset'),
    removeAccount: call(await openHttp(), 'DELETE', 'api/accounts/qfpay/demo'),
    declineOrder: call(door, 'POST', `api/orders/${third.syssn}/decline`),
    walkAway: call(door, 'POST', `api/orders/${third.syssn}/walk-away`),
    sendCallback: call(door, 'POST', `api/orders/${orderId}/callbacks`, { sign: 'none' }),
    waitForDeliveries: call(door, 'GET', `api/deliveries/wait?order=${orderId}&times=1`),
    getDelivery: call(door, 'GET', `api/deliveries/${delivery?.id}`),
    resendDelivery: call(door, 'POST', `api/deliveries/${delivery?.id}/resend`),
    listOutbox: call(door, 'GET', 'api/outbox'),
    replyToDelivery: call(pull, 'POST', `api/deliveries/${held?.id}/reply`, { status: 200 }),
    getClock: call(door, 'GET', 'api/clock'),
    moveClock: call(await openHttp(), 'POST', 'api/clock', { advance: '30m' }),
    addFault: call(door, 'POST', 'api/faults', { provider: 'qfpay', error: '1205' }),
    listFaults: call(door, 'GET', 'api/faults'),
    removeFaults: call(door, 'DELETE', 'api/faults'),
    applyPlan: call(await openHttp(), 'POST', 'api/plan', { seed: 7, faults: [] }),
    dumpState: call(door, 'GET', 'api/state'),
    loadState: openHttp().then(other => call(other, 'PUT', 'api/state', { text: emptyDump })),
    reset: call(await openHttp(), 'POST', 'api/reset'),
  }
  for (const [name, answer] of Object.entries(calls)) {
    const { response } = controlOperations[name as keyof typeof controlOperations]
    const { status, text, headers } = await answer
    expect([name, status]).toEqual([name, 200])
    const isJson = headers['content-type'] === 'application/json; charset=utf-8'
    expect([name, z.safeParse(response, isJson ? JSON.parse(text) : text).error]).toEqual([name, undefined])
  }
})

test('the list of providers is the list of simulators', async () => {
  const { providers } = (await call(await openHttp(), 'GET', 'health')).json()
  expect(providers).toEqual(simulators.map(simulator => simulator.contract.id))
})

test('a wrong secret and a former token are not shown in full either', async () => {
  const door = await openHttp()
  const wrong = 'the-secret-of-production-0000'
  const token = (secret: string) =>
    door.send('vvtool', {
      method: 'POST',
      path: '/vvtool/oauth/token',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ grant_type: 'client_credentials', client_id: clientId, client_secret: secret }),
    })
  const { credentials } = (await door.double.accounts.get('vvtool', 'demo')) ?? {}
  const { clientId, clientSecret } = credentials as { clientId: string; clientSecret: string }
  await token(wrong)
  const issued = (await token(clientSecret)).json().data as { access_token: string }
  expect(issued.access_token).toMatch(/^[0-9a-f]{40}$/)
  await door.double.accounts.put('vvtool', 'demo', { issuedTokens: [] })
  const { text } = await call(door, 'GET', 'api/requests')
  expect(text).not.toContain(wrong)
  expect(text).not.toContain(issued.access_token)
})

test('an account that was added is reset to what it was made with, and can be taken away', async () => {
  const door = await openHttp()
  const made = (await call(door, 'POST', 'api/accounts/vvtool', { id: 'mine', callsLeft: 2 })).json()
  expect(made).toMatchObject({ id: 'mine', settings: { callsLeft: 2 } })
  expect((await call(door, 'POST', 'api/accounts/vvtool', { id: 'mine' })).status).toBe(400)
  const headers = { authorization: `Bearer ${(made.credentials as { accessToken: string }).accessToken}` }
  const { merchantNum } = made.credentials as { merchantNum: string }
  await vvtoolQrCode(door, { merchant_num: merchantNum }, headers)
  expect(await door.double.accounts.get('vvtool', 'mine')).toMatchObject({ settings: { callsLeft: 1 } })
  await call(door, 'POST', 'api/accounts/vvtool/mine/reset')
  expect(await door.double.accounts.get('vvtool', 'mine')).toMatchObject({ settings: { callsLeft: 2 } })
  expect((await call(door, 'DELETE', 'api/accounts/vvtool/mine')).json()).toEqual({ removed: true })
  expect((await vvtoolQrCode(door, { merchant_num: merchantNum }, headers)).json()).toMatchObject({
    code: 401,
  })
  expect((await call(door, 'DELETE', 'api/accounts/vvtool/mine')).status).toBe(404)
})

test('of two accounts that are given one identity at once, one is refused', async () => {
  const { double } = await openHttp()
  const both = ['one', 'two'].map(id => double.accounts.put('qfpay', id, { appCode: 'SAME' }))
  const ended = await Promise.allSettled(both)
  expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
})

test('an address shows neither its password nor a parameter with the name of a secret', async () => {
  const door = await openHttp()
  const { url } = await openReceiver()
  const callbackUrls = [`${url}/k?token=geheimtoken1`, 'http://user:geheim22@127.0.0.1:8088/auth']
  await call(door, 'PUT', 'api/accounts/its500/demo', { callbackUrls })
  for (const callbackurl of callbackUrls) {
    const order = (await its500Order(door, { callbackurl })).json().orderId
    if (order) await call(door, 'POST', `api/orders/${order}/pay`)
  }
  const deliveries = (await call(door, 'GET', 'api/deliveries')).text
  expect(deliveries).toContain(`${url}/k?token=…ken1`)
  const views = [deliveries, ...(await Promise.all(viewsOf(door)))].join('')
  expect(views).toContain('http://user:…@127.0.0.1:8088/auth')
  expect(views).not.toMatch(/geheim/)
})

function viewsOf(door: OpenDoor): Promise<string>[] {
  return ['orders', 'requests'].map(async name => (await call(door, 'GET', `api/${name}`)).text)
}
