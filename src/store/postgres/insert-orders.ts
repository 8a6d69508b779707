// New orders. Those that come within one turn of the event loop go in with one statement: it costs hardly more than one order.
import { actDueAt, type Order } from '../records.ts'
import type { Conflict, StoreOptions } from '../store.ts'
import type { Query, Timers } from './connect.ts'
import { codeOf, uniqueViolation } from './errors.ts'
import { type Parameter, toKey, toText } from './texts.ts'

interface Waiting {
  readonly order: Order
  readonly keys: Readonly<Record<string, string>>
  readonly resolve: (conflict: Conflict | undefined) => void
  readonly reject: (error: unknown) => void
}

/** What an order cannot have, because another one has it. */
interface Taken {
  readonly isKnown: boolean
  readonly keys: readonly string[]
}

/** So many orders go in together: of few sizes, because each is a statement that is prepared. */
const batchSizes = [16, 8, 4, 2, 1]

/** @returns what adds an order, as the store does */
export function createInserting(
  query: Query,
  keysOf: StoreOptions['keysOf'],
  { soon }: Pick<Timers, 'soon'>,
): (order: Order) => Promise<Conflict | undefined> {
  let waiting: Waiting[] = []

  /** Those that share nothing; the others come after them, as if they had come later. */
  function takeApart(): Waiting[] {
    const taken = new Set<string>()
    const [apart, rest]: [Waiting[], Waiting[]] = [[], []]
    for (const each of waiting) {
      const own = [each.order.id, ...Object.values(each.keys)]
      if (own.some(name => taken.has(name))) rest.push(each)
      else apart.push(each)
      for (const name of own) taken.add(name)
    }
    waiting = rest
    return apart
  }

  async function flush(): Promise<void> {
    while (waiting.length > 0) await Promise.all(toBatches(takeApart()).map(insertAll))
  }

  async function insertAll(batch: readonly Waiting[]): Promise<void> {
    try {
      const taken = await insert(
        query,
        batch.map(({ order }) => order),
        batch.map(({ keys }) => toKeys(keys)),
      )
      for (const [at, each] of batch.entries()) each.resolve(conflictOf(each, taken[at]))
    } catch (error) {
      if (codeOf(error) !== uniqueViolation) for (const each of batch) each.reject(error)
      // Another process was at it at the same moment.
      else for (const each of batch) insertAlone(each).then(each.resolve, each.reject)
    }
  }

  async function insertAlone(each: Waiting): Promise<Conflict | undefined> {
    const keys = toKeys(each.keys)
    for (;;) {
      try {
        const [taken] = await insert(query, [each.order], [keys])
        return conflictOf(each, taken)
      } catch (error) {
        if (codeOf(error) !== uniqueViolation) throw error
        // By now it says who holds them, unless they have been given back.
      }
    }
  }

  return order =>
    new Promise((resolve, reject) => {
      waiting.push({ order, keys: keysOf(order), resolve, reject })
      if (waiting.length === 1) soon(flush)
    })
}

function toBatches<T>(items: readonly T[]): T[][] {
  const batches: T[][] = []
  let left = [...items]
  for (const size of batchSizes) {
    while (left.length >= size) {
      batches.push(left.slice(0, size))
      left = left.slice(size)
    }
  }
  return batches
}

function conflictOf({ order, keys }: Waiting, taken: Taken | undefined): Conflict | undefined {
  if (taken === undefined) return undefined
  for (const kind in taken.isKnown ? {} : keys) {
    const key = keys[kind] as string
    if (taken.keys.includes(toText(toKey(key)))) return { kind, key }
  }
  return { kind: 'id', key: order.id }
}

/** As they stand in the database; in one order for all, so that of two none waits for the other. */
export function toKeys(keys: Readonly<Record<string, string>>): string[] {
  return Object.values(keys).map(toKey).sort()
}

interface Inserted {
  readonly isAdded: boolean
  readonly isKnown: true | null
  /** A list as JSON, or null where it is empty. */
  readonly taken: string | null
}

/**
 * Adds those whose id and keys nobody has. Where another process adds the same at the same time, the statement
 * fails as a whole.
 * @returns for each order why it was not added; undefined where it was
 */
async function insert(
  query: Query,
  orders: readonly Order[],
  keys: readonly (readonly string[])[],
): Promise<(Taken | undefined)[]> {
  const rows = await query<Inserted>(
    insertText(orders.length),
    ...orders.flatMap((order, at) => toRow(order, keys[at] as string[])),
  )
  return rows.map(({ isAdded, isKnown, taken }) =>
    // One that is added, and known already, was added by somebody else at the same moment.
    isAdded
      ? undefined
      : { isKnown: isKnown === true || taken === null, keys: taken === null ? [] : JSON.parse(taken) },
  )
}

/** The columns of an order, with their types. */
const columns = {
  id: 'text',
  provider: 'text',
  account: 'text',
  status: 'text',
  kind: 'text',
  order_number: 'text',
  qr: 'text',
  original: 'text',
  created_at: 'bigint',
  expires_at: 'bigint',
  act_at: 'bigint',
  record: 'json',
  keys: 'text[]',
}
const names = Object.keys(columns).join(', ')
const types = Object.values(columns)

function toRow(order: Order, keys: readonly string[]): Parameter[] {
  const { id, provider, account, status, kind, orderNumber, qr, original, createdAt, expiresAt } = order
  const due = [createdAt, expiresAt, actDueAt(order)]
  return [id, provider, account, status, kind, orderNumber, qr, original, ...due, JSON.stringify(order), keys]
}

const texts = new Map<number, string>()

/** The statement for so many orders: a list of values costs less than lists that are taken apart. */
function insertText(count: number): string {
  const known = texts.get(count)
  if (known !== undefined) return known
  const text = writeText(count)
  texts.set(count, text)
  return text
}

function writeText(count: number): string {
  const rows = Array.from({ length: count }, (_, row) => {
    // As a text, because the client would write a text as JSON once more.
    const values = types.map((type, at) => `$${row * types.length + at + 1}::text::${type}`)
    return `(${row}, ${values.join(', ')})`
  })
  // No "exists" here: a plan that is made while the table is empty would look through all of it.
  return `
    with input (nth, ${names}) as materialized (values ${rows.join(', ')}),
    taken as materialized (
      select i.nth, k.key from input i, order_keys k where k.key = any(i.keys)
    ), added as (
      insert into orders (${names})
      select ${names} from input where nth not in (select nth from taken) order by nth
      on conflict (id) do nothing
      returning id, keys
    ), held as (
      insert into order_keys (key, order_id) select key, id from added, unnest(added.keys) as key order by key
    )
    select i.id in (select id from added) as "isAdded", (select true from orders o where o.id = i.id) as "isKnown",
      (select json_agg(key)::text from taken where taken.nth = i.nth) as taken
    from input i order by nth`
}
