import { actDueAt, copyOf } from '../records.ts'
import type { ClaimOptions, Due, Store } from '../store.ts'
import type { DeliveryTable } from './deliveries.ts'
import type { OrderTable } from './orders.ts'
import type { Parts } from './parts.ts'
import type { Timer } from './timers.ts'

/** What falls due, and who has claimed it. */
export function createDue(
  { timers }: Parts,
  orders: OrderTable,
  deliveries: DeliveryTable,
): Pick<Store, 'claimDue' | 'nextDueAt'> {
  /** The order or delivery that a timer stands for, if it still says so. */
  function dueBy({ kind, id, at }: Timer): Due | undefined {
    if (kind === 'delivery') {
      const delivery = deliveries.get(id)
      const isCurrent = delivery?.status === 'pending' && delivery.dueAt === at && !deliveries.claimed.has(id)
      return isCurrent ? { kind, dueAt: at, delivery } : undefined
    }
    const order = orders.get(id)
    if (kind === 'act') return order && actDueAt(order) === at ? { kind, dueAt: at, order } : undefined
    const isCurrent = order?.status === 'pending' && order.expiresAt === at
    return isCurrent ? { kind, dueAt: at, order } : undefined
  }

  /** The first of the timers that still count. */
  function nextTimer(): Timer | undefined {
    for (let first = timers.peek(); first; first = timers.peek()) {
      if (dueBy(first)) return first
      timers.pop()
    }
    return undefined
  }

  /** Expires orders until something else comes first. */
  function expireOrders(until: number, { now, limit }: ClaimOptions): Due[] {
    const expired: Due[] = []
    while (expired.length < limit) {
      const timer = nextTimer()
      const order = timer?.kind === 'expiry' && timer.at <= until ? orders.get(timer.id) : undefined
      if (!timer || !order) break
      timers.pop()
      orders.change(order, { status: 'expired', changedAt: Math.max(now, timer.at) })
      expired.push({ kind: 'expiry', dueAt: timer.at, order: copyOf(order) })
    }
    return expired
  }

  /** Takes acts and deliveries until an expiry comes first. */
  function takeOthers(until: number, { limit }: ClaimOptions): Due[] {
    const taken: Due[] = []
    const acts = new Map<string, Timer>()
    while (taken.length < limit) {
      const timer = nextTimer()
      const due = timer && timer.kind !== 'expiry' && timer.at <= until ? dueBy(timer) : undefined
      if (!timer || !due) break
      timers.pop()
      if (due.kind !== 'act' || !acts.has(timer.id)) taken.push(copyOf(due))
      if (due.kind === 'act') acts.set(timer.id, timer)
      if (due.kind === 'delivery') deliveries.claimed.add(timer.id)
    }
    // An act stays due until it is taken off its order.
    for (const timer of acts.values()) timers.push(timer)
    return taken
  }

  return {
    async claimDue(until, options) {
      const first = nextTimer()
      if (!first || first.at > until) return []
      if (first.kind === 'expiry') return expireOrders(until, options)
      return takeOthers(Math.max(first.at, Math.min(options.now, until)), options)
    },

    async nextDueAt() {
      return nextTimer()?.at
    },
  }
}
