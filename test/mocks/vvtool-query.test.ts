import { expect, test } from 'vitest'
import { vvtoolAccount, vvtoolOrderDetail, vvtoolQrCode, vvtoolToken } from '../harness/clients.ts'
import { describeDoors, type OpenDoor } from '../harness/doors.ts'
import { lastExchange } from '../harness/journal.ts'

const now = Date.UTC(2026, 0, 1, 1, 0, 0) / 1000
const refused = { code: 401, msg: '身份凭证无效', data: '' }
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

describeDoors('vvtool order query', open => {
  const detail = {
    relation_order_number: 'order-1',
    merchant_num: vvtoolAccount.merchantNum,
    order_price: '100',
    order_title: '测试',
  }

  async function newOrder(door: OpenDoor): Promise<string> {
    const { data } = (await vvtoolQrCode(door, { order_title: '测试' })).json()
    return (data as { order_number: string }).order_number
  }

  test('an order is found by either number, waiting and then paid', async () => {
    const door = await open()
    const id = await newOrder(door)
    const byEither = async () => [
      (await vvtoolOrderDetail(door)).json(),
      (await vvtoolOrderDetail(door, { order_number: id, type: '2' })).json(),
    ]
    const waiting = { ...detail, order_number: id, order_status: 0, pay_type: '', pay_time: '' }
    const envelope = { code: 0, msg: '成功', msec: 0, time: now }
    expect(await byEither()).toEqual(Array(2).fill({ ...envelope, data: waiting }))
    await door.double.clock.advance('90s')
    await door.double.payer.pay(id)
    const paid = { ...waiting, order_status: 1, pay_type: '支付宝收款', pay_time: '2026-01-01 09:01:30' }
    expect(await byEither()).toEqual(Array(2).fill({ ...envelope, time: now + 90, data: paid }))
  })

  test('each number finds only what it is the number of', async () => {
    const door = await open()
    const id = await newOrder(door)
    for (const params of [
      { type: '2' },
      { order_number: id },
      { order_number: 'order-2' },
      { order_number: 'order-2', type: '2' },
    ])
      expect((await vvtoolOrderDetail(door, params)).json()).toMatchObject({
        code: 0,
        msg: '订单不存在',
        data: '',
      })
  })

  test('of several orders with one number the newest is shown, and a finding says so', async () => {
    const door = await open()
    const [first, second] = [await newOrder(door), await newOrder(door)]
    await door.double.payer.pay(first)
    expect((await vvtoolOrderDetail(door)).json()).toMatchObject({
      data: { order_number: second, order_status: 0 },
    })
    expect(lastExchange(door).findings).toMatchObject([{ kind: 'ambiguousOrderNumber' }])
    expect((await vvtoolOrderDetail(door, { order_number: first, type: '2' })).json()).toMatchObject({
      data: { order_status: 1 },
    })
  })

  test('an order that has expired is shown so', async () => {
    const door = await open()
    await door.double.accounts.put('vvtool', 'demo', { expiryMinutes: 2 })
    await newOrder(door)
    await door.double.clock.advance('2m')
    expect((await vvtoolOrderDetail(door)).json()).toMatchObject({ data: { order_status: 2, pay_time: '' } })
  })

  test('a payer can be planned to pay after the second query', async () => {
    const door = await open()
    door.double.faults.add({ provider: 'vvtool', pay: { afterQueries: 2 } })
    await newOrder(door)
    const states = []
    for (let i = 0; i < 3; i++) {
      const { data } = (await vvtoolOrderDetail(door)).json() as { data: { order_status: number } }
      states.push(data.order_status)
    }
    expect(states).toEqual([0, 0, 1])
  })

  test('a query can lag behind', async () => {
    const door = await open()
    await door.double.payer.pay(await newOrder(door))
    const asked = await vvtoolOrderDetail(door, {}, { 'x-paydouble': 'lag=10s' })
    expect(asked.json()).toMatchObject({ data: { order_status: 0, pay_type: '' } })
    expect((await vvtoolOrderDetail(door)).json()).toMatchObject({ data: { order_status: 1 } })
  })

  test.each([
    ['no number', { order_number: undefined }, 100],
    ['no merchant number', { merchant_num: undefined }, 100],
    ['another merchant number', { merchant_num: '999999' }, 100],
    ['no type', { type: undefined }, 100],
    ['another type', { type: '3' }, 100],
  ])('%s is refused', async (_, params, code) => {
    expect((await vvtoolOrderDetail(await open(), params)).json()).toMatchObject({ code, data: '' })
  })

  test('a query needs a token, and takes an issued one', async () => {
    const door = await open()
    await newOrder(door)
    expect((await vvtoolOrderDetail(door, {}, { authorization: '' })).json()).toMatchObject(refused)
    const issued = (await vvtoolToken(door)).json() as { data: { access_token: string } }
    const token = issued.data.access_token
    expect((await vvtoolOrderDetail(door, {}, bearer(token))).json()).toMatchObject({ code: 0 })
  })

  test('an order of another account is unknown', async () => {
    const door = await open()
    const id = await newOrder(door)
    const { credentials } = await door.double.accounts.put('vvtool', 'second', {})
    const params = { merchant_num: String(credentials.merchantNum) }
    const headers = bearer(String(credentials.accessToken))
    for (const asked of [params, { ...params, order_number: id, type: '2' }])
      expect((await vvtoolOrderDetail(door, asked, headers)).json()).toMatchObject({ msg: '订单不存在' })
  })

  test('the 11th query within a second is refused, whatever else is called', async () => {
    const door = await open({ rateLimits: true })
    for (let i = 0; i < 10; i++) await vvtoolQrCode(door)
    const codes = []
    for (let i = 0; i < 11; i++) codes.push((await vvtoolOrderDetail(door)).json().code)
    expect(codes).toEqual([...Array(10).fill(0), 202])
    await door.double.clock.advance('1s')
    expect((await vvtoolOrderDetail(door)).json()).toMatchObject({ code: 0 })
  })

  test('a query costs none of the calls that are left', async () => {
    const door = await open()
    await door.double.accounts.put('vvtool', 'demo', { callsLeft: 1 })
    await newOrder(door)
    expect((await vvtoolOrderDetail(door)).json()).toMatchObject({ msg: '成功' })
  })

  test('names, states and refusals can be changed, because nobody documents them', async () => {
    const door = await open()
    await door.double.accounts.put('vvtool', 'demo', {
      orderDetailNames: { order_status: 'orderStatus', order_price: 'price' },
      orderDetailStates: { waiting: 'WAIT', paid: 'SUCCESS', expired: 'CLOSED' },
      errorCodes: { orderUnknown: '404' },
      errorMessages: { orderUnknown: '没有订单' },
    })
    await newOrder(door)
    const { data } = (await vvtoolOrderDetail(door)).json()
    expect(data).toMatchObject({ orderStatus: 'WAIT', price: '100' })
    expect(data).not.toHaveProperty('order_status')
    expect((await vvtoolOrderDetail(door, { type: '2' })).json()).toMatchObject({
      code: 404,
      msg: '没有订单',
    })
  })
})
