// What a schema says beside what it allows: who says so, defaults, what is deprecated, extensions.
import { isDeepStrictEqual } from 'node:util'
import { provenanceKey } from '../contract/index.ts'
import type { Effect, Verdict } from './change.ts'
import { below, type Fields, isFields, type Place } from './place.ts'
import { type Difference, report, type Scope } from './scope.ts'
import { textKeywords } from './texts.ts'

/** Compares what the first of some schemas say: by its place, each keyword once. */
export function compareAnnotations(old: readonly Place[], now: readonly Place[], scope: Scope): void {
  const [before, after] = [collect(old), collect(now)]
  for (const keyword of new Set([...before.keys(), ...after.keys()])) {
    compareAnnotation(keyword, before.get(keyword), {
      now: after.get(keyword),
      old: old[0],
      new: now[0],
      scope,
    })
  }
}

/** Compares what two objects that are no schemas say beside the keywords in `known`. */
export function compareRest(old: Place, now: Place, known: readonly string[], scope: Scope): void {
  const [before, after] = [old, now].map(place => (isFields(place.value) ? place.value : {}))
  for (const keyword of new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])) {
    if (known.includes(keyword) || textKeywords.has(keyword)) continue
    compareAnnotation(keyword, has(before, keyword) ? below(old, keyword) : undefined, {
      now: has(after, keyword) ? below(now, keyword) : undefined,
      old,
      new: now,
      scope,
    })
  }
}

function has(fields: Fields | undefined, key: string): boolean {
  return fields !== undefined && Object.hasOwn(fields, key)
}

function collect(places: readonly Place[]): Map<string, Place> {
  const found = new Map<string, Place>()
  for (const place of places) {
    if (!isFields(place.value)) continue
    for (const keyword of Object.keys(place.value)) {
      const isAnnotation = keyword === 'default' || keyword === 'deprecated' || keyword.startsWith('x-')
      const isNew = !found.has(keyword) && !textKeywords.has(keyword)
      if (isNew && (isAnnotation || !schemaKeywords.has(keyword))) found.set(keyword, below(place, keyword))
    }
  }
  return found
}

/** The keywords of schemas that are compared elsewhere, or mean nothing by themselves. */
const schemaKeywords = new Set(
  `$anchor $defs $dynamicAnchor $dynamicRef $id $ref $schema $vocabulary additionalItems additionalProperties allOf anyOf
  const contains contentEncoding contentMediaType contentSchema definitions dependencies dependentRequired dependentSchemas
  discriminator else enum exclusiveMaximum exclusiveMinimum format if items maxContains maxItems maxLength maxProperties
  maximum minContains minItems minLength minProperties minimum multipleOf not nullable oneOf pattern patternProperties
  prefixItems properties propertyNames readOnly required then type unevaluatedItems unevaluatedProperties uniqueItems
  writeOnly`.split(/\s+/),
)

interface Sides {
  readonly now: Place | undefined
  /** Where it would be. */
  readonly old: Place | undefined
  readonly new: Place | undefined
  readonly scope: Scope
}

function compareAnnotation(keyword: string, was: Place | undefined, { now, scope, ...owners }: Sides): void {
  if (isDeepStrictEqual(was?.value, now?.value)) return
  const said = sayAnnotation(keyword, was?.value, { after: now?.value, scope })
  if (said) report(scope, { ...said, old: was ?? owners.old, new: now ?? owners.new })
}

function sayAnnotation(
  keyword: string,
  before: unknown,
  { after, scope }: { after: unknown; scope: Scope },
): Difference | undefined {
  switch (keyword) {
    case provenanceKey:
      return sayProvenance(before, after)
    case 'deprecated':
      return {
        kind: after === true ? 'deprecated' : 'undeprecated',
        ...note('It works as before.'),
        message: after === true ? 'It is deprecated now.' : 'It is no longer deprecated.',
      }
    case 'default':
      return {
        kind: 'defaultChanged',
        ...(scope.writer === 'app'
          ? doubt('What is not sent may mean something else now.')
          : note('What is read is not changed by it.')),
        message: 'The default is another one.',
        before,
        after,
      }
    case 'x-refusal':
      return {
        kind: 'refusalChanged',
        ...doubt('An app that goes by the code of the refusal gets another one.'),
        message: 'Another row of the error table answers where this is wrong.',
        before,
        after,
      }
    default:
      return {
        kind: 'keywordChanged',
        ...doubt(`What "${keyword}" promises is not known here: read both.`),
        message: `What "${keyword}" says is different.`,
        before,
        after,
      }
  }
}

/** What a change of who says so comes to: nothing on the wire. */
export function sayProvenance(before: unknown, after: unknown): Difference | undefined {
  const [was, is] = [before, after].map(each => (isFields(each) ? each.level : undefined))
  if (was === is) return undefined
  return {
    kind: 'provenanceChanged',
    ...note('The messages are the same; it is as sure as the one who says so.'),
    message: `It is ${is ?? 'said by nobody'} where it was ${was ?? 'said by nobody'}.`,
    before: was,
    after: is,
  }
}

function note(reason: string): { effect: Effect; verdict: Verdict; reason: string } {
  return { effect: 'none', verdict: 'compatible', reason }
}

function doubt(reason: string): { effect: Effect; verdict: Verdict; reason: string } {
  return { effect: 'none', verdict: 'unknown', reason }
}
