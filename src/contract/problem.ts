// What is wrong with a value, and where: in our own words, where a schema has none.
import * as z from 'zod'

/** Has a schema say what is wrong in the words of paydouble: `schema.safeParse(value, inOurWords)`. */
export const inOurWords = {
  error: toWords,
  // Whether a field is there at all is only seen in what was given.
  reportInput: true,
  // What is parsed so is parsed now and then: to have code made for that takes longer than to parse.
  jitless: true,
} as const satisfies Parameters<z.ZodType['safeParse']>[1]

/** What is wrong with a value that was parsed {@link inOurWords}. */
export interface Problem {
  /** Of a choice between shapes, the place within the one that was meant. */
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly isMissing: boolean
  /** What zod says of it. */
  readonly issue: z.core.$ZodIssue
}

/** All that is wrong with a value. */
export function problemsOf(error: z.ZodError): Problem[] {
  return error.issues.map(issue => toProblem(issue))
}

/**
 * The first that is wrong with a value, as text: `at.0.field: not a number; the fields of "at.0" are …`.
 *
 * @param schema the one that refused `value`
 */
export function showProblem(error: z.ZodError, schema: z.ZodType, value: unknown): string {
  const [problem] = problemsOf(error)
  if (!problem) return 'not as described'
  const at = problem.path.join('.')
  const known = problem.issue.code === 'unrecognized_keys' ? fieldsAt(schema, problem.path, value) : undefined
  const list = known && `; the fields ${at ? `of ${at} ` : ''}are ${known.names.join(', ')}`
  return `${at ? `${at}: ` : ''}${problem.message}${list ?? ''}`
}

/** The names of the fields of the innermost object on the way to a place, and where that object is. */
export function fieldsAt(
  schema: z.ZodType,
  path: readonly PropertyKey[],
  value: unknown,
): { path: readonly PropertyKey[]; names: string[] } | undefined {
  let at: z.ZodType | undefined = unwrap(schema, value)
  let given = value
  let found: { path: readonly PropertyKey[]; names: string[] } | undefined
  for (let depth = 0; at; depth++) {
    // Of a choice that was not made there is no list.
    if (at instanceof z.ZodObject) found = { path: path.slice(0, depth), names: Object.keys(at.shape) }
    else if (at instanceof z.ZodUnion || at instanceof z.ZodRecord) found = undefined
    const key = path[depth]
    if (key === undefined) break
    given = (given as Record<PropertyKey, unknown> | null | undefined)?.[key]
    at = unwrap(inside(at, key), given)
  }
  return found
}

function inside(schema: z.ZodType, key: PropertyKey): z.ZodType | undefined {
  if (schema instanceof z.ZodObject) return schema.shape[String(key)] as z.ZodType | undefined
  if (schema instanceof z.ZodArray) return schema.element as z.ZodType
  if (schema instanceof z.ZodRecord) return schema.valueType as z.ZodType
  return undefined
}

/** Without what makes it optional; of a choice the shape that is meant, where that can be told. */
function unwrap(schema: z.ZodType | undefined, value: unknown): z.ZodType | undefined {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return unwrap(schema.unwrap() as z.ZodType, value)
  if (!(schema instanceof z.ZodUnion) || typeof value !== 'object' || value === null) return schema
  const options = (schema.options as z.ZodType[]).filter(option => option instanceof z.ZodObject)
  const meant = options.filter(({ shape }) =>
    Object.entries(shape).every(([name, field]) =>
      field instanceof z.ZodLiteral
        ? field.safeParse((value as Record<string, unknown>)[name]).success
        : true,
    ),
  )
  return meant.length === 1 ? meant[0] : schema
}

function toProblem(issue: z.core.$ZodIssue): Problem {
  const { path, message } = issue
  if (issue.code === 'invalid_union') {
    // A shape that fails further inside, or only by its names, is the one that was meant.
    const [meant] = issue.errors
      .flatMap(([first]) => (first ? [toProblem(first as z.core.$ZodIssue)] : []))
      .filter(inner => inner.path.length > 0 || inner.issue.code === 'unrecognized_keys')
      .sort((a, b) => b.path.length - a.path.length)
    if (meant) return { ...meant, path: [...path, ...meant.path] }
  }
  return { path, message, isMissing: path.length > 0 && isMissing(issue), issue }
}

function isMissing(issue: { readonly code?: string; readonly input?: unknown }): boolean {
  return 'input' in issue && issue.input === undefined
}

const things: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

const forms: Readonly<Record<string, string>> = { url: 'a URL', datetime: 'a time in ISO 8601' }

function toWords(issue: z.core.$ZodRawIssue): string | undefined {
  if (isMissing(issue)) return 'missing'
  switch (issue.code) {
    case 'invalid_type':
      return `not ${things[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `not ${oneOf(issue.values)}`
    case 'too_small':
      return tooSmall(issue)
    case 'too_big':
      return tooBig(issue)
    case 'invalid_format':
      return issue.format === 'regex'
        ? `not of the form ${issue.pattern}`
        : `not ${forms[issue.format] ?? `of the form ${issue.format}`}`
    case 'not_multiple_of':
      return `not a multiple of ${issue.divisor}`
    case 'unrecognized_keys':
      return `there is no field ${issue.keys.map(key => JSON.stringify(key)).join(', ')}`
    case 'invalid_union':
      return Array.isArray(issue.options) ? `not ${oneOf(issue.options)}` : eachOf(issue.errors)
    case 'invalid_key':
      return 'a name in it is not right'
    case 'invalid_element':
      return 'a value in it is not right'
    default:
      return undefined
  }
}

function oneOf(values: readonly unknown[]): string {
  return `${values.length > 1 ? 'one of ' : ''}${values.join(', ')}`
}

/** What is wrong by each of the ways in which it could have been right. */
function eachOf(errors: readonly (readonly { readonly message: string }[])[]): string {
  const all = new Set(errors.flatMap(([first]) => (first ? [first.message] : [])))
  return [...all].join(', and ') || 'not as described'
}

type Bounds<C extends string> = Extract<z.core.$ZodRawIssue, { code: C }>

function tooSmall({ origin, minimum, inclusive, exact }: Bounds<'too_small'>): string {
  const unit = sizes[origin]
  if (unit === undefined) return `${inclusive ? 'less than' : 'not more than'} ${minimum}`
  if (exact) return `not of ${count(minimum, unit)}`
  return Number(minimum) === 1 ? 'empty' : `shorter than ${count(minimum, unit)}`
}

function tooBig({ origin, maximum, inclusive, exact }: Bounds<'too_big'>): string {
  const unit = sizes[origin]
  if (unit === undefined) return `${inclusive ? 'more than' : 'not less than'} ${maximum}`
  return exact ? `not of ${count(maximum, unit)}` : `longer than ${count(maximum, unit)}`
}

const sizes: Readonly<Record<string, string>> = { string: 'character', array: 'item' }

function count(number: number | bigint, unit: string): string {
  return `${number} ${unit}${Number(number) === 1 ? '' : 's'}`
}
