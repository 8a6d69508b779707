import { encodeGbk } from '../contract/codec/text.ts'
import {
  type Callback,
  type Contract,
  type Finding,
  PaydoubleError,
  type Settings,
} from '../contract/index.ts'
import type { Account, Attempt, Delivery, Order, Replied } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import type { CallbackPolicy } from './callback-policy.ts'
import { type Clock, toMilliseconds } from './clock.ts'
import { checkSend, type Faults } from './faults.ts'
import type { Random } from './random.ts'
import { digits } from './random.ts'
import type { Send } from './schedule.ts'
import type { OutgoingCallback, Simulator } from './simulator.ts'
import { writeCallback } from './write-callback.ts'

/** How a callback leaves the double: `fetch`, `fetch` around MSW, or a function of the test. */
export type Deliver = (request: CallbackRequest) => Promise<{ status: number; body: string }>

export interface CallbackRequest {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** What goes over the wire, where it is not the body as UTF-8. */
  readonly bytes?: Uint8Array
  /** Fires when the double is closed. */
  readonly signal: AbortSignal
}

/** How much of a reply is kept, in characters. */
const keptReplyLength = 2000

export interface Callbacks {
  /** The deliveries that an order's new state calls for, ready to be committed together with it. */
  prepare(simulator: Simulator, order: Order, account: Account, channel?: string): Promise<Delivery[]>
  /**
   * A delivery that no change of an order calls for: what its callback would say if the order were paid.
   * @throws PaydoubleError `noCallback`
   */
  forge(
    simulator: Simulator,
    order: Order,
    account: Account,
    send: Send & { callback?: string | undefined },
  ): Promise<Delivery>
  /** The same again, with another id, now. */
  copy(delivery: Delivery, changes: Partial<Pick<Delivery, 'body' | 'headers' | 'url'>>): Delivery
  /** Sends one delivery once, and writes down what came of it. In pull mode it goes into the outbox instead. */
  attempt(delivery: Delivery): Promise<Delivery | undefined>
  /** Takes what a merchant answered to a delivery that he fetched from the outbox. */
  takeReply(delivery: Delivery, reply: { status: number; body: string }): Promise<Delivery | undefined>
  /** Calls back after each attempt. @returns a function that stops it */
  onAttempt(listener: () => void): () => void
  /** Breaks off all attempts that are under way. */
  close(): void
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
}): Callbacks {
  const { simulatorOf, store, clock, random, faults, policy, deliver, mode, onDue } = parts
  const closing = new AbortController()
  const listeners = new Set<() => void>()

  function callbackOf(delivery: Delivery): { callback: Callback; contract: Contract } | undefined {
    const { contract } = simulatorOf(delivery.provider)
    const callback = contract.callbacks[delivery.callback]
    return callback && { callback, contract }
  }

  async function settingsOf(delivery: Delivery): Promise<Settings> {
    return (await store.getAccount(delivery.provider, delivery.account))?.settings ?? {}
  }

  function newId(): string {
    return `dlv_${random.stream('deliveries').text(16, digits)}`
  }

  async function write(
    contract: Contract,
    order: Order,
    account: Account,
    outgoing: OutgoingCallback,
    send: Send,
    rule: string | null,
  ): Promise<Delivery> {
    const now = clock.now()
    const replayed =
      send.from === undefined ? undefined : await otherDelivery(order, outgoing.callback, send.from)
    const written = writeCallback(contract, account.credentials, outgoing, send, replayed)
    const held = send.behind !== undefined
    return {
      id: newId(),
      provider: order.provider,
      account: order.account,
      order: order.id,
      callback: outgoing.callback,
      status: held ? 'held' : 'pending',
      url: outgoing.url,
      method: 'POST',
      ...written,
      behind: send.behind ?? null,
      replied: send.replied ?? null,
      rule,
      createdAt: now,
      dueAt: held ? null : now + pauseBefore(send, order, now),
      attempts: [],
    }
  }

  /** What was sent for another order of the account. */
  async function otherDelivery(order: Order, callback: string, from: string): Promise<Delivery | undefined> {
    const { provider, account } = order
    const filter = { provider, account, callback, ...(from !== 'another' && { order: from }) }
    const { items } = await store.listDeliveries(filter, { limit: 500 })
    return items.find(delivery => delivery.order !== order.id)
  }

  /** Why a delivery cannot be sent at all, or undefined. */
  async function obstacle(delivery: Delivery, callback: Callback): Promise<string | undefined> {
    const forbidden = policy.refusal(delivery.url)
    if (forbidden !== undefined && mode === 'push') return `not sent: ${forbidden}`
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
      const { url, method, headers, body, charset } = delivery
      const bytes = charset === 'gbk' ? { bytes: encodeGbk(body) } : {}
      const reply = await deliver({ url, method, headers, body, ...bytes, signal: closing.signal })
      return judge(at, reply, delivery.replied, callback, await settingsOf(delivery))
    } catch (error) {
      return { at, acknowledged: false, status: null, reply: '', error: reasonOf(error) }
    }
  }

  async function record(
    delivery: Delivery,
    callback: Callback,
    attempt: Attempt,
  ): Promise<Delivery | undefined> {
    const delay = attempt.acknowledged ? undefined : await retryDelay(delivery, callback)
    const recorded = await store.recordAttempt(
      delivery.id,
      attempt,
      delay === undefined
        ? { status: attempt.acknowledged ? 'delivered' : 'failed', dueAt: null }
        : { status: 'pending', dueAt: clock.now() + delay },
    )
    await release(delivery)
    for (const listener of listeners) listener()
    return recorded
  }

  /** Lets those go that were held until this one was tried: callbacks of the same payment. */
  async function release({ order, callback }: Delivery): Promise<void> {
    const payment = (await store.getOrder(order))?.original ?? order
    const { items } = await store.listDeliveries({ order: payment, status: 'held' })
    const waiting = items.filter(held => held.behind === callback)
    for (const held of waiting) {
      await store.recordAttempt(held.id, undefined, { status: 'pending', dueAt: clock.now(), behind: null })
    }
    if (waiting.length > 0) onDue()
  }

  async function retryDelay(delivery: Delivery, callback: Callback): Promise<number | undefined> {
    if (callback.retryDelays === undefined) return undefined
    const settings = await settingsOf(delivery)
    const delays = settings[callback.retryDelays] as readonly number[] | undefined
    return delays?.[delivery.attempts.length]
  }

  return {
    close: () => closing.abort(new Error('the double was closed')),

    onAttempt(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    async prepare(simulator, order, account, channel) {
      const outgoing = simulator.callbacksOf?.(order, account.settings as never, channel) ?? []
      const { provider, orderNumber } = order
      const deliveries: Delivery[] = []
      for (const each of outgoing) {
        const at = { provider, account: account.id, orderNumber, callback: each.callback }
        const taken = faults.has('deliver') ? faults.take('deliver', at) : undefined
        for (const send of taken?.effect.sends ?? [{}]) {
          deliveries.push(await write(simulator.contract, order, account, each, send, taken?.rule ?? null))
        }
      }
      return deliveries
    },

    async forge(simulator, order, account, { callback, ...given }) {
      const now = clock.now()
      const paid: Order = {
        ...order,
        status: 'paid',
        paidAt: order.paidAt ?? now,
        paidAmount: order.paidAmount ?? order.amount,
      }
      const outgoing = simulator.callbacksOf?.(paid, account.settings as never, undefined) ?? []
      const found = outgoing.find(each => callback === undefined || each.callback === callback)
      if (found) checkSend(simulator.contract, found.callback, given)
      if (found) return write(simulator.contract, order, account, found, given, 'sent by hand')
      throw new PaydoubleError(
        'noCallback',
        `Failed to send a callback for the order ${order.id}: ${outgoing.length === 0 ? `${order.provider} sends none for it, or the account has no address for it` : `it has ${outgoing.map(each => each.callback).join(', ')}, and no ${callback}`}.`,
      )
    },

    copy(delivery, changes) {
      const now = clock.now()
      return {
        ...delivery,
        ...changes,
        id: newId(),
        status: 'pending',
        behind: null,
        replied: null,
        rule: `sent again: ${delivery.id}`,
        createdAt: now,
        dueAt: now,
        attempts: [],
      }
    },

    async attempt(delivery) {
      const found = callbackOf(delivery)
      if (!found) return undefined
      const { callback } = found
      const blocked = await obstacle(delivery, callback)
      if (blocked !== undefined) {
        const attempt = { at: clock.now(), acknowledged: false, status: null, reply: '', error: blocked }
        const failed = await store.recordAttempt(delivery.id, attempt, { status: 'failed', dueAt: null })
        for (const listener of listeners) listener()
        return failed
      }
      if (mode === 'pull') {
        const held = await store.recordAttempt(delivery.id, undefined, { status: 'held', dueAt: null })
        for (const listener of listeners) listener()
        return held
      }
      return record(delivery, callback, await send(delivery, callback))
    },

    async takeReply(delivery, reply) {
      const found = callbackOf(delivery)
      if (!found) return undefined
      const settings = await settingsOf(delivery)
      const attempt = judge(clock.now(), reply, delivery.replied, found.callback, settings)
      return record(delivery, found.callback, attempt)
    },
  }
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

/** How long after a change its callback is sent, in milliseconds. */
function pauseBefore({ after, pastExpiry }: Send, { expiresAt }: Order, now: number): number {
  if (pastExpiry === undefined) return toMilliseconds(after ?? 0)
  return Math.max(0, (expiresAt ?? now) - now) + toMilliseconds(pastExpiry)
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
