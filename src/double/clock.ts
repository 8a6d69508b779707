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
  /** Resolves when so many milliseconds have gone by, on a clock that stands still by being moved. */
  wait(ms: number): Promise<void>
  /** When the first of those waiting goes on, in epoch milliseconds. */
  nextWait(): number | undefined
  /** Takes back wake-ups, lets all go on that wait, and is again as it was at first. */
  reset(): void
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
  readonly resolve: () => void
  timer?: NodeJS.Timeout
}

function createClock(start?: number): Clock {
  let frozenAt = start
  let offset = 0
  let wakeUp: { at: number; callback: () => void; timer?: NodeJS.Timeout } | undefined
  const waiters = new Set<Waiter>()

  const now = () => frozenAt ?? Date.now() + offset

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
    letGo(now())
    if (frozenAt !== undefined) return
    if (wakeUp) wakeUp.timer = startTimer(wakeUp.at, wakeUp.callback)
    for (const waiter of waiters) waiter.timer = startTimer(waiter.at, startTimers)
  }

  function letGo(until: number): void {
    const ready = [...waiters].filter(waiter => waiter.at <= until).sort((a, b) => a.at - b.at)
    for (const waiter of ready) {
      waiters.delete(waiter)
      clearTimeout(waiter.timer)
      waiter.resolve()
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
    },
    freeze() {
      frozenAt ??= now()
      stopTimers()
    },
    resume() {
      if (frozenAt === undefined) return
      offset = frozenAt - Date.now()
      frozenAt = undefined
      startTimers()
    },
    wait(ms) {
      if (ms <= 0) return Promise.resolve()
      const at = now() + ms
      return new Promise(resolve => {
        const waiter: Waiter = { at, resolve }
        waiters.add(waiter)
        if (frozenAt === undefined) waiter.timer = startTimer(at, startTimers)
      })
    },
    nextWait() {
      let next: number | undefined
      for (const { at } of waiters) if (next === undefined || at < next) next = at
      return next
    },
    reset() {
      stopTimers()
      wakeUp = undefined
      letGo(Number.POSITIVE_INFINITY)
      frozenAt = start
      offset = 0
    },
  }
}

// Taken before a test can put fake ones in their place.
const { setImmediate: setImmediateOfSystem, setTimeout: setTimeoutOfSystem } = globalThis

/** Runs something when the event loop comes round, whatever timers a test has faked. */
export function soon(callback: () => void): void {
  setImmediateOfSystem(callback)
}

/** How long somebody is patient who waits for an event, in real milliseconds: calls back when it is over. */
export function afterRealTime(ms: number, callback: () => void): { cancel(): void } {
  const timer = setTimeoutOfSystem(callback, ms)
  timer.unref()
  return { cancel: () => clearTimeout(timer) }
}

/** The last moment that has a year of four digits, as the times of providers do. */
const lastMoment = Date.UTC(9999, 11, 31)

/**
 * Checks a moment to which a clock is to be moved.
 *
 * @param epochMs the moment
 * @param now where the clock stands
 * @throws PaydoubleError `clockGoesBack`, `badMoment`
 */
export function checkMoment(epochMs: number, now: number): void {
  if (!Number.isSafeInteger(epochMs) || epochMs > lastMoment) {
    throw new PaydoubleError(
      'badMoment',
      `Failed to set the clock to ${epochMs}: a moment is a whole number of milliseconds since 1970, before the year 9999 ends.`,
    )
  }
  if (epochMs >= now) return
  throw new PaydoubleError(
    'clockGoesBack',
    `Failed to set the clock to ${epochMs} (${new Date(epochMs).toISOString()}): it stands at ${now} (${new Date(now).toISOString()}), and time does not go back. Reset the double to start again.`,
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
    `Failed to read the duration ${JSON.stringify(duration)}: give milliseconds, or a text such as "90s", "30m", "2h" or "1d".`,
  )
}

/** The milliseconds of a duration, or undefined where it is none. */
export function readDuration(duration: unknown): number | undefined {
  const match = typeof duration === 'string' ? /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration) : undefined
  const ms = match ? Number(match[1]) * (units[match[2] as string] as number) : duration
  return typeof ms === 'number' && Number.isFinite(ms) && ms >= 0 ? Math.round(ms) : undefined
}
