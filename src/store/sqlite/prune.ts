import type { Order } from '../records.ts'
import type { PruneOptions, Store } from '../store.ts'
import type { Parts } from './parts.ts'
import { fromRow } from './rows.ts'

export interface Pruning {
  readonly prune: Store['prune']
  /** To be called where orders go otherwise: what was counted no longer holds. */
  countAnew(): void
}

/** Lets go of old orders. What it reads is what it lets go of, not what stays. */
export function createPrune({ db, transactions, options }: Parts): Pruning {
  const range = db.prepare('select (select min(n) from orders) as first, (select max(n) from orders) as last')
  const total = db.prepare('select count(*) as total from orders')
  const fromOldest = db.prepare('select n from orders order by n limit 1 offset ?')
  const fromNewest = db.prepare('select n from orders order by n desc limit 1 offset ?')
  const oldest = db.prepare('select n, id, created_at, record from orders order by n')
  const waiting = db.prepare(
    `select 1 from deliveries where order_id = ? and record ->> 'status' in ('pending', 'held') limit 1`,
  )
  const removeKey = db.prepare('delete from order_keys where key = ? and n = ?')
  const removeDeliveries = db.prepare('delete from deliveries where order_id = ?')
  const removeOrder = db.prepare('delete from orders where n = ?')

  /** Orders up to this number are beyond the newest so many. New ones only add to them. */
  let counted: { readonly keep: number; readonly upTo: number } | undefined

  function countAnew(): void {
    counted = undefined
  }

  /** Up to which number orders are beyond the newest so many; 0 for none. Counting reads an index of all orders. */
  function beyond(keep: number): number {
    const { first, last } = range.get() as { first: number | null; last: number | null }
    if (first === null || last === null || last - first < keep) return 0
    if (counted?.keep === keep && counted.upTo >= first) return counted.upTo
    const over = (total.get() as { total: number }).total - keep
    if (over <= 0) return 0
    const row = over < keep ? fromOldest.get(over - 1) : fromNewest.get(keep)
    counted = { keep, upTo: (row as { n: number }).n }
    // What was counted may come to nothing.
    transactions.onUndo(countAnew)
    return counted.upTo
  }

  function find({ before, keep, limit }: PruneOptions): { n: number; order: Order }[] {
    const upTo = keep === undefined ? 0 : beyond(keep)
    const found: { n: number; order: Order }[] = []
    if (upTo === 0 && before === undefined) return found
    for (const row of oldest.iterate()) {
      const { n, id, created_at: createdAt } = row as { n: number; id: string; created_at: number }
      const isOld = before !== undefined && createdAt < before
      if (found.length === limit || (n > upTo && !isOld)) break
      if (!waiting.get(id)) found.push({ n, order: fromRow<Order>(row) })
    }
    return found
  }

  return {
    countAnew,
    prune: given =>
      transactions.together(() => {
        const found = find(given)
        // What is left of those waits for its callbacks.
        if (found.length < given.limit) countAnew()
        for (const { n, order } of found) {
          for (const key of Object.values(options.keysOf(order))) removeKey.run(key, n)
          removeDeliveries.run(order.id)
          removeOrder.run(n)
        }
        return found.length
      }),
  }
}
