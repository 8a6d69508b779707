// Exchanges as another thread needs them, one behind the other in a list of plain values: a third of the cost of objects.
import type { Contract } from '../../contract/index.ts'
import type { ExaminedFinding } from '../examine.ts'
import type { CapturedExchange, Place } from '../exchange.ts'
import type { Step } from '../results.ts'
import { createTellings } from './tellings.ts'

export interface Steps {
  /** Adds an exchange, if there is more to say of it than that it was there. */
  pack(exchange: CapturedExchange, step: Step, steps: unknown[]): void
  /** @param before the place of the line before the first one */
  unpack(
    steps: readonly unknown[],
    before: Place,
    each: (exchange: CapturedExchange, step: Step) => void,
  ): void
}

/** Both sides make them of the same contracts, in the same order. */
export function createSteps(contracts: readonly Contract[]): Steps {
  const tellings = createTellings(contracts)

  return {
    pack({ place, at, durationMs }, { before, after, told }, steps) {
      const values = told && tellings.pack(told)
      const isClean = before.length + after.length === 0
      if (!values && isClean) return
      steps.push(place.number, at, durationMs, isClean ? undefined : { before, after }, values?.length ?? 0)
      if (values) for (const value of values) steps.push(value)
    },

    unpack(steps, place, each) {
      for (let i = 0; i < steps.length; ) {
        const [line, at, durationMs, found, count] = steps.slice(i, i + headLength) as Head
        i += headLength
        const told = count > 0 ? tellings.unpack(steps, i) : undefined
        i += count
        const exchange = {
          request: notKept,
          at,
          durationMs,
          place: { ...place, number: place.number + line },
        }
        each(exchange, { before: found?.before ?? none, after: found?.after ?? none, told })
      }
    },
  }
}

type Head = [
  line: number,
  at: number | undefined,
  durationMs: number | undefined,
  found: { before: readonly ExaminedFinding[]; after: readonly ExaminedFinding[] } | undefined,
  values: number,
]
const headLength = 5

const none: readonly never[] = []
/** Nothing that holds exchanges against each other reads requests: it is told what counts. */
const notKept = { method: '', url: '', headers: {}, body: undefined }
