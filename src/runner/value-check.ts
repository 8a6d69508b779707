// A value against a schema of a contract, as findings that name the kind of difference.
import type * as z from 'zod'
import { createFits } from '../contract/fits.ts'
import {
  type Finding,
  inOurWords,
  type Problem,
  problemsOf,
  provenanceOf,
  toPointer,
} from '../contract/index.ts'
import { type Mismatch, pairRenamed } from './renamed-fields.ts'
import { createShow, hasManyDigits, showValue } from './show-value.ts'
import { toTree, type Unknown, unknownFields } from './unknown-fields.ts'
import { at, provenanceNear, schemaAt } from './value-places.ts'
import { expectedOf, kindOf, nameOf, sentences, severities } from './value-words.ts'

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
    const given = { value, show: createShow(value, text) }
    const problems = error ? problemsOf(error) : []
    const mismatches = problems.slice(0, mostFound).map(problem => toMismatch(problem, schema, given))
    const unknowns = (tree && unknownFields(value, tree)) ?? []
    const paired = pairRenamed(mismatches, unknowns.slice(0, mostFound), value)
    const findings = [...paired.findings, ...paired.unknowns.map(each => toFinding(each, given))]
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

interface Given {
  readonly value: unknown
  /** The value at a place, as a finding shows it. */
  readonly show: (path: readonly PropertyKey[]) => string
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
    ...(value !== undefined && { received: given.show(path) }),
    ...(provenance && { provenance }),
    path,
    schema: field,
  }
}

const manyDigits =
  ' It has more digits than JavaScript and many other languages keep of a number: they read another one.'

function toFinding({ path, name, unspaced, provenance, isKnown }: Unknown, { show }: Given): Finding {
  const pointer = toPointer([...path, name])
  const shown = showValue(name)
  const isSpaced = unspaced !== undefined && unspaced !== name
  if (isKnown) {
    return {
      kind: 'spacedKey',
      severity: 'note',
      pointer,
      message: `The name of the field ${shown} ends with a space, as the sources have it: read both names.`,
      ...(provenance && { provenance }),
    }
  }
  return {
    kind: isSpaced ? 'spacedKey' : 'unknownField',
    severity: 'additive',
    pointer,
    message: isSpaced
      ? `The name of the field ${shown} has a space that the contract does not have.`
      : `The contract knows no field ${shown}.`,
    received: show([...path, name]),
  }
}
