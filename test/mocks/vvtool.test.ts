import { expect, test } from 'vitest'
import { vvtoolAccount, vvtoolQrCode } from '../harness/clients.ts'
import { describeDoors } from '../harness/doors.ts'
import { lastExchange } from '../harness/journal.ts'

const now = Date.UTC(2026, 0, 1, 1, 0, 0) / 1000

describeDoors('vvtool', open => {
  test('an order is answered in the envelope of the document', async () => {
    const answer = await vvtoolQrCode(await open(), { order_title: '测试' })
    expect(answer.status).toBe(200)
    expect(answer.json()).toEqual({
      code: 0,
      msg: '成功',
      msec: 0,
      time: now,
      data: {
        qrcode_url: expect.stringMatching(/^https:\/\/qr\.alipay\.com\//),
        order_number: expect.stringMatching(/^202601010900\d{10}$/),
        withholding_money: 0,
      },
    })
  })

  test('the published sample works: a GET with cookies and a JSON body in camelCase', async () => {
    const door = await open()
    const answer = await door.send('vvtool', {
      path: '/tool/accounts/payment-qr-code?order_price=1&merchant_num=100001&relation_order_number=xxxxxx&order_title=%E6%B5%8B%E8%AF%95',
      headers: {
        authorization: `Bearer ${vvtoolAccount.accessToken}`,
        'content-type': 'application/json',
        cookie:
          'PHPSESSID=mth4t5m7isi67jnmo0bht71bll; _csrf=82c3116d%3A2%3A%7Bi%3A0%3Bs%3A5%3A%22_csrf%22%3B%7D',
      },
      body: '{\n    "orderPrice":"1",\n    "merchantNum":"xxxxxx",\n    "relationOrderNumber":"xxxx",\n    "orderTitle":"xx"\n}',
    })
    expect(answer.json()).toMatchObject({ code: 0 })
    const { items } = await door.double.orders.list({ provider: 'vvtool' })
    expect(items).toMatchObject([{ orderNumber: 'xxxxxx', amount: 1, fields: { order_title: '测试' } }])
  })

  test.each([
    ['no price', { order_price: undefined }],
    ['a price with decimals', { order_price: '1.5' }],
    ['a price of zero', { order_price: '0' }],
    ['a price in words', { order_price: 'ten' }],
    ['no merchant number', { merchant_num: undefined }],
    ['another merchant number', { merchant_num: '999999' }],
    ['no order number', { relation_order_number: undefined }],
    ['an order number of 5 characters', { relation_order_number: '12345' }],
    ['an order number of 33 characters', { relation_order_number: 'x'.repeat(33) }],
  ])('%s is refused with 100', async (_, params) => {
    expect((await vvtoolQrCode(await open(), params)).json()).toEqual({
      code: 100,
      msg: '请求参数错误',
      msec: 0,
      time: now,
      data: '',
    })
  })

  test.each([6, 32])('an order number of %i characters is accepted', async length => {
    const params = { relation_order_number: 'x'.repeat(length) }
    expect((await vvtoolQrCode(await open(), params)).json()).toMatchObject({ code: 0 })
  })

  test.each(['', 'Bearer', 'Bearer nobody', `Basic ${vvtoolAccount.accessToken}`])(
    'the credential "%s" is refused with 401',
    async authorization => {
      const answer = await vvtoolQrCode(await open(), {}, { authorization })
      expect(answer.json()).toMatchObject({ code: 401, msg: '身份凭证无效', data: '' })
    },
  )

  test.each([
    ['POST', '/tool/accounts/payment-qr-code'],
    ['GET', '/tool/accounts/other'],
    ['DELETE', '/tool/'],
  ])('%s %s is refused with 404', async (method, path) => {
    const answer = await (await open()).send('vvtool', { method, path })
    expect(answer.json()).toMatchObject({ code: 404, msg: '请求路径或请求方式错误', data: '' })
  })

  test.each([
    ['no permission', { permission: false }, 204, '请求异常:无该接口权限,请前往官网开通正式接口。'],
    ['no calls left', { callsLeft: 0 }, 204, '请求异常:API 调用次数不足,请前往网站兑换次数。'],
    ['no support', { supported: false }, 203, '暂不支持当前接口'],
  ])('an account with %s is refused', async (_, changes, code, msg) => {
    const door = await open()
    await door.double.accounts.put('vvtool', 'demo', changes)
    expect((await vvtoolQrCode(door)).json()).toMatchObject({ code, msg, data: '' })
  })

  test('each order costs a call', async () => {
    const door = await open()
    await door.double.accounts.put('vvtool', 'demo', { callsLeft: 1 })
    expect((await vvtoolQrCode(door)).json()).toMatchObject({ code: 0 })
    expect((await vvtoolQrCode(door)).json()).toMatchObject({ code: 204 })
  })

  test.each([
    ['101', '请求超时,请重试'],
    ['103', '旺旺账号不存在'],
    ['200', '系统错误,请联系客服'],
    ['202', '系统错误,请稍后再试'],
    ['noCallsLeft', '请求异常:API 调用次数不足,请前往网站兑换次数。'],
  ])('%s is answered when told so', async (error, msg) => {
    const answer = await vvtoolQrCode(await open(), {}, { 'x-paydouble': `error=${error}` })
    expect(answer.json()).toMatchObject({ msg, data: '' })
  })

  test('the 11th call within a second is refused, and a second later calls go on', async () => {
    const door = await open({ rateLimits: true })
    const codes = async (calls: number) => {
      const answers = await Promise.all(Array.from({ length: calls }, () => vvtoolQrCode(door)))
      return answers.map(answer => answer.json().code)
    }
    expect((await codes(11)).sort()).toEqual([...Array(10).fill(0), 202])
    await door.double.clock.advance('999ms')
    expect(await codes(1)).toEqual([202])
    await door.double.clock.advance('1ms')
    expect(await codes(1)).toEqual([0])
  })

  test('a repeated order number makes another order and leaves a finding that says so', async () => {
    const door = await open()
    const first = (await vvtoolQrCode(door)).json()
    const second = (await vvtoolQrCode(door)).json()
    expect(second).toMatchObject({ code: 0 })
    expect(second.data).not.toEqual(first.data)
    expect(lastExchange(door).findings).toMatchObject([
      { kind: 'duplicateOrderNumber', severity: 'breaking' },
    ])
    const { items } = await door.double.orders.list({ orderNumber: 'order-1' })
    expect(items).toHaveLength(2)
  })

  test('an account can let orders expire, and refuse with another HTTP status', async () => {
    const door = await open()
    await door.double.accounts.put('vvtool', 'demo', { expiryMinutes: 2, refusalStatus: 400 })
    expect((await vvtoolQrCode(door)).status).toBe(200)
    expect(await door.double.clock.advance('2m')).toMatchObject([
      { kind: 'expired', order: { orderNumber: 'order-1' } },
    ])
    expect((await vvtoolQrCode(door, { order_price: 'x' })).status).toBe(400)
  })

  test('the payer pays by the QR code', async () => {
    const door = await open()
    const { data } = (await vvtoolQrCode(door)).json() as {
      data: { qrcode_url: string; order_number: string }
    }
    expect(await door.double.payer.scan(data.qrcode_url)).toMatchObject({
      outcome: 'paid',
      order: { id: data.order_number, amount: 100 },
    })
  })
})
