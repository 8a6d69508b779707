import type { Delivery, Order } from '../store/records.ts'
import type { Due, Store } from '../store/store.ts'
import type { Callbacks } from './callbacks.ts'
import type { Clock } from './clock.ts'

/** Runs what falls due: the end of an order's life, and the next attempt of a delivery. */
export interface Scheduler {
  /** Something falls due at this time: be awake then. */
  expect(at: number): void
  /** Runs all that is due now. */
  runDue(): Promise<Fired[]>
  /** Moves a manual clock to `until`, stopping at everything that falls due on the way. */
  advance(until: number): Promise<Fired[]>
  /** Waits until no attempt of these deliveries is under way. */
  settled(deliveryIds: readonly string[]): Promise<void>
  /** Waits until no attempt is under way. */
  idle(): Promise<void>
  reset(): void
}

/** What happened, when. */
export type Fired =
  | { readonly kind: 'expired'; readonly at: number; readonly order: Order }
  | { readonly kind: 'attempted'; readonly at: number; readonly delivery: Delivery }

/** How long a claimed delivery is left alone before somebody else may take it over, in milliseconds. */
const leaseMs = 60_000
const batchSize = 100

export function createScheduler(store: Store, clock: Clock, callbacks: Callbacks): Scheduler {
  const underWay = new Map<string, Promise<unknown>>()
  let awakeAt = Number.POSITIVE_INFINITY

  async function expire(order: Order): Promise<Fired | undefined> {
    const expired = await store.transition(order.id, 'pending', 'expired', {})
    return expired && { kind: 'expired', at: clock.now(), order: expired }
  }

  async function attempt(delivery: Delivery): Promise<Fired | undefined> {
    const attempted = await callbacks.attempt(delivery)
    return attempted && { kind: 'attempted', at: clock.now(), delivery: attempted }
  }

  /**
   * Runs what was claimed. Deliveries are under way from here on, also those that have to wait: on a
   * manual clock one thing happens after the other, so that a test sees the same order each time.
   */
  function run(due: readonly Due[]): Promise<(Fired | undefined)[]> {
    let before: Promise<unknown> = Promise.resolve()
    const running = due.map(item => {
      const start = () => (item.kind === 'expiry' ? expire(item.order) : attempt(item.delivery))
      const fired = clock.kind === 'manual' ? before.then(start) : start()
      before = fired
      if (item.kind === 'delivery') {
        const { id } = item.delivery
        const ended = Promise.allSettled([fired]).then(() => underWay.delete(id))
        underWay.set(id, ended)
      }
      return fired
    })
    return Promise.all(running)
  }

  async function runDue(): Promise<Fired[]> {
    const fired: (Fired | undefined)[] = []
    for (;;) {
      const due = await store.claimDue(clock.now(), leaseMs, batchSize)
      if (due.length === 0) break
      fired.push(...(await run(due)))
    }
    const next = await store.nextDueAt()
    if (next !== undefined) scheduler.expect(next)
    return fired.filter(item => item !== undefined)
  }

  const scheduler: Scheduler = {
    expect(at) {
      if (at >= awakeAt) return
      awakeAt = at
      clock.wake(at, () => {
        awakeAt = Number.POSITIVE_INFINITY
        runDue().catch(() => {
          // The store was closed while the timer was on its way.
        })
      })
    },

    runDue,

    async advance(until) {
      const fired: Fired[] = []
      for (;;) {
        const next = await store.nextDueAt()
        if (next === undefined || next > until) break
        if (next > clock.now()) clock.set(next)
        fired.push(...(await runDue()))
      }
      clock.set(until)
      return fired
    },

    async settled(deliveryIds) {
      await Promise.all(deliveryIds.map(id => underWay.get(id)))
    },

    async idle() {
      await Promise.allSettled(underWay.values())
    },

    reset() {
      awakeAt = Number.POSITIVE_INFINITY
    },
  }
  return scheduler
}
