// What a store keeps besides orders, deliveries and accounts, and how it lets go of what is old.
import { expect, test } from 'vitest'
import type { JournalEntry, Order } from '../../src/store/records.ts'
import type { Store } from '../../src/store/store.ts'
import {
  amountKey,
  claim,
  claimedIds,
  describeStores,
  insertPaid,
  newAccount,
  newAct,
  newAttempt,
  newDelivery,
  newOrder,
  numberKey,
} from '../harness/stores.ts'

const initial = { accounts: [newAccount('one')], values: { clock: { offset: 0 }, faults: [] } }

describeStores('values', open => {
  async function openWith(): Promise<{ store: Store; version: number }> {
    const store = await open()
    await store.reset(initial)
    const [clock] = (await store.readValues({})).filter(({ name }) => name === 'clock')
    return { store, version: clock?.version ?? 0 }
  }

  test('a state has the values with which it began', async () => {
    const { store } = await openWith()
    const values = await store.readValues({})
    expect(Object.fromEntries(values.map(({ name, value }) => [name, value]))).toEqual(initial.values)
  })

  test('only those are read whose version is not known', async () => {
    const { store, version } = await openWith()
    expect((await store.readValues({ clock: version })).map(({ name }) => name)).toEqual(['faults'])
    const next = (await store.writeValue('clock', { offset: 7 }, version)) ?? 0
    expect((await store.readValues({ clock: version })).map(({ name }) => name).sort()).toEqual([
      'clock',
      'faults',
    ])
    expect(await store.readValues({ faults: 0, clock: next })).toHaveLength(1)
  })

  test('a value is written by who knows its version, and by nobody else', async () => {
    const { store, version } = await openWith()
    expect(await store.writeValue('clock', { offset: 7 }, version + 1000)).toBeUndefined()
    expect(await store.writeValue('clock', { offset: 7 }, version)).toBeDefined()
    expect(await store.writeValue('clock', { offset: 8 }, version)).toBeUndefined()
    expect(await store.writeValue('nothing', {}, version)).toBeUndefined()
    expect((await store.readValues({})).find(({ name }) => name === 'clock')?.value).toEqual({ offset: 7 })
  })

  test('of 50 racing writers of one version one succeeds', async () => {
    const { store, version } = await openWith()
    const written = await Promise.all(
      Array.from({ length: 50 }, (_, offset) => store.writeValue('clock', { offset }, version)),
    )
    expect(written.filter(Boolean)).toHaveLength(1)
  })

  test('a version never comes again, also not after a reset', async () => {
    const { store, version } = await openWith()
    const versions = [version]
    for (let offset = 1; offset <= 3; offset++)
      versions.push((await store.writeValue('clock', { offset }, versions.at(-1) ?? 0)) ?? 0)
    await store.reset(initial)
    const after = (await store.readValues({})).map(value => value.version)
    expect(new Set([...versions, ...after]).size).toBe(versions.length + after.length)
  })

  test('what comes out of a store, or went in, may be changed without changing what is in it', async () => {
    const { store, version } = await openWith()
    const value = { list: [1] }
    await store.writeValue('clock', value, version)
    value.list.push(2)
    for (const read of await store.readValues({})) (read.value as { list?: number[] }).list?.push(3)
    expect((await store.readValues({})).find(({ name }) => name === 'clock')?.value).toEqual({ list: [1] })
  })
})

describeStores('the journal of a store', open => {
  const entry = (n: number, fields: Partial<JournalEntry> = {}): JournalEntry => ({
    provider: 'some',
    account: 'one',
    order: `order-${n}`,
    record: JSON.stringify({ n }),
    ...fields,
  })
  const numbers = async (store: Store, filter = {}, page = {}) =>
    (await store.listJournal(filter, page)).items.map(({ record }) => (JSON.parse(record) as { n: number }).n)

  test('keeps the newest entries, as many as it was told', async () => {
    const store = await open({ journalSize: 3 })
    await store.appendJournal([1, 2].map(n => entry(n)))
    await store.appendJournal([3, 4, 5].map(n => entry(n)))
    expect(await numbers(store)).toEqual([5, 4, 3])
    await store.appendJournal([6, 7, 8, 9].map(n => entry(n)))
    expect(await numbers(store)).toEqual([9, 8, 7])
  })

  test('keeps 1,000 entries unless it is told otherwise', async () => {
    const store = await open()
    await store.appendJournal(Array.from({ length: 1001 }, (_, n) => entry(n)))
    expect(await numbers(store, {}, { limit: 2000 })).toHaveLength(1000)
  })

  test('is read by provider, account and order, in pages, from either end', async () => {
    const store = await open()
    await store.appendJournal([
      entry(1),
      entry(2, { account: 'two' }),
      entry(3, { provider: 'other' }),
      entry(4, { order: null, account: null, provider: null }),
      entry(5),
    ])
    expect(await numbers(store, { account: 'one' })).toEqual([5, 3, 1])
    expect(await numbers(store, { provider: 'some' })).toEqual([5, 2, 1])
    expect(await numbers(store, { order: 'order-3' })).toEqual([3])
    const first = await store.listJournal({ provider: 'some' }, { limit: 2 })
    expect(first.items.map(({ order }) => order)).toEqual(['order-5', 'order-2'])
    expect(await numbers(store, { provider: 'some' }, { after: first.next })).toEqual([1])
    expect(await numbers(store, {}, { first: 'oldest', limit: 2 })).toEqual([1, 2])
  })

  test('forgets an account with its reset, and everything with a reset', async () => {
    const store = await open()
    await store.reset({ ...initial, accounts: [newAccount('one'), newAccount('two')] })
    await store.appendJournal([entry(1), entry(2, { account: 'two' }), entry(3, { account: null })])
    await store.resetAccount(newAccount('one'))
    expect(await numbers(store)).toEqual([3, 2])
    await store.removeAccount(newAccount('two'))
    expect(await numbers(store)).toEqual([3])
    await store.reset(initial)
    expect(await numbers(store)).toEqual([])
  })
})

describeStores('pages from the oldest on', open => {
  test('hold orders and deliveries in the order in which they were added', async () => {
    const store = await open()
    for (const n of [3, 1, 2]) await store.insertOrder(newOrder(n))
    for (const n of [9, 7, 8]) await store.addDelivery(newDelivery(n))
    const first = await store.listOrders({}, { first: 'oldest', limit: 2 })
    expect(first.items.map(({ id }) => id)).toEqual(['order-3', 'order-1'])
    const rest = await store.listOrders({}, { first: 'oldest', limit: 2, after: first.next ?? '' })
    expect(rest).toEqual({ items: [newOrder(2)], next: null })
    const deliveries = await store.listDeliveries({}, { first: 'oldest' })
    expect(deliveries.items.map(({ id }) => id)).toEqual(['delivery-9', 'delivery-7', 'delivery-8'])
  })
})

describeStores('prune', open => {
  async function openWithOrders(count: number, fields: (n: number) => Partial<Order> = () => ({})) {
    const store = await open()
    for (let n = 1; n <= count; n++) await store.insertOrder(newOrder(n, fields(n)))
    return store
  }
  const ids = async (store: Store) =>
    (await store.listOrders({}, { first: 'oldest', limit: 1000 })).items.map(({ id }) => Number(id.slice(6)))

  test('lets go of orders that were made before a time', async () => {
    const store = await openWithOrders(5)
    expect(await store.prune({ before: 3, limit: 10 })).toBe(2)
    expect(await ids(store)).toEqual([3, 4, 5])
    expect(await store.prune({ before: 3, limit: 10 })).toBe(0)
  })

  test('lets go of orders beyond a number of the newest, the oldest first and at most so many', async () => {
    const store = await openWithOrders(6)
    expect(await store.prune({ keep: 2, limit: 3 })).toBe(3)
    expect(await ids(store)).toEqual([4, 5, 6])
    expect(await store.prune({ keep: 2, limit: 3 })).toBe(1)
    expect(await ids(store)).toEqual([5, 6])
    expect(await store.prune({ keep: 0, limit: 3 })).toBe(2)
    expect(await ids(store)).toEqual([])
  })

  test('without a bound nothing is let go of', async () => {
    const store = await openWithOrders(2)
    expect(await store.prune({ limit: 10 })).toBe(0)
  })

  test('what it lets go of holds no key, has no deliveries, and falls no longer due', async () => {
    const store = await openWithOrders(2, () => ({ expiresAt: 50 }))
    await store.transition('order-1', 'pending', 'paid', { deliveries: [newDelivery(10)] })
    await store.recordAttempt('delivery-10', newAttempt(10), { status: 'delivered', dueAt: null })
    expect(await store.prune({ keep: 0, limit: 10 })).toBe(2)
    expect(await store.findOrder(numberKey('number-1'))).toBeUndefined()
    expect(await store.findOrder(amountKey(1002))).toBeUndefined()
    expect(await store.getDelivery('delivery-10')).toBeUndefined()
    expect((await store.listDeliveries({ order: 'order-1' })).items).toEqual([])
    expect(await store.nextDueAt()).toBeUndefined()
    expect(await store.insertOrder(newOrder(1))).toBeUndefined()
  })

  test('an order stays while a delivery of it is to be sent, or is held', async () => {
    const store = await openWithOrders(1)
    await insertPaid(store, newOrder(2), [newDelivery(10)])
    await insertPaid(store, newOrder(3), [newDelivery(11, { order: 'order-3', status: 'held', dueAt: null })])
    await store.transition('order-1', 'pending', 'paid', { deliveries: [newDelivery(12)] })
    await store.recordAttempt('delivery-12', newAttempt(12), { status: 'failed', dueAt: null })
    await store.recordAttempt('delivery-10', newAttempt(10), { status: 'pending', dueAt: 20 })
    // The helpers' deliveries are of order 1 unless they say otherwise.
    expect(await store.prune({ keep: 0, limit: 10 })).toBe(1)
    expect(await ids(store)).toEqual([1, 3])
  })

  test('counts what is there now, also where an account went meanwhile', async () => {
    const store = await openWithOrders(12, n => ({ account: n % 2 === 0 ? 'even' : 'odd' }))
    await store.putAccount(newAccount('even'))
    expect(await store.prune({ keep: 8, limit: 2 })).toBe(2)
    expect(await ids(store)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    await store.removeAccount(newAccount('even'))
    expect(await store.prune({ keep: 8, limit: 2 })).toBe(0)
    expect(await store.prune({ keep: 3, limit: 10 })).toBe(2)
    expect(await ids(store)).toEqual([7, 9, 11])
    await store.reset(initial)
    for (let n = 1; n <= 4; n++) await store.insertOrder(newOrder(n))
    expect(await store.prune({ keep: 3, limit: 1 })).toBe(1)
    await store.reset(initial)
    for (let n = 1; n <= 4; n++) await store.insertOrder(newOrder(n))
    expect(await store.prune({ keep: 4, limit: 1 })).toBe(0)
  })

  test('goes on behind orders that stay for their callbacks, and counts them', async () => {
    const store = await openWithOrders(6)
    await store.addDelivery(newDelivery(1, { order: 'order-1' }))
    await store.addDelivery(newDelivery(2, { order: 'order-3' }))
    expect(await store.prune({ keep: 2, limit: 1 })).toBe(1)
    expect(await ids(store)).toEqual([1, 3, 4, 5, 6])
    expect(await store.prune({ keep: 2, limit: 10 })).toBe(1)
    expect(await ids(store)).toEqual([1, 3, 5, 6])
    expect(await store.prune({ keep: 2, limit: 10 })).toBe(0)
    await store.recordAttempt('delivery-1', newAttempt(1), { status: 'failed', dueAt: null })
    expect(await store.prune({ keep: 2, limit: 10 })).toBe(1)
    await store.insertOrder(newOrder(7))
    expect(await store.prune({ keep: 2, limit: 10 })).toBe(1)
    expect(await ids(store)).toEqual([3, 6, 7])
  })

  test('racing with orders that come, lets go of none of the newest', async () => {
    const store = await openWithOrders(30)
    const inserted = Array.from({ length: 50 }, (_, n) => store.insertOrder(newOrder(n + 31)))
    const pruned = await Promise.all(Array.from({ length: 10 }, () => store.prune({ keep: 20, limit: 3 })))
    expect((await Promise.all(inserted)).filter(Boolean)).toEqual([])
    let gone = pruned.reduce((sum, each) => sum + each, 0)
    expect(await ids(store)).toHaveLength(80 - gone)
    for (let more = -1; more !== 0; gone += more) more = await store.prune({ keep: 20, limit: 7 })
    expect(gone).toBe(60)
    const left = await ids(store)
    expect(left).toHaveLength(20)
    expect(Math.min(...left)).toBeGreaterThan(30)
    const [kept = 0] = left
    expect(await store.insertOrder(newOrder(100, { orderNumber: `number-${kept}` }))).toMatchObject({
      kind: 'number',
    })
    expect(await store.insertOrder(newOrder(1))).toBeUndefined()
  })

  test('an order stays while somebody has claimed its delivery, and goes once it is delivered', async () => {
    const store = await openWithOrders(0)
    await insertPaid(store, newOrder(1), [newDelivery(10)])
    const [claims, gone] = await Promise.all([claim(store, 10), store.prune({ keep: 0, limit: 10 })])
    expect([claimedIds(claims), gone]).toEqual([['delivery-10'], 0])
    expect(await store.prune({ keep: 0, limit: 10 })).toBe(0)
    await store.recordAttempt('delivery-10', newAttempt(10), { status: 'delivered', dueAt: null })
    expect(await store.prune({ keep: 0, limit: 10 })).toBe(1)
    await store.release('delivery-10')
    expect(
      await store.recordAttempt('delivery-10', newAttempt(11), { status: 'pending', dueAt: 20 }),
    ).toBeUndefined()
    expect(await store.nextDueAt()).toBeUndefined()
  })

  test('what falls due of an order that went comes to nothing', async () => {
    const store = await openWithOrders(2, n => ({ acts: [newAct(n)], expiresAt: 50 }))
    const due = await claim(store, 2)
    expect(claimedIds(due)).toEqual(['order-1', 'order-2'])
    expect(await store.prune({ keep: 1, limit: 10 })).toBe(1)
    expect(
      await store.transition('order-1', 'pending', 'paid', { deliveries: [newDelivery(1)] }),
    ).toBeUndefined()
    expect(await store.getDelivery('delivery-1')).toBeUndefined()
    expect(await store.transition('order-2', 'pending', 'pending', { patch: { acts: [] } })).toBeDefined()
    expect(claimedIds(await claim(store, 60))).toEqual(['order-2'])
    expect(await store.nextDueAt()).toBeUndefined()
  })
})
