// Runs the same tests over every store, with keys and identities that know no provider.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, inject, onTestFinished } from 'vitest'
import { createMemoryStore } from '../../src/store/memory.ts'
import { createPostgresStore } from '../../src/store/postgres/postgres.ts'
import type { Account, Act, Attempt, Delivery, Order } from '../../src/store/records.ts'
import { createSqliteStore } from '../../src/store/sqlite.ts'
import type { Due, Page, PageRequest, Store, StoreOptions } from '../../src/store/store.ts'

/** A number is held for good unless it may be repeated, an amount while the order is open. */
export const storeOptions: StoreOptions = {
  keysOf: order => ({
    ...(order.fields.repeatable !== true && { number: numberKey(order.orderNumber) }),
    ...(order.status === 'pending' && { amount: amountKey(order.amount) }),
  }),
  identitiesOf: account => [String(account.credentials.key)],
}

export const numberKey = (orderNumber: string) => `number/${orderNumber}`
export const amountKey = (amount: number) => `amount/${amount}`

export const stores: Readonly<Record<string, (options: StoreOptions) => Store | Promise<Store>>> = {
  memory: createMemoryStore,
  'SQLite in memory': createSqliteStore,
  'SQLite in a file': options => createSqliteStore({ ...options, file: join(temporaryFolder(), 'store.db') }),
  PostgreSQL: async options =>
    createPostgresStore({
      ...options,
      url: await newSchema(),
      timers: { later: (ms, callback) => setTimeout(callback, ms), soon: setImmediate },
    }),
}

export type OpenStore = (options?: Partial<StoreOptions>) => Promise<Store>

export function describeStores(title: string, define: (open: OpenStore) => void): void {
  for (const [name, create] of Object.entries(stores)) {
    describe(`${title} (${name})`, () => {
      define(async options => {
        const store = await create({ ...storeOptions, ...options })
        onTestFinished(() => store.close())
        await store.begin({ accounts: [], values: {} })
        return store
      })
    })
  }
}

let schemas = 0

/** The address of a schema that nobody has used, in the PostgreSQL of this run. */
export async function newSchema(): Promise<string> {
  const response = await fetch(inject('postgres'))
  const text = await response.text()
  if (!response.ok) throw new Error(text)
  return `${text}?schema=test_${process.pid}_${process.env.VITEST_WORKER_ID}_${Date.now()}_${++schemas}&connections=3`
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'paydouble-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The nth order of a test; no two of them have a key in common. */
export function newOrder(n: number, fields: Partial<Order> = {}): Order {
  return {
    id: `order-${n}`,
    provider: 'some',
    account: 'demo',
    orderNumber: `number-${n}`,
    kind: 'payment',
    original: null,
    status: 'pending',
    amount: 1000 + n,
    currency: 'CNY',
    qr: `qr-${n}`,
    createdAt: n,
    expiresAt: null,
    paidAt: null,
    paidAmount: null,
    refunded: 0,
    changedAt: null,
    past: [],
    acts: [],
    fields: { title: `title ${n}`, nested: { list: [n] } },
    ...fields,
  }
}

/** The nth delivery of a test, due at `n`. */
export function newDelivery(n: number, fields: Partial<Delivery> = {}): Delivery {
  return {
    id: `delivery-${n}`,
    provider: 'some',
    account: 'demo',
    order: 'order-1',
    callback: 'paid',
    status: 'pending',
    url: 'http://127.0.0.1/paid',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
    charset: 'utf-8',
    behind: null,
    replied: null,
    rule: null,
    createdAt: 0,
    dueAt: n,
    attempts: [],
    ...fields,
  }
}

/** The next act of an order: it is paid at that time. */
export function newAct(at: number | null, fields: Partial<Act> = {}): Act {
  return { do: 'pay', at, queries: null, amount: null, late: false, ...fields }
}

export function newAttempt(at: number, fields: Partial<Attempt> = {}): Attempt {
  return { at, acknowledged: false, status: 500, reply: 'busy', error: null, ...fields }
}

export function newAccount(id: string, fields: Partial<Account> = {}): Account {
  return {
    provider: 'some',
    id,
    credentials: { key: `key-${id}` },
    settings: { callsLeft: null, urls: ['http://127.0.0.1/'] },
    ...fields,
  }
}

/** Adds an order and pays it, with these deliveries. */
export async function insertPaid(store: Store, order: Order, deliveries: Delivery[]): Promise<void> {
  await store.insertOrder(order)
  await store.transition(order.id, 'pending', 'paid', { deliveries })
}

/** What is due first, as a clock finds it that stands at `now`. */
export function claim(store: Store, now: number, limit = 10): Promise<Due[]> {
  return store.claimDue(now, { now, limit })
}

/** All that is due, claim after claim; acts are taken off their orders. */
export async function claimAll(store: Store, now: number): Promise<Due[]> {
  const all: Due[] = []
  for (let due = await claim(store, now); due.length > 0; due = await claim(store, now)) {
    all.push(...due)
    for (const item of due) {
      if (item.kind !== 'act') continue
      const { id, status, acts } = item.order
      await store.transition(id, status, status, { patch: { acts: acts.slice(1) } })
    }
  }
  return all
}

/** What was claimed, by id. */
export function claimedIds(due: readonly Due[]): string[] {
  return due.map(item => (item.kind === 'delivery' ? item.delivery.id : item.order.id))
}

/** The ids on all pages, in their order. `between` runs after each page. */
export async function listAll(
  list: (page: PageRequest) => Promise<Page<{ readonly id: string }>>,
  limit: number,
  between: () => Promise<unknown> = async () => {},
): Promise<string[]> {
  const ids: string[] = []
  let after: string | undefined
  do {
    const page = await list({ limit, after })
    ids.push(...page.items.map(item => item.id))
    after = page.next ?? undefined
    await between()
  } while (after !== undefined)
  return ids
}
