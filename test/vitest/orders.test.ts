// What became of orders, and of callbacks, with the texts of failures.
import 'paydouble/vitest'
import { expect, test } from 'vitest'
import { qfpayPayment, vvtoolQrCode } from '../harness/clients.ts'
import { describeDoors } from '../harness/doors.ts'
import { failureOf } from '../harness/failure.ts'
import { openInProcess } from '../harness/in-process.ts'

describeDoors('orders of the double', open => {
  test('are paid once the payer has paid', async () => {
    const door = await open()
    const { double } = door
    const id = String((await qfpayPayment(door)).json().syssn)
    const before = await double.orders.get(id)
    expect(before).not.toHaveBeenPaid()
    await expect(double).not.toHavePaid(id)
    const payment = await double.payer.pay(id)
    expect(payment).toHaveBeenPaid()
    expect(await double.orders.get(id)).toHaveBeenPaid({ amount: 300 })
    expect(await double.orders.get(id)).not.toHaveBeenPaid({ amount: 3 })
    await expect(double).toHavePaid(id)
    await expect(double).toHavePaid('order1', { amount: 300 })
    // What was read before is as it was.
    expect(before).not.toHaveBeenPaid()
  })
})

test('an order that is not paid, and one that is', async () => {
  const door = openInProcess()
  const id = String((await qfpayPayment(door)).json().syssn)
  const pending = await door.double.orders.get(id)
  expect(await failureOf(() => expect(pending).toHaveBeenPaid())).toMatchInlineSnapshot(`
    "expect(order).toHaveBeenPaid()

    The order 20260101090000000441539611 (order1) of qfpay is pending: 300 HKD in minor units."
  `)
  expect(await failureOf(() => expect(door.double).toHavePaid(id))).toMatchInlineSnapshot(`
    "expect(pay).toHavePaid("20260101090000000441539611")

    The order 20260101090000000441539611 (order1) of qfpay is pending: 300 HKD in minor units."
  `)
  await door.double.payer.pay(id)
  const paid = await door.double.orders.get(id)
  expect(await failureOf(() => expect(paid).not.toHaveBeenPaid())).toMatchInlineSnapshot(`
    "expect(order).not.toHaveBeenPaid()

    The order 20260101090000000441539611 (order1) of qfpay is paid: 300 HKD in minor units."
  `)
  expect(await failureOf(() => expect(paid).toHaveBeenPaid({ amount: 3 }))).toMatchInlineSnapshot(`
    "expect(order).toHaveBeenPaid({"amount":3})

    The order 20260101090000000441539611 (order1) of qfpay is paid: 300 HKD in minor units."
  `)
  expect(await failureOf(() => expect(door.double).not.toHavePaid('order1'))).toMatchInlineSnapshot(`
    "expect(pay).not.toHavePaid("order1")

    The order 20260101090000000441539611 (order1) of qfpay is paid: 300 HKD in minor units."
  `)
})

test('an order that is not there', async () => {
  const { double } = openInProcess()
  expect(await failureOf(() => expect(double).toHavePaid('none'))).toMatchInlineSnapshot(`
    "expect(pay).toHavePaid("none")

    The double has no order with the id or the number "none"."
  `)
  expect(await failureOf(() => expect(undefined).toHaveBeenPaid())).toMatchInlineSnapshot(
    `"Failed to match toHaveBeenPaid: there is no order: what was given is undefined. Perhaps no order has that id."`,
  )
  expect(await failureOf(() => expect(double.orders.get('none')).toHaveBeenPaid())).toMatchInlineSnapshot(
    `"Failed to match toHaveBeenPaid: what was given is a promise: await it first."`,
  )
  expect(await failureOf(() => expect({}).toHavePaid('none'))).toMatchInlineSnapshot(
    `"Failed to match toHavePaid: what was given is no double: write expect(pay), where pay is what createDouble returned."`,
  )
})

test('one of several orders with a number is paid', async () => {
  const door = openInProcess()
  await vvtoolQrCode(door)
  await vvtoolQrCode(door)
  const { items } = await door.double.orders.list({ orderNumber: 'order-1' })
  expect(items).toHaveLength(2)
  await expect(door.double).not.toHavePaid('order-1')
  await door.double.payer.pay(items[1]?.id ?? '')
  await expect(door.double).toHavePaid('order-1')
})

test('callbacks that were acknowledged are delivered', async () => {
  const replies = [500]
  const door = openInProcess({ deliver: async () => ({ status: replies.shift() ?? 200, body: 'SUCCESS' }) })
  const { double } = door
  await double.accounts.put('qfpay', 'demo', { notifyUrl: 'http://shop.test/paid', retryDelaysMs: [60_000] })
  const order = String((await qfpayPayment(door)).json().syssn)
  await expect(double).not.toHaveDelivered({ order })
  await double.payer.pay(order)
  expect(await failureOf(() => expect(double).toHaveDelivered({ order }))).toMatchInlineSnapshot(`
    "expect(pay).toHaveDelivered({"order":"20260101090000000441539611"})

    No callback was delivered, and at least one should have been.
      payment of the order 20260101090000000441539611: pending, 1 attempt, at last 500 "SUCCESS""
  `)
  await double.clock.advance('1m')
  await expect(double).toHaveDelivered()
  await expect(double).toHaveDelivered({
    order: { id: order },
    callback: 'payment',
    provider: 'qfpay',
    times: 1,
  })
  await expect(double).not.toHaveDelivered({ order, times: 2 })
  await expect(double).not.toHaveDelivered({ order: 'another' })
  await expect(double).toHaveDelivered({ order: 'another', times: 0 })
  expect(await failureOf(() => expect(double).toHaveDelivered({ order, times: 2 }))).toMatchInlineSnapshot(`
    "expect(pay).toHaveDelivered({"order":"20260101090000000441539611","times":2})

    One callback was delivered, and 2 should have been.
      payment of the order 20260101090000000441539611: delivered, 2 attempts, at last 200 "SUCCESS""
  `)
  expect(await failureOf(() => expect(double).not.toHaveDelivered({ order }))).toMatchInlineSnapshot(`
    "expect(pay).not.toHaveDelivered({"order":"20260101090000000441539611"})

    One callback was delivered, and none should have been.
      payment of the order 20260101090000000441539611: delivered, 2 attempts, at last 200 "SUCCESS""
  `)
  expect(
    await failureOf(() => expect(double).toHaveDelivered({ callback: 'refund' })),
  ).toMatchInlineSnapshot(`
    "expect(pay).toHaveDelivered({"callback":"refund"})

    No callback was delivered, and at least one should have been."
  `)
})
