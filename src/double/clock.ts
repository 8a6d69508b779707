import { PaydoubleError } from '../contract/index.ts'

/** The time of one double; everything in it goes by this clock alone. */
export interface Clock {
  readonly kind: 'system' | 'manual'
  /** Epoch milliseconds. */
  now(): number
  /** Calls back once `at` (epoch milliseconds) is reached. A manual clock never does: it is advanced instead. */
  wake(at: number, callback: () => void): void
  /** Sets a manual clock. Going back is refused. */
  set(epochMs: number): void
  /** Takes back a pending wake-up, and starts a manual clock again. */
  reset(): void
}

/** Where a manual clock starts: 2026-01-01 09:00:00 in China (UTC+8). */
export const manualStart = Date.UTC(2026, 0, 1, 1, 0, 0)

/** The longest wait that a timer of the system can hold. */
const longestTimerMs = 2 ** 31 - 1

export function createSystemClock(): Clock {
  let timer: NodeJS.Timeout | undefined
  const clock: Clock = {
    kind: 'system',
    now: () => Date.now(),
    wake(at, callback) {
      clearTimeout(timer)
      timer = setTimeout(callback, Math.min(Math.max(at - Date.now(), 0), longestTimerMs))
      timer.unref()
    },
    set() {
      throw new PaydoubleError(
        'clockIsSystem',
        'Failed to move the clock: it is the system clock. Start the double with the manual clock to move time.',
      )
    },
    reset() {
      clearTimeout(timer)
    },
  }
  return clock
}

/** @param start epoch milliseconds */
export function createManualClock(start = manualStart): Clock {
  let now = start
  return {
    kind: 'manual',
    now: () => now,
    wake() {},
    set(epochMs) {
      if (!Number.isSafeInteger(epochMs) || epochMs < now) {
        throw new PaydoubleError(
          'clockGoesBack',
          `Failed to set the clock to ${epochMs}: it stands at ${now}, and time does not go back.`,
        )
      }
      now = epochMs
    },
    reset() {
      now = start
    },
  }
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * A duration in milliseconds: a number as it is, or a text such as `90s`, `30m`, `2h`, `1d`.
 * @throws PaydoubleError `badDuration`
 */
export function toMilliseconds(duration: number | string): number {
  const match = typeof duration === 'string' ? /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration) : undefined
  const ms = match ? Number(match[1]) * (units[match[2] as string] as number) : duration
  if (typeof ms === 'number' && Number.isFinite(ms) && ms >= 0) return Math.round(ms)
  throw new PaydoubleError(
    'badDuration',
    `Failed to read the duration ${JSON.stringify(duration)}: give milliseconds, or a text such as "90s", "30m", "2h" or "1d".`,
  )
}
