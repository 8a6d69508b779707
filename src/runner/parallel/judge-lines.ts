// What a thread does: lines in, and out comes what is known of them without any other line.

import { type CheckOptions, createExaminer } from '../examine.ts'
import { isUnreadable } from '../exchange.ts'
import { createLineReader } from '../sources/lines.ts'
import type { ReaderOptions } from '../sources/reader.ts'
import { type Counted, createSums } from '../sums.ts'
import { createSteps } from './steps.ts'

/** Lines of one source. */
export interface Lines {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Whether a line that has no line feed at its end is the last one of the source. */
  readonly isLast: boolean
}

/** What was made of lines. Their numbers begin at 1: how many there were before, nobody knows yet. */
export interface JudgedLines {
  readonly lines: number
  readonly counted: Counted
  /** The exchanges, in their order, of which there is more to say than that they were there: see `steps.ts`. */
  readonly steps: readonly unknown[]
}

/** @throws PaydoubleError `unknownProvider` */
export function createLinesJudge(
  options: CheckOptions,
): (lines: Lines, reader: ReaderOptions) => JudgedLines {
  const { examine, mask } = createExaminer(options)
  const { pack } = createSteps(options.contracts)

  return ({ bytes, isLast }, reader) => {
    const sums = createSums(Number.POSITIVE_INFINITY)
    const steps: unknown[] = []
    const lines = createLineReader(reader, item => {
      if (isUnreadable(item)) {
        sums.addUnreadable({ place: item.place, unreadable: mask.text(item.unreadable) })
        return
      }
      const examination = examine(item)
      sums.add(item, examination)
      pack(item, examination, steps)
    })
    lines.addAll(bytes, isLast)
    return { lines: lines.count, counted: sums.counted(), steps }
  }
}
