// From a schema to its branches.
import { isDeepStrictEqual } from 'node:util'
import { acceptanceOf } from './accepts.ts'
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
import {
  below,
  entriesOf,
  type Fields,
  fieldsOf,
  isFields,
  itemsOf,
  type Place,
  referenceOf,
  resolve,
  schemaAt,
} from './place.ts'

/** What a schema allows. */
export interface Shape {
  readonly branches: readonly Branch[]
  /** The schemas that hold at once: itself, and those of `allOf`. */
  readonly parts: readonly Place[]
  /** Whether there were too many branches to list. */
  readonly isCut: boolean
}

/** More branches are not listed. */
const mostBranches = 200
/** Choices within choices multiply; more are not looked into. */
const mostChoices = 1_000

/** What all of some schemas allow at once. */
export function toShape(
  schemas: readonly Place[],
  within: ReadonlySet<string> = new Set(),
  budget = { left: mostChoices },
): Shape {
  const parts: Place[] = []
  const choices: { place: Place; members: Place[] }[] = []
  const labels: string[] = []
  const passed = new Set<string>()
  const add = (schema: Place): void => {
    const place = resolve(schema)
    if (passed.has(place.pointer)) return
    passed.add(place.pointer)
    if (place.pointer !== schema.pointer) labels.push(place.pointer)
    parts.push(place)
    if (typeof place.value === 'boolean') return
    for (const keyword of ['anyOf', 'oneOf']) {
      const members = itemsOf(below(place, keyword))
      if (members.length > 0) choices.push({ place, members })
    }
    for (const inner of itemsOf(below(place, 'allOf'))) add(inner)
    // Beside a reference, 3.1 takes other keywords.
    const { value, document } = schema
    if (document.format === '3.1' && isReferenceWithMore(value))
      add({ ...schema, value: withoutReference(value) })
  }
  for (const schema of schemas) add(schema)

  let branches = partsToBranches(parts, labels[0])
  let isCut = false
  for (const { members } of choices) {
    // A choice that is the whole again adds nothing to it.
    const around = new Set([...within, ...passed])
    const others = members.filter(member => !around.has(resolve(member).pointer))
    budget.left -= others.length
    if (budget.left < 0) return { branches: [], parts, isCut: true }
    const shapes = others.map(member => toShape([member], around, budget))
    isCut ||= shapes.some(shape => shape.isCut)
    const options = shapes.flatMap(shape => shape.branches)
    branches = branches.flatMap(branch =>
      options.filter(option => option.type === branch.type).map(option => both(branch, option)),
    )
    if (branches.length > mostBranches) {
      branches = branches.slice(0, mostBranches)
      isCut = true
    }
  }
  return {
    branches: joinValues(branches.map(withPossible).filter(branch => branch.values?.value.length !== 0)),
    parts,
    isCut,
  }
}

function isReferenceWithMore(value: unknown): value is Fields {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).length > 1 &&
    !!referenceOf(value as Fields)
  )
}

function withoutReference(value: Fields): Fields {
  const { $ref: _, $dynamicRef: __, ...rest } = value
  return rest
}

function partsToBranches(parts: readonly Place[], label: string | undefined): Branch[] {
  const each = parts.map(part => toPlainBranches(part, label))
  const [first = toAny(parts[0], label), ...more] = each
  return more.reduce(
    (branches, others) =>
      branches.flatMap(branch =>
        others.filter(other => other.type === branch.type).map(other => both(branch, other)),
      ),
    first,
  )
}

function toAny(place: Place | undefined, label: string | undefined): Branch[] {
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

/** The branches of a schema by its own keywords alone. */
function toPlainBranches(place: Place, label: string | undefined): Branch[] {
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

/** What is allowed by two branches at once. */
function both(a: Branch, b: Branch): Branch {
  const bounds = new Map(a.bounds)
  for (const [name, bound] of b.bounds) bounds.set(name, stricter(name, bounds.get(name), bound))
  return {
    type: a.type,
    place: saysMore(b) ? b.place : a.place,
    label: b.label ?? a.label,
    whole: a.whole || b.whole,
    values: a.values && b.values ? commonOf(a.values, b.values) : (a.values ?? b.values),
    bounds,
    keywords: joined(a.keywords, b.keywords),
    fields: joined(a.fields, b.fields),
    required: new Map([...a.required, ...b.required]),
    others: [...a.others, ...b.others],
    names: [...a.names, ...b.names],
    first: Array.from({ length: Math.max(a.first.length, b.first.length) }, (_, i) => [
      ...(a.first[i] ?? a.items),
      ...(b.first[i] ?? b.items),
    ]),
    items: [...a.items, ...b.items],
  }
}

function saysMore({ place }: Branch): boolean {
  if (!isFields(place.value)) return false
  return Object.keys(place.value).some(key => key === 'type' || key === 'enum' || key === 'const')
}

function commonOf(a: Said<readonly unknown[]>, b: Said<readonly unknown[]>): Said<readonly unknown[]> {
  return { place: b.place, value: a.value.filter(value => includes(b.value, value)) }
}

/** Whether a value is among others, by what it is and not by its identity. */
export function includes(values: readonly unknown[], value: unknown): boolean {
  return values.some(each => isDeepStrictEqual(each, value))
}

function joined<T>(
  a: ReadonlyMap<string, readonly T[]>,
  b: ReadonlyMap<string, readonly T[]>,
): Map<string, readonly T[]> {
  const all = new Map(a)
  for (const [key, list] of b) all.set(key, [...(all.get(key) ?? []), ...list])
  return all
}

/** Without listed values that its own limits refuse. */
function withPossible(branch: Branch): Branch {
  const { values } = branch
  if (!values) return branch
  return {
    ...branch,
    values: { ...values, value: values.value.filter(value => acceptanceOf(branch, value) !== 'no') },
  }
}

/** Branches that are nothing but lists of values are one list: `anyOf` of constants is an `enum`. */
function joinValues(branches: readonly Branch[]): Branch[] {
  const joined = new Map<JsonType, Branch>()
  const rest: Branch[] = []
  for (const branch of branches) {
    const { type, values } = branch
    if (!values || type === 'object' || type === 'array' || !isOnlyValues(branch)) {
      rest.push(branch)
      continue
    }
    const known = joined.get(type)
    joined.set(type, known?.values ? withMore(known, known.values, values) : branch)
  }
  return [...rest, ...joined.values()]
}

function withMore(branch: Branch, known: Said<readonly unknown[]>, more: Said<readonly unknown[]>): Branch {
  const added = more.value.filter(value => !includes(known.value, value))
  return { ...branch, values: { place: known.place, value: [...known.value, ...added] } }
}

function isOnlyValues({ bounds, keywords }: Branch): boolean {
  return bounds.size === 0 && keywords.size === 0
}
