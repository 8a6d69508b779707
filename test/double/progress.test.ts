// How orders come to be paid by themselves, and what a query sees meanwhile.
import { expect, test } from 'vitest'
import { simulators } from '../../mocks/index.ts'
import { deliver } from '../../src/double/schedule.ts'
import { its500Account, its500Order } from '../harness/clients.ts'
import { describeDoors, type OpenDoor, type OpenOptions } from '../harness/doors.ts'
import { openReceiver } from '../harness/receiver.ts'
import { signedCall, signedSimulator } from '../harness/signed-provider.ts'

type Open = (options?: OpenOptions) => Promise<OpenDoor>

async function openSigned(open: Open) {
  const receiver = await openReceiver(() => ({ status: 200, body: 'SUCCESS' }))
  const door = await open({ simulators: [...simulators, signedSimulator] })
  await door.double.accounts.put('signedpay', 'demo', { url: receiver.url })
  const { double } = door
  return {
    door,
    double,
    received: receiver.received,
    pay: (pay: object) => double.faults.add({ provider: 'signedpay', pay }),
    create: async (number = 'order-1') => String((await signedCall(door, 'create', { number })).json().id),
    status: async (number = 'order-1') => (await signedCall(door, 'query', { number })).json().status,
  }
}

describeDoors('progress', open => {
  test('an order waits for the payer unless something is planned', async () => {
    const { create, status, double, received } = await openSigned(open)
    const id = await create()
    for (let n = 0; n < 5; n++) expect(await status()).toBe('pending')
    await double.clock.advance('29m')
    expect(await status()).toBe('pending')
    await double.payer.pay(id)
    expect(await status()).toBe('paid')
    expect(received).toHaveLength(1)
  })

  test('an order is paid before its answer is out, and the callback was there first', async () => {
    const { create, pay, received, double } = await openSigned(open)
    const [rule] = pay({ at: 'once' })
    const id = await create()
    expect(received).toHaveLength(1)
    expect(await double.orders.get(id)).toMatchObject({ status: 'paid', acts: [] })
    const [made] = double.journal
      .list({ provider: 'signedpay' })
      .items.filter(({ kind }) => kind === 'request')
    expect(made).toMatchObject({ outcome: 'answered', fault: JSON.stringify(rule?.fault) })
  })

  test('an order is paid after a time', async () => {
    const { create, pay, status, double, received } = await openSigned(open)
    pay({ after: '2m' })
    const id = await create()
    await double.clock.advance('119s')
    expect(await status()).toBe('pending')
    expect(await double.clock.advance('1s')).toMatchObject([
      { kind: 'acted', act: { do: 'pay' }, order: { id, status: 'paid' } },
      { kind: 'attempted', delivery: { order: id } },
    ])
    expect(await status()).toBe('paid')
    expect(received).toHaveLength(1)
  })

  test('an order is paid after its third query, which still finds it pending', async () => {
    const { create, pay, status, received } = await openSigned(open)
    pay({ afterQueries: 3 })
    await create()
    for (let n = 1; n <= 3; n++) expect([n, await status()]).toEqual([n, 'pending'])
    expect(received).toHaveLength(1)
    expect(await status()).toBe('paid')
  })

  test('of queries at one time each counts', async () => {
    const { create, pay, status, double } = await openSigned(open)
    pay({ afterQueries: 20 })
    const id = await create()
    await Promise.all(Array.from({ length: 19 }, () => status()))
    expect(await double.orders.get(id)).toMatchObject({ status: 'pending', acts: [{ queries: 1 }] })
    await status()
    expect(await double.orders.get(id)).toMatchObject({ status: 'paid', acts: [] })
  })

  test('the callback comes before a query finds the order paid', async () => {
    const { create, pay, status, double, received } = await openSigned(open)
    double.faults.add({ provider: 'signedpay', lag: '5m', times: 2 })
    pay({ at: 'once' })
    await create()
    expect(received).toHaveLength(1)
    expect(await status()).toBe('pending')
    await double.clock.advance('4m')
    expect(await status()).toBe('pending')
    expect(await status()).toBe('paid')
  })

  test('a query finds the order paid before the callback comes', async () => {
    const { create, pay, status, double, received } = await openSigned(open)
    double.faults.add({ provider: 'signedpay', deliver: deliver('payment').after('5m') })
    pay({ at: 'once' })
    await create()
    expect(await status()).toBe('paid')
    expect(received).toEqual([])
    await double.clock.advance('5m')
    expect(received).toHaveLength(1)
  })

  test('a query that lags behind is the only call that uses the fault up, and the journal names it', async () => {
    const { create, status, double } = await openSigned(open)
    const [rule] = double.faults.add({ provider: 'signedpay', lag: '5m' })
    const id = await create()
    expect(double.faults.list()).toHaveLength(1)
    await double.payer.pay(id)
    expect(await status()).toBe('pending')
    expect(double.journal.list({}, { limit: 1 }).items[0]?.fault).toBe(JSON.stringify(rule?.fault))
    expect(double.faults.list()).toEqual([])
  })

  test('an order that has expired before it was paid late shows as expired while the query lags', async () => {
    const { create, status, double } = await openSigned(open)
    const id = await create()
    await double.clock.advance('31m')
    await double.payer.pay(id, { late: true })
    double.faults.add({ provider: 'signedpay', lag: '10s', times: 2 })
    expect(await status()).toBe('expired')
    await double.clock.advance('10s')
    expect(await status()).toBe('paid')
  })

  test('a query asks by header for an answer that lags behind', async () => {
    const { create, double, door } = await openSigned(open)
    await double.payer.pay(await create())
    const lagging = await signedCall(door, 'query', {}, { headers: { 'x-paydouble': 'lag=1h' } })
    expect(lagging.json()).toMatchObject({ status: 'pending' })
    await double.clock.advance('1h')
    const later = await signedCall(door, 'query', {}, { headers: { 'x-paydouble': 'lag=1h' } })
    expect(later.json()).toMatchObject({ status: 'paid' })
  })

  test('an order is paid after it has expired', async () => {
    const { create, pay, status, double, received } = await openSigned(open)
    pay({ pastExpiry: '10s' })
    await create()
    expect((await double.clock.advance('30m')).map(({ kind }) => kind)).toEqual(['expired'])
    expect(await status()).toBe('expired')
    expect((await double.clock.advance('10s')).map(({ kind }) => kind)).toEqual(['acted', 'attempted'])
    expect(await status()).toBe('paid')
    expect(received).toHaveLength(1)
  })

  test('an order that expires as its payer pays has expired first', async () => {
    const { create, pay, double } = await openSigned(open)
    pay({ after: '30m' })
    const id = await create()
    expect((await double.clock.advance('30m')).map(({ kind }) => kind)).toEqual(['expired'])
    expect(await double.orders.get(id)).toMatchObject({ status: 'expired', acts: [] })
    expect(double.journal.list({ order: id }).items[0]).toMatchObject({ kind: 'payment', outcome: 'refused' })
  })

  test('another amount is paid', async () => {
    const { create, pay, double } = await openSigned(open)
    pay({ at: 'once', amount: 1 })
    expect(await double.orders.get(await create())).toMatchObject({
      status: 'paid',
      paidAmount: 1,
      amount: 1000,
    })
  })

  test('the payer who was planned does nothing once he has walked away', async () => {
    const { create, pay, double, status } = await openSigned(open)
    pay({ after: '2m' })
    await double.payer.walkAway(await create())
    expect(await double.clock.advance('10m')).toEqual([])
    expect(await status()).toBe('pending')
  })

  test('a plan for an order number strikes that order alone', async () => {
    const { create, double } = await openSigned(open)
    double.faults.add({ provider: 'signedpay', orderNumber: 'now-*', times: 'always', pay: { at: 'once' } })
    const status = async (number: string) => (await double.orders.get(await create(number)))?.status
    expect(await status('now-1')).toBe('paid')
    expect(await status('later-1')).toBe('pending')
    expect(await status('now-2')).toBe('paid')
  })

  test('a refused order does not use the plan up', async () => {
    const { create, pay, door, double } = await openSigned(open)
    await create('order-1')
    pay({ at: 'once' })
    expect((await signedCall(door, 'create', { number: 'order-1' })).json()).toMatchObject({ code: 'E04' })
    expect(await double.orders.get(await create('order-2'))).toMatchObject({ status: 'paid' })
  })

  test('an order of its500 whose amount was taken at first is paid as planned', async () => {
    const receiver = await openReceiver()
    const account = { id: 'demo', ...its500Account, callbackUrls: [receiver.url] }
    const door = await open({ accounts: { its500: [account] } })
    for (let n = 0; n < 60; n++) await its500Order(door)
    door.double.faults.add({ provider: 'its500', times: 20, pay: { at: 'once' } })
    for (let n = 0; n < 20; n++) {
      const { orderId } = (await its500Order(door)).json()
      expect(await door.double.orders.get(String(orderId))).toMatchObject({ status: 'paid' })
    }
    expect(receiver.received).toHaveLength(20)
  })
})
