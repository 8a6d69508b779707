import { expect, onTestFinished, test, vi } from 'vitest'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Order } from '../../src/store/records.ts'
import {
  amountKey,
  claim,
  claimedIds,
  insertPaid,
  newAccount,
  newDelivery,
  newOrder,
  numberKey,
  storeOptions,
} from '../harness/stores.ts'

const open = () => createMemoryStore(storeOptions)

test('an order that a test creates is found by its id and by each of its keys', async () => {
  const store = open()
  await store.db.orders.create(newOrder(1))
  expect(await store.getOrder('order-1')).toEqual(newOrder(1))
  expect(await store.findOrder(numberKey('number-1'))).toEqual(newOrder(1))
  expect(await store.findOrder(amountKey(newOrder(1).amount))).toEqual(newOrder(1))
  expect((await store.listOrders({ orderNumber: 'number-1' })).items).toEqual([newOrder(1)])
})

test('an order that a test creates refuses a duplicate', async () => {
  const store = open()
  await store.db.orders.create(newOrder(1))
  expect(await store.insertOrder(newOrder(1))).toMatchObject({ kind: 'id' })
  expect(await store.insertOrder(newOrder(2, { orderNumber: 'number-1' }))).toMatchObject({ kind: 'number' })
  expect(store.db.orders.count()).toBe(1)
})

test('an order that a test creates expires', async () => {
  const store = open()
  await store.db.orders.create(newOrder(1, { expiresAt: 10 }))
  expect(await store.nextDueAt()).toBe(10)
  expect(claimedIds(await claim(store, 10))).toEqual(['order-1'])
})

test('an order that a test creates with few fields has defaults for the others', async () => {
  const store = open()
  await store.db.orders.create({
    id: 'order-1',
    provider: 'some',
    account: 'demo',
    orderNumber: 'number-1',
    amount: 100,
    qr: 'qr-1',
    createdAt: 0,
  })
  expect(await store.getOrder('order-1')).toEqual({
    id: 'order-1',
    provider: 'some',
    account: 'demo',
    orderNumber: 'number-1',
    kind: 'payment',
    original: null,
    status: 'pending',
    amount: 100,
    currency: 'CNY',
    qr: 'qr-1',
    createdAt: 0,
    expiresAt: null,
    paidAt: null,
    paidAmount: null,
    refunded: 0,
    changedAt: null,
    past: [],
    acts: [],
    fields: {},
  })
})

test('an update by a test is seen by the store', async () => {
  const store = open()
  await store.insertOrder(newOrder(1))
  await store.db.orders.update(q => q.where({ id: 'order-1' }), {
    data(order) {
      order.fields = { title: 'changed' }
    },
  })
  expect(await store.getOrder('order-1')).toEqual(newOrder(1, { fields: { title: 'changed' } }))
  expect(await store.transition('order-1', 'pending', 'paid', {})).toMatchObject({
    fields: { title: 'changed' },
  })
  expect(store.db.orders.findFirst(q => q.where({ id: 'order-1' }))?.status).toBe('paid')
})

test('an update by a test is seen also by a store that was asked while it was under way', async () => {
  const store = open()
  await store.insertOrder(newOrder(1))
  const updating = store.db.orders.update(q => q.where({ id: 'order-1' }), {
    data(order) {
      order.currency = 'HKD'
    },
  })
  while ((await Promise.race([updating, 'under way'])) === 'under way') await store.getOrder('order-1')
  expect(await store.getOrder('order-1')).toMatchObject({ currency: 'HKD' })
})

test('an update by a test moves the keys of the order', async () => {
  const store = open()
  await store.insertOrder(newOrder(1, { amount: 99 }))
  await store.db.orders.update(q => q.where({ id: 'order-1' }), {
    data(order) {
      order.status = 'expired'
      order.orderNumber = 'other'
    },
  })
  expect(await store.findOrder(amountKey(99))).toBeUndefined()
  expect(await store.findOrder(numberKey('number-1'))).toBeUndefined()
  expect(await store.findOrder(numberKey('other'))).toMatchObject({ id: 'order-1' })
  expect((await store.listOrders({ orderNumber: 'other' })).items).toHaveLength(1)
  expect(await store.insertOrder(newOrder(2, { amount: 99, orderNumber: 'number-1' }))).toBeUndefined()
})

test('an update by a test moves the end of the order', async () => {
  const store = open()
  await store.insertOrder(newOrder(1, { expiresAt: 10 }))
  await store.db.orders.update(q => q.where({ id: 'order-1' }), {
    data(order) {
      order.expiresAt = 5
    },
  })
  expect(await store.nextDueAt()).toBe(5)
  expect(claimedIds(await claim(store, 100))).toEqual(['order-1'])
})

test('an order that a test makes pending again expires', async () => {
  const store = open()
  await insertPaid(store, newOrder(1, { expiresAt: 10 }), [])
  expect(await claim(store, 10)).toEqual([])
  await store.db.orders.update(q => q.where({ id: 'order-1' }), {
    data(order) {
      order.status = 'pending'
    },
  })
  expect(claimedIds(await claim(store, 10))).toEqual(['order-1'])
})

test('an order whose id a test changes is found by the new one', async () => {
  const store = open()
  await store.insertOrder(newOrder(1))
  await store.db.orders.update(q => q.where({ id: 'order-1' }), {
    data(order) {
      order.id = 'renamed'
    },
  })
  expect(await store.getOrder('order-1')).toBeUndefined()
  expect(await store.getOrder('renamed')).toEqual(newOrder(1, { id: 'renamed' }))
  expect(await store.findOrder(numberKey('number-1'))).toMatchObject({ id: 'renamed' })
})

test('an order that a test deletes is gone, and its keys are free', async () => {
  const store = open()
  await store.insertOrder(newOrder(1, { expiresAt: 10 }))
  store.db.orders.delete(q => q.where({ id: 'order-1' }))
  expect(await store.getOrder('order-1')).toBeUndefined()
  expect(await store.findOrder(numberKey('number-1'))).toBeUndefined()
  expect((await store.listOrders({ orderNumber: 'number-1' })).items).toEqual([])
  expect(await store.nextDueAt()).toBeUndefined()
  expect(await store.insertOrder(newOrder(1))).toBeUndefined()
})

test('the other orders are found after a test has deleted some', async () => {
  const store = open()
  for (let n = 1; n <= 9; n++) await store.insertOrder(newOrder(n))
  store.db.orders.deleteMany(q => q.where({ id: id => ['order-1', 'order-4', 'order-5'].includes(id) }))
  await store.insertOrder(newOrder(10))
  for (const n of [2, 3, 6, 7, 8, 9, 10]) expect(await store.getOrder(`order-${n}`)).toEqual(newOrder(n))
})

test('pages show each order once also while a test deletes some that were shown', async () => {
  const store = open()
  for (let n = 1; n <= 6; n++) await store.insertOrder(newOrder(n))
  const first = await store.listOrders({}, { limit: 2 })
  store.db.orders.delete(q => q.where({ id: 'order-6' }))
  store.db.orders.delete(q => q.where({ id: 'order-1' }))
  const second = await store.listOrders({}, { limit: 5, after: first.next ?? '' })
  expect(first.items.map(({ id }) => id)).toEqual(['order-6', 'order-5'])
  expect(second.items.map(({ id }) => id)).toEqual(['order-4', 'order-3', 'order-2'])
})

test('orders of the store are found by a query of the collection', async () => {
  const store = open()
  for (let n = 1; n <= 3; n++) await store.insertOrder(newOrder(n))
  await store.transition('order-2', 'pending', 'paid', { patch: { paidAmount: 7 } })
  expect(store.db.orders.findFirst(q => q.where({ orderNumber: 'number-3' }))).toEqual(newOrder(3))
  expect(store.db.orders.findMany(q => q.where({ status: 'paid' }))).toEqual([
    newOrder(2, { status: 'paid', paidAmount: 7 }),
  ])
})

test('an order that the collection does not take leaves no key behind', async () => {
  const store = open()
  // The collection prints what it does not take.
  const printing = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => printing.mockRestore())
  await expect(store.insertOrder(newOrder(1, { amount: -1 }))).rejects.toThrow()
  expect(await store.insertOrder(newOrder(1))).toBeUndefined()
})

test('a delivery that a test creates is claimed', async () => {
  const store = open()
  await store.insertOrder(newOrder(1))
  await store.db.deliveries.create(newDelivery(10))
  expect(claimedIds(await claim(store, 10))).toEqual(['delivery-10'])
  expect((await store.listDeliveries({ order: 'order-1' })).items).toHaveLength(1)
})

test('a delivery whose time a test changes is claimed at the new one', async () => {
  const store = open()
  await insertPaid(store, newOrder(1), [newDelivery(10)])
  await store.db.deliveries.update(q => q.where({ id: 'delivery-10' }), {
    data(delivery) {
      delivery.dueAt = 5
    },
  })
  expect(await store.nextDueAt()).toBe(5)
  expect(claimedIds(await claim(store, 100))).toEqual(['delivery-10'])
})

test('an account that a test creates is found by its id and its identity', async () => {
  const store = open()
  await store.db.accounts.create(newAccount('one'))
  expect(await store.getAccount('some', 'one')).toEqual(newAccount('one'))
  expect(await store.findAccount('some', 'key-one')).toEqual(newAccount('one'))
})

test('an account whose identity a test changes is found by the new one, and not by the old', async () => {
  const store = open()
  await store.putAccount(newAccount('one'))
  await store.db.accounts.update(q => q.where({ id: 'one' }), {
    data(account) {
      account.credentials = { key: 'fresh' }
    },
  })
  expect(await store.findAccount('some', 'fresh')).toMatchObject({ id: 'one' })
  expect(await store.findAccount('some', 'key-one')).toBeUndefined()
})

/** Counts how often a field of any order in a collection is read. */
function countReads(orders: readonly Order[]): () => number {
  let count = 0
  for (const order of orders) {
    for (const [name, value] of Object.entries(order)) {
      Object.defineProperty(order, name, {
        enumerable: true,
        get() {
          count++
          return value
        },
      })
    }
  }
  return () => count
}

test('what an order costs does not grow with the number of orders', async () => {
  const reads = await Promise.all(
    [10, 1000].map(async size => {
      const store = open()
      for (let n = 1; n <= size; n++) await store.insertOrder(newOrder(n, { qr: 'shared' }))
      for (let n = 1; n < size; n++) await store.transition(`order-${n}`, 'pending', 'paid', {})
      const countedReads = countReads(store.db.orders.all())
      await store.insertOrder(newOrder(0))
      await store.insertOrder(newOrder(1, { id: 'other' }))
      await store.getOrder('order-5')
      await store.findOrder(numberKey('number-5'))
      await store.listOrders({ orderNumber: 'number-5' }, { limit: 1 })
      await store.listOrders({ qr: 'shared', status: 'pending' }, { limit: 2 })
      await store.nextDueAt()
      return countedReads()
    }),
  )
  expect(reads[0]).toBeGreaterThan(0)
  expect(reads[1]).toBe(reads[0])
})
