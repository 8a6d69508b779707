import type { Delivery, Order } from '../store/records.ts'
import type { Store } from '../store/store.ts'
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
    const sending = callbacks.attempt(delivery)
    underWay.set(delivery.id, sending)
    try {
      const attempted = await sending
      return attempted && { kind: 'attempted', at: clock.now(), delivery: attempted }
    } finally {
      underWay.delete(delivery.id)
    }
  }

  async function runDue(): Promise<Fired[]> {
    const fired: (Fired | undefined)[] = []
    for (;;) {
      const due = await store.claimDue(clock.now(), leaseMs, batchSize)
      if (due.length === 0) break
      const running: Promise<Fired | undefined>[] = []
      for (const item of due) {
        const run = item.kind === 'expiry' ? expire(item.order) : attempt(item.delivery)
        running.push(run)
        // On a manual clock one thing happens after the other, so that a test sees the same order each time.
        if (clock.kind === 'manual') await run
      }
      fired.push(...(await Promise.all(running)))
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
      await Promise.allSettled(deliveryIds.map(id => underWay.get(id)))
    },

    reset() {
      awakeAt = Number.POSITIVE_INFINITY
    },
  }
  return scheduler
}
