import { setImmediate } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createManualClock, createSystemClock } from '../../src/double/clock.ts'
import { createRetention } from '../../src/double/retention.ts'
import type { PruneOptions, Store } from '../../src/store/store.ts'
import { dmsPayment } from '../harness/clients.ts'
import { eventually } from '../harness/eventually.ts'
import { openInProcess } from '../harness/in-process.ts'
import { newDelivery, newOrder, storeOptions, stores } from '../harness/stores.ts'

const day = 86_400_000

/** The store that is asked, what was let go of, and how many were let go of at the same time. */
async function openRetained(
  name: string,
  bounds: { readonly orders?: number; readonly ageMs?: number },
  clock = createManualClock(0),
) {
  const inner = (await stores[name]?.(storeOptions)) as Store
  onTestFinished(() => inner.close())
  await inner.begin({ accounts: [], values: {} })
  const asked: PruneOptions[] = []
  let underWay = 0
  let most = 0
  const watched: Store = {
    ...inner,
    async prune(options) {
      asked.push(options)
      most = Math.max(most, ++underWay)
      return inner.prune(options).finally(() => underWay--)
    },
  }
  const expected: number[] = []
  const retention = createRetention(watched, clock, { ...bounds, expect: at => expected.push(at) })
  onTestFinished(() => retention.close())
  const count = async () => (await inner.listOrders({}, { limit: 100_000 })).items.length
  return { retention, store: retention.store, inner, clock, asked, expected, count, mostAtOnce: () => most }
}

describe.each(Object.keys(stores))('retention (%s)', name => {
  test('by number keeps that many, and at most a tenth more, of however many there were', async () => {
    const { store, count, asked, mostAtOnce } = await openRetained(name, { orders: 2000 })
    let most = 0
    for (let n = 1; n <= 5000; n++) {
      await store.insertOrder(newOrder(n))
      if (n % 20 === 0) await setImmediate()
      if (n % 250 === 0) most = Math.max(most, await count())
    }
    await eventually(async () => expect(await count()).toBeLessThanOrEqual(2200))
    expect(await count()).toBeGreaterThanOrEqual(2000)
    // What is let go of goes on while others are served.
    expect(most).toBeLessThan(3000)
    expect((await store.listOrders({}, { limit: 1 })).items[0]?.id).toBe('order-5000')
    expect(Math.max(...asked.map(({ limit }) => limit))).toBeLessThan(500)
    expect(mostAtOnce()).toBe(1)
    // A call for each chunk, and a last one for each round.
    expect(asked.length).toBeLessThan(90)
  })

  test('by age goes by the clock, also where nobody asks for anything', async () => {
    const { store, clock, count, expected } = await openRetained(name, { ageMs: 7 * day })
    await store.insertOrder(newOrder(1, { createdAt: clock.now() }))
    clock.moveTo(3 * day)
    await store.insertOrder(newOrder(2, { createdAt: clock.now() }))
    clock.moveTo(7 * day)
    expect(expected).toEqual([7 * day + 1])
    expect(await store.nextDueAt()).toBe(7 * day + 1)
    expect(await count()).toBe(2)
    clock.moveTo(7 * day + 1)
    await eventually(async () => expect(await count()).toBe(1))
    await eventually(() => expect(expected).toEqual([7 * day + 1, 10 * day + 1]))
    clock.moveTo(20 * day)
    await eventually(async () => expect(await count()).toBe(0))
    expect(await store.nextDueAt()).toBeUndefined()
  })

  test('on a clock that runs, the scheduler is awake then', async () => {
    const clock = createSystemClock()
    const { store, count } = await openRetained(name, { ageMs: 7 * day }, clock)
    await store.insertOrder(newOrder(1, { createdAt: clock.now() - 7 * day - 1 }))
    expect(await store.nextDueAt()).toBeLessThanOrEqual(clock.now())
    expect(await store.claimDue(clock.now(), { now: clock.now(), limit: 10 })).toEqual([])
    await eventually(async () => expect(await count()).toBe(0))
  })

  test('has an order stay until its callbacks are at their end, and looks again', async () => {
    const { store, inner, clock, count } = await openRetained(name, { ageMs: day })
    await store.insertOrder(newOrder(1, { createdAt: 0 }))
    await store.addDelivery(newDelivery(1))
    clock.moveTo(2 * day)
    await eventually(async () => expect(await store.nextDueAt()).toBe(1))
    expect(await count()).toBe(1)
    await inner.recordAttempt('delivery-1', undefined, { status: 'failed', dueAt: null })
    clock.moveTo(4 * day)
    await eventually(async () => expect(await count()).toBe(0))
  })

  test('lets go at the beginning of what is there already', async () => {
    const { retention, inner, count } = await openRetained(name, { orders: 10 })
    for (let n = 1; n <= 700; n++) await inner.insertOrder(newOrder(n))
    retention.run()
    await eventually(async () => expect(await count()).toBe(10))
  })
})

test('a store that is away is tried again with the next order', async () => {
  const { store, inner, asked, count } = await openRetained('memory', { orders: 1 })
  let isAway = true
  const { retention, store: flaky } = await (async () => {
    const broken: Store = {
      ...inner,
      async prune(options) {
        if (isAway) throw new Error('away')
        return inner.prune(options)
      },
    }
    const made = createRetention(broken, createManualClock(), { orders: 1, expect() {} })
    return { retention: made, store: made.store }
  })()
  for (let n = 1; n <= 150; n++) await flaky.insertOrder(newOrder(n))
  expect(await count()).toBe(150)
  isAway = false
  await flaky.insertOrder(newOrder(151))
  await eventually(async () => expect(await count()).toBe(1))
  retention.close()
  expect([store.reach, asked]).toEqual(['process', []])
})

describe('a double', () => {
  test('with a bound lets go of the oldest orders, and their numbers may be used again', async () => {
    const door = openInProcess({ retention: { orders: 50 } })
    const total = async () => (await door.double.orders.list({}, { limit: 1000 })).items.length
    const pay = async (n: number) => (await dmsPayment(door, { bz_order: `order-${n}` })).json()
    for (let n = 1; n <= 400; n++) await pay(n)
    await eventually(async () => expect(await total()).toBeLessThanOrEqual(150))
    expect(await total()).toBeGreaterThanOrEqual(50)
    expect(await pay(1)).toMatchObject({ errCode: 1000 })
    expect(await pay(400)).toMatchObject({ errCode: 1005 })
  })

  test('without one keeps all', async () => {
    const door = openInProcess()
    for (let n = 1; n <= 300; n++) await dmsPayment(door, { bz_order: `order-${n}` })
    await door.double.clock.advance('365d')
    expect((await door.double.orders.list({}, { limit: 500 })).items).toHaveLength(300)
  })

  test('lets go of orders by age while its clock is moved', async () => {
    const door = openInProcess({ retention: { age: '7d' } })
    await dmsPayment(door, { bz_order: 'order-1' })
    await door.double.clock.advance('6d')
    await dmsPayment(door, { bz_order: 'order-2' })
    await door.double.clock.advance('25h')
    await eventually(async () => {
      const { items } = await door.double.orders.list()
      expect(items.map(({ orderNumber }) => orderNumber)).toEqual(['order-2'])
    })
  })

  test('keeps as many requests in its journal as it is told', async () => {
    const door = openInProcess({ retention: { requests: 3 } })
    for (let n = 1; n <= 5; n++) await dmsPayment(door, { bz_order: `order-${n}` })
    expect(door.double.journal.list().items.map(({ id }) => id)).toEqual(['5', '4', '3'])
  })
})
