// What an answer is made of, without its values: fields with their types, and what stands around them.
import { toPointer } from '../../contract/index.ts'

/** The types that are seen at each place of a message. Items of a list are one place, written as `*`. */
export type Structure = ReadonlyMap<string, ReadonlySet<string>>

/** One message, as far as two of a kind are compared. */
export interface Shape {
  /** Of an answer: `answered`, or `refused`. */
  readonly outcome?: string | undefined
  /** Of an answer: the code of the error table. */
  readonly code?: string | undefined
  readonly status?: number | undefined
  /** Without its parameters. */
  readonly contentType?: string | undefined
  readonly value?: unknown
}

export interface Comparison {
  /** From 0 to 1. */
  readonly score: number
  /** What is different, in words: the same difference is always the same text. */
  readonly differences: readonly string[]
}

/**
 * How much of its structure a message of the double shares with one of the provider.
 *
 * It is 0 where the double answers something else: where it refuses what was answered, or the other way round, or
 * refuses with another code. Otherwise it is the share of what both have, of all that at least one of them has:
 * the code, the HTTP status, the content type, and each field together with its type. Values do not count, and
 * items of a list count as one.
 */
export function compareShapes(there: Shape, here: Shape): Comparison {
  const isOther = there.outcome !== here.outcome || (there.outcome === 'refused' && there.code !== here.code)
  if (isOther) {
    const differences = [`${sayOutcome(there)} at the provider, ${sayOutcome(here)} in the double`]
    return { score: 0, differences }
  }
  const [all, own] = [partsOf(there), partsOf(here)]
  const differences: string[] = []
  let [both, either] = [0, 0]
  for (const place of new Set([...all.keys(), ...own.keys()])) {
    const [seen, given] = [all.get(place) ?? none, own.get(place) ?? none]
    const union = new Set([...seen, ...given])
    const common = [...union].filter(type => seen.has(type) && given.has(type))
    both += common.length
    either += union.size
    if (common.length < union.size) differences.push(say(place, seen, given))
  }
  return { score: either === 0 ? 1 : both / either, differences }
}

/** The structure of a JSON value. */
function structureOf(value: unknown): Structure {
  const types = new Map<string, Set<string>>()
  collect(value, '', types)
  return types
}

const none: ReadonlySet<string> = new Set()

function collect(value: unknown, pointer: string, types: Map<string, Set<string>>): void {
  const known = types.get(pointer)
  if (known) known.add(typeOf(value))
  else types.set(pointer, new Set([typeOf(value)]))
  if (Array.isArray(value)) for (const item of value) collect(item, `${pointer}/*`, types)
  else if (typeof value === 'object' && value !== null)
    for (const [name, inner] of Object.entries(value)) collect(inner, `${pointer}${toPointer([name])}`, types)
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return (
    { string: 'a text', number: 'a number', boolean: 'true or false' }[typeof value as string] ?? 'an object'
  )
}

/** All that is compared, by place; what is no field has a name in place of a pointer. */
function partsOf({ code, status, contentType, value }: Shape): Map<string, ReadonlySet<string>> {
  const parts = new Map<string, ReadonlySet<string>>()
  for (const [name, part] of Object.entries({ code, 'HTTP status': status, 'content type': contentType }))
    if (part !== undefined) parts.set(name, new Set([String(part)]))
  // That it is an object at all shows in its fields.
  if (value !== undefined)
    for (const [pointer, types] of structureOf(value)) if (pointer !== '') parts.set(pointer, types)
  return parts
}

function say(place: string, there: ReadonlySet<string>, here: ReadonlySet<string>): string {
  return `${place}: ${list(there)} at the provider, ${list(here)} in the double`
}

function list(types: ReadonlySet<string>): string {
  return types.size === 0 ? 'missing' : [...types].sort().join(' or ')
}

function sayOutcome({ outcome = 'neither answered nor refused', code }: Shape): string {
  return code === undefined ? outcome : `${outcome} with ${code}`
}
