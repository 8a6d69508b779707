// The store of a test: @msw/data collections, which the test can query and seed, with indexes beside
// them, because the collections scan.
import { Collection } from '@msw/data'
import TinyQueue from 'tinyqueue'
import { createCallCounter } from './calls.ts'
import {
  type Account,
  accountKey,
  accountSchema,
  actDueAt,
  copyOf,
  type Delivery,
  deliverySchema,
  type JournalEntry,
  type Order,
  orderSchema,
} from './records.ts'
import {
  type ClaimOptions,
  type Conflict,
  type Due,
  defaultJournalSize,
  defaultPageSize,
  type InitialState,
  isAs,
  type Page,
  type PageRequest,
  type Store,
  type StoredEntry,
  type StoredValue,
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
  /** Which order holds a key. */
  const holders = new Map<string, string>()
  /** Ids of orders that are on their way into the collection. */
  const arriving = new Set<string>()
  const ordersOf = new Groups()
  const deliveriesOf = new Groups()
  const identities = new Map<string, string>()
  const calls = createCallCounter()
  const values = new Map<string, StoredValue>()
  let written = 0
  let journal: StoredEntry[] = []
  let journaled = 0
  /** Deliveries that somebody has claimed. */
  const claimed = new Set<string>()
  // A timer counts only while its record still says the same: none is ever removed from the middle.
  const timers = new TinyQueue<Timer>([], inDueOrder)
  let lastPut: Promise<unknown> = Promise.resolve()

  // Through the hooks, so that what a test does to a collection itself is known as well.
  db.orders.hooks.on('create', ({ data }) => enter(data.record as Order))
  db.orders.hooks.on('update', ({ data }) => {
    leave(data.prevRecord as Order)
    enter(data.nextRecord as Order)
  })
  db.orders.hooks.on('delete', ({ data }) => leave(data.deletedRecord as Order))
  db.deliveries.hooks.on('create', ({ data }) => {
    deliveriesOf.add(data.record.order, data.record.id)
    expectAttempt(data.record as Delivery)
  })
  db.deliveries.hooks.on('update', ({ data }) => expectAttempt(data.nextRecord as Delivery))

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
    for (const group of groupsOf(order)) ordersOf.add(group, order.id)
    const { id, status, expiresAt } = order
    const n = orders.numberOf(id)
    if (status === 'pending' && expiresAt !== null) timers.push({ at: expiresAt, kind: 'expiry', id, n })
    const actAt = actDueAt(order)
    if (actAt !== null) timers.push({ at: actAt, kind: 'act', id, n })
  }

  function leave(order: Order): void {
    release(order)
    for (const group of groupsOf(order)) ordersOf.delete(group, order.id)
  }

  function expectAttempt({ id, dueAt }: Delivery): void {
    if (dueAt !== null) timers.push({ at: dueAt, kind: 'delivery', id, n: deliveries.numberOf(id) })
  }

  function findConflict(order: Order): Conflict | undefined {
    if (arriving.has(order.id) || orders.get(order.id)) return { kind: 'id', key: order.id }
    for (const [kind, key] of Object.entries(options.keysOf(order))) {
      if (holders.has(key)) return { kind, key }
    }
    return undefined
  }

  /** The order or delivery that a timer stands for, if it still says so. */
  function dueBy({ kind, id, at }: Timer): Due | undefined {
    if (kind === 'delivery') {
      const delivery = deliveries.get(id)
      const isCurrent = delivery?.status === 'pending' && delivery.dueAt === at && !claimed.has(id)
      return isCurrent ? { kind, dueAt: at, delivery } : undefined
    }
    const order = orders.get(id)
    if (kind === 'act') return order && actDueAt(order) === at ? { kind, dueAt: at, order } : undefined
    const isCurrent = order?.status === 'pending' && order.expiresAt === at
    return isCurrent ? { kind, dueAt: at, order } : undefined
  }

  /** The first of the timers that still count. */
  function nextTimer(): Timer | undefined {
    for (let first = timers.peek(); first; first = timers.peek()) {
      if (dueBy(first)) return first
      timers.pop()
    }
    return undefined
  }

  /** Expires orders until something else comes first. */
  function expireOrders(until: number, { now, limit }: ClaimOptions): Due[] {
    const expired: Due[] = []
    while (expired.length < limit) {
      const timer = nextTimer()
      const order = timer?.kind === 'expiry' && timer.at <= until ? orders.get(timer.id) : undefined
      if (!timer || !order) break
      timers.pop()
      change(order, { status: 'expired', changedAt: Math.max(now, timer.at) })
      expired.push({ kind: 'expiry', dueAt: timer.at, order: copyOf(order) })
    }
    return expired
  }

  /** Takes acts and deliveries until an expiry comes first. */
  function takeOthers(until: number, { limit }: ClaimOptions): Due[] {
    const taken: Due[] = []
    const acts = new Map<string, Timer>()
    while (taken.length < limit) {
      const timer = nextTimer()
      const due = timer && timer.kind !== 'expiry' && timer.at <= until ? dueBy(timer) : undefined
      if (!timer || !due) break
      timers.pop()
      if (due.kind !== 'act' || !acts.has(timer.id)) taken.push(copyOf(due))
      if (due.kind === 'act') acts.set(timer.id, timer)
      if (due.kind === 'delivery') claimed.add(timer.id)
    }
    // An act stays due until it is taken off its order.
    for (const timer of acts.values()) timers.push(timer)
    return taken
  }

  function change(order: Order, fields: Partial<Order>): void {
    leave(order)
    Object.assign(order, fields)
    enter(order)
  }

  async function put(account: Account): Promise<void> {
    const existing = accounts.get(accountKey(account))
    if (existing) Object.assign(existing, copyOf(account))
    else await db.accounts.create(account)
    for (const identity of options.identitiesOf(account)) {
      identities.set(identityKey(account.provider, identity), accountKey(account))
    }
  }

  async function reset({ accounts: initial, values: named }: InitialState): Promise<void> {
    for (const collection of Object.values(db)) empty(collection)
    for (const index of [orders, deliveries, accounts]) index.clear()
    for (const kept of [holders, identities, ordersOf, deliveriesOf, calls, values, claimed]) kept.clear()
    journal = []
    journaled = 0
    timers.data = []
    timers.length = 0
    for (const [name, value] of Object.entries(named))
      values.set(name, { name, version: ++written, value: copyOf(value) })
    for (const account of initial) await putInTurn(account)
  }

  async function putInTurn(account: Account): Promise<void> {
    // One after the other, so that of two racing ones the second finds what the first has added.
    const putting = lastPut.then(() => put(account))
    lastPut = putting.catch(() => {})
    await putting
  }

  return {
    db,
    reach: 'process',

    async begin(initial) {
      await reset(initial)
      return 0
    },

    reset,

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
      return copyOf(orders.get(id))
    },

    async findOrder(key) {
      const id = holders.get(key)
      return id === undefined ? undefined : copyOf(orders.get(id))
    },

    async listOrders(filter, page) {
      const { createdFrom = Number.NEGATIVE_INFINITY, createdTo = Number.POSITIVE_INFINITY, ...same } = filter
      const { orderNumber, qr, status, original } = filter
      let source: readonly Order[] = db.orders.all()
      if (original !== undefined) source = orders.getAll(ordersOf.ids(refundsGroup(original)))
      else if (orderNumber !== undefined) source = orders.getAll(ordersOf.ids(numberGroup(orderNumber)))
      else if (qr !== undefined && status === 'pending') source = orders.getAll(ordersOf.ids(openGroup(qr)))
      return paginate(source, page, {
        accepts: order =>
          order.createdAt >= createdFrom && order.createdAt <= createdTo && matches(same, order),
        numberOf: order => orders.numberOf(order.id),
      })
    },

    async transition(id, from, to, effects) {
      const order = orders.get(id)
      if (order?.status !== from || !isAs(order, effects.when)) return undefined
      const outgoing = effects.deliveries ?? []
      for (const delivery of outgoing) {
        if (deliveries.get(delivery.id)) throw new Error(`there is a delivery ${delivery.id} already`)
        deliverySchema.parse(delivery)
      }
      change(order, { ...copyOf(effects.patch), status: to })
      await Promise.all(outgoing.map(delivery => db.deliveries.create(delivery)))
      return copyOf(order)
    },

    async listDeliveries(filter, page) {
      const { order } = filter
      const source = order === undefined ? db.deliveries.all() : deliveries.getAll(deliveriesOf.ids(order))
      return paginate<Delivery>(source, page, {
        accepts: delivery => matches(filter, delivery),
        numberOf: delivery => deliveries.numberOf(delivery.id),
      })
    },

    async getDelivery(id) {
      return copyOf(deliveries.get(id))
    },

    async addDelivery(delivery) {
      await db.deliveries.create(delivery)
    },

    async recordAttempt(id, attempt, next) {
      const delivery = deliveries.get(id)
      if (!delivery) return undefined
      const attempts = attempt ? [...delivery.attempts, copyOf(attempt)] : delivery.attempts
      Object.assign(delivery, { attempts, ...next })
      claimed.delete(id)
      expectAttempt(delivery)
      return copyOf(delivery)
    },

    async release(id) {
      const delivery = deliveries.get(id)
      if (delivery && claimed.delete(id)) expectAttempt(delivery)
    },

    async claimDue(until, options) {
      const first = nextTimer()
      if (!first || first.at > until) return []
      if (first.kind === 'expiry') return expireOrders(until, options)
      return takeOthers(Math.max(first.at, Math.min(options.now, until)), options)
    },

    async nextDueAt() {
      return nextTimer()?.at
    },

    putAccount: putInTurn,

    async getAccount(provider, id) {
      return copyOf(accounts.get(accountKey({ provider, id })))
    },

    async findAccount(provider, identity) {
      const known = accounts.get(identities.get(identityKey(provider, identity)) ?? '')
      // The map may be behind: accounts change, and a test may put some into the collection itself.
      if (known && options.identitiesOf(known).includes(identity)) return copyOf(known)
      return copyOf<Account | undefined>(
        db.accounts
          .all()
          .find(account => account.provider === provider && options.identitiesOf(account).includes(identity)),
      )
    },

    async listAccounts() {
      return db.accounts.all().map(account => copyOf<Account>(account))
    },

    async updateAccount(provider, id, update) {
      const account = accounts.get(accountKey({ provider, id }))
      if (!account) return undefined
      await put(update(copyOf(account)))
      return copyOf(accounts.get(accountKey({ provider, id })))
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
      return calls.count(key, now, windowMs, limit)
    },

    async resetAccount(account) {
      forget(account)
      await putInTurn(account)
    },

    async removeAccount(account) {
      forget(account)
      const key = accountKey(account)
      for (const removed of takeOut<Account>(db.accounts, each => accountKey(each) === key)) {
        accounts.delete(key)
        for (const identity of options.identitiesOf(removed))
          identities.delete(identityKey(removed.provider, identity))
      }
    },

    async readValues(known) {
      const unknown = [...values.values()].filter(({ name, version }) => known[name] !== version)
      return unknown.sort((a, b) => (a.name < b.name ? -1 : 1)).map(copyOf)
    },

    async writeValue(name, value, version) {
      if (values.get(name)?.version !== version) return undefined
      values.set(name, { name, version: ++written, value: copyOf(value) })
      return written
    },

    async appendJournal(entries) {
      for (const entry of entries) journal.push({ ...copyOf(entry), n: ++journaled })
      journal.splice(0, journal.length - (options.journalSize ?? defaultJournalSize))
    },

    async listJournal(filter, page) {
      return paginate<StoredEntry>(journal, page, {
        accepts: entry => matches<JournalEntry>(filter as Partial<JournalEntry>, entry),
        numberOf: entry => entry.n,
      })
    },

    async prune({ before = Number.NEGATIVE_INFINITY, keep = Number.POSITIVE_INFINITY, limit }) {
      const isOver = (order: Order) =>
        [...deliveriesOf.ids(order.id)].every(id => isAtItsEnd(deliveries.get(id)))
      const all = db.orders.all()
      const beyond = Math.max(0, all.length - keep)
      const out = new Set<string>()
      for (const [at, order] of all.entries()) {
        if (out.size === limit) break
        if (at >= beyond && order.createdAt >= before) break
        if (isOver(order)) out.add(order.id)
      }
      remove(
        order => out.has(order.id),
        delivery => out.has(delivery.order),
      )
      return out.size
    },

    onNews: () => () => {},

    async close() {},
  }

  /** Takes orders and deliveries out, and all that is known of them. */
  function remove(
    isOrderOut: (order: Order) => boolean,
    isDeliveryOut: (delivery: Delivery) => boolean,
  ): void {
    for (const order of takeOut<Order>(db.orders, isOrderOut)) {
      leave(order)
      orders.delete(order.id)
    }
    for (const delivery of takeOut<Delivery>(db.deliveries, isDeliveryOut)) {
      deliveriesOf.delete(delivery.order, delivery.id)
      deliveries.delete(delivery.id)
      claimed.delete(delivery.id)
    }
  }

  /** Lets go of all that an account did. */
  function forget(account: Pick<Account, 'provider' | 'id'>): void {
    const isIts = (record: Pick<Order, 'provider' | 'account'> | JournalEntry) =>
      record.provider === account.provider && record.account === account.id
    remove(isIts, isIts)
    journal = journal.filter(entry => !isIts(entry))
    calls.clear(`${accountKey(account)}/`)
  }
}

/** Left to itself a collection deletes one record after the other, and looks for each. */
function empty(collection: { all(): unknown[]; clear(): void }): void {
  collection.all().length = 0
  collection.clear()
}

/** Takes records out of a collection, which left to itself looks for each one that it deletes. */
function takeOut<T extends object>(collection: { all(): T[] }, isOut: (record: T) => boolean): T[] {
  const all = collection.all()
  const out = all.filter(isOut)
  const kept = all.filter(record => !isOut(record))
  all.length = 0
  for (const record of kept) all.push(record)
  return out
}

/** When an order or delivery falls due. `n` is its number in the order of creation. */
interface Timer {
  readonly at: number
  readonly kind: Due['kind']
  readonly id: string
  readonly n: number
}

/** Of what falls due at one time, what comes first. */
const dueRank: Readonly<Record<Due['kind'], number>> = { expiry: 0, act: 1, delivery: 2 }

function inDueOrder(a: Timer, b: Timer): number {
  return a.at - b.at || dueRank[a.kind] - dueRank[b.kind] || a.n - b.n
}

/**
 * Finds the live record of a collection by its id. A collection replaces a record that is updated, so
 * what is kept is not the record, but where it stands.
 */
class Index<T extends object> {
  /** A record is `arriving` from the hook that tells of it until it is in its collection: it counts already. */
  #entries = new Map<string, { readonly n: number; position: number; arriving: T | undefined }>()
  #created = 0
  #collection: { all(): T[] }
  #idOf: (record: T) => string

  // biome-ignore lint/suspicious/noExplicitAny: a collection is generic in its schema, an index in its record
  constructor(collection: Collection<any>, idOf: (record: T) => string) {
    this.#collection = collection
    this.#idOf = idOf
    collection.hooks.on('create', ({ data }) => {
      const n = this.#created++
      this.#entries.set(idOf(data.record as T), { n, position: n, arriving: data.record as T })
    })
    collection.hooks.on('update', ({ data }) => {
      const [before, after] = [idOf(data.prevRecord as T), idOf(data.nextRecord as T)]
      const entry = this.#entries.get(before)
      if (before === after || !entry) return
      this.#entries.delete(before)
      this.#entries.set(after, entry)
    })
    collection.hooks.on('delete', ({ data }) => {
      this.#entries.delete(idOf(data.deletedRecord as T))
    })
  }

  get(id: string): T | undefined {
    const entry = this.#entries.get(id)
    if (!entry) return undefined
    const all = this.#collection.all()
    // Deletions only ever move a record towards the front.
    for (let at = Math.min(entry.position, all.length - 1); at >= 0; at--) {
      const record = all[at]
      if (record === undefined || this.#idOf(record) !== id) continue
      entry.position = at
      entry.arriving = undefined
      return record
    }
    return entry.arriving
  }

  /** In the order of creation. */
  getAll(ids: Iterable<string>): T[] {
    return [...ids].sort((a, b) => this.numberOf(a) - this.numberOf(b)).flatMap(id => this.get(id) ?? [])
  }

  /** The number of a record in the order of creation. */
  numberOf(id: string): number {
    return this.#entries.get(id)?.n ?? 0
  }

  delete(id: string): void {
    this.#entries.delete(id)
  }

  clear(): void {
    this.#entries.clear()
    this.#created = 0
  }
}

/** Ids by what their records have in common. */
class Groups {
  #groups = new Map<string, Set<string>>()

  add(group: string, id: string): void {
    const ids = this.#groups.get(group)
    if (ids) ids.add(id)
    else this.#groups.set(group, new Set([id]))
  }

  delete(group: string, id: string): void {
    const ids = this.#groups.get(group)
    if (ids?.delete(id) && ids.size === 0) this.#groups.delete(group)
  }

  ids(group: string): Iterable<string> {
    return this.#groups.get(group) ?? []
  }

  clear(): void {
    this.#groups.clear()
  }
}

const numberGroup = (orderNumber: string) => `number/${orderNumber}`
const openGroup = (qr: string) => `open/${qr}`

const refundsGroup = (original: string) => `refunds/${original}`

/** Whether nothing more becomes of a delivery. */
function isAtItsEnd(delivery: Delivery | undefined): boolean {
  return delivery?.status !== 'pending' && delivery?.status !== 'held'
}

/** What orders are looked for by, without being unique. */
function groupsOf({ orderNumber, qr, status, original }: Order): string[] {
  const groups = [numberGroup(orderNumber)]
  if (status === 'pending') groups.push(openGroup(qr))
  if (original !== null) groups.push(refundsGroup(original))
  return groups
}

function identityKey(provider: string, identity: string): string {
  return `${provider}/${identity}`
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

/** The cursor is the number of the last item in the order of creation, in which the source is. */
function paginate<T extends object>(
  source: readonly T[],
  page: PageRequest | undefined,
  { accepts, numberOf }: { accepts: (item: T) => boolean; numberOf: (item: T) => number },
): Page<T> {
  const { limit = defaultPageSize, after, first = 'newest' } = page ?? {}
  const isNewestFirst = first === 'newest'
  const cursor = after === undefined ? (isNewestFirst ? Number.POSITIVE_INFINITY : -1) : Number(after)
  // At most so many records of a source were created before the one with that number.
  const start = isNewestFirst ? Math.min(source.length, cursor) - 1 : 0
  const items: T[] = []
  for (let at = start; at >= 0 && at < source.length; at += isNewestFirst ? -1 : 1) {
    const item = source[at]
    if (!item || (isNewestFirst ? numberOf(item) >= cursor : numberOf(item) <= cursor)) continue
    if (!accepts(item)) continue
    if (items.length === limit) return { items, next: String(numberOf(items.at(-1) as T)) }
    items.push(copyOf(item))
  }
  return { items, next: null }
}
