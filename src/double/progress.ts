import type { Act, Order } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import { type Clock, toMilliseconds } from './clock.ts'
import type { Faults } from './faults.ts'
import type { Perform } from './scheduler.ts'

/** What orders are planned to do by themselves: a payer who pays at once, after a time, or after some queries. */
export interface Progress {
  /** A new order, with what is planned for it. */
  plan(order: Order): Order
  /** Lets happen what is planned to happen before the answer to a new order is out. */
  made(order: Order): Promise<void>
  /** Counts orders as queried, and lets happen what waits for that. */
  queried(orders: readonly Order[]): Promise<void>
}

export function createProgress(parts: {
  readonly store: Store
  readonly clock: Clock
  readonly faults: Faults
  readonly perform: Perform
}): Progress {
  const { store, clock, faults, perform } = parts

  /** One query less to wait for; what has waited for the last one happens. */
  async function count(id: string): Promise<void> {
    const order = await store.getOrder(id)
    const [next, ...rest] = order?.acts ?? []
    if (!order || !next || next.queries === null) return
    const queries = next.queries - 1
    const acts = queries === 0 ? rest : [{ ...next, queries }, ...rest]
    const { length } = order.acts
    const counted = await store.transition(id, order.status, order.status, {
      when: { acts: length },
      patch: { acts },
    })
    if (counted && queries === 0) await perform(counted, next)
  }

  return {
    plan(order) {
      if (order.kind !== 'payment' || !faults.has('pay')) return order
      const { provider, account, orderNumber } = order
      const taken = faults.take('pay', { provider, account, orderNumber })
      if (!taken) return order
      const { at, after, afterQueries, pastExpiry, amount = null } = taken.effect
      const act: Act = { do: 'pay', at: null, queries: null, amount, late: pastExpiry !== undefined }
      if (afterQueries !== undefined) return { ...order, acts: [{ ...act, queries: afterQueries }] }
      if (at !== undefined) return { ...order, acts: [{ ...act, at: order.createdAt }] }
      // Without an expiry there is nothing to come after: it is paid so long after it was made.
      const from = pastExpiry === undefined ? order.createdAt : (order.expiresAt ?? order.createdAt)
      return { ...order, acts: [{ ...act, at: from + toMilliseconds(after ?? pastExpiry ?? 0) }] }
    },

    async made(order) {
      const [next] = order.acts
      if (!next || next.at !== order.createdAt || clock.now() < next.at) return
      const taken = await store.transition(order.id, 'pending', 'pending', {
        when: { acts: 1 },
        patch: { acts: [] },
      })
      if (taken) await perform(taken, next)
    },

    async queried(orders) {
      for (const order of orders) if (order.acts.length > 0) await count(order.id)
    },
  }
}
