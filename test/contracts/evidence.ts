// Reads what was transcribed from the providers' documents: facts, examples, vectors.
import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { provenanceLevels } from '../../src/contract/index.ts'

const base = {
  id: z.string().regex(/^[\w.-]+$/),
  level: z.enum(provenanceLevels).exclude(['assumed']),
  place: z.string().min(1),
  about: z.string().min(1),
}

/** What a row about a parameter or a field may say of its values. */
const limits = {
  name: z.string(),
  type: z
    .string()
    .regex(/^(string|String|Int)(\(\d+\))?$|^(int|integer|float|Object|object \[\])$/)
    .optional(),
  enum: z.array(z.union([z.string(), z.int()])).optional(),
  minLength: z.int().optional(),
  maxLength: z.int().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  decimals: z.int().optional(),
  unit: z.enum(['fen', 'yuan', 'minor units of the currency', 'minutes', '点券']).optional(),
  format: z
    .enum(['YYYY-MM-DD hh:mm:ss', 'JSON text', 'integer', 'hex', 'url', 'Bearer <access_token>'])
    .optional(),
  default: z.unknown().optional(),
  sample: z.unknown().optional(),
}

// Strict, so that a misspelt key is an error and not a check that never runs.
const rowSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...base,
    kind: z.literal('operation'),
    method: z.union([z.string(), z.array(z.string())]),
    path: z.string(),
    host: z.string().optional(),
    hosts: z.array(z.string()).optional(),
  }),
  z.strictObject({
    ...base,
    ...limits,
    kind: z.literal('parameter'),
    operation: z.string(),
    in: z.enum(['header', 'query', 'body']),
    inStated: z.boolean().optional(),
    parent: z.string().optional(),
    required: z.boolean(),
    recommended: z.boolean().optional(),
  }),
  z.strictObject({
    ...base,
    ...limits,
    kind: z.literal('field'),
    operation: z.string().optional(),
    callback: z.string().optional(),
    path: z.string().startsWith('/'),
    nameInSample: z.string().optional(),
    tabled: z.boolean(),
    inSample: z.boolean().optional(),
    presence: z.enum(['always', 'echoed', 'if-configured']).optional(),
  }),
  z.strictObject({
    ...base,
    kind: z.literal('code'),
    code: z.string(),
    message: z.string().optional(),
    publishedMessage: z.string().optional(),
    respmsg: z.string().optional(),
    documentText: z.string().optional(),
    description: z.string().optional(),
    meaning: z.string(),
    solution: z.string().optional(),
    outcome: z.enum(['success', 'pending', 'failed']),
    on: z.enum(['createOrder', 'onlinePayFindResult', 'callback']).optional(),
  }),
  z.strictObject({ ...base, kind: z.literal('rule'), value: z.unknown() }),
])

export type EvidenceRow = z.output<typeof rowSchema>
export type RowOf<K extends EvidenceRow['kind']> = Extract<EvidenceRow, { kind: K }>

/** All rows of `contracts/<provider>/evidence/facts.json`. */
export function readRows(provider: string): EvidenceRow[] {
  const { rows } = JSON.parse(readText(provider, 'facts.json')) as { rows: unknown[] }
  return rows.map(row => rowSchema.parse(row))
}

/** The row with an id; of a rule, mostly for its value. */
export function findRow<K extends EvidenceRow['kind']>(provider: string, kind: K, id: string): RowOf<K> {
  const row = readRows(provider).find(candidate => candidate.kind === kind && candidate.id === id)
  if (!row) throw new Error(`Failed to find the row "${id}" in the evidence of ${provider}.`)
  return row as RowOf<K>
}

/** The value of a rule. */
export function ruleValue<T>(provider: string, id: string): T {
  return findRow(provider, 'rule', id).value as T
}

/** The text of a file in `contracts/<provider>/evidence/`. */
export function readText(provider: string, file: string): string {
  return readFileSync(new URL(`../../contracts/${provider}/evidence/${file}`, import.meta.url), 'utf8')
}

/** The value of a file in `contracts/<provider>/evidence/examples/`. */
export function readExample(provider: string, name: string): Record<string, unknown> {
  return JSON.parse(readText(provider, `examples/${name}.json`)) as Record<string, unknown>
}
