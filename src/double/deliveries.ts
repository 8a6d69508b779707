// What is sent: deliveries as they should be, or as a plan has them.
import { type Contract, PaydoubleError } from '../contract/index.ts'
import type { Account, Delivery, Order } from '../store/records.ts'
import { type DeliveryFilter, itemsOf, type Store } from '../store/store.ts'
import { type Clock, toMilliseconds } from './clock.ts'
import { checkSend } from './fault.ts'
import type { Faults } from './faults.ts'
import { digits, type Random } from './random.ts'
import type { Send } from './schedule.ts'
import type { OutgoingCallback, Simulator } from './simulator.ts'
import { writeCallback } from './write-callback.ts'

/** The `rule` of a callback that was forged. */
export const sentByHand = 'sent by hand'

export interface Deliveries {
  /** The deliveries that an order's new state calls for, ready to be committed together with it. */
  prepare(simulator: Simulator, order: Order, account: Account, channel?: string): Promise<Delivery[]>
  /**
   * A delivery that no change of an order calls for: what its callback would say if the order were paid.
   * @throws PaydoubleError `noCallback`, `badFault`
   */
  forge(
    simulator: Simulator,
    order: Order,
    account: Account,
    send: Send & { callback?: string | undefined },
  ): Promise<Delivery>
  /** Whether a callback of the same payment was tried already. */
  wasTried(callback: string, order: Order): Promise<boolean>
  /** Whether any delivery may wait for another one. */
  mayHold(): boolean
  /** The same again, with another id, now. */
  copy(delivery: Delivery, changes: Partial<Pick<Delivery, 'body' | 'headers' | 'url'>>): Delivery
}

export function createDeliveries(parts: {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly faults: Faults
}): Deliveries {
  const { store, clock, random, faults } = parts
  /** What other processes have added may wait as well. */
  let mayHold = store.reach !== 'process'

  /** Each account has a stream of its own, so that its ids do not depend on what others do. */
  function newId({ provider, account }: Pick<Order, 'provider' | 'account'>): string {
    return `dlv_${random.stream(`${provider}/${account}/deliveries`).text(16, digits)}`
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
    const { provider, account: accountId, id } = order
    const replayed = send.from === undefined ? undefined : await sentForAnother(order, outgoing, send.from)
    const written = writeCallback(contract, account.credentials, outgoing, send, replayed)
    const isHeld = send.behind !== undefined && !(await wasTried(send.behind, order))
    mayHold ||= isHeld
    return {
      id: newId(order),
      provider,
      account: accountId,
      order: id,
      callback: outgoing.callback,
      status: isHeld ? 'held' : 'pending',
      url: outgoing.url,
      method: 'POST',
      ...written,
      behind: isHeld ? (send.behind as string) : null,
      replied: send.replied ?? null,
      rule,
      createdAt: now,
      dueAt: isHeld ? null : now + pauseBefore(send, order, now),
      attempts: [],
      // What there is not cannot be replayed, and the genuine one in its place would prove nothing.
      ...(send.from !== undefined && !replayed && notSent(now, send.from)),
    }
  }

  /** The newest delivery of the same callback for another order of the account: that one, or any. */
  async function sentForAnother(
    { provider, account, id }: Order,
    { callback }: OutgoingCallback,
    from: string,
  ): Promise<Delivery | undefined> {
    const filter = { provider, account, callback, ...(from !== 'another' && { order: from }) }
    for await (const delivery of itemsOf(page => store.listDeliveries(filter, page)))
      if (delivery.order !== id) return delivery
    return undefined
  }

  async function wasTried(callback: string, order: Order): Promise<boolean> {
    const all = await listOfPayment(store, order, { callback })
    return all.some(delivery => delivery.attempts.length > 0)
  }

  return {
    mayHold: () => mayHold,
    wasTried,

    async prepare(simulator, order, account, channel) {
      const outgoing = simulator.callbacksOf?.(order, account.settings as never, channel) ?? []
      const { provider, orderNumber } = order
      const deliveries: Delivery[] = []
      for (const each of outgoing) {
        const at = { provider, account: account.id, orderNumber, callback: each.callback }
        const taken = faults.has('deliver') ? await faults.take('deliver', at) : undefined
        for (const send of taken?.effect.sends ?? [{}]) {
          deliveries.push(await write(simulator.contract, order, account, each, send, taken?.rule ?? null))
        }
      }
      return deliveries
    },

    async forge(simulator, order, account, { callback, ...given }) {
      const paid: Order = {
        ...order,
        status: 'paid',
        paidAt: order.paidAt ?? clock.now(),
        paidAmount: order.paidAmount ?? order.amount,
      }
      const outgoing = simulator.callbacksOf?.(paid, account.settings as never, undefined) ?? []
      const found = outgoing.find(each => callback === undefined || each.callback === callback)
      const failure = (why: string) =>
        new PaydoubleError('noCallback', `Failed to send a callback for the order ${order.id}: ${why}.`)
      if (!found) {
        throw failure(
          outgoing.length === 0
            ? `${order.provider} sends none for it, or the account has no address for it`
            : `it has ${outgoing.map(each => each.callback).join(', ')}, and no ${callback}`,
        )
      }
      checkSend(simulator.contract, found.callback, given)
      if (given.from !== undefined && !(await sentForAnother(order, found, given.from)))
        throw failure(`there is none to replay, as nothing was sent for ${given.from} order`)
      return write(simulator.contract, order, account, found, given, sentByHand)
    },

    copy(delivery, changes) {
      const now = clock.now()
      return {
        ...delivery,
        ...changes,
        id: newId(delivery),
        status: 'pending',
        behind: null,
        replied: null,
        rule: `sent again: ${delivery.id}`,
        createdAt: now,
        dueAt: now,
        attempts: [],
      }
    },
  }
}

/**
 * The deliveries that are so, of a payment and of its refunds, of which the order is one. Looked for by these orders, so
 * that it does not matter how many deliveries others have.
 */
export async function listOfPayment(
  store: Store,
  { id, original }: Pick<Order, 'id' | 'original'>,
  filter: Pick<DeliveryFilter, 'callback' | 'status'>,
): Promise<Delivery[]> {
  const payment = original ?? id
  const orders = [payment]
  for await (const refund of itemsOf(page => store.listOrders({ original: payment }, page)))
    orders.push(refund.id)
  const found = await Promise.all(orders.map(order => listAll(store, { ...filter, order })))
  return found.flat()
}

/** The deliveries of all pages, oldest first. */
export async function listAll(store: Store, filter: DeliveryFilter): Promise<Delivery[]> {
  const all: Delivery[] = []
  for await (const delivery of itemsOf(page => store.listDeliveries(filter, page))) all.push(delivery)
  return all.reverse()
}

/** How long after a change its callback is sent, in milliseconds. */
function pauseBefore({ after, pastExpiry }: Send, { expiresAt }: Order, now: number): number {
  if (pastExpiry === undefined) return toMilliseconds(after ?? 0)
  return Math.max(0, (expiresAt ?? now) - now) + toMilliseconds(pastExpiry)
}

function notSent(at: number, from: string): Pick<Delivery, 'status' | 'dueAt' | 'attempts'> {
  const error = `not sent: no such callback was sent for ${from === 'another' ? 'another order of the account' : `the order ${JSON.stringify(from)}`} that could be replayed`
  return {
    status: 'failed',
    dueAt: null,
    attempts: [{ at, acknowledged: false, status: null, reply: '', error }],
  }
}
