import { copyOf, type Delivery, deliverySchema } from '../records.ts'
import { isSince, type Store } from '../store.ts'
import { empty, takeOut } from './collections.ts'
import { createGroups } from './groups.ts'
import { matches, toPage } from './page.ts'
import type { Parts } from './parts.ts'
import { createRecordIndex } from './record-index.ts'

export interface DeliveryTable {
  readonly methods: Pick<
    Store,
    'listDeliveries' | 'getDelivery' | 'addDelivery' | 'recordAttempt' | 'release'
  >
  /** Those that somebody has claimed, by id. */
  readonly claimed: Set<string>
  /** The live one. */
  get(id: string): Delivery | undefined
  /** The live ones of an order, in the order of creation. */
  ofOrder(id: string): Delivery[]
  /** @throws where it cannot be added */
  check(delivery: Delivery): void
  /** @param most as of takeOut */
  remove(isOut: (delivery: Delivery) => boolean, most?: number): void
  clear(): void
}

export function createDeliveries({ db, timers }: Parts): DeliveryTable {
  const records = createRecordIndex<Delivery>(db.deliveries, delivery => delivery.id)
  const byOrder = createGroups()
  const claimed = new Set<string>()

  // Through the hooks, so that what a test does to the collection itself is known as well.
  db.deliveries.hooks.on('create', ({ data }) => {
    byOrder.add(data.record.order, data.record.id)
    expectAttempt(data.record as Delivery)
  })
  db.deliveries.hooks.on('update', ({ data }) => expectAttempt(data.nextRecord as Delivery))

  function expectAttempt({ id, dueAt }: Delivery): void {
    if (dueAt !== null) timers.push({ at: dueAt, kind: 'delivery', id, n: records.numberOf(id) })
  }

  const ofOrder = (id: string) => records.getAll(byOrder.ids(id))

  const methods: DeliveryTable['methods'] = {
    async listDeliveries(filter, page) {
      const source = filter.order === undefined ? db.deliveries.all() : ofOrder(filter.order)
      return toPage<Delivery>(source, page, {
        accepts: delivery => matches(filter, delivery),
        numberOf: delivery => records.numberOf(delivery.id),
      })
    },

    async getDelivery(id) {
      return copyOf(records.get(id))
    },

    async addDelivery(delivery) {
      await db.deliveries.create(delivery)
    },

    async recordAttempt(id, attempt, next, options) {
      const delivery = records.get(id)
      if (!delivery || !isSince(delivery, options)) return undefined
      const attempts = attempt ? [...delivery.attempts, copyOf(attempt)] : delivery.attempts
      Object.assign(delivery, { attempts, ...next })
      claimed.delete(id)
      expectAttempt(delivery)
      return copyOf(delivery)
    },

    async release(id) {
      const delivery = records.get(id)
      if (delivery && claimed.delete(id)) expectAttempt(delivery)
    },
  }

  return {
    methods,
    claimed,
    get: records.get,
    ofOrder,
    check(delivery) {
      if (records.get(delivery.id)) throw new Error(`there is a delivery ${delivery.id} already`)
      deliverySchema.parse(delivery)
    },
    remove(isOut, most) {
      for (const { id, order } of takeOut<Delivery>(db.deliveries, isOut, most)) {
        byOrder.delete(order, id)
        records.delete(id)
        claimed.delete(id)
      }
    },
    clear() {
      empty(db.deliveries)
      for (const kept of [records, byOrder, claimed]) kept.clear()
    },
  }
}
