// One schema by its own keywords, without those that hold other schemas at once or by choice.
import {
  type Bound,
  type BoundName,
  type Branch,
  boundKeywords,
  impliedType,
  type JsonType,
  jsonTypes,
  keywordTypes,
  type Said,
  stricter,
} from './branch.ts'
import { below, entriesOf, type Fields, fieldsOf, itemsOf, type Place, schemaAt } from './place.ts'

/** The branches of a schema by its own keywords alone. */
export function toPlainBranches(place: Place, label: string | undefined): Branch[] {
  if (place.value === false) return []
  if (place.value === true) return toAny(place, label)
  const schema = fieldsOf(place)
  const types = typesOf(place, schema)
  const values = valuesOf(place, schema)
  return [...types].map(([type, whole]) => {
    const own = values && {
      ...values,
      value: values.value.filter(value => typeOf(value) === type && (!whole || Number.isInteger(value))),
    }
    const isAll = type === 'null' || (type === 'boolean' && new Set(own?.value).size === 2)
    return {
      ...empty(type, place, label),
      whole,
      // A list of all that there is lists nothing.
      values: own && isAll && own.value.length > 0 ? undefined : own,
      bounds: boundsOf(place, type, whole),
      keywords: keywordsOf(place, type),
      ...(type === 'object' && objectOf(place)),
      ...(type === 'array' && listOf(place)),
    }
  })
}

/** The branches of a schema that says nothing. */
export function toAny(place: Place | undefined, label: string | undefined): Branch[] {
  return place ? jsonTypes.map(type => empty(type, place, label)) : []
}

function empty(type: JsonType, place: Place, label: string | undefined): Branch {
  return {
    type,
    place,
    label,
    whole: false,
    values: undefined,
    bounds: new Map(),
    keywords: new Map(),
    fields: new Map(),
    required: new Map(),
    others: type === 'object' ? [anythingIn(place, 'additionalProperties')] : [],
    names: type === 'object' ? [anythingIn(place, 'propertyNames')] : [],
    first: [],
    items: type === 'array' ? [anythingIn(place, 'items')] : [],
  }
}

/** Inside of anything there may be anything. It is one place however deep, so that comparing it ends. */
function anythingIn(place: Place, keyword: string): Place {
  const pointer = place.isAbsent ? place.pointer : `${place.pointer}/${keyword}`
  return { document: place.document, pointer, value: true, isAbsent: true }
}

/** The types, each with whether its numbers are whole. */
function typesOf({ document }: Place, schema: Fields): Map<JsonType, boolean> {
  const { type = impliedType(Object.keys(schema)), nullable, enum: values } = schema
  const said = Array.isArray(type) ? type : type === undefined ? undefined : [type]
  const types = new Map<JsonType, boolean>()
  for (const each of said ?? jsonTypes) {
    if (each === 'integer') {
      if (!types.has('number')) types.set('number', true)
    } else if (jsonTypes.includes(each as JsonType)) types.set(each as JsonType, false)
  }
  const isNullable = document.format === '3.0' && nullable === true && said
  // By OpenAPI 3.0.3 null must be among the values, too, where there are some; nobody keeps to that.
  if (isNullable || (said && document.format === '3.0' && Array.isArray(values) && values.includes(null)))
    types.set('null', false)
  return types
}

function valuesOf(place: Place, schema: Fields): Said<readonly unknown[]> | undefined {
  if (Object.hasOwn(schema, 'const')) return { value: [schema.const], place: below(place, 'const') }
  if (!Array.isArray(schema.enum)) return undefined
  const isNullable = place.document.format === '3.0' && schema.nullable === true
  const value: unknown[] = isNullable && !schema.enum.includes(null) ? [...schema.enum, null] : schema.enum
  return { value, place: below(place, 'enum') }
}

export function typeOf(value: unknown): JsonType {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value as JsonType
}

function boundsOf(place: Place, type: JsonType, whole: boolean): Map<BoundName, Said<Bound>> {
  const bounds = new Map<BoundName, Said<Bound>>()
  for (const [keyword, at] of entriesOf(place)) {
    const known = Object.hasOwn(boundKeywords, keyword) ? boundKeywords[keyword] : undefined
    if (known?.type !== type || typeof at.value !== 'number') continue
    const { name } = known
    // In 3.0 it is a flag beside the limit.
    const flag = below(place, name === 'numberFrom' ? 'exclusiveMinimum' : 'exclusiveMaximum').value
    const isExclusive = keyword.startsWith('exclusive') || (type === 'number' && flag === true)
    const bound = toBound(at.value, { isExclusive, whole, isFrom: name.endsWith('From') })
    // No length is below 0.
    if (type !== 'number' && name.endsWith('From') && at.value <= 0) continue
    bounds.set(name, stricter(name, bounds.get(name), { value: bound, place: at }))
  }
  return bounds
}

/** Of whole numbers, more than 0 is at least 1. */
function toBound(
  limit: number,
  { isExclusive, whole, isFrom }: { isExclusive: boolean; whole: boolean; isFrom: boolean },
): Bound {
  if (!whole) return { limit, isExclusive }
  if (isFrom) return { limit: isExclusive ? Math.floor(limit) + 1 : Math.ceil(limit), isExclusive: false }
  return { limit: isExclusive ? Math.ceil(limit) - 1 : Math.floor(limit), isExclusive: false }
}

/** Assertions about all types; `if` brings the other two along. */
const forAll = ['not', 'if', 'then', 'else']

function keywordsOf(place: Place, type: JsonType): Map<string, Said<unknown>[]> {
  const keywords = new Map<string, Said<unknown>[]>()
  for (const [keyword, at] of entriesOf(place)) {
    const about = Object.hasOwn(keywordTypes, keyword) ? keywordTypes[keyword] : undefined
    const isFormat = keyword === 'format' && type === 'number'
    if (about !== type && !isFormat && !forAll.includes(keyword)) continue
    if (keyword === 'uniqueItems' && at.value !== true) continue
    keywords.set(keyword, [{ value: at.value, place: at }])
  }
  return keywords
}

function objectOf(place: Place): Pick<Branch, 'fields' | 'required' | 'others' | 'names'> {
  const fields = new Map(entriesOf(below(place, 'properties')).map(([name, at]) => [name, [at]]))
  const required = new Map(
    itemsOf(below(place, 'required')).flatMap(at =>
      typeof at.value === 'string' ? [[at.value, at] as const] : [],
    ),
  )
  return {
    fields,
    required,
    others: [schemaAt(below(place, 'additionalProperties'))],
    names: [schemaAt(below(place, 'propertyNames'))],
  }
}

function listOf(place: Place): Pick<Branch, 'first' | 'items'> {
  return {
    first: itemsOf(below(place, 'prefixItems')).map(at => [at]),
    items: [schemaAt(below(place, 'items'))],
  }
}
