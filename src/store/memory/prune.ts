import type { Delivery, Order } from '../records.ts'
import type { Store } from '../store.ts'
import type { DeliveryTable } from './deliveries.ts'
import type { OrderTable } from './orders.ts'
import type { Parts } from './parts.ts'

/** Lets go of the oldest orders. */
export function createPrune({ db }: Parts, orders: OrderTable, deliveries: DeliveryTable): Store['prune'] {
  const isOver = (order: Order) => deliveries.ofOrder(order.id).every(isAtItsEnd)
  return async ({ before = Number.NEGATIVE_INFINITY, keep = Number.POSITIVE_INFINITY, limit }) => {
    const all = db.orders.all()
    const beyond = Math.max(0, all.length - keep)
    const out = new Set<string>()
    for (const [at, order] of all.entries()) {
      if (out.size === limit) break
      if (at >= beyond && order.createdAt >= before) break
      if (isOver(order)) out.add(order.id)
    }
    orders.remove(order => out.has(order.id))
    deliveries.remove(delivery => out.has(delivery.order))
    return out.size
  }
}

/** Whether nothing more becomes of a delivery. */
function isAtItsEnd({ status }: Delivery): boolean {
  return status !== 'pending' && status !== 'held'
}
