// Keywords that are no bounds: patterns, formats, and those with which paydouble does not compute.
import type { Branch, Said } from './branch.ts'
import type { Effect } from './change.ts'
import { hasSameMeaning } from './meaning.ts'
import type { Place } from './place.ts'
import { report, type Scope } from './scope.ts'

export function compareKeywords(old: Branch, now: Branch, scope: Scope): void {
  for (const keyword of new Set([...old.keywords.keys(), ...now.keywords.keys()])) {
    const before = old.keywords.get(keyword) ?? []
    const after = now.keywords.get(keyword) ?? []
    if (keyword === 'contentSchema' && before.length > 0 && after.length > 0) {
      // Text with JSON in it is JSON again.
      scope.compareSchemas(before.map(placeOf), after.map(placeOf), { ...scope, isTextual: false })
      continue
    }
    const removed = before.filter(one => !after.some(other => hasSameMeaning(one.place, other.place)))
    const added = after.filter(one => !before.some(other => hasSameMeaning(one.place, other.place)))
    if (removed.length + added.length === 0) continue
    compareKeyword({ keyword, before: removed[0], after: added[0], old, now }, scope)
  }
}

function placeOf({ place }: Said<unknown>): Place {
  return place
}

interface Pair {
  readonly keyword: string
  readonly before: Said<unknown> | undefined
  readonly after: Said<unknown> | undefined
  readonly old: Branch
  readonly now: Branch
}

function compareKeyword({ keyword, before, after, old, now }: Pair, scope: Scope): void {
  // A list of values, which was compared already, takes the place of what the other side says.
  if (old.values || now.values) return
  const name = nameOf(keyword)
  const what = before ? (after ? 'Changed' : 'Removed') : 'Added'
  const effect = effectOf(keyword, before, after)
  const { reason } = whyUncertain(keyword)
  report(scope, {
    kind: `${name}${what}`,
    effect,
    old: before?.place ?? old.place,
    new: after?.place ?? now.place,
    message: messages[what](keyword),
    ...(effect === 'uncertain' && { reason }),
    before: before?.value,
    after: after?.value,
  })
}

const messages = {
  Added: (keyword: string) => `There is a "${keyword}" where there was none.`,
  Removed: (keyword: string) => `There is no "${keyword}" any more.`,
  Changed: (keyword: string) => `The "${keyword}" is another one.`,
}

/** The names of changes are few: what else there is has one in common. */
function nameOf(keyword: string): string {
  if (keyword === 'pattern' || keyword === 'format') return keyword
  if (keyword.startsWith('content')) return 'content'
  return keyword === 'multipleOf' || keyword === 'uniqueItems' ? 'limit' : 'constraint'
}

function effectOf(
  keyword: string,
  before: Said<unknown> | undefined,
  after: Said<unknown> | undefined,
): Effect {
  if (!before || !after) {
    // `then` is nothing without `if`, and what fields may be there is known only together with the other schemas.
    if (dependent.has(keyword)) return 'uncertain'
    return before ? 'wider' : 'narrower'
  }
  if (keyword === 'format') return effectOnFormat(String(before.value), String(after.value))
  if (keyword === 'multipleOf') return effectOnFactor(Number(before.value), Number(after.value))
  return keyword === 'contentMediaType' || keyword === 'contentEncoding' ? 'other' : 'uncertain'
}

const dependent = new Set([
  'if',
  'then',
  'else',
  'discriminator',
  'unevaluatedProperties',
  'unevaluatedItems',
  'minContains',
])

/** Formats, each with those that allow all that it allows. */
const widerFormats: Readonly<Record<string, readonly string[]>> = {
  int32: ['int64'],
  int64: [],
  float: ['double'],
  double: [],
  date: [],
  'date-time': [],
  time: [],
  duration: [],
  email: ['idn-email'],
  'idn-email': [],
  hostname: ['idn-hostname'],
  'idn-hostname': [],
  ipv4: [],
  ipv6: [],
  uri: ['uri-reference', 'iri', 'iri-reference'],
  'uri-reference': ['iri-reference'],
  iri: ['iri-reference'],
  'iri-reference': [],
  uuid: [],
  byte: [],
}

function effectOnFormat(before: string, after: string): Effect {
  const [wider, narrower] = [widerFormats[before], widerFormats[after]]
  if (!wider || !narrower) return 'uncertain'
  if (wider.includes(after)) return 'wider'
  return narrower.includes(before) ? 'narrower' : 'other'
}

function effectOnFactor(before: number, after: number): Effect {
  if (after % before === 0) return 'narrower'
  return before % after === 0 ? 'wider' : 'other'
}

function whyUncertain(keyword: string): { reason: string } {
  if (keyword === 'pattern')
    return {
      reason:
        'Whether one regular expression takes all that another one takes cannot be computed in general.',
    }
  if (keyword === 'format') return { reason: 'What one of the two formats allows is not known here.' }
  return { reason: `With "${keyword}" paydouble does not compute: read both.` }
}
