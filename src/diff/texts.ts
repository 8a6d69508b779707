// What is written for people. It changes nothing on the wire, so it is only counted.
import { isDeepStrictEqual } from 'node:util'
import { provenanceKey } from '../contract/index.ts'
import type { ApiDocument } from './place.ts'
import { walk } from './walk.ts'

/** Keywords that hold texts for people. */
export const textKeywords: ReadonlySet<string> = new Set([
  '$comment',
  'contact',
  'description',
  'example',
  'examples',
  'externalDocs',
  'license',
  'links',
  'meaning',
  'summary',
  'tags',
  'termsOfService',
  'title',
  'x-facts',
  'xml',
])

/** How many texts of two documents differ, in what both of them have. */
export function countTexts(old: ApiDocument, now: ApiDocument): number {
  const before = textsOf(old)
  const after = textsOf(now)
  const pointers = new Set([...before.texts.keys(), ...after.texts.keys()])
  return [...pointers].filter(pointer => {
    const owner = pointer.slice(0, pointer.lastIndexOf('/'))
    const isInBoth = before.owners.has(owner) && after.owners.has(owner)
    return isInBoth && !isDeepStrictEqual(before.texts.get(pointer), after.texts.get(pointer))
  }).length
}

function textsOf({ root }: ApiDocument): { texts: Map<string, unknown>; owners: Set<string> } {
  const texts = new Map<string, unknown>()
  const owners = new Set<string>()
  walk(root, ({ pointer, keyword, value }) => {
    owners.add(pointer.slice(0, pointer.lastIndexOf('/')))
    if (keyword === provenanceKey) texts.set(pointer, sourceOf(value))
    else if (!textKeywords.has(keyword)) return true
    else texts.set(pointer, value)
    return false
  })
  return { texts, owners }
}

/** A provenance without its level, which is a fact and compared: where it is from is told to people. */
function sourceOf(provenance: unknown): unknown {
  if (typeof provenance !== 'object' || provenance === null) return provenance
  const { level: _, ...source } = provenance as Record<string, unknown>
  return source
}
