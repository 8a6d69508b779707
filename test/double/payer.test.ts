// What a payer can do, besides paying what is asked in time.
import { expect, test } from 'vitest'
import { simulators } from '../../mocks/index.ts'
import { describeDoors, type OpenDoor, type OpenOptions } from '../harness/doors.ts'
import { openReceiver } from '../harness/receiver.ts'
import { signedCall, signedSimulator } from '../harness/signed-provider.ts'

async function openSigned(open: (options?: OpenOptions) => Promise<OpenDoor>, simulator = signedSimulator) {
  const receiver = await openReceiver(() => ({ status: 200, body: 'SUCCESS' }))
  const door = await open({ simulators: [...simulators, simulator] })
  await door.double.accounts.put('signedpay', 'demo', { url: receiver.url })
  const create = async (number = 'order-1') =>
    String((await signedCall(door, 'create', { number })).json().id)
  return { door, double: door.double, received: receiver.received, create }
}

describeDoors('the payer', open => {
  test('pays by the text of the code', async () => {
    const { double, create, received } = await openSigned(open)
    const id = await create()
    expect(await double.payer.scan(`signed://pay/${id}`)).toMatchObject({
      outcome: 'paid',
      order: { id, status: 'paid', paidAmount: 1000 },
      deliveries: [{ status: 'delivered' }],
      findings: [],
    })
    expect(received).toHaveLength(1)
  })

  test('pays another amount, which is a finding', async () => {
    const { double, create } = await openSigned(open)
    const payment = await double.payer.pay(await create(), { amount: 999 })
    expect(payment).toMatchObject({ order: { paidAmount: 999 }, findings: [{ kind: 'otherAmountPaid' }] })
    expect(double.journal.list({}).items[0]?.findings).toEqual(payment.findings)
  })

  test('pays twice, and is called back for both', async () => {
    const { double, create, received } = await openSigned(open)
    const id = await create()
    await double.payer.pay(id)
    await expect(double.payer.pay(id)).rejects.toMatchObject({
      code: 'orderNotPending',
      message: expect.stringMatching(/"again"/),
    })
    expect(await double.payer.pay(id, { again: true })).toMatchObject({ order: { paidAmount: 2000 } })
    expect(received).toHaveLength(2)
  })

  test('pays twice at the same time: no payment is lost, and each that counts is called back', async () => {
    const { double, create, received } = await openSigned(open)
    const id = await create()
    await double.payer.pay(id)
    const pays = await Promise.allSettled(
      Array.from({ length: 5 }, () => double.payer.pay(id, { again: true })),
    )
    const paid = pays.filter(({ status }) => status === 'fulfilled').length
    expect((await double.orders.get(id))?.paidAmount).toBe(1000 * (paid + 1))
    expect(received).toHaveLength(paid + 1)
  })

  test('pays after the order has expired', async () => {
    const { double, create, received } = await openSigned(open)
    const id = await create()
    await double.clock.advance('30m')
    await expect(double.payer.pay(id)).rejects.toMatchObject({ message: expect.stringMatching(/"late"/) })
    expect(await double.payer.pay(id, { late: true })).toMatchObject({ order: { status: 'paid' } })
    expect(received).toHaveLength(1)
  })

  test('pays an old code after a newer one was paid', async () => {
    const { double, create, received } = await openSigned(open)
    const [old, newer] = [await create('order-1'), await create('order-2')]
    await double.payer.scan(`signed://pay/${newer}`)
    await double.payer.scan(`signed://pay/${old}`)
    expect(received.map(({ body }) => JSON.parse(body).number)).toEqual(['order-2', 'order-1'])
  })

  test('declines, and the order goes on waiting where the provider does not learn of it', async () => {
    const { double, create } = await openSigned(open)
    const id = await create()
    expect(await double.payer.decline(id)).toMatchObject({ status: 'pending' })
    expect(double.journal.list({ order: id }).items[0]).toMatchObject({
      kind: 'payment',
      outcome: 'declined',
    })
    expect(await double.payer.pay(id)).toMatchObject({ outcome: 'paid' })
    await expect(double.payer.decline(id)).rejects.toMatchObject({ code: 'orderNotPending' })
  })

  test('declines, and the order fails where the provider learns of it; then the money may come late', async () => {
    const { double, create, received } = await openSigned(open, {
      ...signedSimulator,
      failsWhenDeclined: true,
    })
    const id = await create()
    expect(await double.payer.decline(id)).toMatchObject({ status: 'failed' })
    await expect(double.payer.pay(id)).rejects.toMatchObject({ code: 'orderNotPending' })
    expect(received).toEqual([])
    expect(await double.payer.pay(id, { late: true })).toMatchObject({ outcome: 'paid' })
  })

  test('walks away, and the journal says so', async () => {
    const { double, create } = await openSigned(open)
    const id = await create()
    expect(await double.payer.walkAway(id)).toMatchObject({ status: 'pending' })
    expect(double.journal.list({ order: id }).items[0]).toMatchObject({ outcome: 'walkedAway' })
    expect(await double.clock.advance('1h')).toMatchObject([{ kind: 'expired' }])
  })

  test('cannot pay, decline or walk away from what is not there, nor pay a refund', async () => {
    const { double, create, door } = await openSigned(open)
    const unknown = expect.objectContaining({ code: 'orderUnknown' })
    for (const act of [double.payer.pay, double.payer.decline, double.payer.walkAway])
      await expect(act('nobody')).rejects.toEqual(unknown)
    await double.payer.pay(await create())
    await signedCall(door, 'refund', { amount: 1 })
    const [refund] = (await double.orders.list({ kind: 'refund' })).items
    await expect(double.payer.pay(refund?.id ?? '', { again: true })).rejects.toMatchObject({
      message: expect.stringMatching(/it is a refund/),
    })
  })

  test.each([0, -1, 1.5, Number.NaN, 2 ** 53])('cannot pay %d', async amount => {
    const { double, create } = await openSigned(open)
    await expect(double.payer.pay(await create(), { amount })).rejects.toMatchObject({ code: 'badAmount' })
  })
})
