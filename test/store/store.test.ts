import { expect, test } from 'vitest'
import type { Delivery } from '../../src/store/records.ts'
import type { Store } from '../../src/store/store.ts'
import {
  amountKey,
  claim,
  claimAll,
  claimedIds,
  describeStores,
  insertPaid,
  listAll,
  newAccount,
  newAct,
  newAttempt,
  newDelivery,
  newOrder,
  numberKey,
} from '../harness/stores.ts'

/** Fifty calls that start before the first of them has ended. */
function race<T>(run: (n: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: 50 }, (_, n) => run(n)))
}

async function insertMany(store: Store, count: number): Promise<void> {
  for (let n = 1; n <= count; n++) await store.insertOrder(newOrder(n))
}

describeStores('orders', open => {
  test('an order is found by its id and by each of its keys', async () => {
    const store = await open()
    const order = newOrder(1)
    expect(await store.insertOrder(order)).toBeUndefined()
    expect(await store.getOrder(order.id)).toEqual(order)
    expect(await store.findOrder(numberKey(order.orderNumber))).toEqual(order)
    expect(await store.findOrder(amountKey(order.amount))).toEqual(order)
  })

  test('an order that was never inserted is not found', async () => {
    const store = await open()
    await store.insertOrder(newOrder(1))
    expect(await store.getOrder('order-2')).toBeUndefined()
    expect(await store.findOrder(numberKey('number-2'))).toBeUndefined()
  })

  test('a text comes out as it went in', async () => {
    const store = await open()
    const order = newOrder(1, {
      orderNumber: "订单 '1' \u{1f600} \\ \" ;--",
      fields: { constructor: 'x', list: [null, 1.5] },
    })
    await store.insertOrder(order)
    expect(await store.getOrder(order.id)).toEqual(order)
    expect(await store.findOrder(numberKey(order.orderNumber))).toEqual(order)
  })

  test('of 50 racing orders with one number one is added, and 49 conflicts name the number', async () => {
    const store = await open()
    const conflicts = await race(n => store.insertOrder(newOrder(n, { orderNumber: 'same' })))
    expect(conflicts.filter(conflict => conflict === undefined)).toHaveLength(1)
    expect(conflicts.filter(conflict => conflict !== undefined)).toEqual(
      Array(49).fill({ kind: 'number', key: numberKey('same') }),
    )
    expect((await store.listOrders({})).items).toHaveLength(1)
  })

  test('of 50 racing orders with one id one is added, and 49 conflicts name the id', async () => {
    const store = await open()
    const conflicts = await race(n => store.insertOrder(newOrder(n, { id: 'same' })))
    expect(conflicts.filter(conflict => conflict === undefined)).toHaveLength(1)
    expect(conflicts.filter(conflict => conflict !== undefined)).toEqual(
      Array(49).fill({ kind: 'id', key: 'same' }),
    )
    expect((await store.listOrders({})).items).toHaveLength(1)
  })

  test('an order with a taken id is a conflict of the kind "id"', async () => {
    const store = await open()
    await store.insertOrder(newOrder(1))
    expect(await store.insertOrder(newOrder(2, { id: 'order-1' }))).toEqual({ kind: 'id', key: 'order-1' })
    expect(await store.getOrder('order-1')).toEqual(newOrder(1))
  })

  test('a conflict in the id leaves no key behind', async () => {
    const store = await open()
    await store.insertOrder(newOrder(1))
    await store.insertOrder(newOrder(2, { id: 'order-1' }))
    expect(await store.findOrder(numberKey('number-2'))).toBeUndefined()
    expect(await store.insertOrder(newOrder(2))).toBeUndefined()
  })

  test('a conflict in the last key leaves neither the order nor its other keys behind', async () => {
    const store = await open()
    await store.insertOrder(newOrder(1))
    const refused = newOrder(2, { amount: newOrder(1).amount })
    expect(await store.insertOrder(refused)).toEqual({ kind: 'amount', key: amountKey(refused.amount) })
    expect(await store.getOrder(refused.id)).toBeUndefined()
    expect(await store.findOrder(numberKey(refused.orderNumber))).toBeUndefined()
    expect((await store.listOrders({})).items).toEqual([newOrder(1)])
    expect(await store.insertOrder(newOrder(2))).toBeUndefined()
  })
})

describeStores('transitions', open => {
  test('a transition changes the status and what the patch names', async () => {
    const store = await open()
    await store.insertOrder(newOrder(1))
    const paid = { ...newOrder(1), status: 'paid', paidAt: 5, paidAmount: 7 }
    const patch = { paidAt: 5, paidAmount: 7 }
    expect(await store.transition('order-1', 'pending', 'paid', { patch })).toEqual(paid)
    expect(await store.getOrder('order-1')).toEqual(paid)
  })

  test('a transition from another status than the present one changes nothing', async () => {
    const store = await open()
    await insertPaid(store, newOrder(1), [])
    const effects = { patch: { paidAt: 9 }, deliveries: [newDelivery(1)] }
    expect(await store.transition('order-1', 'pending', 'expired', effects)).toBeUndefined()
    expect(await store.getOrder('order-1')).toEqual({ ...newOrder(1), status: 'paid' })
    expect((await store.listDeliveries({})).items).toEqual([])
  })

  test('a transition of an unknown order changes nothing', async () => {
    const store = await open()
    const effects = { deliveries: [newDelivery(1)] }
    expect(await store.transition('order-1', 'pending', 'paid', effects)).toBeUndefined()
    expect((await store.listDeliveries({})).items).toEqual([])
  })

  test('of 50 racing transitions one wins, and only its deliveries are added', async () => {
    const store = await open()
    await store.insertOrder(newOrder(1))
    const results = await race(n =>
      store.transition('order-1', 'pending', n % 2 === 0 ? 'paid' : 'expired', {
        patch: { paidAmount: n },
        deliveries: [newDelivery(n)],
      }),
    )
    const winners = results.filter(order => order !== undefined)
    expect(winners).toHaveLength(1)
    expect(await store.getOrder('order-1')).toEqual(winners[0])
    expect((await store.listDeliveries({})).items.map(({ id }) => id)).toEqual([
      `delivery-${winners[0]?.paidAmount}`,
    ])
  })

  test('status and deliveries are there together', async () => {
    const store = await open()
    await store.insertOrder(newOrder(1))
    await store.transition('order-1', 'pending', 'paid', { deliveries: [newDelivery(1), newDelivery(2)] })
    expect(await store.getOrder('order-1')).toMatchObject({ status: 'paid' })
    expect((await store.listDeliveries({ order: 'order-1' })).items).toEqual([newDelivery(2), newDelivery(1)])
  })

  test('a delivery that cannot be added leaves the status as it was', async () => {
    const store = await open()
    await insertPaid(store, newOrder(1), [newDelivery(1)])
    await store.insertOrder(newOrder(2))
    const twice = { patch: { paidAt: 5 }, deliveries: [newDelivery(2), newDelivery(1)] }
    await expect(store.transition('order-2', 'pending', 'paid', twice)).rejects.toThrow()
    expect(await store.getOrder('order-2')).toEqual(newOrder(2))
    expect(await store.findOrder(amountKey(newOrder(2).amount))).toEqual(newOrder(2))
    expect((await store.listDeliveries({})).items).toEqual([newDelivery(1)])
  })

  test.for([
    ['what was given back', { refunded: 3 }, { refunded: 0 }],
    ['the time of payment', { paidAt: 3 }, { paidAt: null }],
    ['what was paid', { paidAmount: 3 }, { paidAmount: 4 }],
    ['the acts', { acts: [newAct(3)] }, { acts: [newAct(4)] }],
    ['the number of acts', { acts: [newAct(3)] }, { acts: [] }],
  ] as const)(
    'a transition that builds on %s changes nothing where that is another',
    async ([, is, when]) => {
      const store = await open()
      const order = newOrder(1, structuredClone(is) as object)
      await store.insertOrder(order)
      const effects = { patch: { changedAt: 9 }, deliveries: [newDelivery(1)] }
      const change = (expected: object) =>
        store.transition('order-1', 'pending', 'paid', { ...effects, when: structuredClone(expected) })
      expect(await change(when)).toBeUndefined()
      expect(await store.getOrder('order-1')).toEqual(order)
      expect((await store.listDeliveries({})).items).toEqual([])
      expect(await change(is)).toMatchObject({ status: 'paid', changedAt: 9 })
      expect((await store.listDeliveries({})).items).toHaveLength(1)
    },
  )

  test('of 50 racing changes that build on the same acts one wins', async () => {
    const store = await open()
    await store.insertOrder(newOrder(1, { acts: [newAct(null, { queries: 60 })] }))
    const { acts = [] } = (await store.getOrder('order-1')) ?? {}
    const results = await race(() =>
      store.transition('order-1', 'pending', 'pending', {
        when: { acts },
        patch: { acts: [newAct(null, { queries: 59 })] },
      }),
    )
    expect(results.filter(order => order !== undefined)).toHaveLength(1)
  })

  test('a key that the new status no longer yields is free for another order', async () => {
    const store = await open()
    await store.insertOrder(newOrder(1, { amount: 99 }))
    await store.transition('order-1', 'pending', 'expired', {})
    expect(await store.findOrder(amountKey(99))).toBeUndefined()
    expect(await store.insertOrder(newOrder(2, { amount: 99 }))).toBeUndefined()
    expect(await store.findOrder(amountKey(99))).toMatchObject({ id: 'order-2' })
  })

  test('a key that the new status still yields stays taken', async () => {
    const store = await open()
    await store.insertOrder(newOrder(1))
    await store.transition('order-1', 'pending', 'paid', {})
    expect(await store.findOrder(numberKey('number-1'))).toMatchObject({ id: 'order-1', status: 'paid' })
    expect(await store.insertOrder(newOrder(2, { orderNumber: 'number-1' }))).toMatchObject({
      kind: 'number',
    })
  })

  test('a key that another order holds is not taken away from it', async () => {
    const store = await open()
    await store.insertOrder(newOrder(1, { amount: 99 }))
    await store.transition('order-1', 'pending', 'expired', {})
    await store.insertOrder(newOrder(2, { amount: 99 }))
    await store.transition('order-1', 'expired', 'pending', {})
    expect(await store.findOrder(amountKey(99))).toMatchObject({ id: 'order-2' })
    await store.transition('order-1', 'pending', 'expired', {})
    expect(await store.findOrder(amountKey(99))).toMatchObject({ id: 'order-2' })
  })
})

describeStores('what is due', open => {
  test('expiries, acts and deliveries are claimed in the order in which they fell due', async () => {
    const store = await open()
    await store.insertOrder(newOrder(2, { expiresAt: 40 }))
    await store.insertOrder(newOrder(3, { expiresAt: 20 }))
    await store.insertOrder(newOrder(4, { acts: [newAct(25), newAct(35)] }))
    await insertPaid(store, newOrder(1), [newDelivery(30), newDelivery(10)])
    const due = await claimAll(store, 100)
    expect(claimedIds(due)).toEqual([
      'delivery-10',
      'order-3',
      'order-4',
      'delivery-30',
      'order-4',
      'order-2',
    ])
    expect(due.map(item => item.dueAt)).toEqual([10, 20, 25, 30, 35, 40])
    expect(due.map(item => item.kind)).toEqual(['delivery', 'expiry', 'act', 'delivery', 'act', 'expiry'])
  })

  test('of one time expiries come first, then acts, then deliveries, and of each the older before the newer', async () => {
    const store = await open()
    await insertPaid(store, newOrder(1), [
      newDelivery(7, { dueAt: 5 }),
      newDelivery(6, { dueAt: 5 }),
      newDelivery(8, { dueAt: 5 }),
    ])
    for (const n of [14, 12]) await store.insertOrder(newOrder(n, { acts: [newAct(5)] }))
    for (const n of [4, 2, 3]) await store.insertOrder(newOrder(n, { expiresAt: 5 }))
    expect(claimedIds(await claim(store, 5))).toEqual(['order-4', 'order-2', 'order-3'])
    expect(claimedIds(await claim(store, 5))).toEqual([
      'order-14',
      'order-12',
      'delivery-7',
      'delivery-6',
      'delivery-8',
    ])
  })

  test('a claim of the time to come takes all expiries before the first other thing, each expired at its time', async () => {
    const store = await open()
    await insertPaid(store, newOrder(1), [newDelivery(30)])
    for (const n of [20, 10, 30, 31]) await store.insertOrder(newOrder(n, { expiresAt: n }))
    const ahead = { now: 0, limit: 10 }
    const due = await store.claimDue(100, ahead)
    expect(due).toMatchObject(
      [10, 20, 30].map(n => ({
        kind: 'expiry',
        dueAt: n,
        order: { id: `order-${n}`, status: 'expired', changedAt: n },
      })),
    )
    expect(await store.getOrder('order-10')).toEqual(
      newOrder(10, { status: 'expired', expiresAt: 10, changedAt: 10 }),
    )
    expect(await store.getOrder('order-31')).toMatchObject({ status: 'pending' })
    expect(claimedIds(await store.claimDue(100, ahead))).toEqual(['delivery-30'])
    expect(claimedIds(await store.claimDue(100, ahead))).toEqual(['order-31'])
  })

  test('a claim of the time to come takes acts and deliveries of one moment alone', async () => {
    const store = await open()
    await insertPaid(
      store,
      newOrder(1),
      [10, 20].map(n => newDelivery(n)),
    )
    await store.insertOrder(newOrder(2, { acts: [newAct(10)] }))
    const ahead = { now: 0, limit: 10 }
    expect(claimedIds(await store.claimDue(100, ahead))).toEqual(['order-2', 'delivery-10'])
    await store.transition('order-2', 'pending', 'pending', { patch: { acts: [] } })
    expect(claimedIds(await store.claimDue(100, ahead))).toEqual(['delivery-20'])
    expect(await store.nextDueAt()).toBeUndefined()
  })

  test('deliveries that are overdue are claimed together, so that none waits for the answer to another', async () => {
    const store = await open()
    await insertPaid(
      store,
      newOrder(1),
      [10, 20, 30].map(n => newDelivery(n)),
    )
    await store.insertOrder(newOrder(2, { expiresAt: 25 }))
    expect(claimedIds(await claim(store, 100))).toEqual(['delivery-10', 'delivery-20'])
    expect(claimedIds(await claim(store, 100))).toEqual(['order-2'])
    expect(claimedIds(await claim(store, 100))).toEqual(['delivery-30'])
  })

  test('an order that is expired late is expired now', async () => {
    const store = await open()
    await store.insertOrder(newOrder(1, { expiresAt: 10 }))
    expect(await claim(store, 50)).toMatchObject([{ dueAt: 10, order: { changedAt: 50 } }])
  })

  test('an order that expires gives its keys back', async () => {
    const store = await open()
    await store.insertOrder(newOrder(1, { expiresAt: 10, amount: 99 }))
    await claim(store, 10)
    expect(await store.findOrder(amountKey(99))).toBeUndefined()
    expect(await store.findOrder(numberKey('number-1'))).toMatchObject({ id: 'order-1' })
    expect(await store.insertOrder(newOrder(2, { amount: 99 }))).toBeUndefined()
  })

  test('of 50 racing claims one gets the expiry', async () => {
    const store = await open()
    await store.insertOrder(newOrder(1, { expiresAt: 10 }))
    expect((await race(() => claim(store, 10))).flat()).toHaveLength(1)
  })

  test('of a payment and an expiry at one time one wins', async () => {
    const store = await open()
    await store.insertOrder(newOrder(1, { expiresAt: 10 }))
    const [paid, expired] = await Promise.all([
      store.transition('order-1', 'pending', 'paid', {}),
      claim(store, 10),
    ])
    expect([paid?.status, expired.length]).toEqual(['paid', 0])
  })

  test('an act stays due until it is taken off its order', async () => {
    const store = await open()
    await store.insertOrder(newOrder(1, { acts: [newAct(10), newAct(null, { queries: 2 }), newAct(5)] }))
    expect(await store.nextDueAt()).toBe(10)
    for (let i = 0; i < 2; i++) expect(claimedIds(await claim(store, 10))).toEqual(['order-1'])
    const order = await store.transition('order-1', 'pending', 'pending', {
      patch: { acts: [newAct(null, { queries: 2 })] },
    })
    expect(order?.acts).toEqual([newAct(null, { queries: 2 })])
    expect(await claim(store, 100)).toEqual([])
    expect(await store.nextDueAt()).toBeUndefined()
  })

  test('an act is due whatever the order is', async () => {
    const store = await open()
    await insertPaid(store, newOrder(1, { acts: [newAct(10)] }), [])
    expect(claimedIds(await claim(store, 10))).toEqual(['order-1'])
  })

  test('a delivery that is held is never due, until it is no longer held', async () => {
    const store = await open()
    const held = newDelivery(1, { status: 'held', dueAt: null, behind: 'refunded' })
    await insertPaid(store, newOrder(1), [held])
    expect(await store.nextDueAt()).toBeUndefined()
    expect(await claim(store, Number.MAX_SAFE_INTEGER)).toEqual([])
    await store.recordAttempt('delivery-1', undefined, { status: 'pending', dueAt: 7, behind: null })
    expect(await claim(store, 7)).toMatchObject([
      { delivery: { id: 'delivery-1', behind: null, attempts: [] } },
    ])
  })

  test('nothing is claimed before its time', async () => {
    const store = await open()
    await store.insertOrder(newOrder(2, { expiresAt: 20 }))
    await insertPaid(store, newOrder(1), [newDelivery(21)])
    expect(await claim(store, 19)).toEqual([])
    expect(claimedIds(await claim(store, 20))).toEqual(['order-2'])
    expect(claimedIds(await claim(store, 21))).toEqual(['delivery-21'])
  })

  test('no more is claimed than asked for, and the rest comes with the next claims', async () => {
    const store = await open()
    await insertPaid(
      store,
      newOrder(1),
      [5, 3, 1, 4, 2].map(n => newDelivery(n)),
    )
    expect(claimedIds(await claim(store, 10, 2))).toEqual(['delivery-1', 'delivery-2'])
    expect(claimedIds(await claim(store, 10, 2))).toEqual(['delivery-3', 'delivery-4'])
    expect(claimedIds(await claim(store, 10, 2))).toEqual(['delivery-5'])
    expect(await claim(store, 10, 2)).toEqual([])
  })

  test('no more expiries, acts and deliveries are claimed than asked for', async () => {
    const store = await open()
    for (const n of [1, 2, 3]) await store.insertOrder(newOrder(n, { expiresAt: n }))
    for (const n of [4, 5]) await store.insertOrder(newOrder(n, { acts: [newAct(n)] }))
    await insertPaid(store, newOrder(6), [newDelivery(6)])
    expect(claimedIds(await claim(store, 10, 2))).toEqual(['order-1', 'order-2'])
    expect(claimedIds(await claim(store, 10, 2))).toEqual(['order-3'])
    expect(claimedIds(await claim(store, 10, 2))).toEqual(['order-4', 'order-5'])
    for (const id of ['order-4', 'order-5'])
      await store.transition(id, 'pending', 'pending', { patch: { acts: [] } })
    expect(claimedIds(await claim(store, 10, 2))).toEqual(['delivery-6'])
  })

  test('a claimed delivery is not claimed again, however late it is, until it is released', async () => {
    const store = await open()
    await insertPaid(store, newOrder(1), [newDelivery(10)])
    expect(await claim(store, 10)).toHaveLength(1)
    expect(await claim(store, Number.MAX_SAFE_INTEGER)).toEqual([])
    expect(await store.nextDueAt()).toBeUndefined()
    await store.release('delivery-10')
    expect(await store.nextDueAt()).toBe(10)
    expect(claimedIds(await claim(store, 10))).toEqual(['delivery-10'])
  })

  test('to release what nobody has claimed, or what there is not, changes nothing', async () => {
    const store = await open()
    await insertPaid(store, newOrder(1), [newDelivery(10)])
    await store.release('delivery-10')
    await store.release('delivery-11')
    expect(claimedIds(await claim(store, 10))).toEqual(['delivery-10'])
  })

  test('of 50 racing claims one gets the delivery', async () => {
    const store = await open()
    await insertPaid(store, newOrder(1), [newDelivery(10)])
    const claims = await race(() => claim(store, 10))
    expect(claims.flat()).toHaveLength(1)
  })

  test('an order expires once', async () => {
    const store = await open()
    await store.insertOrder(newOrder(1, { expiresAt: 10 }))
    expect(await store.nextDueAt()).toBe(10)
    expect(claimedIds(await claim(store, 10))).toEqual(['order-1'])
    expect(await claim(store, 10)).toEqual([])
    expect(await store.nextDueAt()).toBeUndefined()
  })

  test('an order that was paid does not expire', async () => {
    const store = await open()
    await insertPaid(store, newOrder(1, { expiresAt: 10 }), [])
    expect(await claim(store, 100)).toEqual([])
  })

  test('an order without an end of life does not expire', async () => {
    const store = await open()
    await store.insertOrder(newOrder(1))
    expect(await claim(store, Number.MAX_SAFE_INTEGER)).toEqual([])
  })

  test('an order whose end of life was moved expires at the new time', async () => {
    const store = await open()
    await store.insertOrder(newOrder(1, { expiresAt: 10 }))
    await store.transition('order-1', 'pending', 'pending', { patch: { expiresAt: 20 } })
    expect(await store.nextDueAt()).toBe(20)
    expect(await claim(store, 19)).toEqual([])
    expect(claimedIds(await claim(store, 20))).toEqual(['order-1'])
  })

  test('nextDueAt is the earliest time at which there is something to claim', async () => {
    const store = await open()
    expect(await store.nextDueAt()).toBeUndefined()
    await store.insertOrder(newOrder(2, { expiresAt: 30 }))
    expect(await store.nextDueAt()).toBe(30)
    await insertPaid(store, newOrder(1, { expiresAt: 5 }), [newDelivery(20)])
    expect(await store.nextDueAt()).toBe(20)
    await claim(store, 20)
    expect(await store.nextDueAt()).toBe(30)
    await store.transition('order-2', 'pending', 'paid', {})
    expect(await store.nextDueAt()).toBeUndefined()
    await store.recordAttempt('delivery-20', newAttempt(20), { status: 'pending', dueAt: 90 })
    expect(await store.nextDueAt()).toBe(90)
  })

  test('each attempt of a delivery is kept', async () => {
    const store = await open()
    await insertPaid(store, newOrder(1), [newDelivery(10)])
    const failed = newAttempt(10)
    const acknowledged = newAttempt(50, { acknowledged: true, status: 200, reply: '' })
    expect(await store.recordAttempt('delivery-10', failed, { status: 'pending', dueAt: 50 })).toEqual(
      newDelivery(10, { attempts: [failed], dueAt: 50 }),
    )
    await store.recordAttempt('delivery-10', acknowledged, { status: 'delivered', dueAt: null })
    expect((await store.listDeliveries({})).items).toEqual([
      newDelivery(10, { attempts: [failed, acknowledged], status: 'delivered', dueAt: null }),
    ])
  })

  test('a delivery is claimed again when its next attempt is due, and not before', async () => {
    const store = await open()
    await insertPaid(store, newOrder(1), [newDelivery(10)])
    await claim(store, 10)
    await store.recordAttempt('delivery-10', newAttempt(10), { status: 'pending', dueAt: 500_000 })
    expect(await claim(store, 499_999)).toEqual([])
    expect(await claim(store, 500_000)).toHaveLength(1)
  })

  test('a delivery that has ended is not claimed', async () => {
    const store = await open()
    await insertPaid(store, newOrder(1), [newDelivery(10), newDelivery(11)])
    await store.recordAttempt('delivery-10', newAttempt(10), { status: 'delivered', dueAt: null })
    await store.recordAttempt('delivery-11', newAttempt(11), { status: 'failed', dueAt: null })
    expect(await claim(store, Number.MAX_SAFE_INTEGER)).toEqual([])
  })

  test('a delivery may change without an attempt', async () => {
    const store = await open()
    await insertPaid(store, newOrder(1), [newDelivery(10)])
    const held = newDelivery(10, { status: 'held', dueAt: null })
    expect(await store.recordAttempt('delivery-10', undefined, { status: 'held', dueAt: null })).toEqual(held)
    expect(await store.getDelivery('delivery-10')).toEqual(held)
  })

  test('a delivery is found by its id, also one that no change of an order called for', async () => {
    const store = await open()
    await store.insertOrder(newOrder(1))
    await store.addDelivery(newDelivery(10))
    expect(await store.getDelivery('delivery-10')).toEqual(newDelivery(10))
    expect(await store.getDelivery('delivery-11')).toBeUndefined()
    expect((await store.listDeliveries({ order: 'order-1' })).items).toEqual([newDelivery(10)])
    expect(claimedIds(await claim(store, 10))).toEqual(['delivery-10'])
  })

  test('an attempt is recorded only while the delivery is as it was read', async () => {
    const store = await open()
    await insertPaid(store, newOrder(1), [newDelivery(10, { attempts: [newAttempt(1)] })])
    const [from] = (await store.listDeliveries({})).items
    const record = (n: number, status: Delivery['status']) =>
      store.recordAttempt('delivery-10', newAttempt(n), { status, dueAt: null }, { from })
    const recorded = await race(n => record(n, 'pending'))
    const [after, ...others] = recorded.filter(delivery => delivery !== undefined)
    expect(after?.attempts).toHaveLength(2)
    expect(others).toEqual([])
    await store.recordAttempt('delivery-10', undefined, { status: 'held', dueAt: null }, { from: after })
    expect(await record(50, 'pending')).toBeUndefined()
    const tooEarly = { from: newDelivery(10, { status: 'held', attempts: [newAttempt(1)] }) }
    const late = { status: 'pending', dueAt: 10 } as const
    expect(await store.recordAttempt('delivery-10', undefined, late, tooEarly)).toBeUndefined()
    expect(await store.getDelivery('delivery-10')).toEqual({ ...after, status: 'held' })
  })

  test('an attempt of an unknown delivery is not recorded', async () => {
    const store = await open()
    const next = { status: 'failed', dueAt: null } as const
    expect(await store.recordAttempt('delivery-1', newAttempt(1), next)).toBeUndefined()
  })
})

describeStores('lists', open => {
  test('orders are listed newest first', async () => {
    const store = await open()
    await insertMany(store, 3)
    const { items, next } = await store.listOrders({})
    expect(items).toEqual([newOrder(3), newOrder(2), newOrder(1)])
    expect(next).toBeNull()
  })

  test.for([
    { filter: { provider: 'other' }, ids: ['order-2'] },
    { filter: { account: 'second' }, ids: ['order-3'] },
    { filter: { status: 'paid' }, ids: ['order-4'] },
    { filter: { orderNumber: 'repeated' }, ids: ['order-6', 'order-5'] },
    { filter: { qr: 'shared' }, ids: ['order-7', 'order-3'] },
    { filter: { qr: 'shared', status: 'pending' }, ids: ['order-7', 'order-3'] },
    { filter: { qr: 'shared', account: 'second' }, ids: ['order-3'] },
    { filter: { orderNumber: 'repeated', provider: 'other' }, ids: [] },
    { filter: { orderNumber: 'unknown' }, ids: [] },
    { filter: { status: 'pending', provider: undefined, qr: 'qr-1' }, ids: ['order-1'] },
  ] as const)('orders are filtered by $filter', async ({ filter, ids }) => {
    const store = await open()
    await store.insertOrder(newOrder(1))
    await store.insertOrder(newOrder(2, { provider: 'other' }))
    await store.insertOrder(newOrder(3, { account: 'second', qr: 'shared' }))
    await insertPaid(store, newOrder(4), [])
    const repeated = { orderNumber: 'repeated', fields: { repeatable: true } }
    await store.insertOrder(newOrder(5, repeated))
    await store.insertOrder(newOrder(6, repeated))
    await store.insertOrder(newOrder(7, { qr: 'shared' }))
    expect((await store.listOrders(filter)).items.map(({ id }) => id)).toEqual(ids)
  })

  test('an order that was paid is not listed as pending any more', async () => {
    const store = await open()
    await store.insertOrder(newOrder(1, { qr: 'shared' }))
    await store.insertOrder(newOrder(2, { qr: 'shared' }))
    await store.transition('order-2', 'pending', 'paid', {})
    const pending = await store.listOrders({ qr: 'shared', status: 'pending' })
    expect(pending.items.map(({ id }) => id)).toEqual(['order-1'])
    const paid = await store.listOrders({ qr: 'shared', status: 'paid' })
    expect(paid.items.map(({ id }) => id)).toEqual(['order-2'])
  })

  test('an order keeps its place when it is paid', async () => {
    const store = await open()
    const repeated = { orderNumber: 'repeated', fields: { repeatable: true } }
    await store.insertOrder(newOrder(1, repeated))
    await store.insertOrder(newOrder(2, repeated))
    await store.transition('order-1', 'pending', 'paid', {})
    for (const filter of [{}, { orderNumber: 'repeated' }]) {
      const { items } = await store.listOrders(filter)
      expect(items.map(({ id }) => id)).toEqual(['order-2', 'order-1'])
    }
  })

  test.for([1, 3, 7, 8])('pages of %i show each order exactly once', async limit => {
    const store = await open()
    await insertMany(store, 7)
    const ids = await listAll(page => store.listOrders({}, page), limit)
    expect(ids).toEqual([7, 6, 5, 4, 3, 2, 1].map(n => `order-${n}`))
  })

  test('a page is as long as asked for, and the last one has no next', async () => {
    const store = await open()
    await insertMany(store, 4)
    const first = await store.listOrders({}, { limit: 2 })
    expect(first.items).toHaveLength(2)
    expect(first.next).not.toBeNull()
    const last = await store.listOrders({}, { limit: 2, after: first.next ?? '' })
    expect(last.items).toHaveLength(2)
    expect(last.next).toBeNull()
  })

  test('a page has 50 orders unless asked otherwise', async () => {
    const store = await open()
    await insertMany(store, 51)
    expect((await store.listOrders({})).items).toHaveLength(50)
  })

  test('pages show each order exactly once also while new ones arrive', async () => {
    const store = await open()
    await insertMany(store, 7)
    let n = 100
    const ids = await listAll(
      page => store.listOrders({}, page),
      2,
      () => store.insertOrder(newOrder(n++)),
    )
    expect(ids).toEqual([7, 6, 5, 4, 3, 2, 1].map(number => `order-${number}`))
  })

  test('pages of open orders show each exactly once also while they are paid', async () => {
    const store = await open()
    for (let n = 1; n <= 7; n++) await store.insertOrder(newOrder(n, { qr: 'shared' }))
    let n = 7
    const ids = await listAll(
      page => store.listOrders({ qr: 'shared', status: 'pending' }, page),
      2,
      () => store.transition(`order-${n--}`, 'pending', 'paid', {}),
    )
    expect(ids).toEqual([7, 6, 5, 4, 3, 2, 1].map(number => `order-${number}`))
  })

  test('filtered pages show each order exactly once', async () => {
    const store = await open()
    for (let n = 1; n <= 9; n++) {
      await store.insertOrder(newOrder(n, { account: n % 2 === 0 ? 'even' : 'odd' }))
    }
    const ids = await listAll(page => store.listOrders({ account: 'odd' }, page), 2)
    expect(ids).toEqual([9, 7, 5, 3, 1].map(n => `order-${n}`))
  })

  test('a cursor that no page gave ends in a page all the same', async () => {
    const store = await open()
    await insertMany(store, 3)
    await insertPaid(store, newOrder(4), [newDelivery(1)])
    expect((await store.listOrders({}, { after: '9007199254740991' })).items).toHaveLength(4)
    expect((await store.listDeliveries({}, { after: '9007199254740991' })).items).toHaveLength(1)
  })

  test.for([
    { filter: {}, ids: ['delivery-4', 'delivery-3', 'delivery-2', 'delivery-1'] },
    { filter: { order: 'order-1' }, ids: ['delivery-2', 'delivery-1'] },
    { filter: { order: 'order-9' }, ids: [] },
    { filter: { status: 'failed' }, ids: ['delivery-3'] },
    { filter: { provider: 'other' }, ids: ['delivery-4'] },
    { filter: { account: 'second' }, ids: ['delivery-4'] },
    { filter: { order: 'order-2', status: 'pending' }, ids: ['delivery-4'] },
  ] as const)('deliveries are listed newest first, filtered by $filter', async ({ filter, ids }) => {
    const store = await open()
    const further = { order: 'order-2', provider: 'other', account: 'second' }
    await insertPaid(store, newOrder(1), [newDelivery(1), newDelivery(2)])
    await insertPaid(store, newOrder(2), [newDelivery(3, { order: 'order-2' }), newDelivery(4, further)])
    await store.recordAttempt('delivery-3', newAttempt(3), { status: 'failed', dueAt: null })
    expect((await store.listDeliveries(filter)).items.map(({ id }) => id)).toEqual(ids)
  })

  test.for([{ order: undefined }, { order: 'order-1' }])(
    'pages show each delivery of $order exactly once also while new ones arrive',
    async filter => {
      const store = await open()
      const deliveries = Array.from({ length: 7 }, (_, n) => newDelivery(n + 1))
      await insertPaid(store, newOrder(1), deliveries)
      let n = 100
      const ids = await listAll(
        page => store.listDeliveries(filter, page),
        2,
        () => insertPaid(store, newOrder(++n), [newDelivery(n)]),
      )
      expect(ids).toEqual([7, 6, 5, 4, 3, 2, 1].map(number => `delivery-${number}`))
    },
  )
})

describeStores('lists of refunds and of times', open => {
  /** Two payments at 1 and 2, and refunds of them at 3, 4 and 5. */
  async function openWithRefunds(): Promise<Store> {
    const store = await open()
    await insertMany(store, 2)
    const refund = (n: number, of: number) =>
      store.insertOrder(newOrder(n, { kind: 'refund', original: `order-${of}` }))
    await refund(3, 1)
    await refund(4, 2)
    await refund(5, 1)
    return store
  }

  test.for([
    { filter: { kind: 'payment' }, ids: [2, 1] },
    { filter: { kind: 'refund' }, ids: [5, 4, 3] },
    { filter: { original: 'order-1' }, ids: [5, 3] },
    { filter: { original: 'order-3' }, ids: [] },
    { filter: { kind: 'payment', original: 'order-1' }, ids: [] },
    { filter: { createdFrom: 4 }, ids: [5, 4] },
    { filter: { createdTo: 2 }, ids: [2, 1] },
    { filter: { createdFrom: 2, createdTo: 4 }, ids: [4, 3, 2] },
    { filter: { createdFrom: 6 }, ids: [] },
    { filter: { createdFrom: 2, createdTo: 4, kind: 'refund' }, ids: [4, 3] },
    { filter: { original: 'order-1', createdFrom: 4 }, ids: [5] },
    { filter: { orderNumber: 'number-3', createdTo: 3 }, ids: [3] },
  ] as const)('orders are filtered by $filter', async ({ filter, ids }) => {
    const store = await openWithRefunds()
    const { items } = await store.listOrders(filter)
    expect(items.map(({ id }) => id)).toEqual(ids.map(n => `order-${n}`))
    expect(await listAll(page => store.listOrders(filter, page), 1)).toEqual(ids.map(n => `order-${n}`))
  })

  test('a change of its status leaves a refund in the list of its payment', async () => {
    const store = await openWithRefunds()
    await store.transition('order-3', 'pending', 'paid', {})
    const { items } = await store.listOrders({ original: 'order-1', status: 'paid' })
    expect(items.map(({ id }) => id)).toEqual(['order-3'])
  })

  test('deliveries are filtered by the name of the callback', async () => {
    const store = await open()
    await insertPaid(store, newOrder(1), [newDelivery(1), newDelivery(2, { callback: 'refunded' })])
    const { items } = await store.listDeliveries({ order: 'order-1', callback: 'refunded' })
    expect(items.map(({ id }) => id)).toEqual(['delivery-2'])
  })
})

describeStores('the reset of one account', open => {
  /** Two accounts, each with an open order, a paid one with a delivery, one that expires and one with an act. */
  async function openWithTwo(): Promise<Store> {
    const store = await open()
    await store.reset({
      accounts: [newAccount('one', { settings: { balance: 9 } }), newAccount('two')],
      values: {},
    })
    for (const [account, from] of [
      ['one', 0],
      ['two', 10],
    ] as const) {
      await store.insertOrder(newOrder(from + 1, { account }))
      await insertPaid(store, newOrder(from + 2, { account }), [
        newDelivery(from + 2, { account, order: `order-${from + 2}` }),
      ])
      await store.insertOrder(newOrder(from + 3, { account, expiresAt: 100 }))
      await store.insertOrder(newOrder(from + 4, { account, acts: [newAct(100)] }))
      await store.countCall(`some/${account}/1000`, 0, 1000, 1)
    }
    return store
  }

  test('forgets its orders, deliveries, keys, timers and calls, and makes it as given', async () => {
    const store = await openWithTwo()
    await store.resetAccount(newAccount('one'))
    expect((await store.listOrders({ account: 'one' })).items).toEqual([])
    expect((await store.listDeliveries({ account: 'one' })).items).toEqual([])
    expect(await store.getOrder('order-1')).toBeUndefined()
    expect(await store.getDelivery('delivery-2')).toBeUndefined()
    expect((await store.listDeliveries({ order: 'order-2' })).items).toEqual([])
    expect(await store.findOrder(numberKey('number-1'))).toBeUndefined()
    expect((await store.listOrders({ orderNumber: 'number-1' })).items).toEqual([])
    expect(await store.countCall('some/one/1000', 0, 1000, 1)).toBe(true)
    expect(await store.getAccount('some', 'one')).toEqual(newAccount('one'))
    expect(claimedIds(await claimAll(store, 100))).toEqual(['delivery-12', 'order-13', 'order-14'])
  })

  test('leaves another account as it was', async () => {
    const store = await openWithTwo()
    const look = async () => [
      await store.listOrders({ account: 'two' }),
      await store.listDeliveries({ account: 'two' }),
      await store.findOrder(numberKey('number-11')),
      await store.getAccount('some', 'two'),
    ]
    const before = await look()
    await store.resetAccount(newAccount('one'))
    expect(await look()).toEqual(before)
    expect(await store.countCall('some/two/1000', 0, 1000, 1)).toBe(false)
    expect(await listAll(page => store.listOrders({}, page), 1)).toEqual(
      [14, 13, 12, 11].map(n => `order-${n}`),
    )
  })

  test('leaves an account alone whose id begins with its own', async () => {
    const store = await openWithTwo()
    await store.insertOrder(newOrder(21, { account: 'one/2' }))
    await store.countCall('some/one2/1000', 0, 1000, 1)
    await store.resetAccount(newAccount('one'))
    expect(await store.getOrder('order-21')).toBeDefined()
    expect(await store.countCall('some/one2/1000', 0, 1000, 1)).toBe(false)
  })

  test('lets the same orders be made, paid and claimed again, with the same ids', async () => {
    const store = await openWithTwo()
    for (let round = 1; round <= 2; round++) {
      await store.resetAccount(newAccount('one'))
      expect(await store.insertOrder(newOrder(1, { account: 'one' }))).toBeUndefined()
      await insertPaid(store, newOrder(2, { account: 'one' }), [
        newDelivery(2, { account: 'one', order: 'order-2' }),
      ])
      expect(await store.getOrder('order-1')).toEqual(newOrder(1, { account: 'one' }))
      expect((await store.listDeliveries({ order: 'order-2' })).items).toHaveLength(1)
      expect(claimedIds(await claim(store, 5))).toEqual(['delivery-2'])
    }
  })

  test('adds an account that was not there', async () => {
    const store = await open()
    await store.resetAccount(newAccount('new'))
    expect(await store.findAccount('some', 'key-new')).toEqual(newAccount('new'))
  })
})

describeStores('accounts', open => {
  test('an account is changed in one step: of 50 racing changes none is lost', async () => {
    const store = await open()
    await store.putAccount(newAccount('one', { settings: { count: 0 } }))
    await race(() =>
      store.updateAccount('some', 'one', account => ({
        ...account,
        settings: { ...account.settings, count: Number(account.settings.count) + 1 },
      })),
    )
    expect(await store.getAccount('some', 'one')).toMatchObject({ settings: { count: 50 } })
  })

  test('a change gives the account after it, and is found by its new identity', async () => {
    const store = await open()
    await store.putAccount(newAccount('one'))
    const changed = newAccount('one', { credentials: { key: 'fresh' } })
    expect(await store.updateAccount('some', 'one', () => changed)).toEqual(changed)
    expect(await store.findAccount('some', 'fresh')).toEqual(changed)
    expect(await store.findAccount('some', 'key-one')).toBeUndefined()
  })

  test('an account that is not there is not changed', async () => {
    expect(await (await open()).updateAccount('some', 'one', account => account)).toBeUndefined()
  })

  test('a change that spoils what it was given changes nothing by that', async () => {
    const store = await open()
    await store.putAccount(newAccount('one'))
    await store.updateAccount('some', 'one', account => {
      spoil(account)
      return newAccount('one', { settings: { fine: true } })
    })
    expect(await store.listAccounts()).toEqual([newAccount('one', { settings: { fine: true } })])
  })

  test('an account is found by its id and by its identity', async () => {
    const store = await open()
    await store.putAccount(newAccount('one'))
    await store.putAccount(newAccount('two'))
    expect(await store.getAccount('some', 'one')).toEqual(newAccount('one'))
    expect(await store.findAccount('some', 'key-two')).toEqual(newAccount('two'))
  })

  test('an account is not found under another provider, id or identity', async () => {
    const store = await open()
    await store.putAccount(newAccount('one'))
    expect(await store.getAccount('other', 'one')).toBeUndefined()
    expect(await store.getAccount('some', 'two')).toBeUndefined()
    expect(await store.findAccount('other', 'key-one')).toBeUndefined()
    expect(await store.findAccount('some', 'key-two')).toBeUndefined()
  })

  test('an account that is put again is replaced', async () => {
    const store = await open()
    await store.putAccount(newAccount('one'))
    const changed = newAccount('one', { settings: { frozen: true } })
    await store.putAccount(changed)
    expect(await store.getAccount('some', 'one')).toEqual(changed)
    expect(await store.findAccount('some', 'key-one')).toEqual(changed)
    expect(await store.listAccounts()).toEqual([changed])
  })

  test('an account is found by its changed identity, and not by the old one', async () => {
    const store = await open()
    await store.putAccount(newAccount('one'))
    const changed = newAccount('one', { credentials: { key: 'fresh' } })
    await store.putAccount(changed)
    expect(await store.findAccount('some', 'fresh')).toEqual(changed)
    expect(await store.findAccount('some', 'key-one')).toBeUndefined()
  })

  test('of accounts that are given one identity at once one has it, and the others are refused', async () => {
    const store = await open()
    for (const id of ['one', 'two', 'three']) await store.putAccount(newAccount(id))
    const credentials = { key: 'same' }
    const ended = await Promise.allSettled([
      store.putAccount(newAccount('one', { credentials })),
      store.updateAccount('some', 'two', account => ({ ...account, credentials })),
      store.resetAccount(newAccount('three', { credentials })),
    ])
    const refused = ended.filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(2)
    const holder = await store.findAccount('some', 'same')
    for (const each of refused)
      expect(each).toMatchObject({
        reason: { code: 'badAccount', message: expect.stringContaining(`account ${holder?.id} by the same`) },
      })
    for (const account of await store.listAccounts())
      expect(await store.findAccount('some', String(account.credentials.key))).toEqual(account)
    await store.putAccount(newAccount(holder?.id ?? ''))
    await store.putAccount(newAccount('four', { credentials }))
    await store.putAccount({ ...newAccount('four', { credentials }), provider: 'other' })
    expect(await store.findAccount('some', 'same')).toMatchObject({ id: 'four' })
  })

  test('50 racing puts of one account leave one account', async () => {
    const store = await open()
    await race(n => store.putAccount(newAccount('one', { settings: { n } })))
    expect(await store.listAccounts()).toEqual([newAccount('one', { settings: { n: 49 } })])
  })

  test('accounts are listed in the order in which they were added', async () => {
    const store = await open()
    for (const id of ['b', 'c', 'a']) await store.putAccount(newAccount(id))
    await store.putAccount(newAccount('b'))
    expect((await store.listAccounts()).map(({ id }) => id)).toEqual(['b', 'c', 'a'])
  })

  test('spending lowers a setting by one and stops at zero', async () => {
    const store = await open()
    await store.putAccount(newAccount('one', { settings: { balance: 2, other: 5 } }))
    expect(await store.spend('some', 'one', 'balance')).toBe(true)
    expect(await store.spend('some', 'one', 'balance')).toBe(true)
    expect(await store.spend('some', 'one', 'balance')).toBe(false)
    expect(await store.getAccount('some', 'one')).toMatchObject({ settings: { balance: 0, other: 5 } })
    expect(await store.findAccount('some', 'key-one')).toMatchObject({ settings: { balance: 0, other: 5 } })
  })

  test('a setting that is null is spent without limit', async () => {
    const store = await open()
    await store.putAccount(newAccount('one', { settings: { callsLeft: null } }))
    expect(await race(() => store.spend('some', 'one', 'callsLeft'))).not.toContain(false)
    expect(await store.getAccount('some', 'one')).toMatchObject({ settings: { callsLeft: null } })
  })

  test('50 racing spends of 10 succeed exactly 10 times', async () => {
    const store = await open()
    await store.putAccount(newAccount('one', { settings: { balance: 10 } }))
    const spent = await race(() => store.spend('some', 'one', 'balance'))
    expect(spent.filter(success => success)).toHaveLength(10)
  })

  test('calls are counted within a window that slides', async () => {
    const store = await open()
    const call = (now: number) => store.countCall('key', now, 1000, 2)
    expect(await call(0)).toBe(true)
    expect(await call(600)).toBe(true)
    expect(await call(999)).toBe(false)
    expect(await call(1000)).toBe(true)
    expect(await call(1599)).toBe(false)
    expect(await call(1600)).toBe(true)
  })

  test('a call beyond the limit is not counted itself', async () => {
    const store = await open()
    const call = (now: number) => store.countCall('key', now, 1000, 1)
    expect(await call(0)).toBe(true)
    expect(await call(500)).toBe(false)
    expect(await call(1000)).toBe(true)
  })

  test('calls are counted for each key by itself', async () => {
    const store = await open()
    expect(await store.countCall('one', 0, 1000, 1)).toBe(true)
    expect(await store.countCall('two', 0, 1000, 1)).toBe(true)
  })

  test('of 50 racing calls no more count than the limit allows', async () => {
    const store = await open()
    const counted = await race(() => store.countCall('key', 0, 1000, 10))
    expect(counted.filter(within => within)).toHaveLength(10)
  })
})

describeStores('reset', open => {
  test('a reset forgets everything but the accounts given', async () => {
    const store = await open()
    await store.putAccount(newAccount('one'))
    await insertMany(store, 5)
    await insertPaid(store, newOrder(6, { expiresAt: 10 }), [newDelivery(10)])
    await store.insertOrder(newOrder(7, { expiresAt: 10 }))
    await store.countCall('key', 0, 1000, 1)
    await store.reset({ accounts: [newAccount('two')], values: {} })
    expect((await store.listOrders({})).items).toEqual([])
    expect((await store.listDeliveries({})).items).toEqual([])
    expect((await store.listDeliveries({ order: 'order-6' })).items).toEqual([])
    expect(await store.getOrder('order-1')).toBeUndefined()
    expect(await store.findOrder(numberKey('number-1'))).toBeUndefined()
    expect((await store.listOrders({ orderNumber: 'number-1' })).items).toEqual([])
    expect(await claim(store, 1000)).toEqual([])
    expect(await store.nextDueAt()).toBeUndefined()
    expect(await store.listAccounts()).toEqual([newAccount('two')])
    expect(await store.findAccount('some', 'key-one')).toBeUndefined()
    expect(await store.countCall('key', 0, 1000, 1)).toBe(true)
  })

  test('after a reset the same orders can be inserted, paged and claimed again', async () => {
    const store = await open()
    for (let round = 1; round <= 2; round++) {
      await store.reset({ accounts: [newAccount('one')], values: {} })
      for (let n = 1; n <= 3; n++) {
        expect(await store.insertOrder(newOrder(n, { expiresAt: n }))).toBeUndefined()
      }
      expect(await listAll(page => store.listOrders({}, page), 2)).toEqual(['order-3', 'order-2', 'order-1'])
      expect(claimedIds(await claim(store, 2))).toEqual(['order-1', 'order-2'])
      expect(await store.getAccount('some', 'one')).toEqual(newAccount('one'))
    }
  })

  test('a reset leaves the accounts that were given as they were', async () => {
    const store = await open()
    const initial = [newAccount('one', { settings: { balance: 2 } })]
    await store.reset({ accounts: initial, values: {} })
    await store.spend('some', 'one', 'balance')
    await store.reset({ accounts: initial, values: {} })
    expect(await store.listAccounts()).toEqual([newAccount('one', { settings: { balance: 2 } })])
  })
})

/** Changes a record as far down as it goes. */
function spoil(record: object): void {
  for (const value of Object.values(record)) {
    if (typeof value === 'object' && value !== null) spoil(value)
  }
  Object.assign(record, { id: 'spoilt', key: 'spoilt', nested: 'spoilt', '0': 'spoilt' })
}

describeStores('copies', open => {
  test('changing an order that came out changes nothing inside', async () => {
    const store = await open()
    await store.insertOrder(newOrder(1, { expiresAt: 10 }))
    const outgoing = [
      await store.getOrder('order-1'),
      await store.findOrder(numberKey('number-1')),
      ...(await store.listOrders({})).items,
      await store.transition('order-1', 'pending', 'pending', {}),
      ...(await claim(store, 10)).map(item => item.kind === 'expiry' && item.order),
    ]
    const expired = newOrder(1, { expiresAt: 10, changedAt: 10, status: 'expired' })
    expect(outgoing).toEqual([...Array(4).fill(newOrder(1, { expiresAt: 10 })), expired])
    for (const order of outgoing) spoil(order as object)
    expect(await store.getOrder('order-1')).toEqual(expired)
  })

  test('changing a delivery that came out changes nothing inside', async () => {
    const store = await open()
    await insertPaid(store, newOrder(1), [newDelivery(10)])
    const [claimed] = await claim(store, 10, 1)
    const recorded = await store.recordAttempt('delivery-10', newAttempt(10), {
      status: 'pending',
      dueAt: 99,
    })
    const listed = await store.listDeliveries({})
    const ofOrder = await store.listDeliveries({ order: 'order-1' })
    for (const record of [claimed, recorded, ...listed.items, ...ofOrder.items]) spoil(record as object)
    expect((await store.listDeliveries({})).items).toEqual([
      newDelivery(10, { attempts: [newAttempt(10)], dueAt: 99 }),
    ])
  })

  test('changing an account that came out changes nothing inside', async () => {
    const store = await open()
    await store.putAccount(newAccount('one'))
    spoil((await store.getAccount('some', 'one')) as object)
    spoil((await store.findAccount('some', 'key-one')) as object)
    for (const account of await store.listAccounts()) spoil(account)
    expect(await store.getAccount('some', 'one')).toEqual(newAccount('one'))
    expect(await store.findAccount('some', 'key-one')).toEqual(newAccount('one'))
  })

  test('changing what was put in changes nothing inside', async () => {
    const store = await open()
    const order = newOrder(1)
    const delivery = newDelivery(10)
    const attempt = newAttempt(10)
    const [account, replacement] = [newAccount('one'), newAccount('one')]
    const patch = { fields: { nested: { list: [7] } } }
    await store.insertOrder(order)
    await store.transition('order-1', 'pending', 'paid', { patch, deliveries: [delivery] })
    await store.recordAttempt('delivery-10', attempt, { status: 'failed', dueAt: null })
    await store.putAccount(account)
    await store.putAccount(replacement)
    for (const record of [order, patch, delivery, attempt, account, replacement]) spoil(record)
    expect(await store.getOrder('order-1')).toEqual(
      newOrder(1, { status: 'paid', fields: { nested: { list: [7] } } }),
    )
    expect((await store.listDeliveries({})).items).toEqual([
      newDelivery(10, { status: 'failed', dueAt: null, attempts: [newAttempt(10)] }),
    ])
    expect(await store.listAccounts()).toEqual([newAccount('one')])
  })
})

describeStores('what is added while others claim', open => {
  test('is claimed once, and not lost', async () => {
    const store = await open()
    await store.insertOrder(newOrder(1))
    const adding = store.addDelivery(newDelivery(10))
    const claimed: string[] = []
    for (let i = 1; i <= 50; i++)
      claimed.push(...claimedIds(await store.claimDue(10, { now: 10, limit: 10 })))
    await adding
    claimed.push(...claimedIds(await store.claimDue(10, { now: 10, limit: 10 })))
    expect(claimed).toEqual(['delivery-10'])
  })
})

describeStores('removeAccount', open => {
  test('takes away an account with its orders, and no other one', async () => {
    const store = await open()
    for (const id of ['one', 'two']) await store.putAccount(newAccount(id))
    await store.insertOrder(newOrder(1, { account: 'one' }))
    await store.insertOrder(newOrder(2, { account: 'two' }))
    const [one] = (await store.listAccounts()).filter(({ id }) => id === 'one')
    await store.removeAccount({ provider: 'some', id: 'one' })
    expect((await store.listAccounts()).map(({ id }) => id)).toEqual(['two'])
    expect(await store.findAccount('some', String(one?.credentials.key))).toBeUndefined()
    expect(await store.getOrder('order-1')).toBeUndefined()
    expect(await store.getOrder('order-2')).toBeDefined()
    expect(await store.insertOrder(newOrder(1, { account: 'one' }))).toBeUndefined()
  })
})
