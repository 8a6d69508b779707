// The store of the server: node:sqlite, in memory or in a file.
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { createCallCounter } from './calls.ts'
import {
  type Account,
  accountKey,
  actDueAt,
  copyOf,
  type Delivery,
  type JournalEntry,
  type Order,
} from './records.ts'
import {
  type ClaimOptions,
  type Due,
  defaultJournalSize,
  defaultPageSize,
  type InitialState,
  isAs,
  type Page,
  type PageRequest,
  type Store,
  type StoredEntry,
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
    order_id text not null, due_at integer, is_claimed integer not null default 0, record text not null
  );
  create index if not exists deliveries_order on deliveries (order_id);
  create index if not exists deliveries_due on deliveries (due_at) where due_at is not null and is_claimed = 0;
  create table if not exists accounts (key text primary key, record text not null) without rowid;
  create table if not exists begun (times integer not null); -- how often a process has begun on this state
  create table if not exists named_values (name text primary key, version integer not null, value text not null);
  create table if not exists journal (
    n integer primary key, provider text, account text, order_id text, record text not null
  );
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
    delivery: db.prepare('select record from deliveries where id = ?'),
    updateDelivery: db.prepare('update deliveries set due_at = ?, is_claimed = 0, record = ? where id = ?'),
    claimDelivery: db.prepare('update deliveries set is_claimed = ? where id = ?'),
    dueDeliveries: db.prepare(
      'select record from deliveries where due_at <= ? and is_claimed = 0 order by due_at, n limit ?',
    ),
    nextDue: db.prepare(
      `select (select min(expires_at) from orders where status = 'pending' and expires_at is not null) as expiry,
         (select min(act_at) from orders where act_at is not null) as act,
         (select min(due_at) from deliveries where due_at is not null and is_claimed = 0) as delivery`,
    ),
    setAccount: db.prepare('insert or replace into accounts values (?, ?)'),
    deleteAccount: db.prepare('delete from accounts where key = ?'),
    insertValue: db.prepare('insert into named_values values (?, ?, ?)'),
    writeValue: db.prepare('update named_values set version = ?, value = ? where name = ? and version = ?'),
    addEntry: db.prepare('insert into journal (provider, account, order_id, record) values (?, ?, ?, ?)'),
    trimJournal: db.prepare('delete from journal where n <= (select max(n) from journal) - ?'),
    removeDeliveries: db.prepare('delete from deliveries where order_id = ?'),
    removeKeys: db.prepare('delete from order_keys where key = ? and order_id = ?'),
    removeOrder: db.prepare('delete from orders where n = ?'),
    pruned: db.prepare(
      `select n, record from orders
       where (created_at < ? or n <= (select n from orders order by n desc limit 1 offset ?))
         and not exists (select 1 from deliveries where order_id = orders.id and record ->> 'status' in ('pending', 'held'))
       order by n limit ?`,
    ),
  }
  const removeAccount = [
    'delete from order_keys where order_id in (select id from orders where provider = ? and account = ?)',
    'delete from orders where provider = ? and account = ?',
    'delete from deliveries where provider = ? and account = ?',
    'delete from journal where provider = ? and account = ?',
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
  function takeOthers(next: ReturnType<typeof nextDue>, until: number, { now, limit }: ClaimOptions): Due[] {
    const acts = next.act > until ? [] : many<Order>(sql.dueActs, until, limit)
    const deliveries = next.delivery > until ? [] : many<Delivery>(sql.dueDeliveries, until, limit)
    const due = [
      ...acts.map(order => ({ kind: 'act', dueAt: actDueAt(order) ?? now, order }) as const),
      ...deliveries.map(delivery => ({ kind: 'delivery', dueAt: delivery.dueAt ?? now, delivery }) as const),
    ]
    due.sort((a, b) => a.dueAt - b.dueAt)
    due.length = Math.min(due.length, limit)
    const claimed = due.filter(item => item.kind === 'delivery')
    const claim = () => {
      for (const { delivery } of claimed) sql.claimDelivery.run(1, delivery.id)
    }
    // One statement is a transaction by itself.
    if (claimed.length > 1) atomically(claim)
    else claim()
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
    sql.setAccount.run(key, JSON.stringify(copy))
    keepAccount(copy)
  }

  function keepAccount(copy: Account): void {
    accounts.set(accountKey(copy), copy)
    for (const identity of options.identitiesOf(copy)) identities.set(`${copy.provider}/${identity}`, copy)
  }

  const next = db.prepare('select coalesce(max(version), 0) + 1 as version from named_values')
  let written = (next.get() as { version: number }).version

  function reset({ accounts: initial, values }: InitialState): void {
    atomically(() => {
      db.exec(
        'delete from orders; delete from order_keys; delete from deliveries; delete from accounts; delete from journal; delete from named_values; delete from begun; insert into begun values (1)',
      )
      for (const map of [accounts, identities, calls]) map.clear()
      for (const account of initial) setAccount(account)
      for (const [name, value] of Object.entries(values))
        sql.insertValue.run(name, ++written, JSON.stringify(value))
    })
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
    reach: options.file === undefined ? 'process' : 'file',

    async begin(initial) {
      const begun = db.prepare('select times from begun').get() as { times: number } | undefined
      if (begun === undefined) {
        reset(initial)
        return 0
      }
      // Who had claimed them has ended.
      db.exec('update begun set times = times + 1; update deliveries set is_claimed = 0 where is_claimed = 1')
      for (const row of db.prepare('select record from accounts').all()) keepAccount(fromRow<Account>(row))
      return begun.times
    },

    async reset(initial) {
      reset(initial)
    },

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

    async release(id) {
      sql.claimDelivery.run(0, id)
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

    async resetAccount(account) {
      forget(account)
      setAccount(account)
    },

    async removeAccount(account) {
      forget(account)
      const known = accounts.get(accountKey(account))
      accounts.delete(accountKey(account))
      sql.deleteAccount.run(accountKey(account))
      if (known)
        for (const identity of options.identitiesOf(known)) identities.delete(`${known.provider}/${identity}`)
    },

    async readValues(known) {
      const rows = db.prepare('select name, version, value from named_values').all()
      return rows
        .map(({ name, version, value }) => ({
          name: name as string,
          version: version as number,
          value: JSON.parse(value as string) as unknown,
        }))
        .filter(({ name, version }) => known[name] !== version)
    },

    async writeValue(name, value, version) {
      const changed = sql.writeValue.run(written + 1, JSON.stringify(value), name, version).changes
      return changed === 0 ? undefined : ++written
    },

    async appendJournal(entries) {
      atomically(() => {
        for (const { provider, account, order, record } of entries)
          sql.addEntry.run(provider, account, order, JSON.stringify(record))
        sql.trimJournal.run(options.journalSize ?? defaultJournalSize)
      })
    },

    async listJournal({ provider, account, order }, page) {
      const { items, next } = listRows(db, 'journal', page, { provider, account, order_id: order })
      return { items: items.map(toEntry), next }
    },

    async prune({ before = Number.MIN_SAFE_INTEGER, keep = Number.MAX_SAFE_INTEGER, limit }) {
      return atomically(() => {
        const pruned = sql.pruned.all(before, keep, limit)
        for (const row of pruned) {
          const order = fromRow<Order>(row)
          for (const key of Object.values(options.keysOf(order))) sql.removeKeys.run(key, order.id)
          sql.removeDeliveries.run(order.id)
          sql.removeOrder.run(row.n as number)
        }
        return pruned.length
      })
    },

    onNews: () => () => {},

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

type Row = Readonly<Record<string, unknown>>

function fromRow<T>({ record }: Row): T {
  return JSON.parse(record as string)
}

function toEntry({ n, provider, account, order_id: order, record }: Row): StoredEntry {
  const entry = { provider, account, order, record: JSON.parse(record as string) } as JournalEntry
  return { ...entry, n: n as number }
}

function list<T>(
  db: DatabaseSync,
  table: string,
  page: PageRequest | undefined,
  filter: Readonly<Record<string, string | number | undefined>>,
): Page<T> {
  const { items, next } = listRows(db, table, page, filter)
  return { items: items.map(row => fromRow<T>(row)), next }
}

function listRows(
  db: DatabaseSync,
  table: string,
  page: PageRequest | undefined,
  filter: Readonly<Record<string, string | number | undefined>>,
): Page<Row> {
  const { limit = defaultPageSize, after, first = 'newest' } = page ?? {}
  const [beyond, direction] = first === 'newest' ? ['<', 'desc'] : ['>', 'asc']
  const conditions: string[] = []
  const values: Value[] = []
  for (const [column, value] of Object.entries({ ...filter })) {
    if (value === undefined) continue
    conditions.push(/[<>]=$/.test(column) ? `${column} ?` : `${column} = ?`)
    values.push(value)
  }
  if (after !== undefined) {
    conditions.push(`n ${beyond} ?`)
    values.push(Number(after))
  }
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`
  const rows = db
    .prepare(`select * from ${table} ${where} order by n ${direction} limit ?`)
    .all(...values, limit + 1)
  const items = rows.slice(0, limit)
  return { items, next: rows.length > limit ? String(items.at(-1)?.n) : null }
}
