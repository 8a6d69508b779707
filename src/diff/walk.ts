// Goes through a document and tells keywords from names: a field may well be called `description`.
import { toPointer } from '../contract/index.ts'

/** Keywords whose value has names in it that the author chose. */
const nameMaps = new Set([
  '$defs',
  'callbacks',
  'content',
  'definitions',
  'dependentRequired',
  'dependentSchemas',
  'encoding',
  'headers',
  'links',
  'mapping',
  'parameters',
  'pathItems',
  'paths',
  'patternProperties',
  'properties',
  'requestBodies',
  'responses',
  'schemas',
  'scopes',
  'securitySchemes',
  'variables',
  'webhooks',
])

/** Keywords whose value is a message or a part of one, and no description of it. */
const valueKeywords = new Set(['const', 'default', 'enum', 'example', 'examples', 'value'])

export interface Visited {
  readonly pointer: string
  readonly keyword: string
  readonly value: unknown
  /** The object that it is in. */
  readonly owner: Readonly<Record<string, unknown>>
}

/** Visits every keyword of a document, but not what is inside of example values, nor of what `visit` returns false for. */
export function walk(root: unknown, visit: (visited: Visited) => unknown): void {
  const go = (value: unknown, pointer: string, isNames: boolean): void => {
    if (typeof value !== 'object' || value === null) return
    if (Array.isArray(value)) {
      for (const [i, item] of value.entries()) go(item, `${pointer}/${i}`, false)
      return
    }
    const owner = value as Readonly<Record<string, unknown>>
    for (const [key, inner] of Object.entries(owner)) {
      const at = pointer + toPointer([key])
      const isWanted = isNames || visit({ pointer: at, keyword: key, value: inner, owner }) !== false
      if (isWanted && (isNames || !valueKeywords.has(key))) go(inner, at, !isNames && nameMaps.has(key))
    }
  }
  go(root, '', false)
}
