// Known findings that shall not fail a check, each with a reason and a last day.
import * as z from 'zod'
import { inOurWords, isDay, PaydoubleError, showProblem } from '../contract/index.ts'
import type { FindingGroup } from './findings.ts'
import { type AcceptedFinding, type CheckReport, caseFindingId } from './report.ts'

export interface Baseline {
  readonly version: 1
  readonly accepted: readonly AcceptedFinding[]
}

export const emptyBaseline: Baseline = { version: 1, accepted: [] }

const idPattern = /^\S+\.\S+ (request|response|callback|case) \S+( .*)?$/s

const schema = z.strictObject({
  version: z.literal(1),
  accepted: z.array(
    z.strictObject({
      id: z
        .string()
        .regex(
          idPattern,
          'not the id of a finding, such as "PROVIDER.OPERATION response missingField /field"',
        ),
      reason: z.string().trim().min(1, 'empty: say why it is accepted'),
      expires: z.string().refine(isDay, 'not a day, written as YYYY-MM-DD'),
    }),
  ),
})

/**
 * Reads a baseline.
 *
 * @param file for the message
 * @throws PaydoubleError `badConfig`
 */
export function readBaseline(text: string, file: string): Baseline {
  const failed = (why: string) =>
    new PaydoubleError(
      'badConfig',
      `Failed to read the baseline ${JSON.stringify(file)}: ${why}. It is {"version": 1, "accepted": [{"id", "reason", "expires": "YYYY-MM-DD"}]}; --update-baseline writes one.`,
    )
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw failed(`it is no JSON (${error instanceof Error ? error.message : error})`)
  }
  const parsed = schema.safeParse(value, inOurWords)
  if (!parsed.success) throw failed(showProblem(parsed.error, schema, value))
  const ids = parsed.data.accepted.map(({ id }) => id)
  const twice = ids.find((id, i) => ids.indexOf(id) !== i)
  if (twice !== undefined) throw failed(`${JSON.stringify(twice)} is in it twice`)
  return parsed.data
}

/** A baseline as a file has it. */
export function showBaseline(baseline: Baseline): string {
  return `${JSON.stringify(baseline, null, 2)}\n`
}

/** A report in which the findings that a baseline knows are accepted, until its days are over. */
export function applyBaseline(
  report: CheckReport,
  { accepted }: Baseline,
  { file, today }: { readonly file: string; readonly today: string },
): CheckReport {
  const entries = new Map(accepted.map(entry => [entry.id, entry]))
  const findings = report.findings.map((finding): FindingGroup => {
    const entry = entries.get(finding.id)
    if (!entry || isOver(entry, today)) return finding
    return { ...finding, accepted: { reason: entry.reason, expires: entry.expires } }
  })
  const found = new Set(report.findings.map(({ id }) => id))
  return {
    ...report,
    findings,
    baseline: {
      file,
      accepted: findings.filter(each => each.accepted).length,
      unused: accepted.filter(({ id }) => !found.has(id) && wasJudged(report, id)),
      expired: accepted.filter(entry => found.has(entry.id) && isOver(entry, today)),
    },
  }
}

export interface UpdateOptions {
  /** Of findings that were not accepted before, or whose days are over. */
  readonly reason: string
  readonly expires: string
  readonly today: string
}

/**
 * A baseline that accepts all that was found and would fail. Reasons and days that still hold are kept. What was not
 * found any more is left out, unless its operation was not judged at all: another capture may be about that.
 */
export function updateBaseline(report: CheckReport, before: Baseline, options: UpdateOptions): Baseline {
  const { reason, expires, today } = options
  const known = new Map(before.accepted.map(entry => [entry.id, entry]))
  const found = report.findings
    .filter(({ severity }) => severity !== 'note')
    .map(({ id }) => {
      const entry = known.get(id)
      return entry && !isOver(entry, today) ? entry : { id, reason, expires }
    })
  const ids = new Set(report.findings.map(({ id }) => id))
  const others = before.accepted.filter(({ id }) => !ids.has(id) && !wasJudged(report, id))
  const accepted = [...found, ...others].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
  return { version: 1, accepted }
}

function isOver({ expires }: AcceptedFinding, today: string): boolean {
  return expires < today
}

/** A case has the name of no operation, but may have the same. */
function wasJudged({ judged, cases = [] }: CheckReport, id: string): boolean {
  const ran = cases.find(each => caseFindingId(each) === id)
  if (ran || id.endsWith(' case caseDiffers')) return ran !== undefined && ran.outcome !== 'skipped'
  return judged.some(({ provider, name }) => id.startsWith(`${provider}.${name} `))
}
