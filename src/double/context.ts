import { type Finding, Refusal } from '../contract/index.ts'
import type { Account, Order } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import type { Call } from './call.ts'
import type { CallbackPolicy } from './callback-policy.ts'
import type { Changes } from './changes.ts'
import { type Clock, toMilliseconds } from './clock.ts'
import type { Exchange } from './journal.ts'
import type { Progress } from './progress.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import type { Context, OrderDraft, Simulator } from './simulator.ts'

export interface ContextParts {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly scheduler: Scheduler
  readonly callbackPolicy: CallbackPolicy
  readonly changes: Changes
  readonly progress: Progress
}

/** What the request that a context is for was told about itself. */
export interface RequestState {
  readonly simulator: Simulator
  readonly account: Account
  readonly exchange: Exchange
  /** Epoch milliseconds. */
  readonly now: number
  /** What goes wrong with it; undefined where nothing can. */
  readonly call: Call | undefined
  /** The orders that a query has shown; they are counted once the answer is made. */
  readonly shown: Order[]
}

/** How often a draft is made again before its random values are taken to be used up. */
const maxDrafts = 100

/** What an operation is given besides its parameters; see {@link Context}. */
export function createContext(parts: ContextParts, request: RequestState): Context {
  const { store, clock, random, scheduler, callbackPolicy, changes, progress } = parts
  const { simulator, account, exchange, now, call, shown } = request
  const provider = simulator.contract.id
  const own = { provider, account: account.id }

  async function insert(draft: OrderDraft): Promise<{ order: Order } | { conflict: string }> {
    const {
      expiresAt = null,
      currency = 'CNY',
      fields = {},
      kind = 'payment',
      original = null,
      acts = [],
    } = draft
    const order: Order = {
      ...draft,
      ...own,
      kind,
      original,
      status: 'pending',
      currency,
      createdAt: now,
      expiresAt,
      paidAt: null,
      paidAmount: null,
      refunded: 0,
      changedAt: null,
      past: [],
      acts,
      fields,
    }
    const conflict = await store.insertOrder(order)
    if (conflict) return { conflict: conflict.kind }
    exchange.order = order.id
    if (expiresAt !== null) scheduler.expect(expiresAt)
    if (acts[0]?.at) scheduler.expect(acts[0].at)
    // Only now, because a plan must not be used up by a draft that was in the way of another order.
    const plan = kind === 'payment' ? await call?.take('pay', order.orderNumber) : undefined
    if (plan) await progress.plan(order, plan)
    return { order }
  }

  return {
    account: account as Context['account'],
    now,
    elapsedMs: () => clock.now() - now,
    random: stream => random.stream(`${provider}/${account.id}/${stream}`),
    async createOrder(draft) {
      for (let tries = 1; ; tries++) {
        const result = await insert(draft())
        const isChance = 'conflict' in result && result.conflict === 'id'
        if (!isChance || tries === maxDrafts) return result
      }
    },
    async findOrder(id) {
      const order = await store.getOrder(id)
      return order?.provider === provider && order.account === account.id ? order : undefined
    },
    async findByOrderNumber(orderNumber) {
      const page = await store.listOrders({ ...own, orderNumber }, { limit: 1 })
      return page.items[0]
    },
    listOrders: (filter, page) => store.listOrders({ ...filter, ...own }, page),
    async transition(order, to, effects) {
      const changed = await changes.apply(order, to, effects)
      if (changed && changed.deliveries.length > 0) scheduler.runSoon()
      return changed?.order
    },
    async show(order) {
      exchange.order ??= order.id
      shown.push(order)
      // Only what shows an order can lag behind: other calls do not use the fault up.
      const lag = await call?.take('lag', order.orderNumber)
      return lag === undefined ? order : asOf(order, now - toMilliseconds(lag))
    },
    async updateSettings(update) {
      await store.updateAccount(provider, account.id, current => ({
        ...current,
        settings: { ...current.settings, ...update(current.settings as never) },
      }))
    },
    spend: setting => store.spend(provider, account.id, setting),
    mayCall: url => callbackPolicy.refusal(url) === undefined,
    fail(errorName, finding?: Finding): never {
      throw new Refusal(errorName, finding ? [finding] : [])
    },
    note(finding) {
      exchange.findings.push(finding)
    },
  }
}

/** An order as it was at a time: what changed since then is not there yet. */
function asOf(order: Order, at: number): Order {
  const { until: _, ...state } = order.past.find(({ until }) => until > at) ?? { until: at }
  const then: Order = { ...order, ...state }
  const isToExpire = then.status === 'expired' && then.expiresAt !== null && then.expiresAt > at
  return isToExpire ? { ...then, status: 'pending' } : then
}
