import { PaydoubleError } from '../contract/index.ts'

/**
 * The time of one double; everything in it goes by this clock alone. It runs with the time of the
 * system, as far ahead of it as it was moved, or it stands still until somebody moves it.
 */
export interface Clock {
  /** `manual` stands still, `offset` runs ahead of the system. */
  readonly kind: 'system' | 'manual' | 'offset'
  /** Epoch milliseconds. */
  now(): number
  /** Calls back once `at` (epoch milliseconds) is reached. A clock that stands still does so when it runs again. */
  wake(at: number, callback: () => void): void
  /** Moves the clock on, unless it is past that moment already, and lets those go on that have waited for it. */
  moveTo(epochMs: number): void
  freeze(): void
  resume(): void
  /**
   * Resolves when so many milliseconds have gone by, on a clock that stands still by being moved, or when `givenUp` is aborted.
   * @returns whether they have: false where it was given up, or the clock was reset meanwhile
   */
  wait(ms: number, givenUp?: AbortSignal): Promise<boolean>
  /** Calls back with the moment for which somebody begins to wait. @returns a function that stops it */
  onWait(listener: (at: number) => void): () => void
  /** How many wait. */
  waiting(): number
  /** When the first of those waiting goes on, in epoch milliseconds. */
  nextWait(): number | undefined
  /** How it runs, as plain data. */
  state(): ClockState
  /** Runs from now on like another clock. */
  adopt(state: ClockState): void
  /** Calls back whenever it was moved, frozen or resumed here. @returns a function that stops it */
  onMove(listener: () => void): () => void
  /** Takes back wake-ups, lets go of all that wait, and is again as it was at first. */
  reset(): void
}

/** Where a clock stands still, or how far it runs ahead of the system's; both in milliseconds. */
export interface ClockState {
  readonly frozenAt: number | null
  readonly offset: number
}

/** Of two states of one clock that was moved at two places, the one that is further; frozen or not is up to `next`. */
export function furtherOf(before: ClockState, next: ClockState): ClockState {
  if ((before.frozenAt === null) !== (next.frozenAt === null)) return next
  return {
    frozenAt: next.frozenAt === null ? null : Math.max(before.frozenAt ?? 0, next.frozenAt),
    offset: next.frozenAt === null ? Math.max(before.offset, next.offset) : next.offset,
  }
}

/** Where a manual clock starts: 2026-01-01 09:00:00 in China (UTC+8). */
export const manualStart = Date.UTC(2026, 0, 1, 1, 0, 0)

/** The longest wait that a timer of the system can hold. */
const longestTimerMs = 2 ** 31 - 1

/** A clock that runs with the system's time. */
export function createSystemClock(): Clock {
  return createClock()
}

/** A clock that stands still. @param start epoch milliseconds */
export function createManualClock(start = manualStart): Clock {
  return createClock(start)
}

interface Waiter {
  readonly at: number
  readonly resolve: (isOver: boolean) => void
  timer?: NodeJS.Timeout
}

function createClock(start?: number): Clock {
  let frozenAt = start
  let offset = 0
  let wakeUp: { at: number; callback: () => void; timer?: NodeJS.Timeout } | undefined
  const waiters = new Set<Waiter>()
  const listeners = new Set<(at: number) => void>()
  const moveListeners = new Set<() => void>()

  const now = () => frozenAt ?? Date.now() + offset

  function tellMoved(): void {
    for (const listener of moveListeners) listener()
  }

  /** A timer of the system for a moment of this clock. It keeps no process alive. */
  function startTimer(at: number, callback: () => void): NodeJS.Timeout {
    const timer = setTimeout(callback, Math.min(Math.max(at - now(), 0), longestTimerMs))
    timer.unref()
    return timer
  }

  function stopTimers(): void {
    clearTimeout(wakeUp?.timer)
    for (const waiter of waiters) clearTimeout(waiter.timer)
  }

  function startTimers(): void {
    stopTimers()
    const until = now()
    letGo(waiter => waiter.at <= until, true)
    if (frozenAt !== undefined) return
    if (wakeUp) wakeUp.timer = startTimer(wakeUp.at, wakeUp.callback)
    for (const waiter of waiters) waiter.timer = startTimer(waiter.at, startTimers)
  }

  function letGo(isReady: (waiter: Waiter) => boolean, isOver: boolean): void {
    const ready = [...waiters].filter(isReady).sort((a, b) => a.at - b.at)
    for (const waiter of ready) {
      waiters.delete(waiter)
      clearTimeout(waiter.timer)
      waiter.resolve(isOver)
    }
  }

  return {
    get kind() {
      if (frozenAt !== undefined) return 'manual'
      return offset === 0 ? 'system' : 'offset'
    },
    now,
    wake(at, callback) {
      clearTimeout(wakeUp?.timer)
      wakeUp = { at, callback }
      if (frozenAt === undefined) wakeUp.timer = startTimer(at, callback)
    },
    moveTo(epochMs) {
      const ahead = Math.max(0, epochMs - now())
      if (frozenAt === undefined) offset += ahead
      else frozenAt += ahead
      startTimers()
      if (ahead > 0) tellMoved()
    },
    freeze() {
      if (frozenAt !== undefined) return
      frozenAt = now()
      stopTimers()
      tellMoved()
    },
    resume() {
      if (frozenAt === undefined) return
      offset = frozenAt - Date.now()
      frozenAt = undefined
      startTimers()
      tellMoved()
    },
    wait(ms, givenUp) {
      if (ms <= 0) return Promise.resolve(true)
      if (givenUp?.aborted) return Promise.resolve(false)
      const at = now() + ms
      return new Promise(resolve => {
        const giveUp = () => letGo(each => each === waiter, false)
        const waiter: Waiter = {
          at,
          resolve(isOver) {
            givenUp?.removeEventListener('abort', giveUp)
            resolve(isOver)
          },
        }
        givenUp?.addEventListener('abort', giveUp)
        waiters.add(waiter)
        if (frozenAt === undefined) waiter.timer = startTimer(at, startTimers)
        for (const listener of listeners) listener(at)
      })
    },
    onWait(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    waiting: () => waiters.size,
    nextWait() {
      let next: number | undefined
      for (const { at } of waiters) if (next === undefined || at < next) next = at
      return next
    },
    state: () => ({ frozenAt: frozenAt ?? null, offset }),
    adopt(state) {
      frozenAt = state.frozenAt ?? undefined
      offset = state.offset
      startTimers()
    },
    onMove(listener) {
      moveListeners.add(listener)
      return () => moveListeners.delete(listener)
    },
    reset() {
      stopTimers()
      wakeUp = undefined
      letGo(() => true, false)
      frozenAt = start
      offset = 0
    },
  }
}

// Taken before a test can put fake ones in their place.
const {
  setImmediate: setImmediateOfSystem,
  setTimeout: setTimeoutOfSystem,
  clearTimeout: clearTimeoutOfSystem,
} = globalThis

/** Runs something when the event loop comes round, whatever timers a test has faked. */
export function soon(callback: () => void): void {
  setImmediateOfSystem(callback)
}

/** How long somebody is patient who waits for an event, in real milliseconds: calls back when it is over. */
export function afterRealTime(ms: number, callback: () => void): { cancel(): void } {
  const timer = setTimeoutOfSystem(callback, ms)
  timer.unref()
  return { cancel: () => clearTimeoutOfSystem(timer) }
}

/** Calls back again and again, so many real milliseconds after it was done the last time, until it is stopped. */
export function againAndAgain(ms: number, work: () => Promise<unknown>): { cancel(): void } {
  let timer = afterRealTime(ms, run)
  let isOver = false
  function run(): void {
    work()
      .catch(() => {})
      .then(() => {
        if (!isOver) timer = afterRealTime(ms, run)
      })
  }
  return {
    cancel() {
      isOver = true
      timer.cancel()
    },
  }
}

/** The last moment that has a year of four digits, as the times of providers do. */
const lastMoment = Date.UTC(9999, 11, 31)

/** Ours: so long that nobody waits for its end, and so short that every moment stays a whole number. */
export const longestDurationMs = lastMoment

/** ISO 8601 with its offset: without one it would be another moment on another machine. */
const momentText = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/

/**
 * A moment in epoch milliseconds: a number as it is, or a text such as `2026-01-02T09:00:00+08:00`.
 * @throws PaydoubleError `badMoment`
 */
export function toMoment(moment: number | string): number {
  const at = typeof moment === 'string' && momentText.test(moment) ? Date.parse(moment) : moment
  if (typeof at === 'number' && Number.isSafeInteger(at) && at <= lastMoment) return at
  const isWithoutOffset = typeof moment === 'string' && momentText.test(`${moment}Z`)
  throw new PaydoubleError(
    'badMoment',
    `Failed to read the moment ${JSON.stringify(moment)}: ${isWithoutOffset ? 'its offset from UTC is missing, such as Z or +08:00; ' : ''}give milliseconds since 1970, or a text such as "2026-01-02T09:00:00+08:00", before the year 9999 ends.`,
  )
}

/**
 * Checks a moment to which a clock is to be moved.
 *
 * @param epochMs the moment
 * @param now where the clock stands
 * @throws PaydoubleError `clockGoesBack`, `badMoment`
 */
export function checkMoment(epochMs: number, now: number): void {
  if (toMoment(epochMs) >= now) return
  throw new PaydoubleError(
    'clockGoesBack',
    `Failed to set the clock to ${epochMs}: it stands at ${now} (${new Date(now).toISOString()}), and time does not go back. Reset the double to start again.`,
  )
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * A duration in milliseconds: a number as it is, or a text such as `90s`, `30m`, `2h`, `1d`.
 * @throws PaydoubleError `badDuration`
 */
export function toMilliseconds(duration: number | string): number {
  const ms = readDuration(duration)
  if (ms !== undefined) return ms
  throw new PaydoubleError(
    'badDuration',
    `Failed to read the duration ${JSON.stringify(duration)}: give milliseconds, or a text such as "90s", "30m", "2h" or "1d", of at most ${longestDurationMs} ms.`,
  )
}

/** The milliseconds of a duration, or undefined where it is none. */
export function readDuration(duration: unknown): number | undefined {
  const match = typeof duration === 'string' ? /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration) : undefined
  const ms = match ? Number(match[1]) * (units[match[2] as string] as number) : duration
  return typeof ms === 'number' && ms >= 0 && ms <= longestDurationMs ? Math.round(ms) : undefined
}
