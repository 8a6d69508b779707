import type { Act, Order } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import { type Clock, toMilliseconds } from './clock.ts'
import type { Fault } from './fault.ts'
import type { Perform } from './scheduler.ts'

/** What orders are planned to do by themselves: a payer who pays at once, after a time, or after some queries. */
export interface Progress {
  /** Plans when a new order is paid, and pays it where that is before its answer is out. */
  plan(order: Order, plan: NonNullable<Fault['pay']>): Promise<void>
  /** Counts orders as queried, and lets happen what waits for that. */
  queried(orders: readonly Order[]): Promise<void>
}

export function createProgress(parts: {
  readonly store: Store
  readonly clock: Clock
  readonly perform: Perform
  /** Something falls due at this time. */
  readonly onDue: (at: number) => void
}): Progress {
  const { store, clock, perform, onDue } = parts

  /** Changes the acts of an order, unless somebody else has done so since it was read. */
  function setActs({ id, status, acts }: Order, next: readonly Act[]): Promise<Order | undefined> {
    return store.transition(id, status, status, { when: { acts }, patch: { acts: [...next] } })
  }

  /** One query less to wait for; what has waited for the last one happens. */
  async function count(id: string): Promise<void> {
    for (;;) {
      const order = await store.getOrder(id)
      const [next, ...rest] = order?.acts ?? []
      if (!order || !next || next.queries === null) return
      const isLast = next.queries <= 1
      const counted = await setActs(order, isLast ? rest : [{ ...next, queries: next.queries - 1 }, ...rest])
      if (counted && isLast) await perform(counted, next)
      if (counted) return
    }
  }

  return {
    async plan(order, plan) {
      const act = toAct(order, plan)
      if (act.at === order.createdAt && act.at <= clock.now()) {
        await perform(order, act)
        return
      }
      await setActs(order, [...order.acts, act])
      if (act.at !== null) onDue(act.at)
    },

    async queried(orders) {
      for (const order of orders) if (order.acts.length > 0) await count(order.id)
    },
  }
}

function toAct(order: Order, { after, afterQueries, pastExpiry, amount }: NonNullable<Fault['pay']>): Act {
  const act: Act = {
    do: 'pay',
    at: null,
    queries: null,
    amount: amount ?? null,
    late: pastExpiry !== undefined,
  }
  if (afterQueries !== undefined) return { ...act, queries: afterQueries }
  // Without an expiry there is nothing to come after: it is paid so long after it was made.
  const from = pastExpiry === undefined ? order.createdAt : (order.expiresAt ?? order.createdAt)
  return { ...act, at: from + toMilliseconds(after ?? pastExpiry ?? 0) }
}
