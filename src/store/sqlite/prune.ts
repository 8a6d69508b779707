import type { Order } from '../records.ts'
import type { Store } from '../store.ts'
import type { Parts } from './parts.ts'
import { fromRow } from './rows.ts'

/** Lets go of old orders. */
export function createPrune({ db, transactions, options }: Parts): Store['prune'] {
  const old = db.prepare(
    `select n, record from orders
     where (created_at < ? or n <= (select n from orders order by n desc limit 1 offset ?))
       and not exists (select 1 from deliveries where order_id = orders.id and record ->> 'status' in ('pending', 'held'))
     order by n limit ?`,
  )
  const removeKey = db.prepare('delete from order_keys where key = ? and n = ?')
  const removeDeliveries = db.prepare('delete from deliveries where order_id = ?')
  const removeOrder = db.prepare('delete from orders where n = ?')

  return ({ before = Number.MIN_SAFE_INTEGER, keep = Number.MAX_SAFE_INTEGER, limit }) =>
    transactions.together(() => {
      const pruned = old.all(before, keep, limit)
      for (const row of pruned) {
        const n = row.n as number
        const order = fromRow<Order>(row)
        for (const key of Object.values(options.keysOf(order))) removeKey.run(key, n)
        removeDeliveries.run(order.id)
        removeOrder.run(n)
      }
      return pruned.length
    })
}
