import type { Delivery, Order } from '../records.ts'
import type { Store } from '../store.ts'
import type { DeliveryTable } from './deliveries.ts'
import type { OrderTable } from './orders.ts'
import type { Parts } from './parts.ts'

/** Lets go of the oldest orders. */
export function createPrune({ db }: Parts, orders: OrderTable, deliveries: DeliveryTable): Store['prune'] {
  return async ({ before = Number.NEGATIVE_INFINITY, keep = Number.POSITIVE_INFINITY, limit }) => {
    const all = db.orders.all()
    const beyond = Math.max(0, all.length - keep)
    const out = new Set<string>()
    let theirs = 0
    for (let at = 0; at < all.length && out.size < limit; at++) {
      const order = all[at] as Order
      if (at >= beyond && order.createdAt >= before) break
      const own = deliveries.ofOrder(order.id)
      if (!own.every(isAtItsEnd)) continue
      out.add(order.id)
      theirs += own.length
    }
    if (out.size === 0) return 0
    orders.remove(order => out.has(order.id), out.size)
    deliveries.remove(delivery => out.has(delivery.order), theirs)
    return out.size
  }
}

/** Whether nothing more becomes of a delivery. */
function isAtItsEnd({ status }: Delivery): boolean {
  return status !== 'pending' && status !== 'held'
}
