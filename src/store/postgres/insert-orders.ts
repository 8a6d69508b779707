// New orders. Those that come within one turn of the event loop go in with one statement: it costs hardly more than one order.
import { actDueAt, type Order } from '../records.ts'
import type { Conflict, StoreOptions } from '../store.ts'
import type { Query, Timers } from './connect.ts'
import { codeOf } from './errors.ts'
import { toArrayText, toKey } from './texts.ts'

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

/** At most so many orders go in together. */
const batchSize = 100

/** @returns what adds an order, as the store does */
export function createInserting(
  query: Query,
  keysOf: StoreOptions['keysOf'],
  { soon }: Pick<Timers, 'soon'>,
): (order: Order) => Promise<Conflict | undefined> {
  let waiting: Waiting[] = []

  /** Those that share nothing; the others come after them, as if they had come later. */
  function takeBatch(): Waiting[] {
    const taken = new Set<string>()
    const [batch, rest]: [Waiting[], Waiting[]] = [[], []]
    for (const each of waiting) {
      const own = [each.order.id, ...Object.values(each.keys)]
      if (batch.length === batchSize || own.some(name => taken.has(name))) rest.push(each)
      else batch.push(each)
      for (const name of own) taken.add(name)
    }
    waiting = rest
    return batch
  }

  async function flush(): Promise<void> {
    const batch = takeBatch()
    await insertAll(batch)
    if (waiting.length > 0) await flush()
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

const uniqueViolation = '23505'

function conflictOf({ order, keys }: Waiting, taken: Taken | undefined): Conflict | undefined {
  if (taken === undefined) return undefined
  if (taken.isKnown) return { kind: 'id', key: order.id }
  for (const kind in keys) {
    const key = keys[kind] as string
    if (taken.keys.includes(toKey(key))) return { kind, key }
  }
  return undefined
}

/** As they stand in the database; in one order for all, so that of two none waits for the other. */
export function toKeys(keys: Readonly<Record<string, string>>): string[] {
  return Object.values(keys).map(toKey).sort()
}

interface Inserted {
  readonly isAdded: boolean
  readonly isKnown: boolean
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
  const column = (toValue: (order: Order) => string | number | null) => orders.map(toValue)
  const rows = await query<Inserted>(
    insertText,
    column(({ id }) => id),
    column(({ provider }) => provider),
    column(({ account }) => account),
    column(({ status }) => status),
    column(({ kind }) => kind),
    column(({ orderNumber }) => orderNumber),
    column(({ qr }) => qr),
    column(({ original }) => original),
    column(({ createdAt }) => createdAt),
    column(({ expiresAt }) => expiresAt),
    column(actDueAt),
    column(order => JSON.stringify(order)),
    keys.map(toArrayText),
  )
  return rows.map(({ isAdded, isKnown, taken }) =>
    // One that is added, and known already, was added by somebody else at the same moment.
    isAdded
      ? undefined
      : { isKnown: isKnown || taken === null, keys: taken === null ? [] : JSON.parse(taken) },
  )
}

const insertText = `
  with input as materialized (
    select * from unnest(
      $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
      $9::bigint[], $10::bigint[], $11::bigint[], $12::text[], $13::text[]
    ) with ordinality as i (
      id, provider, account, status, kind, order_number, qr, original,
      created_at, expires_at, act_at, record, keys, nth
    )
  ), taken as materialized (
    select i.nth, k.key from input i, order_keys k where k.key = any(i.keys::text[])
  ), added as (
    insert into orders (
      id, provider, account, status, kind, order_number, qr, original, created_at, expires_at, act_at, record, keys
    )
    select id, provider, account, status, kind, order_number, qr, original, created_at, expires_at, act_at,
      record::json, keys::text[]
    from input
    where not exists (select from taken where taken.nth = input.nth)
    order by nth
    on conflict (id) do nothing
    returning id, keys
  ), held as (
    insert into order_keys (key, order_id)
    select key, id from added, unnest(added.keys) as key order by key
  )
  select i.id in (select id from added) as "isAdded", exists (select from orders o where o.id = i.id) as "isKnown",
    (select json_agg(key)::text from taken where taken.nth = i.nth) as taken
  from input i order by nth`
