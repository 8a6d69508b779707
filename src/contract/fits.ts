// Whether a value is just what a schema describes: the fast way, without saying why. A million answers are
// judged by it, nearly all of which are right; the schema itself takes three times as long.
import * as z from 'zod'

/** Whether a value fits. A doubt counts as no: then the schema is asked. */
export type Fits = (value: unknown) => boolean

/**
 * A predicate that holds for values which the schema takes and which have no fields but those that it names,
 * none of them with a space at an end.
 */
export function createFits(schema: z.ZodType): Fits {
  const byShape = fitsShape(schema)
  // What it does not know how to do faster, and checks over several fields, the schema does.
  if (!byShape) return value => schema.safeParse(value).success
  if (!hasOwnChecks(schema)) return byShape
  return value => byShape(value) && schema.safeParse(value).success
}

function fitsShape(schema: z.ZodType): Fits | undefined {
  if (schema instanceof z.ZodOptional) {
    const inner = createFits(schema.unwrap() as z.ZodType)
    return value => value === undefined || inner(value)
  }
  if (schema instanceof z.ZodNullable) {
    const inner = createFits(schema.unwrap() as z.ZodType)
    return value => value === null || inner(value)
  }
  if (schema instanceof z.ZodObject) return fitsObject(schema)
  if (schema instanceof z.ZodArray) {
    const item = createFits(schema.element as z.ZodType)
    return value => Array.isArray(value) && value.every(item)
  }
  if (schema instanceof z.ZodUnion) {
    const options = (schema.options as z.ZodType[]).map(createFits)
    return value => options.some(option => option(value))
  }
  if (schema instanceof z.ZodLiteral) return oneOf([...schema.values])
  if (schema instanceof z.ZodEnum) return oneOf(schema.options)
  if (schema instanceof z.ZodString) return fitsText(schema)
  return undefined
}

function oneOf(values: readonly unknown[]): Fits {
  const [only] = values
  if (values.length === 1) return value => value === only
  const known = new Set(values)
  return value => known.has(value)
}

function fitsObject(schema: z.ZodObject): Fits {
  const names = Object.keys(schema.shape)
  const fields = new Map<string, { readonly fits: Fits; readonly isRequired: boolean }>()
  let required = 0
  for (const name of names) {
    const field = schema.shape[name] as z.ZodType
    const isRequired = !field.safeParse(undefined).success
    if (isRequired) required++
    if (name.trim() === name) fields.set(name, { fits: createFits(field), isRequired })
  }
  // An object without fields is one that may hold anything.
  const isOpen = names.length === 0
  return value => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
    if (isOpen) return true
    let missing = required
    for (const name in value) {
      const field = fields.get(name)
      if (!field?.fits((value as Record<string, unknown>)[name])) return false
      if (field.isRequired) missing--
    }
    return missing === 0
  }
}

/** Lengths, patterns and own predicates of a text; of other checks the schema knows more. */
function fitsText(schema: z.ZodString): Fits | undefined {
  let shortest = 0
  let longest = Number.POSITIVE_INFINITY
  const patterns: RegExp[] = []
  const predicates: ((text: string) => unknown)[] = []
  for (const each of schema.def.checks ?? []) {
    const check = each._zod.def as {
      check: string
      minimum?: number
      maximum?: number
      length?: number
      format?: string
      pattern?: RegExp
      fn?: (text: string) => unknown
    }
    if (check.check === 'min_length') shortest = Math.max(shortest, Number(check.minimum))
    else if (check.check === 'max_length') longest = Math.min(longest, Number(check.maximum))
    else if (check.check === 'length_equals') shortest = longest = Number(check.length)
    else if (
      check.check === 'string_format' &&
      check.pattern &&
      !check.pattern.global &&
      !check.pattern.sticky
    )
      patterns.push(check.pattern)
    else if (check.check === 'custom' && check.fn) predicates.push(check.fn)
    else return undefined
  }
  return value => {
    if (typeof value !== 'string' || value.length < shortest || value.length > longest) return false
    for (const pattern of patterns) if (!pattern.test(value)) return false
    // A promise is no answer yet.
    for (const predicate of predicates) if (predicate(value) !== true) return false
    return true
  }
}

/** Whether a schema that was taken apart has checks of its own besides. */
function hasOwnChecks(schema: z.ZodType): boolean {
  return !(schema instanceof z.ZodString) && (schema.def.checks?.length ?? 0) > 0
}
