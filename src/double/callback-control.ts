import { PaydoubleError } from '../contract/index.ts'
import type { Delivery } from '../store/records.ts'
import type { DeliveryFilter, Store } from '../store/store.ts'
import type { Callbacks } from './callbacks.ts'
import { afterRealTime, type Clock } from './clock.ts'
import type { Send } from './schedule.ts'
import type { Scheduler } from './scheduler.ts'
import type { Simulator } from './simulator.ts'

/** What a test does with callbacks besides receiving them. */
export interface CallbackControl {
  /** @throws PaydoubleError `deliveryUnknown` */
  get(id: string): Promise<Delivery>
  /**
   * Resolves once callbacks have been tried as often as asked, also where that was before. It waits for the
   * event and never for a fixed time; what has still to fall due on a clock that stands still comes with `advance`.
   *
   * @returns the deliveries that were tried, the oldest first
   * @throws PaydoubleError `waitedInVain` when nothing of the kind happens within `timeoutMs` real milliseconds
   * @example
   * await pay.callbacks.waitFor({ order: order.id, times: 2 })
   */
  waitFor(wanted: Wanted): Promise<Delivery[]>
  /**
   * Sends a delivery once more, as it was or edited.
   * @returns it, after the first attempt
   * @throws PaydoubleError `deliveryUnknown`
   */
  resend(id: string, changes?: ResendChanges): Promise<Delivery>
  /**
   * Sends what a callback would say if the order were paid, whatever the order is: a forger's callback.
   * @returns it, after the first attempt unless it is for later
   * @throws PaydoubleError `orderUnknown`, `noCallback`
   */
  send(order: string, how?: Send & { readonly callback?: string | undefined }): Promise<Delivery>
  /** In pull mode, the deliveries that are due and not fetched, the oldest first. */
  outbox(filter?: Pick<DeliveryFilter, 'provider' | 'account' | 'order'>): Promise<Delivery[]>
  /**
   * Tells what the merchant answered to a delivery of the outbox; what is not acknowledged is due again after
   * the provider's pause.
   * @throws PaydoubleError `deliveryUnknown`, `notInOutbox`
   */
  reply(id: string, reply: { readonly status: number; readonly body?: string | undefined }): Promise<Delivery>
}

export interface Wanted extends Pick<DeliveryFilter, 'provider' | 'account' | 'order' | 'callback'> {
  /** The merchant's order number, instead of the order's id. */
  readonly orderNumber?: string | undefined
  /** How many attempts, of one delivery or of several. Default 1. */
  readonly times?: number | undefined
  /** Counts only attempts that the merchant acknowledged. Default false. */
  readonly acknowledged?: boolean | undefined
  /** Real milliseconds until it gives up. Default 5,000. */
  readonly timeoutMs?: number | undefined
}

export interface ResendChanges {
  readonly url?: string | undefined
  readonly body?: string | undefined
  /** Headers that replace others; an empty text takes one away. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Signs the body anew. Default false: an edited body keeps the old signature. */
  readonly sign?: boolean | undefined
}

/** Deliveries that are looked at in one go. */
const mostDeliveries = 500

export function createCallbackControl(parts: {
  readonly simulatorOf: (provider: string) => Simulator
  readonly store: Store
  readonly clock: Clock
  readonly callbacks: Callbacks
  readonly scheduler: Scheduler
}): CallbackControl {
  const { simulatorOf, store, clock, callbacks, scheduler } = parts

  async function knownDelivery(id: string): Promise<Delivery> {
    const delivery = await store.getDelivery(id)
    if (delivery) return delivery
    throw new PaydoubleError(
      'deliveryUnknown',
      `Failed to find the delivery ${JSON.stringify(id)}: there is none with this id. api/deliveries lists them.`,
    )
  }

  async function find({ orderNumber, ...wanted }: Wanted): Promise<Delivery[]> {
    const { provider, account, order, callback } = wanted
    const filter = { provider, account, order, callback }
    const { items } = await store.listDeliveries(filter, { limit: mostDeliveries })
    if (orderNumber === undefined) return items.reverse()
    const orders = await store.listOrders({ provider, account, orderNumber }, { limit: mostDeliveries })
    const ids = new Set(orders.items.map(found => found.id))
    return items.filter(delivery => ids.has(delivery.order)).reverse()
  }

  function attemptsOf(delivery: Delivery, { acknowledged = false }: Wanted): number {
    if (delivery.status === 'held' && delivery.behind === null && delivery.attempts.length === 0) return 1
    return delivery.attempts.filter(attempt => attempt.acknowledged || !acknowledged).length
  }

  async function enough(wanted: Wanted): Promise<{ tried: Delivery[]; all: Delivery[]; count: number }> {
    const all = await find(wanted)
    const tried = all.filter(delivery => attemptsOf(delivery, wanted) > 0)
    return { all, tried, count: tried.reduce((sum, delivery) => sum + attemptsOf(delivery, wanted), 0) }
  }

  /** Sends a delivery that was added, if it is for now. */
  async function start(delivery: Delivery): Promise<Delivery> {
    await store.addDelivery(delivery)
    if (delivery.dueAt !== null) scheduler.expect(delivery.dueAt)
    await scheduler.runDue()
    await scheduler.settled([delivery.id])
    return (await store.getDelivery(delivery.id)) ?? delivery
  }

  return {
    get: knownDelivery,

    waitFor(wanted) {
      const { times = 1, timeoutMs = 5000 } = wanted
      return new Promise((resolve, reject) => {
        const look = () => {
          enough(wanted).then(({ tried, count }) => {
            if (count < times) return
            finish()
            resolve(tried)
          }, fail)
        }
        const fail = (error: unknown) => {
          finish()
          reject(error)
        }
        const stopListening = callbacks.onAttempt(look)
        const patience = afterRealTime(timeoutMs, () => {
          enough(wanted).then(
            ({ all, count }) => fail(inVain(wanted, times, timeoutMs, count, all, clock)),
            fail,
          )
        })
        const finish = () => {
          stopListening()
          patience.cancel()
        }
        look()
      })
    },

    async resend(id, { url, body, headers = {}, sign = false } = {}) {
      const delivery = await knownDelivery(id)
      const { contract } = simulatorOf(delivery.provider)
      const account = await store.getAccount(delivery.provider, delivery.account)
      const text = body ?? delivery.body
      const signed = sign && account ? contract.wire.signCallback?.(text, account.credentials) : undefined
      const merged = { ...delivery.headers, ...signed, ...headers }
      const kept = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''))
      return start(callbacks.copy(delivery, { url: url ?? delivery.url, body: text, headers: kept }))
    },

    async send(id, how = {}) {
      const order = await store.getOrder(id)
      const account = order && (await store.getAccount(order.provider, order.account))
      if (!order || !account) {
        throw new PaydoubleError(
          'orderUnknown',
          `Failed to send a callback for the order ${JSON.stringify(id)}: there is none with this id.`,
        )
      }
      return start(await callbacks.forge(simulatorOf(order.provider), order, account, how))
    },

    async outbox(filter = {}) {
      await scheduler.runDue()
      const { items } = await store.listDeliveries({ ...filter, status: 'held' }, { limit: mostDeliveries })
      return items.filter(delivery => delivery.behind === null).reverse()
    },

    async reply(id, { status, body = '' }) {
      const delivery = await knownDelivery(id)
      if (delivery.status !== 'held' || delivery.behind !== null) {
        throw new PaydoubleError(
          'notInOutbox',
          `Failed to take the reply to the delivery ${id}: it is ${delivery.status}, and not in the outbox.`,
        )
      }
      const replied = await callbacks.takeReply(delivery, { status, body })
      if (replied?.dueAt) scheduler.expect(replied.dueAt)
      return replied ?? delivery
    },
  }
}

function inVain(
  wanted: Wanted,
  times: number,
  timeoutMs: number,
  count: number,
  all: readonly Delivery[],
  clock: Clock,
): PaydoubleError {
  const { timeoutMs: _, times: __, ...filter } = wanted
  const due = all.map(delivery => delivery.dueAt).filter(at => at !== null)
  const next = due.length > 0 ? Math.min(...due) : undefined
  const hint =
    next === undefined
      ? 'Nothing more of the kind is due.'
      : next > clock.now() && clock.kind === 'manual'
        ? `The next attempt is due in ${next - clock.now()} ms of a clock that stands still: advance it.`
        : `The next attempt is due at ${new Date(next).toISOString()}.`
  return new PaydoubleError(
    'waitedInVain',
    `Failed to wait for ${times} callback attempts of ${JSON.stringify(filter)}: after ${timeoutMs} ms there were ${count}. ${hint}`,
  )
}
