import { actDueAt, copyOf, type Order } from '../records.ts'
import { type Conflict, isAs, type Store } from '../store.ts'
import { empty, takeOut } from './collections.ts'
import type { DeliveryTable } from './deliveries.ts'
import { createGroups } from './groups.ts'
import { matches, toPage } from './page.ts'
import type { Parts } from './parts.ts'
import { createRecordIndex } from './record-index.ts'

export interface OrderTable {
  readonly methods: Pick<Store, 'insertOrder' | 'getOrder' | 'findOrder' | 'listOrders' | 'transition'>
  /** The live one. */
  get(id: string): Order | undefined
  change(order: Order, fields: Partial<Order>): void
  /** @param most as of takeOut */
  remove(isOut: (order: Order) => boolean, most?: number): void
  clear(): void
}

export function createOrders({ db, timers, options }: Parts, deliveries: DeliveryTable): OrderTable {
  const records = createRecordIndex<Order>(db.orders, order => order.id)
  const groups = createGroups()
  /** Which order holds a key. */
  const holders = new Map<string, string>()
  /** Ids of orders that are on their way into the collection. */
  const arriving = new Set<string>()

  // Through the hooks, so that what a test does to the collection itself is known as well.
  db.orders.hooks.on('create', ({ data }) => enter(data.record as Order))
  db.orders.hooks.on('update', ({ data }) => {
    leave(data.prevRecord as Order)
    enter(data.nextRecord as Order)
  })
  db.orders.hooks.on('delete', ({ data }) => leave(data.deletedRecord as Order))

  /** Takes the keys of an order that nobody else holds. */
  function hold(order: Order): void {
    for (const key of Object.values(options.keysOf(order))) {
      if (!holders.has(key)) holders.set(key, order.id)
    }
  }

  function release(order: Order): void {
    for (const key of Object.values(options.keysOf(order))) {
      if (holders.get(key) === order.id) holders.delete(key)
    }
  }

  function enter(order: Order): void {
    hold(order)
    for (const group of groupsOf(order)) groups.add(group, order.id)
    const { id, status, expiresAt } = order
    const n = records.numberOf(id)
    if (status === 'pending' && expiresAt !== null) timers.push({ at: expiresAt, kind: 'expiry', id, n })
    const actAt = actDueAt(order)
    if (actAt !== null) timers.push({ at: actAt, kind: 'act', id, n })
  }

  function leave(order: Order): void {
    release(order)
    for (const group of groupsOf(order)) groups.delete(group, order.id)
  }

  function change(order: Order, fields: Partial<Order>): void {
    leave(order)
    Object.assign(order, fields)
    enter(order)
  }

  function findConflict(order: Order): Conflict | undefined {
    if (arriving.has(order.id) || records.get(order.id)) return { kind: 'id', key: order.id }
    for (const [kind, key] of Object.entries(options.keysOf(order))) {
      if (holders.has(key)) return { kind, key }
    }
    return undefined
  }

  const methods: OrderTable['methods'] = {
    async insertOrder(order) {
      const conflict = findConflict(order)
      if (conflict) return conflict
      // Reserved before the first await, so that of two racing orders one is refused.
      hold(order)
      arriving.add(order.id)
      try {
        await db.orders.create(order)
      } catch (error) {
        release(order)
        throw error
      } finally {
        arriving.delete(order.id)
      }
      return undefined
    },

    async getOrder(id) {
      return copyOf(records.get(id))
    },

    async findOrder(key) {
      const id = holders.get(key)
      return id === undefined ? undefined : copyOf(records.get(id))
    },

    async listOrders(filter, page) {
      const { createdFrom = Number.NEGATIVE_INFINITY, createdTo = Number.POSITIVE_INFINITY, ...same } = filter
      const { orderNumber, qr, status, original } = filter
      let source: readonly Order[] = db.orders.all()
      if (original !== undefined) source = records.getAll(groups.ids(refundsGroup(original)))
      else if (orderNumber !== undefined) source = records.getAll(groups.ids(numberGroup(orderNumber)))
      else if (qr !== undefined && status === 'pending') source = records.getAll(groups.ids(openGroup(qr)))
      return toPage(source, page, {
        accepts: order =>
          order.createdAt >= createdFrom && order.createdAt <= createdTo && matches(same, order),
        numberOf: order => records.numberOf(order.id),
      })
    },

    async transition(id, from, to, { when, patch, deliveries: added = [] }) {
      const order = records.get(id)
      if (order?.status !== from || !isAs(order, when)) return undefined
      for (const delivery of added) deliveries.check(delivery)
      change(order, { ...copyOf(patch), status: to })
      await Promise.all(added.map(deliveries.methods.addDelivery))
      return copyOf(order)
    },
  }

  return {
    methods,
    get: records.get,
    change,
    remove(isOut, most) {
      for (const order of takeOut<Order>(db.orders, isOut, most)) {
        leave(order)
        records.delete(order.id)
      }
    },
    clear() {
      empty(db.orders)
      for (const kept of [records, groups, holders]) kept.clear()
    },
  }
}

const numberGroup = (orderNumber: string) => `number/${orderNumber}`
const openGroup = (qr: string) => `open/${qr}`
const refundsGroup = (original: string) => `refunds/${original}`

/** What orders are looked for by, without being unique. */
function groupsOf({ orderNumber, qr, status, original }: Order): string[] {
  const groups = [numberGroup(orderNumber)]
  if (status === 'pending') groups.push(openGroup(qr))
  if (original !== null) groups.push(refundsGroup(original))
  return groups
}
