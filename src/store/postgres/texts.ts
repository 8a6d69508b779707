// How values become what PostgreSQL takes.
import { createHash } from 'node:crypto'

export type Parameter = string | number | boolean | null | readonly (string | number | null)[]

/** A text of PostgreSQL holds no NUL and no half of a character: those are written in another way, each in its own. */
export function toText(text: string): string {
  if (!text.includes('\0') && !text.includes(mark) && text.isWellFormed()) return text
  return [...text]
    .map(character =>
      character === '\0' || character === mark || !character.isWellFormed()
        ? `${mark}${character.charCodeAt(0).toString(16).padStart(4, '0')}`
        : character,
    )
    .join('')
}

/** Stands before what is written in another way. */
const mark = '\u0001'

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
