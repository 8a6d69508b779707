// What came of torture: a value that is plain JSON, and the same as text.
import { PaydoubleError } from '../contract/index.ts'
import type { TortureSchedule } from './steps.ts'

export interface TortureReport {
  /** Whether no invariant was broken. */
  readonly ok: boolean
  readonly provider: string
  readonly seed: number
  /** How many schedules were played, and how many of them differ. */
  readonly schedules: number
  readonly different: number
  /** Why not all schedules were played, where that is so. */
  readonly stopped: string | null
  /** What the one who reads the rest should know. */
  readonly notes: readonly string[]
  readonly invariants: readonly InvariantReport[]
}

export interface InvariantReport {
  readonly id: string
  readonly title: string
  readonly verdict: 'held' | 'broken' | 'notChecked'
  /** How many schedules put it to the test, and how many of them broke it. */
  readonly cases: number
  readonly broken: number
  /** What was not tried, or why it was not checked. */
  readonly note: string | null
  /** The smallest schedule that breaks it. */
  readonly smallest: Smallest | null
}

export interface Smallest {
  readonly schedule: TortureSchedule
  /** The same in words. */
  readonly steps: readonly string[]
  readonly expected: string
  readonly got: string
  /** Whether the app did the same when all was repeated. */
  readonly repeated: boolean
  /** The line that reproduces it in a shell; null where no configuration is known. */
  readonly command: string | null
  /** The line that reproduces it in code. */
  readonly code: string
}

const verdicts = { held: 'held', broken: 'BROKEN', notChecked: 'not checked' } as const

/** A report to read. */
export function toText(report: TortureReport): string {
  const { schedules, different, seed, provider, stopped, notes, invariants } = report
  const broken = invariants.filter(({ verdict }) => verdict === 'broken').length
  const width = Math.max(...invariants.map(({ id }) => id.length))
  const lines = [
    `${count(schedules, 'schedule')}${different === schedules ? '' : ` (${different} different)`} against ${provider}, seed ${seed}: ${broken === 0 ? 'nothing is broken' : `${broken} of ${invariants.length} ${broken === 1 ? 'is' : 'are'} broken`}`,
    ...(stopped === null ? [] : [`Stopped early: ${stopped}`]),
    ...notes.map(note => `Note: ${note}`),
    '',
    ...invariants.map(
      ({ id, title, verdict, cases, broken, note }) =>
        `${verdicts[verdict].padEnd(11)}  ${id.padEnd(width)}  ${title} ${countOf(verdict, cases, broken, note)}`,
    ),
    ...invariants.flatMap(({ id, title, smallest }) => (smallest ? toLines(id, title, smallest) : [])),
  ]
  return `${lines.join('\n')}\n`
}

function countOf(
  verdict: InvariantReport['verdict'],
  cases: number,
  broken: number,
  note: string | null,
): string {
  const what =
    verdict === 'notChecked' ? [] : [verdict === 'broken' ? `${broken} of ${cases}` : count(cases, 'case')]
  const all = [...what, ...(note === null ? [] : [note])]
  return all.length === 0 ? '' : `(${all.join('; ')})`
}

function toLines(id: string, title: string, smallest: Smallest): string[] {
  return [
    '',
    `${id}: ${title}`,
    ...smallest.steps.map((step, i) => `  ${i + 1}. ${step}`),
    `  expected: ${smallest.expected}`,
    `  got:      ${smallest.got}`,
    ...(smallest.repeated ? [] : ['  When all was repeated it held: the app does not always do the same.']),
    '  reproduce it:',
    ...(smallest.command === null ? [] : [`    ${smallest.command}`]),
    `    ${smallest.code}`,
  ]
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}

/**
 * Lets a test fail that found something broken.
 * @throws PaydoubleError `tortureBroken`, with the report as its message
 */
export function expectUnbroken(report: TortureReport): void {
  if (report.ok) return
  throw new PaydoubleError('tortureBroken', toText(report).trimEnd())
}
