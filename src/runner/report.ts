import type { Severity } from '../contract/index.ts'
import type { Place } from './exchange.ts'
import type { FindingGroup } from './findings.ts'

/** What a check has found: all that any report shows. Nothing in it is secret. */
export interface CheckReport {
  /** The version of paydouble. */
  readonly version: string
  /** What was checked, such as `capture out.har`. */
  readonly title: string
  /** When the first and the last exchange were made, in epoch milliseconds; null where nobody wrote it down. */
  readonly from: number | null
  readonly to: number | null
  /** Exchanges that were read, callbacks among them. */
  readonly exchanges: number
  /** What was judged, by operation and callback. */
  readonly judged: readonly JudgedCount[]
  /** Exchanges that are with no provider, or about nothing that it has. */
  readonly unmatched: Listed<Unmatched>
  /** What could not be read. */
  readonly unreadable: Listed<UnreadablePart>
  /** Signatures and bodies that were not checked, and why. */
  readonly unverified: readonly Unverified[]
  /** The breaking ones first. */
  readonly findings: readonly FindingGroup[]
  /** Findings beyond those that are kept. */
  readonly dropped: number
  /** What the baseline accepts that was not found any more, and what it accepts no longer. */
  readonly baseline?: BaselineOutcome
  /** What became of each case; one that differs is a finding, too. */
  readonly cases?: readonly CaseOutcome[]
  readonly fidelity?: readonly FidelityScore[]
  /** Where the check could not be made to its end: why. What is here was found before. */
  readonly ended?: EarlyEnd
}

export interface EarlyEnd {
  readonly how: 'interrupted' | 'unreachable' | 'credentialsRefused'
  /** A sentence. */
  readonly why: string
}

export interface JudgedCount {
  readonly provider: string
  readonly kind: 'operation' | 'callback'
  readonly name: string
  readonly count: number
}

/** The first few, and how many there are of all. */
export interface Listed<T> {
  readonly count: number
  readonly list: readonly T[]
}

export interface Unmatched {
  /** Method and address, without query. */
  readonly request: string
  readonly why: string
  readonly count: number
}

export interface UnreadablePart {
  readonly place: Place
  readonly why: string
}

export interface Unverified {
  readonly provider: string
  readonly why: string
  readonly count: number
}

export interface BaselineOutcome {
  readonly file: string
  /** Findings of this report that it accepts. */
  readonly accepted: number
  /** What it accepts and what was not found, although its operation was judged. */
  readonly unused: readonly AcceptedFinding[]
  /** What was found, and whose acceptance has ended: it counts again. */
  readonly expired: readonly AcceptedFinding[]
}

/** A known finding that shall not fail a check. */
export interface AcceptedFinding {
  /** As `idOf` makes it. */
  readonly id: string
  readonly reason: string
  /** The last day on which it is accepted, as YYYY-MM-DD. */
  readonly expires: string
}

export interface CaseOutcome {
  readonly provider: string
  readonly name: string
  readonly summary: string
  readonly cost: string
  /** `differs`: another answer than the sources say. `assumptionDiffers`: another one than we assume where they are silent. */
  readonly outcome: 'asExpected' | 'differs' | 'assumptionDiffers' | 'skipped' | 'unreachable'
  readonly expected: string
  readonly received: string
  /** Why it was skipped, or what went wrong. */
  readonly why?: string
}

/** Whether something else came than was expected. */
export function isDifferent(outcome: CaseOutcome['outcome']): boolean {
  return outcome === 'differs' || outcome === 'assumptionDiffers'
}

/** The id of the finding that a case with another answer is. */
export function caseFindingId({ provider, name }: Pick<CaseOutcome, 'provider' | 'name'>): string {
  return `${provider}.${name} case caseDiffers`
}

/** How much of the structure of real answers the double has, by operation. */
export interface FidelityScore {
  readonly provider: string
  /** Default `operation`. */
  readonly kind?: 'operation' | 'callback'
  readonly name: string
  /** How many were compared. */
  readonly exchanges: number
  /** From 0 to 1; 0 also where nothing was compared. What it is made of says `compareShapes`. */
  readonly score: number
  /** Pointers with what is there in one and not in the other, and how often; the most frequent ones. */
  readonly differences: readonly string[]
  /** Why some were not compared, and how many. */
  readonly skipped?: readonly string[]
}

export type FailOn = 'breaking' | 'additive' | 'none'

/** Whether a report is bad enough to fail; accepted findings never are. */
export function hasFailed({ findings }: CheckReport, failOn: FailOn): boolean {
  return findings.some(finding => isFailing(finding, failOn))
}

/** Whether a finding makes a check fail. */
export function isFailing(
  { severity, accepted }: Pick<FindingGroup, 'severity' | 'accepted'>,
  failOn: FailOn = 'additive',
): boolean {
  if (accepted || failOn === 'none') return false
  return severity === 'breaking' || (severity === 'additive' && failOn === 'additive')
}

const severities: readonly Severity[] = ['breaking', 'additive', 'note']

/** The smaller, the more it matters; what is accepted comes last. */
export function rankOf({ severity, accepted }: Pick<FindingGroup, 'severity' | 'accepted'>): number {
  return severities.indexOf(severity) + (accepted ? severities.length : 0)
}
