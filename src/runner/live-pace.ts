// Keeps the documented rate limits, whatever the provider does with those that are broken.
import type { RateLimit } from '../contract/index.ts'

export interface Pace {
  /** Waits until a call of the operation breaks no limit. */
  ready(operation: string): Promise<void>
  /** Says that a call is over. */
  done(operation: string): void
}

export interface Time {
  /** Epoch milliseconds. */
  now(): number
  /** Lets so many milliseconds go by. */
  wait(ms: number): Promise<void>
}

/**
 * Counts calls by when they were over: nobody knows when one has come to the provider, but it was not later than that,
 * and the next one comes not before it is sent.
 */
export function createPace(limits: readonly RateLimit[], { now, wait }: Time): Pace {
  const ends = limits.map((): number[] => [])

  function earliest(operation: string): number {
    return limits.reduce((latest, limit, i) => {
      const last = isAbout(limit, operation) ? ends[i]?.at(-limit.limit) : undefined
      return last === undefined ? latest : Math.max(latest, last + limit.windowMs)
    }, Number.NEGATIVE_INFINITY)
  }

  return {
    async ready(operation) {
      const left = earliest(operation) - now()
      if (left > 0) await wait(left)
    },

    done(operation) {
      for (const [i, limit] of limits.entries()) {
        if (!isAbout(limit, operation)) continue
        ends[i]?.push(now())
        if ((ends[i]?.length ?? 0) > limit.limit) ends[i]?.shift()
      }
    },
  }
}

function isAbout({ operation }: RateLimit, called: string): boolean {
  return operation === undefined || operation === called
}
