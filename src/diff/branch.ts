// What a schema allows, as one branch for each type of value: `type: [string, null]`, `nullable` and `anyOf` come to the same.
import type { Place } from './place.ts'

export type JsonType = 'string' | 'number' | 'boolean' | 'object' | 'array' | 'null'

export const jsonTypes: readonly JsonType[] = ['string', 'number', 'boolean', 'object', 'array', 'null']

/** A value and where it is said. */
export interface Said<T> {
  readonly value: T
  readonly place: Place
}

export interface Bound {
  readonly limit: number
  readonly isExclusive: boolean
}

/** All that is said of values of one type. */
export interface Branch {
  readonly type: JsonType
  /** The schema. */
  readonly place: Place
  /** What tells it from other branches of its type, such as the name of a component. */
  readonly label: string | undefined
  /** Of numbers, that they are whole. */
  readonly whole: boolean
  /** The only values. */
  readonly values: Said<readonly unknown[]> | undefined
  /** By `minimum`, `maxLength` and so on; the strictest, where there are several. */
  readonly bounds: ReadonlyMap<BoundName, Said<Bound>>
  /** Keywords that are compared as they are, each with all that is said by it. */
  readonly keywords: ReadonlyMap<string, readonly Said<unknown>[]>
  /** Of objects: the schemas of each field, all of which hold. */
  readonly fields: ReadonlyMap<string, readonly Place[]>
  readonly required: ReadonlyMap<string, Place>
  /** Of objects: the schemas of fields that are not named. */
  readonly others: readonly Place[]
  /** Of objects: the schemas of names. */
  readonly names: readonly Place[]
  /** Of lists: the schemas of the first items, each by its position. */
  readonly first: readonly (readonly Place[])[]
  /** Of lists: the schemas of the other items. */
  readonly items: readonly Place[]
}

export type BoundName = 'lengthFrom' | 'lengthTo' | 'sizeFrom' | 'sizeTo' | 'numberFrom' | 'numberTo'

/** The keywords that bound something, with what they bound and the type that they are about. */
export const boundKeywords: Readonly<Record<string, { name: BoundName; type: JsonType }>> = {
  minLength: { name: 'lengthFrom', type: 'string' },
  maxLength: { name: 'lengthTo', type: 'string' },
  minimum: { name: 'numberFrom', type: 'number' },
  exclusiveMinimum: { name: 'numberFrom', type: 'number' },
  maximum: { name: 'numberTo', type: 'number' },
  exclusiveMaximum: { name: 'numberTo', type: 'number' },
  minItems: { name: 'sizeFrom', type: 'array' },
  maxItems: { name: 'sizeTo', type: 'array' },
  minProperties: { name: 'sizeFrom', type: 'object' },
  maxProperties: { name: 'sizeTo', type: 'object' },
}

/** The type that a keyword is about; those that are not here are about all types. */
export const keywordTypes: Readonly<Record<string, JsonType>> = {
  pattern: 'string',
  format: 'string',
  contentEncoding: 'string',
  contentMediaType: 'string',
  contentSchema: 'string',
  multipleOf: 'number',
  uniqueItems: 'array',
  contains: 'array',
  minContains: 'array',
  maxContains: 'array',
  unevaluatedItems: 'array',
  additionalItems: 'array',
  dependentRequired: 'object',
  dependentSchemas: 'object',
  dependencies: 'object',
  patternProperties: 'object',
  unevaluatedProperties: 'object',
  discriminator: 'object',
}

/** The type that a schema without one is about, by its keywords: nobody who writes `properties` means numbers, too. */
export function impliedType(keywords: readonly string[]): JsonType | undefined {
  const implied = new Set(
    keywords.flatMap(keyword => {
      if (keyword === 'format') return []
      const own = Object.hasOwn(boundKeywords, keyword) ? boundKeywords[keyword]?.type : undefined
      const type = own ?? (Object.hasOwn(impliedBy, keyword) ? impliedBy[keyword] : undefined)
      return type === undefined ? [] : [type]
    }),
  )
  return implied.size === 1 ? [...implied][0] : undefined
}

const impliedBy: Readonly<Record<string, JsonType>> = {
  ...keywordTypes,
  properties: 'object',
  required: 'object',
  additionalProperties: 'object',
  propertyNames: 'object',
  items: 'array',
  prefixItems: 'array',
}

/** Both bounds, as the stricter one. */
export function stricter(name: BoundName, a: Said<Bound> | undefined, b: Said<Bound>): Said<Bound> {
  if (!a) return b
  const order = name.endsWith('From') ? 1 : -1
  const difference = (b.value.limit - a.value.limit) * order
  return difference > 0 || (difference === 0 && b.value.isExclusive) ? b : a
}
