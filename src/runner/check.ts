import { type CheckOptions, createExaminer } from './examine.ts'
import { type CapturedExchange, type CaptureItem, isUnreadable, type Place } from './exchange.ts'
import type { LocatedFinding } from './findings.ts'
import type { Mask } from './mask.ts'
import type { Match } from './match.ts'
import type { JudgedLines } from './parallel/judge-lines.ts'
import { createSteps, type Steps } from './parallel/steps.ts'
import type { CheckReport } from './report.ts'
import { createResults, type ReportTitle } from './results.ts'

export type { CheckOptions } from './examine.ts'

/** What was made of one exchange. */
export interface Judgement {
  readonly match: Match
  /** Masked, so that they can be shown. */
  readonly findings: readonly LocatedFinding[]
  /** What came of a call, by the code of its answer. */
  readonly outcome?: 'answered' | 'refused' | undefined
  /** The rows of the error table that have the code. */
  readonly rows?: readonly string[]
  /** The parameters of a call, or the payload of a callback. Not masked. */
  readonly values?: Readonly<Record<string, unknown>> | undefined
  /** The answer. Not masked. */
  readonly answer?: Readonly<Record<string, unknown>> | undefined
}

/** Exchanges in, findings out. Nothing that is judged ever throws. */
export interface Check {
  /**
   * Judges one exchange by itself and among those before it.
   *
   * @param options.without kinds of findings that are none here, because the one who asks says it better
   */
  judge(exchange: CapturedExchange, options?: { readonly without?: readonly string[] }): Judgement
  /** Judges what a source yields, and counts what it could not read. */
  take(items: readonly CaptureItem[]): void
  /**
   * Takes what another thread has made of lines, as {@link take} would the lines themselves.
   *
   * @param before the place of the line before them
   */
  takeJudged(judged: JudgedLines, before: Place): void
  /** What was found. After it nothing more is judged. */
  end(title: ReportTitle): CheckReport
  readonly mask: Mask
  /** How far it is: what a progress bar shows. */
  readonly progress: Progress
}

export interface Progress {
  readonly exchanges: number
  /** Different ones. */
  readonly findings: number
}

/**
 * Checks exchanges against contracts.
 *
 * @example
 * const check = createCheck({ contracts })
 * const { findings } = check.judge({ request, response, place: { source: 'my test', unit: 'call', number: 1 } })
 * @throws PaydoubleError `unknownProvider`
 */
export function createCheck(options: CheckOptions): Check {
  const { examine, mask } = createExaminer(options)
  const results = createResults({ mask, requests: options.requests ?? true })
  let steps: Steps | undefined

  return {
    mask,
    end: results.end,

    judge(exchange, { without } = {}) {
      const examination = examine(exchange, without)
      const { match, outcome, rows, values, answer } = examination
      const findings = results.add(exchange, examination)
      return { match, findings, outcome, ...(rows && { rows }), values, answer }
    },

    takeJudged({ counted, steps: packed }, before) {
      const list = counted.unreadable.list.map(({ place, unreadable }) => ({
        place: { ...before, number: before.number + place.number },
        unreadable,
      }))
      results.merge({ ...counted, unreadable: { ...counted.unreadable, list } })
      steps ??= createSteps(options.contracts)
      steps.unpack(packed, before, results.follow)
    },

    get progress() {
      return results.progress
    },

    take(items) {
      for (const item of items) {
        if (!isUnreadable(item)) results.add(item, examine(item))
        else results.addUnreadable({ place: item.place, unreadable: mask.text(item.unreadable) })
      }
    },
  }
}
