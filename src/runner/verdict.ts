// What a report comes to: one word, one sentence, one exit code.
import { type CheckReport, type FailOn, hasFailed, isFailing } from './report.ts'

export interface Verdict {
  readonly outcome:
    | 'passed'
    | 'failed'
    | 'nothingJudged'
    | 'unreachable'
    | 'credentialsRefused'
    | 'interrupted'
  readonly exitCode: 0 | 1 | 2 | 3 | 130
  /** Why, in one sentence. */
  readonly text: string
}

/**
 * What a report comes to. That the check itself did not come to its end says more than what it found,
 * because a target that is away or refuses everything looks like one that has changed.
 */
export function verdictOf(report: CheckReport, failOn: FailOn = 'additive'): Verdict {
  const { ended, cases = [], unmatched, unreadable } = report
  if (ended) return { outcome: ended.how, exitCode: ended.how === 'interrupted' ? 130 : 3, text: ended.why }
  const away = cases.find(({ outcome }) => outcome === 'unreachable')
  if (away) {
    const why = away.why ?? 'the target did not answer'
    return { outcome: 'unreachable', exitCode: 3, text: `The target could not be reached: ${why}` }
  }
  if (isEmpty(report)) {
    const why =
      unmatched.count > 0
        ? 'no exchange belongs to an operation or a callback of a provider; say with --provider whose they are'
        : unreadable.count > 0
          ? 'nothing could be read'
          : 'there was no exchange'
    return { outcome: 'nothingJudged', exitCode: 2, text: `Nothing was judged: ${why}.` }
  }
  if (hasFailed(report, failOn)) return { outcome: 'failed', exitCode: 1, text: failedText(report, failOn) }
  const text =
    report.findings.length > 0
      ? 'What was found does not fail the check.'
      : 'What was judged keeps to the contracts.'
  return { outcome: 'passed', exitCode: 0, text }
}

/** Whether a check has judged nothing at all, which must not look like success. */
function isEmpty({ judged, cases = [], fidelity = [] }: CheckReport): boolean {
  return (
    judged.every(({ count }) => count === 0) &&
    cases.every(({ outcome }) => outcome === 'skipped') &&
    fidelity.length === 0
  )
}

function failedText({ findings }: CheckReport, failOn: FailOn): string {
  const failing = findings.filter(finding => isFailing(finding, failOn))
  const differs = failing.filter(({ kind }) => kind === 'caseDiffers').length
  const open = failing.length - differs
  const parts = [
    ...(open > 0 ? [`${open} ${open === 1 ? 'difference' : 'differences'} from the contracts`] : []),
    ...(differs > 0 ? [`${differs} ${differs === 1 ? 'case' : 'cases'} with another answer`] : []),
  ]
  return `There ${open + differs === 1 ? 'is' : 'are'} ${parts.join(' and ')}.`
}
