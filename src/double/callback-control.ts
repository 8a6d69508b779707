import { PaydoubleError } from '../contract/index.ts'
import type { Delivery } from '../store/records.ts'
import type { DeliveryFilter, Store } from '../store/store.ts'
import type { Callbacks } from './callbacks.ts'
import { afterRealTime, type Clock } from './clock.ts'
import { listAll } from './deliveries.ts'
import type { Send } from './schedule.ts'
import type { Scheduler } from './scheduler.ts'
import type { Simulator } from './simulator.ts'
import { toBytes } from './write-callback.ts'

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
   * Sends what a callback would say if the order were paid, whatever the order is: a forger's callback,
   * which is tried once.
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

export function createCallbackControl(parts: {
  readonly simulatorOf: (provider: string) => Simulator
  readonly store: Store
  readonly clock: Clock
  readonly callbacks: Callbacks
  readonly scheduler: Scheduler
  /** Aborted once the double is closed. */
  readonly closed: AbortSignal
}): CallbackControl {
  const { simulatorOf, store, clock, callbacks, scheduler, closed } = parts

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
    if (orderNumber === undefined) return listAll(store, filter)
    const { items } = await store.listOrders({ provider, account, orderNumber }, { limit: 500 })
    const ids = items.map(found => found.id).filter(id => order === undefined || id === order)
    const all = await Promise.all(ids.reverse().map(id => listAll(store, { ...filter, order: id })))
    return all.flat()
  }

  function attemptsOf(delivery: Delivery, { acknowledged = false }: Wanted): number {
    const tried = delivery.attempts.filter(attempt => attempt.acknowledged || !acknowledged).length
    return isInOutbox(delivery) && !acknowledged ? tried + 1 : tried
  }

  async function enough(wanted: Wanted): Promise<{ tried: Delivery[]; all: Delivery[]; count: number }> {
    const all = await find(wanted)
    const tried = all.filter(delivery => attemptsOf(delivery, wanted) > 0)
    return { all, tried, count: tried.reduce((sum, delivery) => sum + attemptsOf(delivery, wanted), 0) }
  }

  /** Sends a delivery that was added, if it is for now. */
  async function start(delivery: Delivery): Promise<Delivery> {
    await store.addDelivery(delivery)
    await callbacks.catchUp([delivery])
    if (delivery.dueAt !== null) scheduler.expect(delivery.dueAt)
    await scheduler.runDue()
    const [settled] = await scheduler.settled([delivery.id])
    return settled ?? delivery
  }

  return {
    get: knownDelivery,

    waitFor(wanted) {
      const { times = 1, timeoutMs = 5000 } = wanted
      return new Promise((resolve, reject) => {
        /** Whether it looks, and whether there were attempts since it began to. */
        let looking: 'no' | 'yes' | 'again' = 'no'
        const look = () => {
          looking = looking === 'no' ? 'yes' : 'again'
          if (looking === 'again') return
          enough(wanted).then(({ tried, count }) => {
            const isNews = looking === 'again'
            looking = 'no'
            if (count >= times) {
              finish()
              resolve(tried)
            } else if (isNews) look()
          }, fail)
        }
        const fail = (error: unknown) => {
          finish()
          reject(error)
        }
        const stopListening = callbacks.onAttempt(look)
        const patience = afterRealTime(timeoutMs, () => {
          Promise.all([enough(wanted), store.nextDueAt()]).then(
            ([{ count }, next]) => fail(inVain(wanted, times, timeoutMs, count, next, clock)),
            fail,
          )
        })
        const onClose = () =>
          fail(new PaydoubleError('closed', 'Failed to wait for callbacks: the double was closed.'))
        const finish = () => {
          stopListening()
          patience.cancel()
          closed.removeEventListener('abort', onClose)
        }
        closed.addEventListener('abort', onClose)
        if (closed.aborted) onClose()
        else look()
      })
    },

    async resend(id, { url, body, headers = {}, sign = false } = {}) {
      const delivery = await knownDelivery(id)
      const { contract } = simulatorOf(delivery.provider)
      const account = await store.getAccount(delivery.provider, delivery.account)
      const text = body ?? delivery.body
      const bytes = toBytes(text, delivery.charset)
      const signed = sign && account ? contract.wire.signCallback?.(bytes, account.credentials) : undefined
      const merged = mergeHeaders(delivery.headers, signed, headers)
      return start(callbacks.copy(delivery, { url: url ?? delivery.url, body: text, headers: merged }))
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
      // There no receiver has to be waited for.
      if (callbacks.mode === 'pull') await scheduler.idle()
      return (await listAll(store, { ...filter, status: 'held' })).filter(isInOutbox)
    },

    async reply(id, { status, body = '' }) {
      const delivery = await knownDelivery(id)
      if (!isInOutbox(delivery)) {
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

function isInOutbox({ status, behind }: Delivery): boolean {
  return status === 'held' && behind === null
}

/** Headers of which the later win, whatever their case; an empty text takes one away. */
function mergeHeaders(...all: (Readonly<Record<string, string>> | undefined)[]): Record<string, string> {
  const merged = new Map<string, [string, string]>()
  for (const [name, value] of all.flatMap(headers => Object.entries(headers ?? {})))
    merged.set(name.toLowerCase(), [name, value])
  return Object.fromEntries([...merged.values()].filter(([, value]) => value !== ''))
}

function inVain(
  wanted: Wanted,
  times: number,
  timeoutMs: number,
  count: number,
  next: number | undefined,
  clock: Clock,
): PaydoubleError {
  const { timeoutMs: _, times: __, ...filter } = wanted
  const hint =
    next === undefined
      ? 'Nothing more is due.'
      : next > clock.now() && clock.kind === 'manual'
        ? `What is due next is due in ${next - clock.now()} ms of a clock that stands still: advance it.`
        : `What is due next is due at ${new Date(next).toISOString()}.`
  return new PaydoubleError(
    'waitedInVain',
    `Failed to wait for ${times} callback attempts of ${JSON.stringify(filter)}: after ${timeoutMs} ms there were ${count}. ${hint}`,
  )
}
