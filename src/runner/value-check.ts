// A value against a schema of a contract, as findings that name the kind of difference.
import { distance } from 'fastest-levenshtein'
import * as z from 'zod'
import {
  type Finding,
  inOurWords,
  type Problem,
  type Provenance,
  problemsOf,
  provenanceOf,
  type Severity,
  toPointer,
} from '../contract/index.ts'
import { createFits } from './fits.ts'

/** @param text the JSON that the value was read from, if it was: it has digits that a number has not */
export type ValueCheck = (value: unknown, text?: string) => readonly Finding[]

const none: readonly Finding[] = []

/** Checks values against a schema; what is made of the schema is made once. */
export function createValueCheck(schema: z.ZodType): ValueCheck {
  const fits = createFits(schema)
  const tree = toTree(schema)
  return (value, text) => {
    if (fits(value)) return none
    // Once more for the words: they cost something, and most values need none.
    const error = schema.safeParse(value, inOurWords).error
    const given = { value, text }
    const problems = error ? problemsOf(error) : []
    const mismatches = problems.slice(0, mostFound).map(problem => toMismatch(problem, schema, given))
    const unknowns = (tree && unknownFields(value, tree)) ?? []
    const findings = pairRenamed(mismatches, unknowns.slice(0, mostFound), given)
    const further = Math.max(0, problems.length - mostFound) + Math.max(0, unknowns.length - mostFound)
    return further === 0 ? findings : [...findings, furtherFindings(further)]
  }
}

/** So many differences of one message are told, of each of two kinds: what is in it is whatever was sent. */
const mostFound = 2000

function furtherFindings(count: number): Finding {
  const message = `There are ${count} further differences in one message: mend these first.`
  return { kind: 'manyDifferences', severity: 'breaking', pointer: '', message }
}

function toMismatch(problem: Problem, schema: z.ZodType, given: Given): Mismatch {
  const { path, message } = problem
  const value = at(given.value, path)
  const digits = hasManyDigits(value) ? manyDigits : ''
  const field = schemaAt(schema, path)
  const kind = path.length > 0 && value === undefined ? 'missingField' : kindOf(problem.issue, value)
  // Where one of two fields must be there, the type of neither is in question.
  const isEither = kind === 'missingField' && problem.issue.code === 'custom'
  const expected = isEither ? undefined : expectedOf(problem.issue, field)
  const provenance = (field && provenanceOf(field)) ?? provenanceNear(schema, path)
  return {
    kind,
    severity: severities[kind] ?? 'breaking',
    pointer: toPointer(path),
    message: `${sentences[kind]?.(nameOf(path)) ?? `${nameOf(path)} is not as described: ${message}.`}${digits}`,
    ...(expected !== undefined && { expected }),
    ...(value !== undefined && { received: showAt(given.value, path, given.text) }),
    ...(provenance && { provenance }),
    path,
    schema: field,
  }
}

