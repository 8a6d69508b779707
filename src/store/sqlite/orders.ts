import { actDueAt, type Order } from '../records.ts'
import { isAs, type Store } from '../store.ts'
import type { DeliveryTable } from './deliveries.ts'
import { createLookBy } from './look-by.ts'
import type { Parts } from './parts.ts'
import { fromRow, one, toPage } from './rows.ts'

export interface OrderTable {
  readonly methods: Pick<Store, 'insertOrder' | 'getOrder' | 'findOrder' | 'listOrders' | 'transition'>
  /** Takes and gives back what a changed order has, or no longer has, for itself. Within a piece of work. */
  changeKeys(n: number, before: Order, after: Order): void
}

export function createOrders(
  { db, transactions, list, options }: Parts,
  deliveries: DeliveryTable,
): OrderTable {
  const insert = db.prepare(
    `insert into orders (id, provider, account, status, order_number, qr, original, created_at, expires_at, act_at, record)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing`,
  )
  const remove = db.prepare('delete from orders where n = ?')
  const insertKey = db.prepare('insert into order_keys values (?, ?) on conflict (key) do nothing')
  const removeKey = db.prepare('delete from order_keys where key = ? and n = ?')
  const byId = db.prepare('select n, record from orders where id = ?')
  const byKey = db.prepare('select record from orders where n = (select n from order_keys where key = ?)')
  const update = db.prepare(
    'update orders set status = ?, expires_at = ?, act_at = ?, record = ? where n = ?',
  )

  const lookBy = createLookBy({ db, transactions }, 'orders')

  function changeKeys(n: number, before: Order, after: Order): void {
    const held = Object.values(options.keysOf(before))
    const next = Object.values(options.keysOf(after))
    for (const key of held) if (!next.includes(key)) removeKey.run(key, n)
    for (const key of next) if (!held.includes(key)) insertKey.run(key, n)
  }

  const methods: OrderTable['methods'] = {
    async insertOrder(order) {
      const { id, provider, account, status, orderNumber, qr, original, createdAt, expiresAt } = order
      const keys = options.keysOf(order)
      const record = JSON.stringify(order)
      return transactions.write(() => {
        const actAt = actDueAt(order)
        const added = insert.run(
          id,
          provider,
          account,
          status,
          orderNumber,
          qr,
          original,
          createdAt,
          expiresAt,
          actAt,
          record,
        )
        if (added.changes === 0) return { kind: 'id', key: id }
        const n = Number(added.lastInsertRowid)
        const taken: string[] = []
        for (const kind in keys) {
          const key = keys[kind] as string
          if (insertKey.run(key, n).changes !== 0) {
            taken.push(key)
            continue
          }
          // By hand, because that costs nothing where there is no conflict.
          for (const own of taken) removeKey.run(own, n)
          remove.run(n)
          return { kind, key }
        }
        return undefined
      })
    },

    getOrder: id => transactions.read(() => one<Order>(byId, id)),

    findOrder: key => transactions.read(() => one<Order>(byKey, key)),

    async listOrders(filter, page) {
      const columns =
        filter.orderNumber !== undefined
          ? undefined
          : filter.qr !== undefined
            ? 'qr, status'
            : filter.original !== undefined
              ? 'original'
              : filter.createdFrom !== undefined
                ? 'created_at'
                : undefined
      return lookBy(columns === undefined ? undefined : { name: columns, on: columns }, () =>
        toPage(
          list('orders', page, {
            provider: filter.provider,
            account: filter.account,
            status: filter.status,
            order_number: filter.orderNumber,
            qr: filter.qr,
            original: filter.original,
            "record ->> 'kind'": filter.kind,
            'created_at >=': filter.createdFrom,
            'created_at <=': filter.createdTo,
          }),
          row => fromRow<Order>(row),
        ),
      )
    },

    async transition(id, from, to, { when, patch, deliveries: added = [] }) {
      const change = () => {
        const row = byId.get(id)
        const order = row && fromRow<Order>(row)
        if (order?.status !== from || !isAs(order, when)) return undefined
        const n = row?.n as number
        const next: Order = { ...order, ...patch, status: to }
        const record = JSON.stringify(next)
        changeKeys(n, order, next)
        update.run(to, next.expiresAt, actDueAt(next), record, n)
        for (const delivery of added) deliveries.add(delivery)
        return next
      }
      return added.length > 0 ? transactions.together(change) : transactions.write(change)
    },
  }
  return { methods, changeKeys }
}
