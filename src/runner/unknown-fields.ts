// The fields of a value that its schema does not know.
import * as z from 'zod'
import { type Provenance, provenanceOf } from '../contract/index.ts'
import { unwrap } from './value-places.ts'

export interface Unknown {
  readonly path: readonly PropertyKey[]
  readonly name: string
  /** The known name that it is but for spaces. */
  readonly unspaced?: string
  /** Set where the contract has the name with its space. */
  readonly provenance?: Provenance | undefined
  readonly isKnown: boolean
}

/** What is known of a field: its name, and of an object what is in it. */
export interface Tree {
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
export function toTree(schema: z.ZodType): Tree | undefined {
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

/** The fields that nobody knows, and the known ones whose name ends with a space; undefined where there are none. */
export function unknownFields(
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
