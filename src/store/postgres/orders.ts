import { actDueAt, copyOf, type Delivery, type Order } from '../records.ts'
import { isAs, type Store, type StoreOptions } from '../store.ts'
import type { Query, Timers } from './connect.ts'
import { insertDeliveries, toColumns } from './deliveries.ts'
import { createInserting, toKeys } from './insert-orders.ts'
import { readPage } from './page.ts'
import { toArrayText, toKey } from './texts.ts'

type OrderStore = Pick<Store, 'insertOrder' | 'getOrder' | 'findOrder' | 'listOrders' | 'transition'>

/** An order as it was read; its version tells whether it still is. */
export interface OrderRow {
  readonly n: number
  readonly version: number
  readonly record: Order
}

export function createOrderStore(
  query: Query,
  { keysOf, timers }: Pick<StoreOptions, 'keysOf'> & { readonly timers: Timers },
): OrderStore {
  return {
    insertOrder: createInserting(query, keysOf, timers),

    async getOrder(id) {
      const [row] = await query<OrderRow>('select record from orders where id = $1', id)
      return row?.record
    },

    async findOrder(key) {
      const [row] = await query<OrderRow>(
        'select o.record from order_keys k join orders o on o.id = k.order_id where k.key = $1',
        toKey(key),
      )
      return row?.record
    },

    async listOrders(filter, page) {
      const { items, next } = await readPage<OrderRow>(query, 'select n, record from orders', page, {
        'provider =': filter.provider,
        'account =': filter.account,
        'status =': filter.status,
        'order_number =': filter.orderNumber,
        'qr =': filter.qr,
        'kind =': filter.kind,
        'original =': filter.original,
        'created_at >=': filter.createdFrom,
        'created_at <=': filter.createdTo,
      })
      return { items: items.map(({ record }) => record), next }
    },

    async transition(id, from, to, effects) {
      for (;;) {
        const [row] = await query<OrderRow>('select n, version, record from orders where id = $1', id)
        if (row?.record.status !== from || !isAs(row.record, effects.when)) return undefined
        const order: Order = { ...row.record, ...copyOf(effects.patch), status: to }
        const changed = await changeOrders(query, keysOf, [{ row, order }], effects.deliveries)
        if (changed.length > 0) return order
      }
    },
  }
}

export interface OrderChange {
  readonly row: OrderRow
  /** As it is after the change. */
  readonly order: Order
}

/**
 * Changes those orders that are still as they were read, and adds the deliveries, if there is one such.
 * @returns the numbers of the orders that were changed
 */
export async function changeOrders(
  query: Query,
  keysOf: StoreOptions['keysOf'],
  changes: readonly OrderChange[],
  deliveries: readonly Delivery[] = [],
): Promise<number[]> {
  const freed: KeyOfOrder[] = []
  const wanted: KeyOfOrder[] = []
  const keys = changes.map(({ row, order }) => {
    const before = toKeys(keysOf(row.record))
    const after = toKeys(keysOf(order))
    for (const key of before) if (!after.includes(key)) freed.push({ key, id: order.id })
    for (const key of after) if (!before.includes(key)) wanted.push({ key, id: order.id })
    return after
  })
  const rows = await query<{ n: number }>(
    deliveries.length === 0 ? changeText : `${changeText.replace('select n', `, ${insertSent} select n`)}`,
    changes.map(({ row }) => row.n),
    changes.map(({ row }) => row.version),
    changes.map(({ order }) => order.status),
    changes.map(({ order }) => order.expiresAt),
    changes.map(({ order }) => actDueAt(order)),
    changes.map(({ order }) => JSON.stringify(order)),
    keys.map(toArrayText),
    freed.map(({ key }) => key),
    freed.map(({ id }) => id),
    wanted.map(({ key }) => key),
    wanted.map(({ id }) => id),
    ...(deliveries.length === 0 ? [] : toColumns(deliveries)),
  )
  return rows.map(({ n }) => n)
}

interface KeyOfOrder {
  readonly key: string
  /** Of the order. */
  readonly id: string
}

const changeText = `
  with changed as (
    update orders o
    set version = o.version + 1, status = c.status, expires_at = c.expires_at, act_at = c.act_at,
      record = c.record::json, keys = c.keys::text[]
    from unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[])
      as c (n, version, status, expires_at, act_at, record, keys)
    where o.n = c.n and o.version = c.version
    returning o.n, o.id
  ), freed as (
    delete from order_keys k using unnest($8::text[], $9::text[]) as f (key, id), changed
    where k.key = f.key and k.order_id = f.id and f.id = changed.id
  ), held as (
    insert into order_keys (key, order_id)
    select w.key, w.id from unnest($10::text[], $11::text[]) as w (key, id) join changed on changed.id = w.id
    on conflict (key) do nothing
  )
  select n from changed`

const insertSent = `sent as (${insertDeliveries(12)} where exists (select from changed) order by ordinality)`
