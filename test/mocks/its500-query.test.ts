import { expect, test } from 'vitest'
import { its500Account, its500Order, its500Query, its500RandomCode } from '../harness/clients.ts'
import { describeDoors, type OpenDoor } from '../harness/doors.ts'
import { lastExchange } from '../harness/journal.ts'

const credentials = { 'payment-key': its500Account.appKey, 'payment-secret': its500Account.appSecret }
const waiting = { code: '10002', msg: '订单未支付' }
const paid = { code: '10001', msg: '订单支付完成', state: '0' }
const expired = { code: '10003', msg: '订单已失效，是否重新生成订单' }

async function newOrder(door: OpenDoor): Promise<string> {
  return String((await its500Order(door)).json().orderId)
}

describeDoors('its500 query', open => {
  test.each([
    ['POST without credentials', { method: 'POST' }],
    ['GET without credentials', { method: 'GET' }],
    ['POST with credentials', { method: 'POST', headers: credentials }],
    ['GET with credentials', { method: 'GET', headers: credentials }],
  ] as const)('%s tells whether an order is paid', async (_, options) => {
    const door = await open()
    const orderId = await newOrder(door)
    expect((await its500Query(door, orderId, options)).json()).toEqual(waiting)
    await door.double.payer.pay(orderId)
    expect((await its500Query(door, orderId, options)).json()).toEqual(paid)
  })

  test('an order that has expired is answered with 10003, and never before', async () => {
    const door = await open()
    const orderId = await newOrder(door)
    await door.double.clock.advance(5 * 60_000 - 1)
    expect((await its500Query(door, orderId)).json()).toEqual(waiting)
    await door.double.clock.advance(1)
    expect((await its500Query(door, orderId)).json()).toEqual(expired)
    await door.double.clock.advance('30d')
    expect((await its500Query(door, orderId)).json()).toEqual(expired)
  })

  test('an order that is paid stays paid', async () => {
    const door = await open()
    const orderId = await newOrder(door)
    await door.double.payer.pay(orderId)
    await door.double.clock.advance('1h')
    expect((await its500Query(door, orderId)).json()).toEqual(paid)
  })

  test('what the payer declines goes on waiting', async () => {
    const door = await open()
    const orderId = await newOrder(door)
    await door.double.payer.decline(orderId)
    expect((await its500Query(door, orderId)).json()).toEqual(waiting)
  })

  test('a payer can be planned to pay after the second query', async () => {
    const door = await open()
    door.double.faults.add({ provider: 'its500', pay: { afterQueries: 2 } })
    const orderId = await newOrder(door)
    const codes = []
    for (let i = 0; i < 3; i++) codes.push((await its500Query(door, orderId)).json().code)
    expect(codes).toEqual(['10002', '10002', '10001'])
  })

  test('a query can lag behind', async () => {
    const door = await open()
    const orderId = await newOrder(door)
    door.double.faults.add({ provider: 'its500', lag: '30s', times: 'always' })
    await door.double.payer.pay(orderId)
    expect((await its500Query(door, orderId)).json()).toEqual(waiting)
    await door.double.clock.advance('30s')
    expect((await its500Query(door, orderId)).json()).toEqual(paid)
  })

  test.each([
    ['an order that nobody made', 'oderpay-0', {}],
    ['no order', undefined, {}],
    ['an empty order', '', {}],
    ['an order that nobody made, with credentials', 'oderpay-0', credentials],
  ])('%s is refused', async (_, orderId, headers) => {
    for (const method of ['GET', 'POST'] as const) {
      const answer = await its500Query(await open(), orderId, { method, headers })
      expect(answer.json()).toEqual({ code: '10004', msg: '订单不存在' })
    }
  })

  test.each([
    ['a wrong secret', { ...credentials, 'payment-secret': '0'.repeat(32) }, '10005'],
    ['no secret', { 'payment-key': its500Account.appKey }, '10005'],
    ['a key that is none', { ...credentials, 'payment-key': 'x' }, '10005'],
    ['a key that nobody has', { ...credentials, 'payment-key': 'f'.repeat(16) }, '10006'],
  ])('%s is refused, where a request without any is not', async (_, headers, code) => {
    const door = await open()
    const orderId = await newOrder(door)
    expect((await its500Query(door, orderId, { headers })).json()).toMatchObject({ code })
  })

  test('an order of another account is unknown to whoever says who he is', async () => {
    const door = await open()
    const orderId = await newOrder(door)
    const other = { appKey: '00000000000000aa', appSecret: '0'.repeat(32) }
    await door.double.accounts.put('its500', 'second', other)
    const headers = { 'payment-key': other.appKey, 'payment-secret': other.appSecret }
    expect((await its500Query(door, orderId, { headers })).json()).toMatchObject({ msg: '订单不存在' })
    expect((await its500Query(door, orderId)).json()).toEqual(waiting)
    expect(lastExchange(door)).toMatchObject({ account: 'demo', order: orderId })
  })

  test.each(['GET', 'POST'] as const)('a %s that cannot be read is refused', async method => {
    const path = '/order/onlinePayFindResult'
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const sent = 'orderId=%zz'
    const answer = await (await open()).send('its500', {
      method,
      headers,
      ...(method === 'GET' ? { path: `${path}?${sent}` } : { path, body: sent }),
    })
    expect(answer.json()).toEqual({ code: '10004', msg: '请求参数错误' })
  })

  test('code and text of waiting can be changed, because nobody documents them', async () => {
    const door = await open()
    await door.double.accounts.put('its500', 'demo', {
      errorCodes: { orderWaiting: '10000' },
      errorMessages: { orderWaiting: '等待支付' },
    })
    const orderId = await newOrder(door)
    expect((await its500Query(door, orderId)).json()).toEqual({ code: '10000', msg: '等待支付' })
  })
})

describeDoors('its500 random code', open => {
  test.each([
    ['1', 'wxcode'],
    ['2', 'zfbcode'],
  ])('type %s is the %s of an order', async (type, codetype) => {
    const door = await open()
    const order = (await its500Order(door)).json()
    const answer = await its500RandomCode(door, { type })
    expect(answer.json()).toEqual({
      msg: '查询成功',
      code: '10001',
      onecode: order[codetype],
      codetype,
      qrcode: type === '2' ? order.qrcode : '',
      listcode: JSON.stringify([order[codetype]]),
    })
  })

  test('an order is paid by it', async () => {
    const door = await open()
    const { orderId } = (await its500Order(door)).json()
    const { onecode } = (await its500RandomCode(door, { type: '2' })).json()
    expect(await door.double.payer.scan(String(onecode))).toMatchObject({ order: { id: orderId } })
  })

  test.each([
    ['no key', { key: undefined }, '10005'],
    ['a key that is none', { key: 'x' }, '10005'],
    ['a key that nobody has', { key: 'f'.repeat(16) }, '10006'],
    ['no type', { type: undefined }, '10004'],
    ['another type', { type: '3' }, '10004'],
  ])('%s is refused', async (_, params, code) => {
    expect((await its500RandomCode(await open(), params)).json()).toMatchObject({ code })
  })

  test('a merchant without a code of the type has none to give', async () => {
    const door = await open()
    await door.double.accounts.put('its500', 'demo', { uploadedCodes: ['wx'] })
    expect((await its500RandomCode(door, { type: '2' })).json()).toEqual({
      code: '10002',
      msg: '商户未上传收款码',
    })
    expect((await its500RandomCode(door)).json()).toMatchObject({ code: '10001' })
  })
})

describeDoors('its500 cashier page', open => {
  test.each([
    ['zzfpage-wxpay', '0'],
    ['zzfpage-alipay', '1'],
  ])('%s is answered with a page, and called back as paid by its wallet', async (other, paytype) => {
    const payloads: unknown[] = []
    const door = await open({
      deliver: async ({ body }) => {
        payloads.push(JSON.parse(String(body)))
        return { status: 200, body: '' }
      },
    })
    const answer = await its500Order(door, { other, paytype: undefined })
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(answer.text).toMatch(/^<!doctype html>\n<html lang="zh-CN">/)
    const { items } = await door.double.orders.list({ provider: 'its500' })
    const [order] = items
    expect(answer.text).toContain(`<strong>${((order?.amount ?? 0) / 100).toFixed(2)}</strong>`)
    await door.double.payer.scan(order?.qr ?? '', { amount: order?.amount })
    expect(payloads).toMatchObject([{ other, paytype }])
  })

  test('the page decides by which code the order is paid, and a finding says so', async () => {
    const door = await open()
    await its500Order(door, { other: 'zzfpage-wxpay', paytype: 'ali' })
    expect(lastExchange(door).findings).toContainEqual(
      expect.objectContaining({ kind: 'payTypeIgnored', severity: 'note' }),
    )
    const { items } = await door.double.orders.list({ provider: 'its500' })
    expect(items).toMatchObject([{ fields: { payTypes: ['wx'] } }])
  })

  test('orders with a page never share an amount with the others of its pay type', async () => {
    const door = await open()
    for (let i = 0; i < 50; i++) await its500Order(door, { other: 'zzfpage-alipay', paytype: undefined })
    for (let i = 0; i < 49; i++) await its500Order(door)
    expect((await its500Order(door, { other: 'zzfpage-alipay' })).json()).toMatchObject({ code: '10002' })
    expect((await its500Order(door, { other: 'zzfpage-wxpay', paytype: 'wx' })).text).toMatch(/^<!doctype/)
  })

  test('any other text is only returned', async () => {
    const answer = await its500Order(await open(), { other: 'zzfpage-wxpay ' })
    expect(answer.json()).toMatchObject({ code: '10001', other: 'zzfpage-wxpay ' })
  })

  test('a merchant without a code of the wallet gets no page and no order', async () => {
    const door = await open()
    await door.double.accounts.put('its500', 'demo', { uploadedCodes: ['ali'] })
    const answer = await its500Order(door, { other: 'zzfpage-wxpay', paytype: undefined })
    expect(answer.json()).toEqual({ code: '10002', msg: '商户未上传收款码' })
    expect((await door.double.orders.list({ provider: 'its500' })).items).toEqual([])
  })

  test('an order that is wrong is refused as without a page', async () => {
    const answer = await its500Order(await open(), { other: 'zzfpage-wxpay', price: '0.5' })
    expect(answer.json()).toMatchObject({ code: '10004', msg: '下单失败,支付金额必须大于等于1元' })
  })
})
