// The store of a test: @msw/data collections, which the test can query and seed, with indexes beside
// them, because the collections scan.
import { Collection } from '@msw/data'
import TinyQueue from 'tinyqueue'
import {
  type Account,
  accountKey,
  accountSchema,
  type Delivery,
  deliverySchema,
  type Order,
  orderSchema,
} from './records.ts'
import {
  type Conflict,
  type Due,
  defaultPageSize,
  type Page,
  type PageRequest,
  type Store,
  type StoreOptions,
} from './store.ts'

/** The collections behind a memory store. Records that come out of them are the live ones. */
export interface MemoryDatabase {
  readonly orders: Collection<typeof orderSchema>
  readonly deliveries: Collection<typeof deliverySchema>
  readonly accounts: Collection<typeof accountSchema>
}

/** A store in memory; `db` holds its collections. */
export function createMemoryStore(options: StoreOptions): Store & { readonly db: MemoryDatabase } {
  const db: MemoryDatabase = {
    orders: new Collection({ schema: orderSchema }),
    deliveries: new Collection({ schema: deliverySchema }),
    accounts: new Collection({ schema: accountSchema }),
  }
  const orders = new Index<Order>(db.orders, order => order.id)
  const deliveries = new Index<Delivery>(db.deliveries, delivery => delivery.id)
  const accounts = new Index<Account>(db.accounts, accountKey)
  const identities = new Map<string, string>()
  const holders = new Map<string, string>()
  const deliveriesOf = new Map<string, string[]>()
  const calls = new Map<string, number[]>()
  // An entry counts only while its record still says the same: nothing is ever removed from the middle.
  const due = new TinyQueue<{ at: number; id: string }>([], (a, b) => a.at - b.at)

  db.orders.hooks.on('create', ({ data }) => {
    const order = data.record as Order
    for (const key of Object.values(options.keysOf(order))) holders.set(key, order.id)
    if (order.expiresAt !== null) due.push({ at: order.expiresAt, id: order.id })
  })
  db.orders.hooks.on('delete', ({ data }) => release(data.deletedRecord as Order))
  db.deliveries.hooks.on('create', ({ data }) => {
    const delivery = data.record as Delivery
    const siblings = deliveriesOf.get(delivery.order)
    if (siblings) siblings.push(delivery.id)
    else deliveriesOf.set(delivery.order, [delivery.id])
    if (delivery.dueAt !== null) due.push({ at: delivery.dueAt, id: delivery.id })
  })

  function release(order: Order): void {
    for (const key of Object.values(options.keysOf(order))) {
      if (holders.get(key) === order.id) holders.delete(key)
    }
  }

  function takenKey(order: Order): Conflict | undefined {
    if (orders.get(order.id)) return { kind: 'id', key: order.id }
    for (const [kind, key] of Object.entries(options.keysOf(order))) {
      if (holders.has(key)) return { kind, key }
    }
    return undefined
  }

  function isExpiring(order: Order, at: number): boolean {
    return order.status === 'pending' && order.expiresAt === at
  }

  return {
    db,

    async insertOrder(order) {
      const conflict = takenKey(order)
      if (conflict) return conflict
      // Reserved before the first await, so that of two racing orders one is refused.
      for (const key of Object.values(options.keysOf(order))) holders.set(key, order.id)
      await db.orders.create(order)
      return undefined
    },

    async getOrder(id) {
      return copy(orders.get(id))
    },

    async findOrder(key) {
      const id = holders.get(key)
      return id === undefined ? undefined : copy(orders.get(id))
    },

    async listOrders(filter, page) {
      return paginate(db.orders.all(), page, order => matches(filter, order))
    },

    async transition(id, from, to, effects) {
      const order = orders.get(id)
      if (order?.status !== from) return undefined
      release(order)
      Object.assign(order, effects.patch, { status: to })
      for (const key of Object.values(options.keysOf(order))) holders.set(key, id)
      await Promise.all((effects.deliveries ?? []).map(delivery => db.deliveries.create(delivery)))
      return copy(order)
    },

    async listDeliveries(filter, page) {
      const { order } = filter
      const source =
        order === undefined
          ? db.deliveries.all()
          : (deliveriesOf.get(order) ?? []).flatMap(id => deliveries.get(id) ?? [])
      return paginate(source, page, delivery => matches(filter, delivery))
    },

    async recordAttempt(id, attempt, next) {
      const delivery = deliveries.get(id)
      if (!delivery) return undefined
      Object.assign(delivery, { attempts: [...delivery.attempts, attempt], ...next })
      if (next.dueAt !== null) due.push({ at: next.dueAt, id })
      return copy(delivery)
    },

    async claimDue(now, leaseMs, limit) {
      const claimed: Due[] = []
      for (let first = due.peek(); first && first.at <= now && claimed.length < limit; first = due.peek()) {
        due.pop()
        const { at, id } = first
        const order = orders.get(id)
        if (order && isExpiring(order, at)) claimed.push({ kind: 'expiry', dueAt: at, order: { ...order } })
        const delivery = deliveries.get(id)
        if (delivery?.status === 'pending' && delivery.dueAt === at) {
          delivery.dueAt = now + leaseMs
          due.push({ at: delivery.dueAt, id })
          claimed.push({ kind: 'delivery', dueAt: at, delivery: { ...delivery } })
        }
      }
      return claimed
    },

    async nextDueAt() {
      for (let first = due.peek(); first; first = due.peek()) {
        const order = orders.get(first.id)
        const delivery = deliveries.get(first.id)
        if (order && isExpiring(order, first.at)) return first.at
        if (delivery?.status === 'pending' && delivery.dueAt === first.at) return first.at
        due.pop()
      }
      return undefined
    },

    async putAccount(account) {
      const existing = accounts.get(accountKey(account))
      if (existing) {
        identities.delete(identityKey(existing.provider, options.identityOf(existing)))
        Object.assign(existing, account)
      } else await db.accounts.create(account)
      identities.set(identityKey(account.provider, options.identityOf(account)), accountKey(account))
    },

    async getAccount(provider, id) {
      return copy(accounts.get(accountKey({ provider, id })))
    },

    async findAccount(provider, identity) {
      const known = accounts.get(identities.get(identityKey(provider, identity)) ?? '')
      if (known && options.identityOf(known) === identity) return { ...known }
      // An account that a test put into the collection itself is not in the map.
      return copy(
        db.accounts
          .all()
          .find(account => account.provider === provider && options.identityOf(account) === identity),
      )
    },

    async listAccounts() {
      return db.accounts.all().map(account => ({ ...account }))
    },

    async spend(provider, id, setting) {
      const account = accounts.get(accountKey({ provider, id }))
      const left = account?.settings[setting]
      if (account === undefined || typeof left !== 'number') return true
      if (left <= 0) return false
      account.settings = { ...account.settings, [setting]: left - 1 }
      return true
    },

    async countCall(key, now, windowMs, limit) {
      const recent = (calls.get(key) ?? []).filter(at => at > now - windowMs)
      const within = recent.length < limit
      if (within) recent.push(now)
      calls.set(key, recent)
      return within
    },

    async reset(initial) {
      db.orders.clear()
      db.deliveries.clear()
      db.accounts.clear()
      for (const index of [orders, deliveries, accounts]) index.clear()
      for (const map of [holders, identities, deliveriesOf, calls]) map.clear()
      due.data = []
      due.length = 0
      for (const account of initial) await this.putAccount(account)
    },

    async close() {},
  }
}

/** Finds the live record of a collection by its id, also after a test has changed the collection by hand. */
class Index<T extends object> {
  #records = new Map<string, T>()
  #stale = new Set<string>()
  #collection: { findFirst(query: never): unknown; all(): T[] }
  #idOf: (record: T) => string

  // biome-ignore lint/suspicious/noExplicitAny: a collection is generic in its schema, an index in its record
  constructor(collection: Collection<any>, idOf: (record: T) => string) {
    this.#collection = collection
    this.#idOf = idOf
    collection.hooks.on('create', ({ data }) => {
      this.#records.set(idOf(data.record as T), data.record as T)
    })
    // The collection replaces a record that is updated, and says so before it does.
    collection.hooks.on('update', ({ data }) => {
      this.#stale.add(idOf(data.prevRecord as T))
      this.#stale.add(idOf(data.nextRecord as T))
    })
    collection.hooks.on('delete', ({ data }) => {
      this.#records.delete(idOf(data.deletedRecord as T))
    })
  }

  get(id: string): T | undefined {
    if (this.#stale.size > 0) this.#refresh()
    return this.#records.get(id)
  }

  clear(): void {
    this.#records.clear()
    this.#stale.clear()
  }

  #refresh(): void {
    for (const id of this.#stale) this.#records.delete(id)
    for (const record of this.#collection.all()) {
      const id = this.#idOf(record)
      if (this.#stale.has(id)) this.#records.set(id, record)
    }
    this.#stale.clear()
  }
}

function identityKey(provider: string, identity: string): string {
  return `${provider}/${identity}`
}

function copy<T extends object>(record: T | undefined): T | undefined {
  return record && { ...record }
}

function matches<T extends object>(
  filter: { readonly [K in keyof T]?: T[K] | undefined },
  record: T,
): boolean {
  for (const name in filter) {
    const wanted = filter[name as keyof T]
    if (wanted !== undefined && wanted !== record[name as keyof T]) return false
  }
  return true
}

/** The newest first; the cursor is the position in the order of creation. */
function paginate<T extends object>(
  all: readonly T[],
  page: PageRequest | undefined,
  accepts: (item: T) => boolean,
): Page<T> {
  const limit = page?.limit ?? defaultPageSize
  const items: T[] = []
  let at = page?.after === undefined ? all.length : Number(page.after)
  while (at > 0 && items.length <= limit) {
    at--
    const item = all[at]
    if (item && accepts(item)) {
      if (items.length === limit) return { items, next: String(at + 1) }
      items.push({ ...item })
    }
  }
  return { items, next: null }
}
