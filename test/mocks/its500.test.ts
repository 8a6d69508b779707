import { expect, test } from 'vitest'
import { its500Account, its500Order } from '../harness/clients.ts'
import { describeDoors, type OpenDoor } from '../harness/doors.ts'
import { lastExchange } from '../harness/journal.ts'
import { openReceiver } from '../harness/receiver.ts'

const fen = (yuan: unknown) => Math.round(Number(yuan) * 100)

async function withReceiver(door: OpenDoor, reply?: () => { status: number; body?: string }) {
  const receiver = await openReceiver(reply)
  await door.double.accounts.put('its500', 'demo', { callbackUrls: [receiver.url] })
  return receiver
}

describeDoors('its500', open => {
  test.each([
    ['application/json', '{"price":"100"}', /^The body is application\/json: .*forms alone/],
    [
      'application/x-www-form-urlencoded',
      '{"price":',
      /^The body says that it is a form, and begins like JSON/,
    ],
  ])(
    'the journal says of a body that is %s and %s that it is no form',
    async (contentType, body, message) => {
      const door = await open()
      const { appKey, appSecret } = its500Account
      const headers = { 'content-type': contentType, 'payment-key': appKey, 'payment-secret': appSecret }
      await door.send('its500', { method: 'POST', path: '/order/createOrder', headers, body })
      expect(lastExchange(door)).toMatchObject({ outcome: 'refused' })
      expect(lastExchange(door).findings[0]).toMatchObject({
        kind: 'notForm',
        message: expect.stringMatching(message),
      })
    },
  )

  test('an order is answered with the documented fields', async () => {
    const texts = { reurl: 'http://shop.test/done', thirduid: '15811111111', remarks: 'r', other: 'o' }
    const answer = await its500Order(await open(), texts)
    expect(answer.status).toBe(200)
    expect(answer.json()).toEqual({
      msg: '下单成功',
      code: '10001',
      orderId: expect.stringMatching(/^oderpay-[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-a[\da-f]{3}-[\da-f]{12}$/),
      price: expect.stringMatching(/^99\.\d\d$/),
      originalprice: '100',
      name: '开通超级VIP',
      ...texts,
      wxcode: expect.any(String),
      zfbcode: expect.any(String),
      qqcode: expect.any(String),
      qrcode: expect.stringMatching(/^alipayqr:\/\//),
      zfbuseridcode: expect.stringMatching(/price=99\.\d\d$/),
    })
  })

  test('an account can spell keys with the trailing space of the sample', async () => {
    const door = await open()
    await door.double.accounts.put('its500', 'demo', { spacedKeys: true })
    const body = (await its500Order(door)).json()
    expect(body).toHaveProperty(['originalprice '], '100')
    for (const key of ['remarks ', 'wxcode ', 'zfbcode ', 'qrcode ', 'zfbuseridcode '])
      expect(body).toHaveProperty([key])
    expect(body).not.toHaveProperty('originalprice')
    expect(body).toHaveProperty('price')
  })

  test.each([
    ['an empty amount', { price: '' }, '10002'],
    ['an amount of zero', { price: '0' }, '10002'],
    ['a negative amount', { price: '-5' }, '10002'],
    ['a word', { price: 'abc' }, '10003'],
    ['three decimals', { price: '99.999' }, '10003'],
    ['an exponent', { price: '1e3' }, '10003'],
    ['full-width digits', { price: '１００' }, '10003'],
    ['less than 1 yuan', { price: '0.99' }, '10004'],
    ['an amount beyond ten digits', { price: '10000000000' }, '10002'],
    ['no amount', { price: undefined }, '10002'],
    ['no name', { name: undefined }, '10003'],
    ['a name of 101 characters', { name: 'x'.repeat(101) }, '10003'],
    ['a remark of 256 characters', { remarks: 'x'.repeat(256) }, '10003'],
    ['another pay type', { paytype: 'visa' }, '10003'],
    ['a callback address that is not registered', { callbackurl: 'http://127.0.0.1:1/other' }, '10010'],
  ])('%s is refused', async (_, params, code) => {
    expect((await its500Order(await open(), params)).json()).toMatchObject({ code })
  })

  test.each(['1', '1.0', '1.01', '99.98', '100', '9999999999.99'])(
    'a price of %s is accepted',
    async price => {
      const body = (await its500Order(await open(), { price })).json()
      expect(body).toMatchObject({ code: '10001', originalprice: price })
      expect(fen(price) - fen(body.price)).toBeGreaterThanOrEqual(1)
      expect(fen(price) - fen(body.price)).toBeLessThanOrEqual(99)
    },
  )

  test.each([
    ['a wrong secret', { 'payment-secret': '0'.repeat(32) }, '10005'],
    ['a key that is none', { 'payment-key': 'wrong' }, '10005'],
    ['a key that nobody has', { 'payment-key': 'ffffffffffffffff' }, '10006'],
  ])('%s is refused', async (_, headers, code) => {
    expect((await its500Order(await open(), {}, headers)).json()).toMatchObject({ code })
  })

  test.each([
    ['a frozen account', { frozen: true }, '10007', '下单失败,您的账户被冻结,请联系客服'],
    ['an account without balance', { balance: 0 }, '10008', '下单失败,您的账户余额不足'],
    ['an account without callback address', { callbackUrls: [] }, '10009', '下单失败,您还未设置回调接口'],
    ['a callback address that is none', { callbackUrls: ['not a url'] }, '10010', '下单失败,回调接口异常'],
    [
      'a callback address on a public host',
      { callbackUrls: ['https://shop.example.com/'] },
      '10010',
      '下单失败,回调接口异常',
    ],
  ])('%s is refused', async (_, changes, code, msg) => {
    const door = await open()
    await door.double.accounts.put('its500', 'demo', changes)
    expect((await its500Order(door)).json()).toEqual({ code, msg })
  })

  test('10021 is answered when told so', async () => {
    const answer = await its500Order(await open(), {}, { 'x-paydouble': 'error=10021' })
    expect(answer.json()).toEqual({ code: '10021', msg: '回调失败,Money为空' })
  })

  test('without the form content type the parameters count as empty', async () => {
    const answer = await its500Order(await open(), {}, { 'content-type': 'text/plain' })
    expect(answer.json()).toMatchObject({ code: '10002' })
  })

  test('open orders of one pay type never share an amount, and the 100th is refused', async () => {
    const door = await open()
    const prices: unknown[] = []
    for (let i = 0; i < 99; i++) prices.push((await its500Order(door)).json().price)
    expect(new Set(prices).size).toBe(99)
    expect((await its500Order(door)).json()).toEqual({
      code: '10002',
      msg: '下单失败,订单超出负荷,请稍后重试',
    })
    expect((await its500Order(door, { paytype: 'wx' })).json()).toMatchObject({ code: '10001' })
  })

  test('the code for exhausted amounts can be changed', async () => {
    const door = await open()
    await door.double.accounts.put('its500', 'demo', { errorCodes: { amountsExhausted: '10099' } })
    for (let i = 0; i < 99; i++) await its500Order(door)
    expect((await its500Order(door)).json()).toMatchObject({ code: '10099' })
  })

  test('an order without pay type keeps its amount free in all of them', async () => {
    const door = await open()
    const amounts = new Set<unknown>()
    for (let i = 0; i < 50; i++) amounts.add((await its500Order(door, { paytype: undefined })).json().price)
    for (let i = 0; i < 49; i++) amounts.add((await its500Order(door, { paytype: 'QQ' })).json().price)
    expect(amounts.size).toBe(99)
    expect((await its500Order(door, { paytype: 'QQ' })).json()).toMatchObject({ code: '10002' })
  })

  test('50 racing orders get 50 different amounts', async () => {
    const door = await open()
    const answers = await Promise.all(Array.from({ length: 50 }, () => its500Order(door)))
    expect(new Set(answers.map(answer => answer.json().price)).size).toBe(50)
  })

  test('the discount is uniform over 1 to 99 fen', async () => {
    const door = await open({ seed: 3 })
    const counts = new Array<number>(100).fill(0)
    const draws = 1980
    for (let i = 0; i < draws; i++) {
      const { price, orderId } = (await its500Order(door)).json()
      const discount = 10_000 - fen(price)
      counts[discount] = (counts[discount] ?? 0) + 1
      await door.double.payer.pay(String(orderId))
    }
    expect(counts[0]).toBe(0)
    const chiSquare = counts.slice(1).reduce((sum, count) => sum + (count - 20) ** 2 / 20, 0)
    // 98 degrees of freedom: 99.9% of uniform samples lie below 147, and the seed is fixed.
    expect(chiSquare).toBeLessThan(147)
    expect(chiSquare).toBeGreaterThan(55)
  })

  test('a paid order frees its amount', async () => {
    const door = await open()
    for (let i = 0; i < 98; i++) await its500Order(door)
    const last = (await its500Order(door)).json()
    await door.double.payer.pay(String(last.orderId))
    expect((await its500Order(door)).json()).toMatchObject({ code: '10001', price: last.price })
  })

  test('an order expires after five minutes and frees its amount', async () => {
    const door = await open()
    for (let i = 0; i < 99; i++) await its500Order(door)
    await door.double.clock.advance('5m')
    expect((await its500Order(door)).json()).toMatchObject({ code: '10001' })
  })

  test('a payment is called back with every documented field', async () => {
    const door = await open()
    const receiver = await withReceiver(door)
    const texts = { reurl: 'http://shop.test/?a=b&c=d', thirduid: '用户 1', remarks: '"备注"', other: 'ø😀' }
    const { orderId, price } = (await its500Order(door, { ...texts, paytype: 'QQ' })).json()
    const payment = await door.double.payer.pay(String(orderId))
    expect(payment.deliveries).toMatchObject([{ status: 'delivered', attempts: [{ status: 200 }] }])
    expect(receiver.received).toHaveLength(1)
    const [callback] = receiver.received
    expect(callback).toMatchObject({ method: 'POST', path: '/paid' })
    expect(callback?.headers['content-type']).toMatch(/^application\/json/)
    expect(JSON.parse(callback?.body ?? '')).toEqual({
      code: 10001,
      msg: '回调成功',
      orderId,
      price,
      originalprice: '100',
      name: '开通超级VIP',
      paytype: '6',
      ...texts,
    })
  })

  test.each([
    ['wx', '0'],
    ['ali', '1'],
    ['QQ', '6'],
  ])('paytype %s is called back as %s', async (paytype, sent) => {
    const door = await open()
    const receiver = await withReceiver(door)
    const { orderId } = (await its500Order(door, { paytype })).json()
    await door.double.payer.pay(String(orderId))
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({ paytype: sent })
  })

  test('callbackurl chooses among the registered addresses', async () => {
    const door = await open()
    const [first, second] = [await openReceiver(), await openReceiver()]
    await door.double.accounts.put('its500', 'demo', { callbackUrls: [first.url, second.url] })
    const { orderId } = (await its500Order(door, { callbackurl: second.url })).json()
    await door.double.payer.pay(String(orderId))
    expect([first.received.length, second.received.length]).toEqual([0, 1])
  })

  test('each delivery costs one of the balance, and without balance none is sent', async () => {
    const door = await open()
    const receiver = await withReceiver(door)
    await door.double.accounts.put('its500', 'demo', { balance: 1 })
    const orders = [(await its500Order(door)).json(), (await its500Order(door)).json()]
    const [first, second] = [
      await door.double.payer.pay(String(orders[0]?.orderId)),
      await door.double.payer.pay(String(orders[1]?.orderId)),
    ]
    expect(first.deliveries).toMatchObject([{ status: 'delivered' }])
    expect(second).toMatchObject({ outcome: 'paid', deliveries: [{ status: 'failed' }] })
    expect(second.deliveries[0]?.attempts[0]?.error).toMatch(/no balance left/)
    expect(receiver.received).toHaveLength(1)
    expect((await door.double.accounts.get('its500', 'demo'))?.settings.balance).toBe(0)
    expect((await its500Order(door)).json()).toMatchObject({ code: '10008' })
  })

  test('paying the original price loses the payment: no order is paid, nobody is told', async () => {
    const door = await open()
    const receiver = await withReceiver(door)
    const { orderId } = (await its500Order(door)).json()
    const payment = await door.double.payer.pay(String(orderId), { amount: 10_000 })
    expect(payment).toMatchObject({
      outcome: 'lost',
      order: { status: 'pending' },
      deliveries: [],
      findings: [{ kind: 'paymentLost', message: expect.stringContaining('漏单') }],
    })
    expect(receiver.received).toEqual([])
    expect(lastExchange(door)).toMatchObject({
      kind: 'payment',
      outcome: 'lost',
      findings: [{ kind: 'paymentLost' }],
    })
  })

  test("a payment of another open order's amount pays that order", async () => {
    const door = await open()
    const [mine, other] = [(await its500Order(door)).json(), (await its500Order(door)).json()]
    const payment = await door.double.payer.pay(String(mine.orderId), { amount: fen(other.price) })
    expect(payment).toMatchObject({
      outcome: 'paid',
      order: { id: other.orderId },
      findings: expect.arrayContaining([expect.objectContaining({ kind: 'otherOrderPaid' })]),
    })
  })

  test("the merchant's own code pays the one open order on it, and needs the amount when there are more", async () => {
    const door = await open()
    const first = (await its500Order(door)).json()
    const second = (await its500Order(door)).json()
    const code = String(first.zfbcode)
    await expect(door.double.payer.scan(code)).rejects.toMatchObject({ code: 'qrAmbiguous' })
    const payment = await door.double.payer.scan(code, { amount: fen(second.price) })
    expect(payment).toMatchObject({ outcome: 'paid', order: { id: second.orderId } })
    expect(await door.double.payer.scan(code)).toMatchObject({ order: { id: first.orderId } })
  })

  test.each(['zfbcode', 'qrcode', 'zfbuseridcode'])('an Alipay order is paid by its %s', async code => {
    const door = await open()
    const order = (await its500Order(door)).json()
    expect(await door.double.payer.scan(String(order[code]))).toMatchObject({ order: { id: order.orderId } })
  })

  test('a code with the amount in it pays the order that asks for it', async () => {
    const door = await open()
    const first = (await its500Order(door)).json()
    await its500Order(door)
    expect(await door.double.payer.scan(String(first.zfbuseridcode))).toMatchObject({
      order: { id: first.orderId },
    })
  })

  test.each([
    ['wxcode', '0'],
    ['zfbcode', '1'],
    ['qqcode', '6'],
  ])('an order without pay type is paid by its %s, and called back as paid so', async (code, paytype) => {
    const door = await open()
    const receiver = await withReceiver(door)
    const order = (await its500Order(door, { paytype: undefined })).json()
    expect(await door.double.payer.scan(String(order[code]))).toMatchObject({ order: { id: order.orderId } })
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({ paytype })
  })

  test('money for an order that has expired, or was paid, is lost', async () => {
    const door = await open()
    const receiver = await withReceiver(door)
    const expired = (await its500Order(door)).json()
    await door.double.clock.advance('5m')
    const paid = (await its500Order(door)).json()
    await door.double.payer.pay(String(paid.orderId))
    for (const { orderId } of [expired, paid]) {
      expect(await door.double.payer.pay(String(orderId))).toMatchObject({
        outcome: 'lost',
        findings: [{ kind: 'paymentLost', message: expect.stringMatching(/is (expired|paid)/) }],
      })
    }
    expect(receiver.received).toHaveLength(1)
  })

  test.each([0, -5, 1.5, Number.NaN])('a payment of %d is refused', async amount => {
    const door = await open()
    const { orderId } = (await its500Order(door)).json()
    await expect(door.double.payer.pay(String(orderId), { amount })).rejects.toMatchObject({
      code: 'badAmount',
    })
  })

  test('an account can ask for a text that acknowledges a callback', async () => {
    const door = await open()
    let body = 'no'
    await withReceiver(door, () => ({ status: 200, body }))
    await door.double.accounts.put('its500', 'demo', { acknowledgeText: 'success' })
    const pay = async () => {
      const { orderId } = (await its500Order(door)).json()
      return (await door.double.payer.pay(String(orderId))).deliveries
    }
    expect(await pay()).toMatchObject([{ status: 'failed', attempts: [{ reply: 'no' }] }])
    body = 'success'
    expect(await pay()).toMatchObject([{ status: 'delivered' }])
  })

  test('an order that names no address is called back at the default one of the time of payment', async () => {
    const door = await open()
    const { orderId } = (await its500Order(door)).json()
    const receiver = await withReceiver(door)
    await door.double.payer.pay(String(orderId))
    expect(receiver.received).toHaveLength(1)
  })

  test('a callback that is not acknowledged is tried again as the account says', async () => {
    const door = await open()
    let failures = 2
    const receiver = await withReceiver(door, () => ({ status: failures-- > 0 ? 500 : 200 }))
    await door.double.accounts.put('its500', 'demo', { retryDelaysMs: [60_000, 120_000] })
    const { orderId } = (await its500Order(door)).json()
    await door.double.payer.pay(String(orderId))
    await door.double.clock.advance('10m')
    expect(receiver.received).toHaveLength(3)
    const { items } = await door.double.deliveries.list({ order: String(orderId) })
    const start = items[0]?.createdAt ?? 0
    expect(items).toMatchObject([{ status: 'delivered' }])
    expect(items[0]?.attempts.map(attempt => attempt.at - start)).toEqual([0, 60_000, 180_000])
  })

  test('an order is paid once, however often the payer tries at the same time', async () => {
    const door = await open()
    const receiver = await withReceiver(door)
    const { orderId } = (await its500Order(door)).json()
    const tries = await Promise.allSettled(
      Array.from({ length: 20 }, () => door.double.payer.pay(String(orderId))),
    )
    const paid = tries.filter(outcome => outcome.status === 'fulfilled' && outcome.value.outcome === 'paid')
    expect(paid).toHaveLength(1)
    expect(receiver.received).toHaveLength(1)
  })

  test('secrets are the account’s own', async () => {
    const door = await open()
    await door.double.accounts.put('its500', 'second', {
      ...its500Account,
      appKey: '00000000000000aa',
      callbackUrls: [],
    })
    expect((await its500Order(door, {}, { 'payment-key': '00000000000000aa' })).json()).toMatchObject({
      code: '10009',
    })
  })
})
