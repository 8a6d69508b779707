import { PaydoubleError } from '../contract/index.ts'
import { afterRealTime, type Clock, toMilliseconds, toMoment } from './clock.ts'
import type { Fired, Scheduler } from './scheduler.ts'

/** The time of a double, as a test has it in hand. */
export interface ClockControl {
  readonly kind: Clock['kind']
  /** Epoch milliseconds. */
  now(): number
  /**
   * Moves the clock on, by milliseconds or a text such as `30m`, and runs what falls due on the way, in
   * its order: expiries, acts of payers, callbacks and their retries.
   * @returns what happened
   * @throws PaydoubleError `badDuration`, `badMoment`
   */
  advance(duration: number | string): Promise<Fired[]>
  /**
   * Moves the clock on to a moment: epoch milliseconds, or a text such as `2026-01-02T09:00:00+08:00`.
   * @throws PaydoubleError `badMoment`, `clockGoesBack`
   */
  set(moment: number | string): Promise<Fired[]>
  /** Has the clock stand still. */
  freeze(): void
  /** Has the clock run with the system's time, from where it stands. */
  resume(): void
  /**
   * Resolves once a call waits for the clock, such as one that is held up by a network delay: then the clock can
   * be moved, and the call goes on. Moved before, it would let the call come and wait.
   *
   * @param options.calls how many calls must wait; default 1
   * @param options.timeoutMs real milliseconds until it gives up; default 5,000
   * @returns the moment at which the first call that waits goes on, in epoch milliseconds
   * @throws PaydoubleError `waitedInVain`
   * @example
   * const answer = checkout()
   * await pay.clock.held()
   * await pay.clock.advance('2s')
   */
  held(options?: { readonly calls?: number; readonly timeoutMs?: number }): Promise<number>
}

/** @param ready resolves when the double can be used */
export function createClockControl(
  clock: Clock,
  scheduler: Scheduler,
  ready: () => Promise<void>,
): ClockControl {
  return {
    get kind() {
      return clock.kind
    },
    now: () => clock.now(),
    async advance(duration) {
      await ready()
      return scheduler.advance({ by: toMilliseconds(duration) })
    },
    async set(moment) {
      await ready()
      return scheduler.advance({ to: toMoment(moment) })
    },
    freeze: () => clock.freeze(),
    resume() {
      clock.resume()
      scheduler.runSoon()
    },
    held({ calls = 1, timeoutMs = 5000 } = {}) {
      const isEnough = () => clock.waiting() >= calls
      if (isEnough()) return Promise.resolve(clock.nextWait() ?? clock.now())
      return new Promise((resolve, reject) => {
        const stop = clock.onWait(at => {
          if (!isEnough()) return
          stop()
          patience.cancel()
          resolve(clock.nextWait() ?? at)
        })
        const patience = afterRealTime(timeoutMs, () => {
          stop()
          reject(
            new PaydoubleError(
              'waitedInVain',
              `Failed to wait for ${calls} calls that the clock holds up: after ${timeoutMs} ms there were ${clock.waiting()}. Add a fault such as {"network":{"do":"delay","for":"2s"}}, and send the call before.`,
            ),
          )
        })
      })
    },
  }
}
