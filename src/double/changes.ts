import type { Delivery, Order, OrderStatus } from '../store/records.ts'
import { isAs, type Store, type TransitionEffects } from '../store/store.ts'
import { createTurns } from '../store/turns.ts'
import type { Callbacks } from './callbacks.ts'
import type { Clock } from './clock.ts'
import type { Simulator } from './simulator.ts'

/** Changes the status of orders, together with the callbacks that follow from it. */
export interface Changes {
  /** @returns what came of it, or undefined where the order was no longer as `order` or `when` says */
  apply(order: Order, to: OrderStatus, effects?: ChangeEffects): Promise<Changed | undefined>
}

export interface ChangeEffects extends Pick<TransitionEffects, 'when' | 'patch'> {
  /** The channel by which the payer paid, if it is known. */
  readonly channel?: string | undefined
}

export interface Changed {
  readonly order: Order
  /** The callbacks that were committed with the change; none of them is sent yet. */
  readonly deliveries: readonly Delivery[]
}

/** How many earlier states of an order are kept; a query that lags further behind sees the first of them. */
const mostPast = 20

export function createChanges(parts: {
  readonly simulatorOf: (provider: string) => Simulator
  readonly store: Store
  readonly clock: Clock
  readonly callbacks: Callbacks
}): Changes {
  const { simulatorOf, store, clock, callbacks } = parts
  const inTurn = createTurns()

  async function change(
    order: Order,
    to: OrderStatus,
    { when, patch, channel }: ChangeEffects,
  ): Promise<Changed | undefined> {
    const isPayment = to === 'paid' && (order.status !== 'paid' || patch?.paidAt !== undefined)
    const account = isPayment ? await store.getAccount(order.provider, order.account) : undefined
    const current = account && (await store.getOrder(order.id))
    // A change that comes too late uses up no rule, and draws no ids.
    if (account && !(current?.status === order.status && isAs(current, when))) return undefined
    const now = clock.now()
    const { status, paidAt, paidAmount, refunded } = order
    const past = [...order.past, { until: now, status, paidAt, paidAmount, refunded }].slice(-mostPast)
    const changed = { ...patch, changedAt: now, past }
    const next: Order = { ...order, ...changed, status: to }
    const deliveries = account
      ? await callbacks.prepare(simulatorOf(order.provider), next, account, channel)
      : []
    const committed = await store.transition(order.id, order.status, to, {
      ...(when && { when }),
      patch: changed,
      deliveries,
    })
    if (committed) await callbacks.catchUp(deliveries)
    return committed && { order: committed, deliveries }
  }

  return {
    apply: (order, to, effects = {}) => inTurn(order.id, () => change(order, to, effects)),
  }
}
