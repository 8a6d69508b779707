// The store of the server: node:sqlite, in memory or in a file.
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { createCallCounter } from './calls.ts'
import { type Account, accountKey, actDueAt, copyOf, type Delivery, type Order } from './records.ts'
import {
  type ClaimOptions,
  type Due,
  defaultPageSize,
  isAs,
  type Page,
  type PageRequest,
  type Store,
  type StoreOptions,
} from './store.ts'

const schema = `
  create table if not exists orders (
    n integer primary key, id text not null unique, provider text not null, account text not null,
    status text not null, order_number text not null, qr text not null, original text,
    created_at integer not null, expires_at integer, act_at integer, record text not null
  );
  create index if not exists orders_due on orders (expires_at)
    where status = 'pending' and expires_at is not null;
  create index if not exists orders_act on orders (act_at) where act_at is not null;
  create table if not exists order_keys (key text primary key, order_id text not null) without rowid;
  create table if not exists deliveries (
    n integer primary key, id text not null unique, provider text not null, account text not null,
    order_id text not null, due_at integer, record text not null -- its dueAt is that of the column
  );
  create index if not exists deliveries_order on deliveries (order_id);
  create index if not exists deliveries_due on deliveries (due_at) where due_at is not null;
`

/** @param file a path, or `:memory:` */
export function createSqliteStore(options: StoreOptions & { readonly file?: string }): Store {
  const db = new DatabaseSync(options.file ?? ':memory:')
  db.exec('pragma cache_size = -65536')
  db.exec(schema)

  const sql = {
    insertOrder: db.prepare(
      `insert into orders (id, provider, account, status, order_number, qr, original, created_at, expires_at, act_at, record)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing`,
    ),
    insertKey: db.prepare('insert into order_keys values (?, ?) on conflict (key) do nothing'),
    deleteKey: db.prepare('delete from order_keys where key = ? and order_id = ?'),
    order: db.prepare('select record from orders where id = ?'),
    orderByKey: db.prepare(
      'select record from orders where id = (select order_id from order_keys where key = ?)',
    ),
    updateOrder: db.prepare(
      'update orders set status = ?, expires_at = ?, act_at = ?, record = ? where id = ?',
    ),
    expire: db.prepare(`update orders set status = 'expired', record = ? where n = ?`),
    overOrders: db.prepare(
      `select n, record from orders where status = 'pending' and expires_at <= ? order by expires_at, n limit ?`,
    ),
    dueActs: db.prepare('select record from orders where act_at <= ? order by act_at, n limit ?'),
    insertDelivery: db.prepare(
      `insert into deliveries (id, provider, account, order_id, due_at, record) values (?, ?, ?, ?, ?, ?)`,
    ),
    delivery: db.prepare('select record, due_at from deliveries where id = ?'),
    updateDelivery: db.prepare('update deliveries set due_at = ?, record = ? where id = ?'),
    leaseDelivery: db.prepare('update deliveries set due_at = ? where id = ?'),
    dueDeliveries: db.prepare(
      'select record, due_at from deliveries where due_at <= ? order by due_at, n limit ?',
    ),
    nextDue: db.prepare(
      `select (select min(expires_at) from orders where status = 'pending' and expires_at is not null) as expiry,
         (select min(act_at) from orders where act_at is not null) as act,
         (select min(due_at) from deliveries where due_at is not null) as delivery`,
    ),
  }
  const removeAccount = [
    'delete from order_keys where order_id in (select id from orders where provider = ? and account = ?)',
    'delete from orders where provider = ? and account = ?',
    'delete from deliveries where provider = ? and account = ?',
  ].map(text => db.prepare(text))
  const indexed = new Set<string>()
  // Accounts and call counters are few and hot: this process owns them.
  const accounts = new Map<string, Account>()
  const identities = new Map<string, Account>()
  const calls = createCallCounter()

  const atomically = transactionsOf(db, options.file === undefined)

  /** Every index costs each order, so these are made when somebody first looks for orders that way. */
  function indexOrdersBy(columns: string): void {
    if (indexed.has(columns)) return
    db.exec(`create index if not exists "orders by ${columns}" on orders (${columns})`)
    indexed.add(columns)
  }

  /** Takes and gives back what the changed order has, or no longer has, for itself. */
  function changeKeys(before: Order, after: Order): void {
    const held = Object.values(options.keysOf(before))
    const next = Object.values(options.keysOf(after))
    for (const key of held) if (!next.includes(key)) sql.deleteKey.run(key, before.id)
    for (const key of next) if (!held.includes(key)) sql.insertKey.run(key, before.id)
  }

  /** When something falls due next, by what it is. */
  function nextDue(): Readonly<Record<Due['kind'], number>> {
    const next = sql.nextDue.get() as Record<Due['kind'], number | null>
    const { expiry, act, delivery } = next
    const never = Number.POSITIVE_INFINITY
    return { expiry: expiry ?? never, act: act ?? never, delivery: delivery ?? never }
  }

  /** Expires pending orders whose life is over by then, the first of them first. */
  function expireOrders(until: number, { now, limit }: ClaimOptions): Due[] {
    return sql.overOrders.all(until, limit).map(row => {
      const order = JSON.parse(row.record as string) as Order
      const dueAt = order.expiresAt ?? now
      const expired: Order = { ...order, status: 'expired', changedAt: Math.max(now, dueAt) }
      changeKeys(order, expired)
      sql.expire.run(JSON.stringify(expired), row.n as number)
      return { kind: 'expiry', dueAt, order: expired }
    })
  }

  /** Takes acts and deliveries that are due by then, the first of them first. */
  function takeOthers(
    next: ReturnType<typeof nextDue>,
    until: number,
    { now, leaseMs, limit }: ClaimOptions,
  ): Due[] {
    const acts = next.act > until ? [] : many<Order>(sql.dueActs, until, limit)
    const deliveries = next.delivery > until ? [] : many<Delivery>(sql.dueDeliveries, until, limit)
    const due = [
      ...acts.map(order => ({ kind: 'act', dueAt: actDueAt(order) ?? now, order }) as const),
      ...deliveries.map(delivery => ({ kind: 'delivery', dueAt: delivery.dueAt ?? now, delivery }) as const),
    ]
    due.sort((a, b) => a.dueAt - b.dueAt)
    due.length = Math.min(due.length, limit)
    const leased = due.filter(item => item.kind === 'delivery')
    const lease = () => {
      for (const { delivery } of leased) sql.leaseDelivery.run(Math.max(now, until) + leaseMs, delivery.id)
    }
    // One statement is a transaction by itself.
    if (leased.length > 1) atomically(lease)
    else lease()
    return due
  }

  function addDelivery(delivery: Delivery): void {
    const { id, provider, account, order, dueAt } = delivery
    sql.insertDelivery.run(id, provider, account, order, dueAt, JSON.stringify(delivery))
  }

  function setAccount(account: Account): void {
    const key = accountKey(account)
    const before = accounts.get(key)
    if (before)
      for (const identity of options.identitiesOf(before)) identities.delete(`${before.provider}/${identity}`)
    const copy = copyOf(account)
    accounts.set(key, copy)
    for (const identity of options.identitiesOf(copy)) identities.set(`${account.provider}/${identity}`, copy)
  }

  /** Lets go of all that an account did. */
  function forget(account: Pick<Account, 'provider' | 'id'>): void {
    atomically(() => {
      const { provider, id } = account
      for (const remove of removeAccount) remove.run(provider, id)
    })
    calls.clear(`${accountKey(account)}/`)
  }

  return {
    async insertOrder(order) {
      const { id, provider, account, status, orderNumber, qr, original, createdAt, expiresAt } = order
      const record = JSON.stringify(order)
      return atomically(undo => {
        const added = sql.insertOrder.run(
          id,
          provider,
          account,
          status,
          orderNumber,
          qr,
          original,
          createdAt,
          expiresAt,
          actDueAt(order),
          record,
        )
        if (added.changes === 0) return { kind: 'id', key: id }
        const keys = options.keysOf(order)
        for (const kind in keys) {
          const key = keys[kind] as string
          if (sql.insertKey.run(key, id).changes === 0) return undo({ kind, key })
        }
        return undefined
      })
    },

    async getOrder(id) {
      return one<Order>(sql.order, id)
    },

    async findOrder(key) {
      return one<Order>(sql.orderByKey, key)
    },

    async listOrders(filter, page) {
      if (filter.orderNumber !== undefined) indexOrdersBy('order_number')
      else if (filter.qr !== undefined) indexOrdersBy('qr, status')
      else if (filter.original !== undefined) indexOrdersBy('original')
      else if (filter.createdFrom !== undefined) indexOrdersBy('created_at')
      return list<Order>(db, 'orders', page, {
        provider: filter.provider,
        account: filter.account,
        status: filter.status,
        order_number: filter.orderNumber,
        qr: filter.qr,
        original: filter.original,
        "record ->> 'kind'": filter.kind,
        'created_at >=': filter.createdFrom,
        'created_at <=': filter.createdTo,
      })
    },

    async transition(id, from, to, effects) {
      return atomically(() => {
        const order = one<Order>(sql.order, id)
        if (order?.status !== from || !isAs(order, effects.when)) return undefined
        const next: Order = { ...order, ...effects.patch, status: to }
        changeKeys(order, next)
        sql.updateOrder.run(to, next.expiresAt, actDueAt(next), JSON.stringify(next), id)
        for (const delivery of effects.deliveries ?? []) addDelivery(delivery)
        return next
      })
    },

    async listDeliveries(filter, page) {
      return list<Delivery>(db, 'deliveries', page, {
        provider: filter.provider,
        account: filter.account,
        order_id: filter.order,
        "record ->> 'callback'": filter.callback,
        "record ->> 'status'": filter.status,
      })
    },

    async getDelivery(id) {
      return one<Delivery>(sql.delivery, id)
    },

    async addDelivery(delivery) {
      addDelivery(delivery)
    },

    async recordAttempt(id, attempt, next) {
      const delivery = one<Delivery>(sql.delivery, id)
      if (!delivery) return undefined
      const attempts = attempt ? [...delivery.attempts, attempt] : delivery.attempts
      const changed: Delivery = { ...delivery, attempts, ...next }
      sql.updateDelivery.run(next.dueAt, JSON.stringify(changed), id)
      return changed
    },

    async claimDue(until, options) {
      const next = nextDue()
      const first = Math.min(next.expiry, next.act, next.delivery)
      if (first > until) return []
      if (next.expiry === first) {
        const end = Math.min(until, next.act, next.delivery)
        return atomically(() => expireOrders(end, options))
      }
      return takeOthers(next, Math.max(first, Math.min(options.now, until, next.expiry - 1)), options)
    },

    async nextDueAt() {
      const { expiry, act, delivery } = nextDue()
      const at = Math.min(expiry, act, delivery)
      return Number.isFinite(at) ? at : undefined
    },

    async putAccount(account) {
      setAccount(account)
    },

    async getAccount(provider, id) {
      return copyOf(accounts.get(accountKey({ provider, id })))
    },

    async findAccount(provider, identity) {
      return copyOf(identities.get(`${provider}/${identity}`))
    },

    async listAccounts() {
      return [...accounts.values()].map(copyOf)
    },

    async updateAccount(provider, id, update) {
      const account = accounts.get(accountKey({ provider, id }))
      if (!account) return undefined
      setAccount(update(copyOf(account)))
      return copyOf(accounts.get(accountKey({ provider, id })))
    },

    async spend(provider, id, setting) {
      const account = accounts.get(accountKey({ provider, id }))
      const left = account?.settings[setting]
      if (account === undefined || typeof left !== 'number') return true
      if (left <= 0) return false
      setAccount({ ...account, settings: { ...account.settings, [setting]: left - 1 } })
      return true
    },

    async countCall(key, now, windowMs, limit) {
      return calls.count(key, now, windowMs, limit)
    },

    async reset(initial) {
      db.exec('delete from orders; delete from order_keys; delete from deliveries')
      for (const map of [accounts, identities, calls]) map.clear()
      for (const account of initial) setAccount(account)
    },

    async resetAccount(account) {
      forget(account)
      setAccount(account)
    },

    async removeAccount(account) {
      forget(account)
      const known = accounts.get(accountKey(account))
      accounts.delete(accountKey(account))
      if (known)
        for (const identity of options.identitiesOf(known)) identities.delete(`${known.provider}/${identity}`)
    },

    async close() {
      db.close()
    },
  }
}

/** Runs work whose writes are done together, or not at all where it throws or ends with `undo`. */
type Atomically = <T>(work: (undo: (result: T) => T) => T) => T

/**
 * A database in memory has no reader and no disk to keep in step with, so one transaction stays open
 * for ever, and each piece of work is a savepoint in it: that is half of the cost.
 */
function transactionsOf(db: DatabaseSync, isInMemory: boolean): Atomically {
  if (isInMemory) db.exec('pragma journal_mode = memory; begin')
  const [begin, commit, rollback] = (
    isInMemory
      ? ['savepoint work', 'release work', 'rollback to work']
      : ['begin immediate', 'commit', 'rollback']
  ).map(sql => db.prepare(sql)) as [StatementSync, StatementSync, StatementSync]
  const takeBack = () => {
    rollback.run()
    if (isInMemory) commit.run()
  }

  return work => {
    let isUndone = false
    begin.run()
    try {
      const result = work(undone => {
        isUndone = true
        return undone
      })
      if (isUndone) takeBack()
      else commit.run()
      return result
    } catch (error) {
      takeBack()
      throw error
    }
  }
}

type Value = string | number | null

function one<T>(statement: StatementSync, ...values: Value[]): T | undefined {
  const row = statement.get(...values)
  return row && fromRow<T>(row)
}

function many<T>(statement: StatementSync, ...values: Value[]): T[] {
  return statement.all(...values).map(row => fromRow<T>(row))
}

/** A lease is written into its column alone, because it would cost twice as much to write the record as well. */
function fromRow<T>({ record, due_at: dueAt }: Readonly<Record<string, unknown>>): T {
  const parsed = JSON.parse(record as string)
  if (dueAt !== undefined) parsed.dueAt = dueAt
  return parsed
}

function list<T>(
  db: DatabaseSync,
  table: string,
  page: PageRequest | undefined,
  filter: Readonly<Record<string, string | number | undefined>>,
): Page<T> {
  const limit = page?.limit ?? defaultPageSize
  const conditions: string[] = []
  const values: Value[] = []
  for (const [column, value] of Object.entries({ ...filter })) {
    if (value === undefined) continue
    conditions.push(/[<>]=$/.test(column) ? `${column} ?` : `${column} = ?`)
    values.push(value)
  }
  if (page?.after !== undefined) {
    conditions.push('n < ?')
    values.push(Number(page.after))
  }
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`
  const rows = db.prepare(`select * from ${table} ${where} order by n desc limit ?`).all(...values, limit + 1)
  const items = rows.slice(0, limit).map(row => fromRow<T>(row))
  return { items, next: rows.length > limit ? String(rows[limit - 1]?.n) : null }
}
