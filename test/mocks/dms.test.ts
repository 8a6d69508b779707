import { expect, test } from 'vitest'
import { dmsAccount, dmsOrderDetail, dmsPayment, dmsRead } from '../harness/clients.ts'
import { describeDoors } from '../harness/doors.ts'
import { openInProcess } from '../harness/in-process.ts'
import { lastExchange } from '../harness/journal.ts'

const receivers = '/dms/payment/get-pay-way-tonglian'
const payers = '/fin-account/biz-user'

describeDoors('dms', open => {
  test('an order is answered with every field of the sample', async () => {
    const answer = await dmsPayment(await open(), { bz_order: '2020072100000257' })
    expect(answer.status).toBe(200)
    expect(answer.json()).toEqual({
      errCode: 1000,
      errMsg: '请求成功',
      data: {
        weChatAPPInfo: [],
        validateType: 0,
        orderNo: expect.stringMatching(/^\d{19}$/),
        payFailMessage: '',
        tradeNo: '',
        payCode: '',
        extendInfo: '',
        payStatus: '',
        payInfo: expect.stringMatching(/^https:\/\/qr\.alipay\.com\/bax/),
        bizUserId: dmsAccount.payerId,
        bizOrderNo: '2020072100000257',
      },
    })
  })

  test('payInfo goes with the pay way', async () => {
    const { data } = (await dmsPayment(await open(), { pay_way: 'SCAN_WEIXIN' })).json()
    expect(data).toMatchObject({ payInfo: expect.stringMatching(/^weixin:\/\//) })
  })

  test('a form works as well as JSON', async () => {
    const { payerId, receiverId } = dmsAccount
    const fields = {
      bz_order: 'f1',
      amount: '100',
      pay_way: 'SCAN_ALIPAY',
      payer_id: payerId,
      reciever_id: receiverId,
    }
    const answer = await (await open()).send('dms', {
      method: 'POST',
      path: '/dms/cash-out/payment',
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: new URLSearchParams(fields).toString(),
    })
    expect(answer.json()).toMatchObject({ errCode: 1000, data: { bizOrderNo: 'f1' } })
  })

  test.each([
    ['no order number', { bz_order: undefined }, 1002],
    ['no amount', { amount: undefined }, 1002],
    ['an amount of zero', { amount: 0 }, 1002],
    ['an amount with decimals', { amount: 1.5 }, 1002],
    ['an amount beyond exact numbers', { amount: 2 ** 53 }, 1002],
    ['another pay way', { pay_way: 'SCAN_UNIONPAY' }, 1002],
    ['no payer', { payer_id: undefined }, 1002],
    ['an unknown payer', { payer_id: 'nobody' }, 1003],
    ['an unknown receiver', { reciever_id: 'nobody' }, 1004],
  ])('%s is refused', async (_, params, errCode) => {
    expect((await dmsPayment(await open(), params)).json()).toEqual({
      errCode,
      errMsg: expect.any(String),
      data: [],
    })
  })

  test('a body that is neither JSON nor form is refused', async () => {
    const headers = { 'content-type': 'text/xml' }
    const answer = await (await open()).send('dms', {
      method: 'POST',
      path: '/dms/cash-out/payment',
      headers,
      body: '<a/>',
    })
    expect(answer.json()).toMatchObject({ errCode: 1001 })
  })

  test('the codes of refusals can be changed, because no document has them', async () => {
    const door = await open()
    await door.double.accounts.put('dms', 'demo', { errorCodes: { invalidParameter: '4000' } })
    expect((await dmsPayment(door, { amount: 0 })).json()).toMatchObject({ errCode: 4000 })
    await door.double.accounts.put('dms', 'demo', { errorCodes: { unknownPayer: '4001' } })
    expect((await dmsPayment(door, { payer_id: 'nobody' })).json()).toMatchObject({ errCode: 4001 })
  })

  test('a repeated bz_order is refused, unless the account allows it', async () => {
    const door = await open()
    await dmsPayment(door)
    expect((await dmsPayment(door)).json()).toMatchObject({ errCode: 1005 })
    await door.double.accounts.put('dms', 'demo', { duplicateOrders: 'allow' })
    expect((await dmsPayment(door)).json()).toMatchObject({ errCode: 1000 })
  })

  test('the journal says what is wrong with payer, receiver and number, and what to do', async () => {
    const door = await open()
    await dmsPayment(door, { payer_id: 'nobody' })
    expect(lastExchange(door).findings).toMatchObject([{ message: expect.stringContaining('this payer_id') }])
    await dmsPayment(door, { reciever_id: 'nobody' })
    expect(lastExchange(door).findings).toMatchObject([
      { pointer: '/reciever_id', message: expect.stringContaining(`as ${dmsAccount.receiverId}: send that`) },
    ])
    await dmsPayment(door)
    await dmsPayment(door)
    expect(lastExchange(door).findings).toMatchObject([
      { pointer: '/bz_order', message: expect.stringContaining('use a new one') },
    ])
  })

  test('the payer pays by the QR code', async () => {
    const door = await open()
    const { data } = (await dmsPayment(door)).json() as { data: { payInfo: string; orderNo: string } }
    expect(await door.double.payer.scan(data.payInfo)).toMatchObject({
      outcome: 'paid',
      order: { id: data.orderNo },
    })
  })
})

describeDoors('dms directories', open => {
  test('a client finds ids with which a payment works', async () => {
    const door = await open()
    const [payer] = (await dmsRead(door, payers)).json().data as { biz_user_id: string }[]
    const [receiver] = (await dmsRead(door, receivers)).json().data as { id: string }[]
    const ids = { payer_id: payer?.biz_user_id, reciever_id: receiver?.id }
    expect(ids).toEqual({ payer_id: dmsAccount.payerId, reciever_id: dmsAccount.receiverId })
    expect((await dmsPayment(door, ids)).json()).toMatchObject({ errCode: 1000 })
  })

  test('both answer in the envelope of the document', async () => {
    const door = await open()
    expect((await dmsRead(door, receivers)).json()).toEqual({
      errCode: 1000,
      errMsg: '请求成功',
      data: [{ id: '100001', name: 'demo', pay_way: ['SCAN_WEIXIN', 'SCAN_ALIPAY'] }],
    })
    expect((await dmsRead(door, payers)).json()).toEqual({
      errCode: 1000,
      errMsg: '请求成功',
      data: [{ biz_user_id: 'demo-payer', name: 'demo' }],
    })
  })

  test('with several accounts payer_id says whose ids they are', async () => {
    const door = await open()
    await door.double.accounts.put('dms', 'second', { payerId: 'payer-2', receiverId: '100002' })
    const ask = { payer_id: 'payer-2' }
    expect((await dmsRead(door, receivers, ask)).json()).toMatchObject({ data: [{ id: '100002' }] })
    expect((await dmsRead(door, payers, ask)).json()).toMatchObject({ data: [{ biz_user_id: 'payer-2' }] })
    expect((await dmsRead(door, payers)).json()).toMatchObject({ data: [{ biz_user_id: 'demo-payer' }] })
  })

  test.each([receivers, payers])('%s knows no one else', async path => {
    const door = await open()
    expect((await dmsRead(door, path, { payer_id: 'nobody' })).json()).toMatchObject({ errCode: 1003 })
    expect((await dmsRead(door, path, { payer_id: '' })).json()).toMatchObject({ errCode: 1002 })
    expect((await dmsRead(door, `${path}?payer_id=%zz`)).json()).toMatchObject({ errCode: 1001 })
  })
})

describeDoors('dms order query', open => {
  test('an order is waiting and then paid', async () => {
    const door = await open()
    const { data } = (await dmsPayment(door)).json() as { data: { orderNo: string } }
    const waiting = {
      orderNo: data.orderNo,
      bizOrderNo: 'order-1',
      orderStatus: 1,
      amount: 100,
      payDatetime: '',
      buyerBizUserId: dmsAccount.payerId,
    }
    expect((await dmsOrderDetail(door)).json()).toEqual({ errCode: 1000, errMsg: '请求成功', data: waiting })
    await door.double.clock.advance('2m')
    await door.double.payer.pay(data.orderNo)
    expect((await dmsOrderDetail(door)).json()).toMatchObject({
      data: { ...waiting, orderStatus: 4, payDatetime: '2026-01-01 09:02:00' },
    })
  })

  test('an order that the payer declines has failed', async () => {
    const door = await open()
    const { data } = (await dmsPayment(door)).json() as { data: { orderNo: string } }
    await door.double.payer.decline(data.orderNo)
    expect((await dmsOrderDetail(door)).json()).toMatchObject({ data: { orderStatus: 3, payDatetime: '' } })
    await expect(door.double.payer.pay(data.orderNo)).rejects.toMatchObject({ code: 'orderNotPending' })
  })

  test('an order that has expired is closed', async () => {
    const door = await open()
    await door.double.accounts.put('dms', 'demo', { expiryMinutes: 10 })
    await dmsPayment(door)
    await door.double.clock.advance('10m')
    expect((await dmsOrderDetail(door)).json()).toMatchObject({ data: { orderStatus: 6 } })
  })

  test('an account can call what waits under way', async () => {
    const door = await open()
    await door.double.accounts.put('dms', 'demo', { waitingState: 99 })
    await dmsPayment(door)
    expect((await dmsOrderDetail(door)).json()).toMatchObject({ data: { orderStatus: 99 } })
  })

  test('a payer can be planned to pay after the second query', async () => {
    const door = await open()
    door.double.faults.add({ provider: 'dms', pay: { afterQueries: 2 } })
    await dmsPayment(door)
    const states = []
    for (let i = 0; i < 3; i++) {
      const { data } = (await dmsOrderDetail(door)).json() as { data: { orderStatus: number } }
      states.push(data.orderStatus)
    }
    expect(states).toEqual([1, 1, 4])
  })

  test('a query can lag behind', async () => {
    const door = await open()
    const { data } = (await dmsPayment(door)).json() as { data: { orderNo: string } }
    door.double.faults.add({ provider: 'dms', operation: 'getOrderDetail', lag: '1m' })
    await door.double.payer.pay(data.orderNo)
    expect((await dmsOrderDetail(door)).json()).toMatchObject({ data: { orderStatus: 1, payDatetime: '' } })
    expect((await dmsOrderDetail(door)).json()).toMatchObject({ data: { orderStatus: 4 } })
  })

  test('of several orders with one number the newest is shown', async () => {
    const door = await open()
    await door.double.accounts.put('dms', 'demo', { duplicateOrders: 'allow' })
    const [first, second] = [(await dmsPayment(door)).json(), (await dmsPayment(door)).json()]
    const { orderNo } = second.data as { orderNo: string }
    expect(orderNo).not.toBe((first.data as { orderNo: string }).orderNo)
    expect((await dmsOrderDetail(door)).json()).toMatchObject({ data: { orderNo } })
  })

  test.each([
    ['an order that nobody made', { bz_order: 'order-2' }, 1006],
    ['no order', { bz_order: undefined }, 1002],
    ['no payer', { payer_id: undefined }, 1002],
    ['an unknown payer', { payer_id: 'nobody' }, 1003],
  ])('%s is refused', async (_, params, errCode) => {
    const door = await open()
    await dmsPayment(door)
    expect((await dmsOrderDetail(door, params)).json()).toMatchObject({ errCode, data: [] })
  })

  test('an order of another account is unknown', async () => {
    const door = await open()
    await dmsPayment(door)
    await door.double.accounts.put('dms', 'second', { payerId: 'payer-2' })
    expect((await dmsOrderDetail(door, { payer_id: 'payer-2' })).json()).toMatchObject({ errCode: 1006 })
  })

  test('texts of refusals can be changed, because no document has them', async () => {
    const door = await open()
    await door.double.accounts.put('dms', 'demo', { errorMessages: { orderUnknown: '查无此单' } })
    expect((await dmsOrderDetail(door)).json()).toMatchObject({ errCode: 1006, errMsg: '查无此单' })
  })
})

test('a paid order of which something was given back has the state for that', async () => {
  const door = openInProcess()
  const { data } = (await dmsPayment(door)).json() as { data: { orderNo: string } }
  await door.double.payer.pay(data.orderNo)
  await door.double.db.orders.update(q => q.where({ id: data.orderNo }), {
    data(order) {
      order.refunded = 40
    },
  })
  expect((await dmsOrderDetail(door)).json()).toMatchObject({ data: { orderStatus: 5, amount: 100 } })
})
