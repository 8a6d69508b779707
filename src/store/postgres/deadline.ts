// Gives up what nobody answers, such as statements to a database that hangs.
import type { Timers } from './connect.ts'

/** How often it is looked, in real milliseconds. */
const stepMs = 1000

/** Rejects where work has not ended after so many steps of a second. */
export type Deadline = <T>(steps: number, work: Promise<T>) => Promise<T>

/**
 * One timer for all that is waited for, because statements are many. Steps are counted rather than time, so that
 * nothing is given up because this process was asleep.
 */
export function createDeadline(later: Timers['later'], onLate: () => void): Deadline {
  const waits = new Set<{ left: number; readonly giveUp: () => void }>()
  let isLooking = false

  function look(): void {
    isLooking = waits.size > 0
    if (!isLooking) return
    later(stepMs, () => {
      const late = [...waits].filter(wait => --wait.left <= 0)
      if (late.length > 0) onLate()
      for (const wait of late) wait.giveUp()
      look()
    }).unref()
  }

  return (steps, work) =>
    new Promise((resolve, reject) => {
      const wait = {
        left: steps,
        giveUp() {
          waits.delete(wait)
          reject(noAnswer())
        },
      }
      waits.add(wait)
      if (!isLooking) look()
      work.then(resolve, reject).finally(() => waits.delete(wait))
    })
}

export function noAnswer(): Error {
  return Object.assign(new Error('no answer'), { code: 'NO_ANSWER' })
}
