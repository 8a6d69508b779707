import { encodeGbk } from '../contract/codec/text.ts'
import type { Callback, Finding, Settings } from '../contract/index.ts'
import type { Attempt, Delivery, Replied } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import type { CallbackPolicy } from './callback-policy.ts'
import type { Clock } from './clock.ts'
import { createDeliveries, type Deliveries, listOfPayment, sentByHand } from './deliveries.ts'
import type { Faults } from './faults.ts'
import type { Random } from './random.ts'
import type { Simulator } from './simulator.ts'

/** How a callback leaves the double: `fetch`, `fetch` around MSW, or a function of the test. */
export type Deliver = (request: CallbackRequest) => Promise<{ status: number; body: string }>

export interface CallbackRequest {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** What goes over the wire, where it is not the body as UTF-8. */
  readonly bytes?: Uint8Array
  /** Fires when the attempt is broken off, because the double is reset or closed. */
  readonly signal: AbortSignal
}

/** How much of a reply is kept, in characters. */
const keptReplyLength = 2000

export interface Callbacks extends Deliveries {
  readonly mode: 'push' | 'pull'
  /** Sends one delivery once, and writes down what came of it. In pull mode it goes into the outbox instead. */
  attempt(delivery: Delivery): Promise<Delivery | undefined>
  /** Takes what a merchant answered to a delivery that he fetched from the outbox. */
  takeReply(delivery: Delivery, reply: { status: number; body: string }): Promise<Delivery | undefined>
  /** Lets those go, of deliveries that were just added, which wait for a callback that was tried meanwhile. */
  catchUp(added: readonly Delivery[]): Promise<void>
  /** Calls back after each attempt. @returns a function that stops it */
  onAttempt(listener: () => void): () => void
  /** There may have been attempts by another process. */
  tellAttempt(): void
  /** Breaks off the attempts that are under way, all or those of an account; nothing more is written down of them. */
  breakOff(provider?: string, account?: string): void
}

export function createCallbacks(parts: {
  readonly simulatorOf: (provider: string) => Simulator
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly faults: Faults
  readonly policy: CallbackPolicy
  readonly deliver: Deliver
  /** `pull` holds deliveries in an outbox, from which the merchant fetches them. */
  readonly mode: 'push' | 'pull'
  /** Something falls due now. */
  readonly onDue: () => void
  /** Called with each delivery that this process has just tried. */
  readonly onTried?: ((delivery: Delivery) => void) | undefined
}): Callbacks {
  const { simulatorOf, store, clock, policy, deliver, mode, onDue, onTried } = parts
  const deliveries = createDeliveries(parts)
  const underWay = new Map<AbortController, Delivery>()
  const listeners = new Set<() => void>()

  function callbackOf(delivery: Delivery): Callback | undefined {
    return simulatorOf(delivery.provider).contract.callbacks[delivery.callback]
  }

  async function settingsOf(delivery: Delivery): Promise<Settings> {
    return (await store.getAccount(delivery.provider, delivery.account))?.settings ?? {}
  }

  /** Why a delivery cannot be sent at all, or undefined. */
  async function obstacle(delivery: Delivery, callback: Callback): Promise<string | undefined> {
    const forbidden = mode === 'push' ? policy.refusal(delivery.url) : undefined
    if (forbidden !== undefined) return `not sent: ${forbidden}`
    const isFirst = delivery.attempts.length === 0
    if (callback.costs !== undefined && isFirst) {
      const paid = await store.spend(delivery.provider, delivery.account, callback.costs)
      if (!paid) return `not sent: the account has no ${callback.costs} left`
    }
    return undefined
  }

  /** One attempt; undefined where it was broken off. */
  async function send(
    delivery: Delivery,
    callback: Callback,
    settings: Settings,
    signal: AbortSignal,
  ): Promise<Attempt | undefined> {
    if (signal.aborted) return undefined
    const at = clock.now()
    const { url, method, headers, body, charset, replied } = delivery
    const { promise: brokenOff, resolve } = Promise.withResolvers<undefined>()
    signal.addEventListener('abort', () => resolve(undefined))
    try {
      const bytes = charset === 'gbk' ? { bytes: encodeGbk(body) } : {}
      const sent = deliver({ url, method, headers, body, ...bytes, signal })
      // Some receivers do not care for the signal.
      const reply = await Promise.race([sent, brokenOff])
      return reply && judge(at, reply, replied, callback, settings)
    } catch (error) {
      return signal.aborted ? undefined : failedAttempt(at, reasonOf(error))
    }
  }

  /** Writes an attempt down, and what follows from it. */
  async function record(
    delivery: Delivery,
    attempt: Attempt,
    delays: readonly number[] = [],
  ): Promise<Delivery | undefined> {
    // Who forges a callback does not try again as the provider would.
    const isLast = attempt.acknowledged || delivery.rule === sentByHand
    const delay = isLast ? undefined : delays[delivery.attempts.length]
    const recorded = await store.recordAttempt(
      delivery.id,
      attempt,
      delay === undefined
        ? { status: attempt.acknowledged ? 'delivered' : 'failed', dueAt: null }
        : { status: 'pending', dueAt: clock.now() + delay },
      { from: delivery },
    )
    if (recorded) onTried?.(recorded)
    if (deliveries.mayHold()) await release(delivery)
    tell()
    return recorded
  }

  /** Lets those go that were held until this one was tried: callbacks of the same payment. */
  async function release({ order, callback }: Delivery): Promise<void> {
    const tried = await store.getOrder(order)
    if (!tried) return
    const held = await listOfPayment(store, tried, { status: 'held' })
    await letGo(held.filter(delivery => delivery.behind === callback))
  }

  async function letGo(held: readonly Delivery[]): Promise<void> {
    for (const from of held) {
      const next = { status: 'pending', dueAt: clock.now(), behind: null } as const
      await store.recordAttempt(from.id, undefined, next, { from })
    }
    if (held.length > 0) onDue()
  }

  function tell(): void {
    for (const listener of listeners) listener()
  }

  async function attempt(delivery: Delivery, signal: AbortSignal): Promise<Delivery | undefined> {
    const callback = callbackOf(delivery)
    if (!callback) {
      const error = `not sent: the contract of ${delivery.provider} has no callback ${JSON.stringify(delivery.callback)}`
      return record(delivery, failedAttempt(clock.now(), error))
    }
    const blocked = await obstacle(delivery, callback)
    if (blocked !== undefined) return record(delivery, failedAttempt(clock.now(), blocked))
    if (mode === 'pull') {
      const next = { status: 'held', dueAt: null } as const
      const held = await store.recordAttempt(delivery.id, undefined, next, { from: delivery })
      tell()
      return held
    }
    const settings = await settingsOf(delivery)
    const attempt = await send(delivery, callback, settings, signal)
    return attempt && record(delivery, attempt, delaysOf(callback, settings))
  }

  return {
    ...deliveries,
    mode,

    async catchUp(added) {
      for (const { id, behind } of added) {
        if (behind === null) continue
        const delivery = await store.getDelivery(id)
        const order = delivery?.behind === behind ? await store.getOrder(delivery.order) : undefined
        if (delivery && order && (await deliveries.wasTried(behind, order))) await letGo([delivery])
      }
    },

    onAttempt(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    tellAttempt: tell,

    breakOff(provider, account) {
      for (const [controller, delivery] of underWay) {
        const isMeant = (provider ?? delivery.provider) === delivery.provider
        if (isMeant && (account ?? delivery.account) === delivery.account)
          controller.abort(new Error('broken off, because the double was reset or closed'))
      }
    },

    async attempt(delivery) {
      const controller = new AbortController()
      underWay.set(controller, delivery)
      try {
        return await attempt(delivery, controller.signal)
      } finally {
        underWay.delete(controller)
      }
    },

    async takeReply(delivery, reply) {
      const callback = callbackOf(delivery)
      if (!callback) return undefined
      const settings = await settingsOf(delivery)
      const attempt = judge(clock.now(), reply, delivery.replied, callback, settings)
      return record(delivery, attempt, delaysOf(callback, settings))
    },
  }
}

function failedAttempt(at: number, error: string): Attempt {
  return { at, acknowledged: false, status: null, reply: '', error }
}

/** The pauses before each retry, in milliseconds. */
function delaysOf({ retryDelays }: Callback, settings: Settings): readonly number[] | undefined {
  return retryDelays === undefined ? undefined : (settings[retryDelays] as readonly number[] | undefined)
}

/** What an answer counts as. */
function judge(
  at: number,
  answered: { status: number; body: string },
  replied: Replied | null,
  callback: Callback,
  settings: Settings,
): Attempt {
  const reply = answered.body.slice(0, keptReplyLength)
  if (replied === 'timeout') {
    const error = `the answer (HTTP ${answered.status}) counts as too late`
    return { at, acknowledged: false, status: null, reply, error }
  }
  const counted = replied ? { status: replied.status ?? answered.status, body: replied.body ?? '' } : answered
  const error = replied
    ? `the answer (HTTP ${answered.status}) counts as HTTP ${counted.status} ${JSON.stringify(counted.body.slice(0, 100))}`
    : null
  return { at, acknowledged: callback.acknowledged(counted, settings), status: counted.status, reply, error }
}

/** A finding for each callback of an order that was tried and not acknowledged. */
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
