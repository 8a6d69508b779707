// A report as JSON for programs: the CheckReport as it is, with what it comes to.
import * as z from 'zod'
import type { CheckReport } from '../report.ts'
import { verdictOf } from '../verdict.ts'
import type { ReportOptions } from './words.ts'

/** Rises when something that was there is no longer there, or means something else. */
const jsonSchemaVersion = 1

export function toJson(report: CheckReport, { failOn = 'additive' }: ReportOptions = {}): string {
  const verdict = verdictOf(report, failOn)
  return `${JSON.stringify({ schema: jsonSchemaVersion, verdict, failOn, ...report }, null, 2)}\n`
}

const place = z.strictObject({
  source: z.string(),
  unit: z.enum(['entry', 'line', 'message', 'call', 'case']),
  number: z.number(),
})

const sighting = z.strictObject({ at: z.number().nullish(), place })

const traffic = {
  observed: z.strictObject({ count: z.int(), first: z.string(), last: z.string() }).optional(),
  contradicted: z.strictObject({ count: z.int(), last: z.string() }).optional(),
}

const provenance = z.union([
  z.strictObject({
    level: z.enum(['documented', 'published', 'observed']),
    evidence: z.string(),
    note: z.string().optional(),
    ...traffic,
  }),
  z.strictObject({
    level: z.literal('assumed'),
    reason: z.string(),
    setting: z.string().optional(),
    ...traffic,
  }),
])

const finding = z.strictObject({
  id: z.string(),
  kind: z.string(),
  severity: z.enum(['breaking', 'additive', 'note']),
  provider: z.string(),
  name: z.string(),
  part: z.enum(['request', 'response', 'callback']),
  by: z.enum(['client', 'provider']),
  pointer: z.string(),
  message: z.string(),
  expected: z.string().optional(),
  received: z.string().optional(),
  examples: z.array(z.string()),
  provenance: provenance.optional(),
  detail: z.string().optional(),
  count: z.int().positive(),
  taken: z.int().optional(),
  first: sighting,
  last: sighting,
  accepted: z.strictObject({ reason: z.string(), expires: z.string() }).optional(),
})

const accepted = z.strictObject({ id: z.string(), reason: z.string(), expires: z.string() })

const listed = <T extends z.ZodType>(item: T) => z.strictObject({ count: z.int(), list: z.array(item) })

/** The shape of `--report json`. */
export const jsonReportSchema = z.strictObject({
  schema: z.literal(jsonSchemaVersion),
  verdict: z.strictObject({
    outcome: z.enum([
      'passed',
      'failed',
      'nothingJudged',
      'unreachable',
      'credentialsRefused',
      'interrupted',
    ]),
    exitCode: z.literal([0, 1, 2, 3, 130]),
    text: z.string(),
  }),
  failOn: z.enum(['breaking', 'additive', 'none']),
  version: z.string(),
  title: z.string(),
  from: z.number().nullable(),
  to: z.number().nullable(),
  exchanges: z.int(),
  judged: z.array(
    z.strictObject({
      provider: z.string(),
      kind: z.enum(['operation', 'callback']),
      name: z.string(),
      count: z.int(),
    }),
  ),
  unmatched: listed(z.strictObject({ request: z.string(), why: z.string(), count: z.int() })),
  unreadable: listed(z.strictObject({ place, why: z.string() })),
  unverified: z.array(z.strictObject({ provider: z.string(), why: z.string(), count: z.int() })),
  findings: z.array(finding),
  dropped: z.int(),
  baseline: z
    .strictObject({
      file: z.string(),
      accepted: z.int(),
      unused: z.array(accepted),
      expired: z.array(accepted),
    })
    .optional(),
  cases: z
    .array(
      z.strictObject({
        provider: z.string(),
        name: z.string(),
        summary: z.string(),
        cost: z.string(),
        outcome: z.enum(['asExpected', 'differs', 'assumptionDiffers', 'skipped', 'unreachable']),
        expected: z.string(),
        received: z.string(),
        why: z.string().optional(),
      }),
    )
    .optional(),
  fidelity: z
    .array(
      z.strictObject({
        provider: z.string(),
        kind: z.enum(['operation', 'callback']).optional(),
        name: z.string(),
        exchanges: z.int(),
        score: z.number(),
        differences: z.array(z.string()),
        skipped: z.array(z.string()).optional(),
      }),
    )
    .optional(),
  ended: z
    .strictObject({ how: z.enum(['interrupted', 'unreachable', 'credentialsRefused']), why: z.string() })
    .optional(),
})

export type JsonReport = z.infer<typeof jsonReportSchema>
