import { PaydoubleError } from '../contract/index.ts'
import type { Act, Delivery, Order } from '../store/records.ts'
import type { Due, Store } from '../store/store.ts'
import type { Callbacks } from './callbacks.ts'
import { afterRealTime, type Clock, checkMoment, soon } from './clock.ts'

/** Runs what falls due: the end of an order's life, its next act, and the next attempt of a delivery. */
export interface Scheduler {
  /** Something falls due at this time: be awake then. */
  expect(at: number): void
  /**
   * Begins all that is due now, and waits for nobody's receiver: see `settled`.
   * @param order its id: what it was planned to do by now is done before this resolves
   */
  runDue(order?: string): Promise<void>
  /** Runs all that is due once the event loop has come round. */
  runSoon(): void
  /**
   * Moves the clock, stopping at everything that falls due on the way. One move comes after the other, and begins
   * where that has ended. Only what is called while a callback is under way may come from its receiver: it goes
   * ahead, and the move that it comes into makes its own way after it.
   * @returns what happened meanwhile, in the order in which it began, also what was under way before
   * @throws PaydoubleError `badMoment`, `clockGoesBack`
   */
  advance(move: Move): Promise<Fired[]>
  /**
   * Waits until no attempt of these deliveries is under way.
   * @returns each as it is then; undefined where it is no longer there
   */
  settled(deliveryIds: readonly string[]): Promise<(Delivery | undefined)[]>
  /** Waits until no attempt is under way. */
  idle(): Promise<void>
  reset(): void
}

/** What happened, when. */
export type Fired =
  | { readonly kind: 'expired'; readonly at: number; readonly order: Order }
  | { readonly kind: 'acted'; readonly at: number; readonly act: Act; readonly order: Order }
  | { readonly kind: 'attempted'; readonly at: number; readonly delivery: Delivery }

/** By so many milliseconds, or to a moment. */
export type Move = { readonly by: number } | { readonly to: number }

/** Does what an act says. @returns the order after it */
export type Perform = (order: Order, act: Act) => Promise<Order | undefined>

export interface SchedulerHooks {
  readonly perform: Perform
  /** The clock was moved: resolves when all who share it know. */
  readonly onMoved?: (() => Promise<void>) | undefined
}

const batchSize = 100
/** How long a move waits for a callback from before it, in real milliseconds: its receiver may be who moves the clock. */
const patienceMs = 2000
/** How long until somebody looks again where the store had failed, in real milliseconds. */
const lookAgainMs = 1000

interface UnderWay {
  /** How many had begun before it. */
  readonly number: number
  readonly ended: Promise<Fired | undefined>
  /** The moments for which somebody began to wait meanwhile: it may be the receiver. */
  readonly waits: number[]
}

interface Moving {
  until: number
  /** Whether it moves by some time, and not to a moment. */
  readonly isBy: boolean
  /** What happens meanwhile. */
  readonly happened: (Fired | undefined)[]
}

export function createScheduler(
  store: Store,
  clock: Clock,
  callbacks: Callbacks,
  { perform, onMoved }: SchedulerHooks,
): Scheduler {
  /** Deliveries by their id, and acts. Deliveries are under way also while they wait for their turn. */
  const underWay = new Map<string, UnderWay>()
  let isLookingLater = false
  let awakeAt = Number.POSITIVE_INFINITY
  const moves = new Set<Moving>()
  let lastMove: Promise<unknown> = Promise.resolve()
  /** Grows with each reset: what was claimed before it is of another life. */
  let life = 0
  /** How many have begun, of acts and attempts. */
  let begun = 0
  /** A run that is shared, and the one after it. */
  let going: Promise<void> | undefined
  let following: Promise<void> | undefined

  async function act(order: Order): Promise<Fired | undefined> {
    const { id, status, acts } = order
    const [next, ...rest] = acts
    const taken = await store.transition(id, status, status, { when: { acts }, patch: { acts: rest } })
    const at = clock.now()
    const done = taken && next && (await perform(taken, next))
    if (taken) follow(rest[0]?.at)
    return done && { kind: 'acted', at, act: next, order: done }
  }

  async function attempt(delivery: Delivery): Promise<Fired | undefined> {
    const at = clock.now()
    let attempted: Delivery | undefined
    try {
      attempted = await callbacks.attempt(delivery)
    } finally {
      // Nothing was written down of it: whoever comes next tries anew.
      if (!attempted) await store.release(delivery.id)
    }
    follow(attempted?.dueAt)
    return attempted && { kind: 'attempted', at, delivery: attempted }
  }

  /** What follows from something is due then: now as well, where there is no pause. */
  function follow(at: number | null | undefined): void {
    if (at === null || at === undefined) return
    if (at > clock.now()) scheduler.expect(at)
    else scheduler.runSoon()
  }

  /** Keeps a place for what begins now: an act comes before what it brings about. */
  function begin(): (fired: Fired | undefined) => void {
    const places = [...moves].map(({ happened }) => ({ happened, at: happened.push(undefined) - 1 }))
    return fired => {
      for (const { happened, at } of places) happened[at] = fired
    }
  }

  async function start(item: InTurn): Promise<Fired | undefined> {
    const end = begin()
    const fired = await (item.kind === 'delivery' ? attempt(item.delivery) : act(item.order))
    end(fired)
    return fired
  }

  /** While it waited for its turn the double, or its account, may have been reset. */
  async function startLate(item: InTurn, born: number): Promise<Fired | undefined> {
    const isThere = item.kind === 'act' || (await store.getDelivery(item.delivery.id)) !== undefined
    return isThere && born === life ? start(item) : undefined
  }

  /**
   * What waits for one another: while the clock is moved, one thing happens after the other, and while it stands
   * still, what is of one account; so a test sees the same order each time.
   */
  function queueOf(item: InTurn): string {
    if (moves.size > 0) return 'all'
    const { provider, account } = item.kind === 'act' ? item.order : item.delivery
    return clock.kind === 'manual' ? `${provider}/${account}` : keyOf(item)
  }

  /** Begins what was claimed; from here on it is under way. */
  function run(claimed: readonly Due[]): void {
    const born = life
    const last = new Map<string, Promise<unknown>>()
    for (const item of claimed) {
      if (item.kind === 'expiry') {
        begin()({ kind: 'expired', at: item.order.changedAt ?? item.dueAt, order: item.order })
        continue
      }
      // A claim may be lost while its attempt is under way: it is not made a second time beside the first.
      if (item.kind === 'delivery' && underWay.has(keyOf(item))) continue
      const startThen = () => startLate(item, born)
      const queue = queueOf(item)
      const before = last.get(queue)
      const started = before ? before.then(startThen, startThen) : start(item)
      last.set(queue, started)
      keepUnderWay(keyOf(item), started)
    }
  }

  function keepUnderWay(key: string, started: Promise<Fired | undefined>): void {
    const waits: number[] = []
    const stop = clock.onWait(at => waits.push(at))
    const ended = started.finally(() => {
      stop()
      if (underWay.get(key) === kept) underWay.delete(key)
    })
    // It is told to whoever waits for it, if anybody does.
    ended.catch(lookLater)
    const kept = { number: begun++, ended, waits }
    underWay.set(key, kept)
  }

  function claim(until: number): Promise<Due[]> {
    return store.claimDue(until, { now: clock.now(), limit: batchSize })
  }

  function runDue(order?: string): Promise<void> {
    return clock.kind === 'manual' ? runAlone(order) : runTogether(order)
  }

  /** While the clock stands still, each begins what is due by itself, so that what begins together is always the same. */
  function runAlone(order?: string): Promise<void> {
    return runAll(async fresh => {
      const own = fresh.find(item => item.kind === 'act' && item.order.id === order)
      if (own?.kind === 'act') await underWay.get(keyOf(own))?.ended
    })
  }

  /** Begins all that is due, and is awake when more falls due. */
  async function runAll(onBegun: (fresh: readonly Due[]) => Promise<void>): Promise<void> {
    try {
      for (;;) {
        const fresh = await claimFresh()
        if (fresh.length === 0) break
        run(fresh)
        await onBegun(fresh)
      }
    } catch (error) {
      lookLater(error)
      await expectNext()
      throw error
    }
    await expectNext()
  }

  /** A file may be on a disk that is full, a database away: what is due is left alone until there is hope again. */
  function lookLater(error: unknown): void {
    if (isLookingLater || store.reach === 'process' || !(error instanceof PaydoubleError)) return
    isLookingLater = true
    afterRealTime(lookAgainMs, () => {
      isLookingLater = false
      runUnwatched()
    })
  }

  /** While time goes by, all who ask at once share one run: each would find the same, and read it again. */
  async function runTogether(order?: string): Promise<void> {
    for (;;) {
      const before = begun
      await joinRun()
      const own = order === undefined ? undefined : underWay.get(actKey(order))
      // One that began before may be who asks.
      if (!own || own.number < before) return
      await own.ended
    }
  }

  /** Has a run begin after this, because one that goes on may be past what is meant. */
  function joinRun(): Promise<void> {
    if (!going) {
      going = runShared().finally(() => {
        going = undefined
      })
      return going
    }
    const joinNext = () => {
      following = undefined
      return joinRun()
    }
    following ??= going.then(joinNext, joinNext)
    return following
  }

  /** Where there are many, what they bring about goes on between them, and requests are answered. */
  function runShared(): Promise<void> {
    return runAll(async fresh => {
      if (fresh.length === batchSize) await new Promise<void>(soon)
    })
  }

  async function claimFresh(): Promise<Due[]> {
    if (isLookingLater) return []
    const born = life
    const claimed = await claim(clock.now())
    if (born !== life) return []
    // An act stays due until its turn comes.
    return claimed.filter(item => item.kind === 'expiry' || !underWay.has(keyOf(item)))
  }

  async function expectNext(): Promise<void> {
    if (isLookingLater) return
    const next = await store.nextDueAt()
    if (next !== undefined) scheduler.expect(next)
  }

  /** What a move has to wait for: not what is held up for longer than it lasts. */
  function busyFor({ until }: Pick<Moving, 'until'>, ignored: ReadonlySet<UnderWay>): UnderWay[] {
    return [...underWay.values()].filter(
      each => !ignored.has(each) && !each.waits.some(moment => moment > until),
    )
  }

  /**
   * Waits for what is under way. Time goes by meanwhile: a receiver may ask the double, and be held up
   * there. Where that takes longer than the move, the attempt is left under way.
   */
  async function untilQuiet(
    move: Pick<Moving, 'until'>,
    ignored: ReadonlySet<UnderWay>,
    patience?: number,
  ): Promise<void> {
    const busy = busyFor(move, ignored)
    if (busy.length === 0) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onWait = (at: number) => {
      soon(() => {
        if (at > move.until) resolve()
        else pass({ until: at }, new Set(underWay.values())).catch(reject)
      })
    }
    const stop = clock.onWait(onWait)
    const timer = patience === undefined ? undefined : afterRealTime(patience, resolve)
    for (const at of new Set(busy.flatMap(({ waits }) => waits))) if (at > clock.now()) onWait(at)
    Promise.all(busy.map(({ ended }) => ended)).then(() => resolve(), reject)
    await promise.finally(() => {
      stop()
      timer?.cancel()
    })
  }

  /** Has time pass, and waits for what begins meanwhile. */
  async function pass(move: Pick<Moving, 'until'>, ignored: ReadonlySet<UnderWay>): Promise<void> {
    const born = life
    for (;;) {
      await untilQuiet(move, ignored)
      if (born !== life) return
      const wait = clock.nextWait()
      // Who waits for a moment goes on before anything else happens then.
      const claimed = await claim(wait === undefined ? move.until : Math.min(move.until, wait - 1))
      if (born !== life) return
      const moment = momentOf(claimed) ?? wait
      if (moment === undefined || moment > move.until) break
      clock.moveTo(moment)
      if (onMoved) await onMoved()
      if (claimed.length === 0) await new Promise<void>(soon)
      else run(claimed)
    }
    clock.moveTo(move.until)
    if (onMoved) await onMoved()
  }

  async function move(given: Move, isNested: boolean): Promise<Fired[]> {
    const born = life
    const now = clock.now()
    const until = 'by' in given ? now + given.by : given.to
    checkMoment(until, now)
    const moving: Moving = { until, isBy: 'by' in given, happened: [] }
    if (moving.isBy) for (const other of moves) if (other.isBy) other.until += until - now
    const earlier = new Set(underWay.values())
    for (const { ended } of earlier) {
      const place = moving.happened.push(undefined) - 1
      ended.then(
        fired => {
          moving.happened[place] = fired
        },
        () => {},
      )
    }
    moves.add(moving)
    try {
      if (!isNested) await untilQuiet(moving, new Set(), patienceMs)
      if (born === life) await pass(moving, earlier)
    } finally {
      moves.delete(moving)
      if (born === life) await expectNext()
    }
    // What waited for its turn before has a place from then, and one from when it began.
    return [...new Set(moving.happened)].filter(fired => fired !== undefined)
  }

  function advance(given: Move): Promise<Fired[]> {
    const born = life
    const isNested = moves.size > 0 && underWay.size > 0
    const moved = isNested
      ? move(given, true)
      : lastMove.then(() => (born === life ? move(given, false) : []))
    lastMove = Promise.allSettled([lastMove, moved]).then(() => {})
    return moved
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

    settled: deliveryIds =>
      Promise.all(
        deliveryIds.map(async id => {
          const fired = await underWay.get(id)?.ended
          return fired?.kind === 'attempted' ? fired.delivery : store.getDelivery(id)
        }),
      ),

    async idle() {
      await Promise.allSettled([...underWay.values()].map(({ ended }) => ended))
    },

    reset() {
      life++
      awakeAt = Number.POSITIVE_INFINITY
      lastMove = Promise.resolve()
    },
  }
  return scheduler
}

/** What is under way while it happens: an act, or the attempt of a delivery. */
type InTurn = Exclude<Due, { kind: 'expiry' }>

function keyOf(item: InTurn): string {
  return item.kind === 'act' ? actKey(item.order.id) : item.delivery.id
}

function actKey(order: string): string {
  return `act/${order}`
}

/** When it happens: expiries may be of several times, of which the clock stands at the last in the end. */
function momentOf(claimed: readonly Due[]): number | undefined {
  const item = claimed[0]?.kind === 'expiry' ? claimed[claimed.length - 1] : claimed[0]
  return item?.dueAt
}
