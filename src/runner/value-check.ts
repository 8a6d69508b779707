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

/** What is known of a field: its name, and of an object what is in it. */
interface Tree {
  readonly fields?: ReadonlyMap<string, Field>
  readonly items?: Tree
}

interface Field {
  readonly inside: Tree | undefined
  readonly provenance: Provenance | undefined
  /** Whether the contract itself has a space at the end of the name. */
  readonly isSpaced: boolean
}

/** The fields that a schema knows; undefined where anything goes. */
function toTree(schema: z.ZodType): Tree | undefined {
  const inner = unwrap(schema)
  if (inner instanceof z.ZodArray) {
    const items = toTree(inner.element as z.ZodType)
    return items && { items }
  }
  if (!(inner instanceof z.ZodObject)) return undefined
  const names = Object.keys(inner.shape)
  if (names.length === 0) return undefined
  const fields = names.map(name => {
    const field = inner.shape[name] as z.ZodType
    const isSpaced = name.trim() !== name
    return [name, { inside: toTree(field), provenance: provenanceOf(field), isSpaced }] as const
  })
  return { fields: new Map(fields) }
}

interface Unknown {
  readonly path: readonly PropertyKey[]
  readonly name: string
  /** The known name that it is but for spaces. */
  readonly unspaced?: string
  /** Set where the contract has the name with its space. */
  readonly provenance?: Provenance | undefined
  readonly isKnown: boolean
}

/** The fields that nobody knows, and the known ones whose name ends with a space; undefined where there are none. */
function unknownFields(
  value: unknown,
  tree: Tree,
  path: readonly PropertyKey[] = [],
  found?: Unknown[],
): Unknown[] | undefined {
  let all = found
  if (tree.items) {
    if (!Array.isArray(value)) return all
    for (let i = 0; i < value.length; i++) all = unknownFields(value[i], tree.items, [...path, i], all)
    return all
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return all
  for (const name in value) {
    const field = tree.fields?.get(name)
    if (field && !field.isSpaced) {
      if (field.inside) all = unknownFields((value as never)[name], field.inside, [...path, name], all)
      continue
    }
    all ??= []
    const unspaced = name.trim()
    if (field) all.push({ path, name, unspaced, provenance: field.provenance, isKnown: true })
    else if (unspaced !== name && tree.fields?.has(unspaced))
      all.push({ path, name, unspaced, isKnown: false })
    else all.push({ path, name, isKnown: false })
  }
  return all
}

interface Given {
  readonly value: unknown
  readonly text: string | undefined
}

type Mismatch = Finding & {
  readonly path: readonly PropertyKey[]
  readonly schema: z.ZodType | undefined
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

const severities: Readonly<Record<string, Severity>> = { newEnumValue: 'additive' }

const sentences: Readonly<Record<string, (field: string) => string>> = {
  missingField: field => `${field} is missing.`,
  typeChanged: field => `${field} is of another type.`,
  unexpectedNull: field => `${field} is null, which it never is.`,
  newEnumValue: field => `${field} has a value that is none of the known ones.`,
  wrongLength: field => `${field} is too short or too long.`,
}

function nameOf(path: readonly PropertyKey[]): string {
  const name = path.findLast(key => typeof key === 'string')
  return name === undefined ? 'The message' : `The field ${showValue(name)}`
}

type Issue = Problem['issue']

function kindOf(issue: Issue, value: unknown): string {
  if (value === null) return 'unexpectedNull'
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'int' && typeof value === 'number' ? 'wrongFormat' : 'typeChanged'
    case 'invalid_value':
      return issue.values.some(each => typeof each === typeof value) ? 'newEnumValue' : 'typeChanged'
    case 'too_small':
    case 'too_big':
      return issue.origin === 'string' || issue.origin === 'array' ? 'wrongLength' : 'wrongFormat'
    case 'invalid_union': {
      // By the way in which it comes nearest: that of the same type, if there is one.
      const kinds = issue.errors.flatMap(([first]) => (first ? [kindOf(first as Issue, value)] : []))
      return kinds.find(kind => kind !== 'typeChanged') ?? 'typeChanged'
    }
    default:
      return 'wrongFormat'
  }
}

function expectedOf(issue: Issue, field: z.ZodType | undefined): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'int' ? 'a whole number' : (typeNames[issue.expected] ?? issue.expected)
    case 'invalid_value':
      return listOf(issue.values)
    case 'too_small':
      return bound('at least', issue.minimum, issue.origin, issue.exact)
    case 'too_big':
      return bound('at most', issue.maximum, issue.origin, issue.exact)
    case 'invalid_union': {
      const each = issue.errors.flatMap(([first]) => (first ? [expectedOf(first as Issue, undefined)] : []))
      return [...new Set(each.filter(text => text !== undefined))].join(', or ') || undefined
    }
    case 'invalid_format':
      return issue.pattern ?? issue.format
    default: {
      const pattern = field?.meta()?.pattern
      return typeof pattern === 'string' ? `/${pattern}/` : issue.message
    }
  }
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  object: 'an object',
  array: 'a list',
  boolean: 'true or false',
  null: 'null',
}

/** Longer lists are cut. */
const mostListed = 12

function listOf(values: readonly unknown[]): string {
  const shown = values.slice(0, mostListed).map(value => JSON.stringify(value) ?? String(value))
  return `${shown.join(', ')}${values.length > mostListed ? ', …' : ''}`
}

function bound(how: string, size: number | bigint, origin: string, exact: boolean | undefined): string {
  const unit = { string: ' character', array: ' item' }[origin] ?? ''
  return `${exact ? 'exactly' : how} ${size}${unit}${unit !== '' && Number(size) !== 1 ? 's' : ''}`
}

/** What was renamed is one difference, not two: a field that is missing, and an unknown one that would fit. */
function pairRenamed(mismatches: readonly Mismatch[], unknowns: readonly Unknown[], given: Given): Finding[] {
  const left = new Set(unknowns)
  const findings = mismatches.map(mismatch => {
    const { path, schema, ...finding } = mismatch
    if (finding.kind !== 'missingField') return finding
    const parent = path.slice(0, -1)
    const siblings = [...left].filter(each => !each.isKnown && samePath(each.path, parent))
    const missing = String(path.at(-1))
    const alsoMissing = mismatches.filter(
      other => other.kind === 'missingField' && samePath(other.path.slice(0, -1), parent),
    ).length
    const isOnly = siblings.length === 1 && alsoMissing === 1
    const renamed = siblings
      .filter(each => each.unspaced === missing || isOnly || isAlike(each.name, missing))
      .filter(each => schema?.safeParse(at(given.value, [...parent, each.name])).success ?? true)
      .sort((a, b) => distance(a.name, missing) - distance(b.name, missing))[0]
    if (!renamed) return finding
    left.delete(renamed)
    const received = showValue(renamed.name)
    const isSpaced = renamed.unspaced === missing
    const kind = isSpaced ? 'spacedKey' : 'renamedField'
    const message = isSpaced
      ? `The field ${showValue(missing)} is missing, and there is ${received}, with a space.`
      : `The field ${showValue(missing)} is missing, and ${received}, which nobody knows, holds what would fit it: it may have been renamed.`
    return { ...finding, kind, message, expected: showValue(missing), received }
  })
  return [...findings, ...[...left].map(each => toFinding(each, given))]
}

function toFinding({ path, name, unspaced, provenance, isKnown }: Unknown, { value, text }: Given): Finding {
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
    received: showAt(value, [...path, name], text),
  }
}

/** Names that differ in how they are written, or in few letters. */
function isAlike(a: string, b: string): boolean {
  if (a.length > longestName) return false
  const [plainA, plainB] = [plain(a), plain(b)]
  return (
    plainA === plainB || distance(plainA, plainB) <= Math.floor(Math.max(plainA.length, plainB.length) * 0.4)
  )
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

function samePath(a: readonly PropertyKey[], b: readonly PropertyKey[]): boolean {
  return a.length === b.length && a.every((key, i) => String(key) === String(b[i]))
}

/** Names that are longer are compared with none. */
const longestName = 64

/** Longer values are cut here; a report shows less still, but only of what is masked by then. */
const mostKept = 2000

/** A value as JSON, or the beginning of it. */
export function showValue(value: unknown): string {
  const text = toJson(typeof value === 'string' ? value.slice(0, mostKept) : value)
  return text.length > mostKept ? `${text.slice(0, mostKept - 1)}…` : text
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    // It is nested so deep that it cannot be written by the same means by which it was read.
    return Array.isArray(value) ? '[…]' : '{…}'
  }
}

/** A number that has more digits than JavaScript keeps of it. */
/** A value as a finding shows it. Of a large number it has the digits as they were sent, which JSON.parse has not. */
function showAt(root: unknown, path: readonly PropertyKey[], text: string | undefined): string {
  const value = at(root, path)
  if (!hasManyDigits(value) || text === undefined) return showValue(value)
  try {
    const found = at(
      parseWithSource(text, (_, part, { source } = {}) => (hasManyDigits(part) ? { source } : part)),
      path,
    )
    return (found as { readonly source?: string } | undefined)?.source ?? showValue(value)
  } catch {
    return showValue(value)
  }
}

function hasManyDigits(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER
}

const manyDigits =
  ' It has more digits than JavaScript and many other languages keep of a number: they read another one.'

/** JSON.parse hands the text of each part to its reviver; its type does not say so yet. */
const parseWithSource = JSON.parse as (
  text: string,
  reviver: (name: string, part: unknown, context?: { readonly source?: string }) => unknown,
) => unknown

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let inner = value
  for (const key of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, key)) return undefined
    inner = (inner as Record<PropertyKey, unknown>)[key]
  }
  return inner
}

function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  let inner: z.ZodType | undefined = schema
  for (const key of path) {
    const own = unwrap(inner as z.ZodType)
    if (own instanceof z.ZodObject) inner = own.shape[String(key)] as z.ZodType | undefined
    else if (own instanceof z.ZodArray) inner = own.element as z.ZodType
    else return undefined
    if (!inner) return undefined
  }
  return inner
}

function provenanceNear(schema: z.ZodType, path: readonly PropertyKey[]): Provenance | undefined {
  for (let length = path.length; length >= 0; length--) {
    const near = schemaAt(schema, path.slice(0, length))
    const provenance = near && provenanceOf(near)
    if (provenance) return provenance
  }
  return undefined
}

function unwrap(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable
    ? unwrap(schema.unwrap() as z.ZodType)
    : schema
}
