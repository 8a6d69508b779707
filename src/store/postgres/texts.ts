// How values become what PostgreSQL takes.
import { createHash } from 'node:crypto'

export type Parameter = string | number | boolean | null | readonly (string | number | null)[]

/** A text of PostgreSQL holds no NUL and no half of a character: those are written in another way, each in its own. */
export function toText(text: string): string {
  if (!special.test(text) && text.isWellFormed()) return text
  return text.replace(
    /[\0\x01]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g,
    character => `\x01${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const special = /[\0\x01]/

/** The literal of an array, such as `{"a","b"}`. */
export function toArrayText(items: readonly (string | number | null)[]): string {
  return `{${items.map(toElement).join(',')}}`
}

function toElement(item: string | number | null): string {
  if (typeof item === 'string') return `"${toText(item).replace(/["\\]/g, '\\$&')}"`
  return item === null ? 'null' : String(item)
}

/** A key as it stands in an index, which holds no long texts. */
export function toKey(key: string): string {
  return key.length <= longestKey ? key : `sha256/${createHash('sha256').update(key).digest('hex')}`
}

/** So long that the bytes of no key are too many for a page of an index. */
const longestKey = 500
