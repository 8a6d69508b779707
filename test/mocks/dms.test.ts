import { expect, test } from 'vitest'
import { dmsAccount, dmsPayment } from '../harness/clients.ts'
import { describeDoors } from '../harness/doors.ts'

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

  test('the payer pays by the QR code', async () => {
    const door = await open()
    const { data } = (await dmsPayment(door)).json() as { data: { payInfo: string; orderNo: string } }
    expect(await door.double.payer.scan(data.payInfo)).toMatchObject({
      outcome: 'paid',
      order: { id: data.orderNo },
    })
  })
})
