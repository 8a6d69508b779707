import type { Act, Delivery, Order } from '../store/records.ts'
import type { Due, Store } from '../store/store.ts'
import type { Callbacks } from './callbacks.ts'
import { type Clock, soon } from './clock.ts'

/** Runs what falls due: the end of an order's life, its next act, and the next attempt of a delivery. */
export interface Scheduler {
  /** Something falls due at this time: be awake then. */
  expect(at: number): void
  /** Runs all that is due now. */
  runDue(): Promise<void>
  /** Runs all that is due once the event loop has come round. */
  runSoon(): void
  /**
   * Moves the clock to `until`, stopping at everything that falls due on the way.
   * @returns what happened meanwhile, in the order in which it began
   */
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
  | { readonly kind: 'acted'; readonly at: number; readonly act: Act; readonly order: Order }
  | { readonly kind: 'attempted'; readonly at: number; readonly delivery: Delivery }

/** Does what an act says. @returns the order after it */
export type Perform = (order: Order, act: Act) => Promise<Order | undefined>

/** How long a claimed delivery is left alone before somebody else may take it over, in milliseconds. */
const leaseMs = 60_000
const batchSize = 100

export function createScheduler(
  store: Store,
  clock: Clock,
  callbacks: Callbacks,
  perform: Perform,
): Scheduler {
  const underWay = new Map<string, Promise<unknown>>()
  let awakeAt = Number.POSITIVE_INFINITY
  /** What happens, one list for each move of the clock that is under way. */
  const lists = new Set<(Fired | undefined)[]>()
  /** Grows with each reset: what was claimed before it is of another life. */
  let life = 0

  async function act(order: Order): Promise<Fired | undefined> {
    const { id, status, acts } = order
    const [next, ...rest] = acts
    const taken = await store.transition(id, status, status, { when: { acts }, patch: { acts: rest } })
    const at = clock.now()
    const done = taken && next && (await perform(taken, next))
    return done && { kind: 'acted', at, act: next, order: done }
  }

  async function attempt(delivery: Delivery): Promise<Fired | undefined> {
    const at = clock.now()
    const attempted = await callbacks.attempt(delivery)
    return attempted && { kind: 'attempted', at, delivery: attempted }
  }

  /** Keeps a place for what begins now: an act comes before what it brings about. */
  function begin(): (fired: Fired | undefined) => void {
    const places = [...lists].map(list => ({ list, at: list.push(undefined) - 1 }))
    return fired => {
      for (const { list, at } of places) list[at] = fired
    }
  }

  async function start(item: Exclude<Due, { kind: 'expiry' }>): Promise<void> {
    const end = begin()
    end(await (item.kind === 'act' ? act(item.order) : attempt(item.delivery)))
  }

  /**
   * Runs what was claimed. Deliveries are under way from here on, also those that have to wait: while
   * the clock stands still or is moved, one thing happens after the other, so that a test sees the same
   * order each time.
   */
  async function run(claimed: readonly Due[]): Promise<void> {
    const inTurn = clock.kind === 'manual' || lists.size > 0
    const born = life
    let before: Promise<unknown> = Promise.resolve()
    const running: Promise<void>[] = []
    for (const item of claimed) {
      if (item.kind === 'expiry') {
        begin()({ kind: 'expired', at: item.order.changedAt ?? item.dueAt, order: item.order })
        continue
      }
      // An attempt that takes longer than its lease is not made a second time beside the first.
      if (item.kind === 'delivery' && underWay.has(item.delivery.id)) continue
      const startNow = async () => (born === life ? start(item) : undefined)
      const started = inTurn ? before.then(startNow, startNow) : startNow()
      before = started
      running.push(started)
      if (item.kind === 'delivery') keepUnderWay(item.delivery.id, started)
    }
    await Promise.all(running)
  }

  function keepUnderWay(id: string, attempt: Promise<unknown>): void {
    const ended = Promise.allSettled([attempt]).then(() => {
      if (underWay.get(id) === ended) underWay.delete(id)
    })
    underWay.set(id, ended)
  }

  function claim(until: number): Promise<Due[]> {
    return store.claimDue(until, { now: clock.now(), leaseMs, limit: batchSize })
  }

  async function runDue(): Promise<void> {
    try {
      for (;;) {
        const claimed = await claim(clock.now())
        if (claimed.length === 0) break
        await run(claimed)
      }
    } finally {
      await expectNext()
    }
  }

  async function expectNext(): Promise<void> {
    const next = await store.nextDueAt()
    if (next !== undefined) scheduler.expect(next)
  }

  /**
   * Runs what was claimed. Time goes by also while a callback is under way: its receiver may ask the double,
   * and be held up there. Where that takes longer than `until`, the attempt is left under way.
   */
  function runWhileTimePasses(claimed: readonly Due[], until: number): Promise<void> {
    if (claimed[0]?.kind === 'expiry') return run(claimed)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const stop = clock.onWait(at => {
      if (at > until) soon(resolve)
      else soon(() => advance(at).catch(reject))
    })
    run(claimed).then(resolve, reject)
    return promise.finally(stop)
  }

  async function advance(until: number): Promise<Fired[]> {
    const happened: (Fired | undefined)[] = []
    const born = life
    lists.add(happened)
    try {
      while (born === life) {
        const wait = clock.nextWait()
        // Who waits for a moment goes on before anything else happens then.
        const claimed = await claim(wait === undefined ? until : Math.min(until, wait - 1))
        const moment = momentOf(claimed) ?? wait
        if (moment === undefined || moment > until) break
        clock.moveTo(moment)
        if (claimed.length === 0) await new Promise<void>(soon)
        else await runWhileTimePasses(claimed, until)
      }
      if (born === life) clock.moveTo(until)
    } finally {
      lists.delete(happened)
      if (born === life) await expectNext()
    }
    return happened.filter(fired => fired !== undefined)
  }

  /** Nobody waits for these: they stop where the store was closed meanwhile. */
  function runUnwatched(): void {
    runDue().catch(() => {})
  }

  const scheduler: Scheduler = {
    expect(at) {
      if (at >= awakeAt) return
      awakeAt = at
      clock.wake(at, () => {
        awakeAt = Number.POSITIVE_INFINITY
        runUnwatched()
      })
    },

    runDue,

    runSoon: () => soon(runUnwatched),

    advance,

    async settled(deliveryIds) {
      await Promise.all(deliveryIds.map(id => underWay.get(id)))
    },

    async idle() {
      await Promise.allSettled(underWay.values())
    },

    reset() {
      life++
      awakeAt = Number.POSITIVE_INFINITY
    },
  }
  return scheduler
}

/** When it happens: expiries may be of several times, of which the clock stands at the last in the end. */
function momentOf(claimed: readonly Due[]): number | undefined {
  const item = claimed[0]?.kind === 'expiry' ? claimed[claimed.length - 1] : claimed[0]
  return item?.dueAt
}
