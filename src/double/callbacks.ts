import type { Callback, Contract, Finding, Settings } from '../contract/index.ts'
import type { Account, Attempt, Delivery, Order } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import type { CallbackPolicy } from './callback-policy.ts'
import type { Clock } from './clock.ts'
import type { Random } from './random.ts'
import { digits } from './random.ts'
import type { Simulator } from './simulator.ts'

/** How a callback leaves the double: `fetch`, `fetch` around MSW, or a function of the test. */
export type Deliver = (request: CallbackRequest) => Promise<{ status: number; body: string }>

export interface CallbackRequest {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Fires when the double is closed. */
  readonly signal: AbortSignal
}

/** How much of a reply is kept, in characters. */
const keptReplyLength = 2000

export interface Callbacks {
  /** The deliveries that an order's new state calls for, ready to be committed together with it. */
  prepare(simulator: Simulator, order: Order, account: Account, channel?: string): Delivery[]
  /** Sends one delivery once, and writes down what came of it. */
  attempt(delivery: Delivery): Promise<Delivery | undefined>
  /** Breaks off all attempts that are under way. */
  close(): void
}

export function createCallbacks(parts: {
  readonly contracts: readonly Contract[]
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly policy: CallbackPolicy
  readonly deliver: Deliver
}): Callbacks {
  const { store, clock, random, policy, deliver } = parts
  const closing = new AbortController()
  const contracts = new Map(parts.contracts.map(contract => [contract.id, contract]))

  function callbackOf(delivery: Delivery): Callback | undefined {
    return contracts.get(delivery.provider)?.callbacks[delivery.callback]
  }

  async function settingsOf(delivery: Delivery): Promise<Settings> {
    return (await store.getAccount(delivery.provider, delivery.account))?.settings ?? {}
  }

  /** Why a delivery cannot be sent at all, or undefined. */
  async function obstacle(delivery: Delivery, callback: Callback): Promise<string | undefined> {
    const forbidden = policy.refusal(delivery.url)
    if (forbidden !== undefined) return `not sent: ${forbidden}`
    const isFirst = delivery.attempts.length === 0
    if (callback.costs !== undefined && isFirst) {
      const paid = await store.spend(delivery.provider, delivery.account, callback.costs)
      if (!paid) return `not sent: the account has no ${callback.costs} left`
    }
    return undefined
  }

  async function send(delivery: Delivery, callback: Callback): Promise<Attempt> {
    const at = clock.now()
    try {
      const { url, method, headers, body } = delivery
      const reply = await deliver({ url, method, headers, body, signal: closing.signal })
      const kept = reply.body.slice(0, keptReplyLength)
      return {
        at,
        acknowledged: callback.acknowledged(reply, await settingsOf(delivery)),
        status: reply.status,
        reply: kept,
        error: null,
      }
    } catch (error) {
      return { at, acknowledged: false, status: null, reply: '', error: reasonOf(error) }
    }
  }

  async function retryDelay(delivery: Delivery, callback: Callback): Promise<number | undefined> {
    if (callback.retryDelays === undefined) return undefined
    const settings = await settingsOf(delivery)
    const delays = settings[callback.retryDelays] as readonly number[] | undefined
    return delays?.[delivery.attempts.length]
  }

  return {
    close: () => closing.abort(new Error('the double was closed')),

    prepare(simulator, order, account, channel) {
      const now = clock.now()
      const outgoing = simulator.callbacksOf?.(order, account.settings as never, channel) ?? []
      return outgoing.map(({ callback, url, payload }) => {
        const { headers, body } = simulator.contract.wire.encodeCallback(payload, account.credentials)
        return {
          id: `dlv_${random.stream('deliveries').text(16, digits)}`,
          provider: order.provider,
          account: order.account,
          order: order.id,
          callback,
          status: 'pending',
          url,
          method: 'POST',
          headers,
          body,
          createdAt: now,
          dueAt: now,
          attempts: [],
        }
      })
    },

    async attempt(delivery) {
      const callback = callbackOf(delivery)
      if (!callback) return undefined
      const blocked = await obstacle(delivery, callback)
      if (blocked !== undefined) {
        const attempt = { at: clock.now(), acknowledged: false, status: null, reply: '', error: blocked }
        return store.recordAttempt(delivery.id, attempt, { status: 'failed', dueAt: null })
      }
      const attempt = await send(delivery, callback)
      if (attempt.acknowledged) {
        return store.recordAttempt(delivery.id, attempt, { status: 'delivered', dueAt: null })
      }
      const delay = await retryDelay(delivery, callback)
      return delay === undefined
        ? store.recordAttempt(delivery.id, attempt, { status: 'failed', dueAt: null })
        : store.recordAttempt(delivery.id, attempt, { status: 'pending', dueAt: clock.now() + delay })
    },
  }
}

/** A finding for an order whose callbacks were not acknowledged, if there are any. */
export function undelivered(deliveries: readonly Delivery[]): Finding[] {
  return deliveries
    .filter(delivery => delivery.status === 'failed')
    .map(delivery => {
      const last = delivery.attempts.at(-1)
      return {
        kind: 'callbackNotAcknowledged',
        severity: 'breaking',
        pointer: '',
        message: `The callback to ${delivery.url} was not acknowledged: ${last?.error ?? `HTTP ${last?.status}`}.`,
      }
    })
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message
}
