import { type Finding, PaydoubleError } from '../contract/index.ts'
import type { Delivery, Order } from '../store/records.ts'
import { itemsOf, type Store } from '../store/store.ts'
import { undelivered } from './callbacks.ts'
import type { Changes } from './changes.ts'
import type { Clock } from './clock.ts'
import type { Exchange, Journal } from './journal.ts'
import { scopedKey } from './keys.ts'
import type { Scheduler } from './scheduler.ts'
import type { Simulator } from './simulator.ts'

/** The one who scans the code and pays. */
export interface Payer {
  /**
   * Pays an order, by its id. Resolves when the callbacks that follow have been tried once.
   * @throws PaydoubleError `orderUnknown`, `orderNotPending`, `badAmount`
   */
  pay(orderId: string, options?: PayOptions): Promise<Payment>
  /**
   * Pays by the text of a QR code.
   * @throws PaydoubleError `qrUnknown`, `qrAmbiguous`, `orderNotPending`, `badAmount`
   */
  scan(qr: string, options?: PayOptions): Promise<Payment>
  /**
   * Begins to pay and declines. Where the provider learns of it the order fails, otherwise it goes on waiting.
   * @throws PaydoubleError `orderUnknown`, `orderNotPending`
   */
  decline(orderId: string): Promise<Order>
  /**
   * Sees the code and never pays, whatever was planned.
   * @throws PaydoubleError `orderUnknown`
   */
  walkAway(orderId: string): Promise<Order>
}

export interface PayOptions {
  /** What the payer pays, in minor units. Default: what the order asks for. */
  readonly amount?: number | undefined
  /** Pays also an order that has expired, was closed or has failed: the money was on its way. */
  readonly late?: boolean | undefined
  /** Pays once more what is paid already. */
  readonly again?: boolean | undefined
}

/** What came of a payment. */
export interface Payment {
  /** `lost`: the money matches no order, so the provider tells nobody. */
  readonly outcome: 'paid' | 'lost'
  /** The order that is now paid; for a lost payment the one that was meant. */
  readonly order: Order
  readonly deliveries: readonly Delivery[]
  readonly findings: readonly Finding[]
}

export function createPayer(parts: {
  readonly simulators: readonly Simulator[]
  readonly store: Store
  readonly clock: Clock
  readonly changes: Changes
  readonly scheduler: Scheduler
  readonly journal: Journal
}): Payer {
  const { store, clock, changes, scheduler, journal } = parts
  const simulators = new Map(parts.simulators.map(simulator => [simulator.contract.id, simulator]))

  async function settle(
    meant: Order,
    { amount = meant.amount, late, again }: PayOptions,
    channel: string | undefined,
  ): Promise<Payment> {
    const simulator = simulators.get(meant.provider)
    const { provider } = meant
    const isInsisted = isPayable(meant, { late, again }) && meant.status !== 'pending'
    const order =
      simulator?.matchPayment && !isInsisted
        ? await simulator.matchPayment(
            { account: meant.account, order: meant, amount, channel },
            { findOrder: (account, kind, key) => store.findOrder(scopedKey(provider, account, kind, key)) },
          )
        : meant
    if (!order)
      return { outcome: 'lost', order: meant, deliveries: [], findings: [lostPayment(meant, amount)] }
    const findings = surprises(meant, order, amount)
    const changed = await changes.apply(order, 'paid', {
      when: { paidAt: order.paidAt, paidAmount: order.paidAmount },
      patch: { paidAt: clock.now(), paidAmount: (order.paidAmount ?? 0) + amount },
      channel,
    })
    if (!changed) throw notPending(await store.getOrder(order.id), order.id)
    const { order: paid, deliveries: outgoing } = changed
    await scheduler.runDue()
    const settled = await scheduler.settled(outgoing.map(delivery => delivery.id))
    const deliveries = settled.filter(delivery => delivery !== undefined)
    return { outcome: 'paid', order: paid, deliveries, findings: [...findings, ...undelivered(deliveries)] }
  }

  /** An act of the payer, written into the journal. */
  function note(order: Order, outcome: Exchange['outcome']): Exchange {
    const exchange = journal.open('payment', clock.now())
    exchange.provider = order.provider
    exchange.account = order.account
    exchange.order = order.id
    exchange.outcome = outcome
    return exchange
  }

  async function payment(orderId: string): Promise<Order> {
    await scheduler.runDue(orderId)
    const order = await store.getOrder(orderId)
    if (order?.kind === 'payment') return order
    throw new PaydoubleError(
      'orderUnknown',
      order
        ? `Failed to pay the order ${JSON.stringify(orderId)}: it is a refund.`
        : `Failed to pay the order ${JSON.stringify(orderId)}: there is none with this id. An order's id is the provider's own number of it; by the merchant's number it is found with api/orders?orderNumber=.`,
    )
  }

  async function pay(order: Order, options: PayOptions, qr?: string): Promise<Payment> {
    if (options.amount !== undefined && !(Number.isSafeInteger(options.amount) && options.amount > 0)) {
      throw new PaydoubleError(
        'badAmount',
        `Failed to pay ${options.amount} for the order ${order.id}: an amount is a positive whole number of minor units.`,
      )
    }
    const exchange = note(order, 'open')
    try {
      // Where money is matched by its amount, it arrives whatever became of the order that was meant.
      const isMatched = simulators.get(order.provider)?.matchPayment !== undefined
      if (!isMatched && !isPayable(order, options)) throw notPending(order, order.id)
      const payment = await settle(order, options, qr === undefined ? undefined : channelOf(order, qr))
      exchange.outcome = payment.outcome
      exchange.order = payment.order.id
      exchange.findings.push(...payment.findings)
      return payment
    } catch (error) {
      exchange.outcome = 'refused'
      throw error
    } finally {
      journal.close(exchange)
    }
  }

  function channelOf(order: Order, qr: string): string | undefined {
    return simulators.get(order.provider)?.codesOf?.(order)[qr]
  }

  /** The open orders that can be paid by a code, newest first: two of them say that there are several. */
  async function waitingOn(qr: string): Promise<Order[]> {
    const { items } = await store.listOrders({ qr, status: 'pending' }, { limit: 2 })
    const found = new Map(items.map(order => [order.id, order]))
    for (const { contract, codesOf } of simulators.values()) {
      const pending = { provider: contract.id, status: 'pending' } as const
      if (!codesOf) continue
      for await (const order of itemsOf(page => store.listOrders(pending, page))) {
        if (found.size >= 2) break
        if (Object.hasOwn(codesOf(order), qr)) found.set(order.id, order)
      }
    }
    return [...found.values()]
  }

  return {
    async pay(orderId, options = {}) {
      return pay(await payment(orderId), options)
    },

    async decline(orderId) {
      const order = await payment(orderId)
      if (order.status !== 'pending') throw notPending(order, orderId)
      const fails = simulators.get(order.provider)?.failsWhenDeclined === true
      const declined = fails ? (await changes.apply(order, 'failed'))?.order : await store.getOrder(orderId)
      if (!declined) throw notPending(await store.getOrder(orderId), orderId)
      journal.close(note(order, 'declined'))
      return declined
    },

    async walkAway(orderId) {
      const order = await payment(orderId)
      const left = await store.transition(orderId, order.status, order.status, { patch: { acts: [] } })
      journal.close(note(order, 'walkedAway'))
      return left ?? (await store.getOrder(orderId)) ?? order
    },

    async scan(qr, options = {}) {
      await scheduler.runDue()
      const [order, another] = await waitingOn(qr)
      if (order && (another === undefined || options.amount !== undefined))
        return pay(await payment(order.id), options, qr)
      if (order) {
        throw new PaydoubleError(
          'qrAmbiguous',
          `Failed to pay by the QR code ${JSON.stringify(qr)}: it is the merchant's own code, and several open orders wait for money on it. Give the amount that the payer enters.`,
        )
      }
      const [settled] = (await store.listOrders({ qr }, { limit: 1 })).items
      if (settled) return pay(settled, options, qr)
      throw new PaydoubleError(
        'qrUnknown',
        `Failed to pay by the QR code ${JSON.stringify(qr)}: no order has it. Give the text in the code exactly as the provider answered it.`,
      )
    },
  }
}

/** Whether an order can be paid as it is, or by somebody who insists. */
function isPayable({ status }: Order, { late, again }: PayOptions): boolean {
  if (status === 'pending') return true
  return status === 'paid' ? again === true : late === true
}

function lostPayment(meant: Order, amount: number): Finding {
  const why =
    meant.status === 'pending'
      ? `asks for ${meant.amount}; show the payer that amount`
      : `is ${meant.status}, so its amount is no longer waited for`
  return {
    kind: 'paymentLost',
    severity: 'breaking',
    pointer: '/amount',
    expected: String(meant.amount),
    received: String(amount),
    message: `A payment of ${amount} matches no open order, so it is lost (漏单): no order is paid and no callback is sent. The order ${meant.id} ${why}.`,
  }
}

/** What the one who meant to pay an order may not expect. */
function surprises(meant: Order, order: Order, amount: number): Finding[] {
  const about = { severity: 'breaking', pointer: '/amount' } as const
  if (order.id !== meant.id) {
    const message = `A payment of ${amount} paid the order ${order.id}, which asks for just that, and not ${meant.id}.`
    return [{ ...about, kind: 'otherOrderPaid', message }]
  }
  if (amount === order.amount) return []
  const message = `The order asks for ${order.amount}, and ${amount} was paid.`
  const difference = { expected: String(order.amount), received: String(amount) }
  return [{ ...about, ...difference, kind: 'otherAmountPaid', message }]
}

function notPending(order: Order | undefined, id: string): PaydoubleError {
  return new PaydoubleError(
    'orderNotPending',
    `Failed to pay the order ${id}: it is ${order?.status ?? 'gone'}, not pending.${order?.status === 'paid' ? ' To have it paid twice, pay it "again".' : ' To have the money come too late, pay it "late".'}`,
  )
}
