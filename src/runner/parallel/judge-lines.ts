// What a thread does: lines in, and out comes what is known of them without any other line.

import { type CheckOptions, createExaminer, type ExaminedFinding } from '../examine.ts'
import { isUnreadable } from '../exchange.ts'
import { createLineReader } from '../sources/lines.ts'
import type { ReaderOptions } from '../sources/reader.ts'
import { type Counted, createSums } from '../sums.ts'
import { createTellings, type Telling } from './tellings.ts'

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
  /** The exchanges, in their order, of which there is more to say than that they were there. */
  readonly steps: readonly JudgedStep[]
}

export interface JudgedStep {
  readonly line: number
  readonly at?: number | undefined
  readonly durationMs?: number | undefined
  readonly before?: readonly ExaminedFinding[] | undefined
  readonly after?: readonly ExaminedFinding[] | undefined
  readonly telling?: Telling | undefined
}

/** @throws PaydoubleError `unknownProvider` */
export function createLinesJudge(
  options: CheckOptions,
): (lines: Lines, reader: ReaderOptions) => JudgedLines {
  const { examine, mask } = createExaminer(options)
  const tellings = createTellings(options.contracts)

  return ({ bytes, isLast }, reader) => {
    const lines = createLineReader(reader)
    const sums = createSums(Number.POSITIVE_INFINITY)
    const steps: JudgedStep[] = []
    lines.addAll(bytes, isLast)
    for (const item of lines.take()) {
      if (isUnreadable(item)) {
        sums.addUnreadable({ place: item.place, unreadable: mask.text(item.unreadable) })
        continue
      }
      const examination = examine(item)
      sums.add(item, examination)
      const { before, after, told } = examination
      const telling = told && tellings.pack(told)
      if (!telling && before.length + after.length === 0) continue
      const { at, durationMs, place } = item
      steps.push({
        line: place.number,
        at,
        durationMs,
        telling,
        ...(before.length > 0 && { before }),
        ...(after.length > 0 && { after }),
      })
    }
    return { lines: lines.count, counted: sums.counted(), steps }
  }
}
