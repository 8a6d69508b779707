// Finds the items of a long JSON text in a stream of its bytes, so that no more than one is held.
import { Buffer } from 'node:buffer'
import { mostItemBytes } from './reader.ts'

/**
 * Where the items are: in the list `log.entries` of an object, in a list, or one after the other with nothing around
 * them.
 */
export type ItemsIn = 'har' | 'list' | 'sequence'

export interface JsonItem {
  /** Where it begins, as a byte of the whole, from 0. */
  readonly at: number
  readonly size: number
  /** Absent where it was too long to be held, or is no JSON. */
  readonly bytes?: Buffer
  /** Where a line ends in the middle of a text, which JSON never has. */
  readonly brokenAt?: number
}

export interface ItemsEnd {
  /** `cut`: it ends within the items; `cutBefore`: before them; `absent`: there are none. */
  readonly state: 'complete' | 'cut' | 'cutBefore' | 'absent'
  readonly size: number
  /** Where an item begins that has no end. */
  readonly openAt?: number
  /** An item that ends with the whole. */
  readonly last?: JsonItem
}

export interface JsonItems {
  push(chunk: Buffer): JsonItem[]
  end(): ItemsEnd
}

const quote = 0x22
const comma = 0x2c
const backslash = 0x5c
const openList = 0x5b
const closeList = 0x5d
const openObject = 0x7b
const closeObject = 0x7d
const lineFeed = 0x0a

const paths = { har: ['log', 'entries'], list: [], sequence: [] } as const
/** Longer keys are none of a path. */
const longestKey = 16
const longestIndent = 200

/** Nothing is parsed: quotes, backslashes and brackets are enough to find where an item ends. */
export function createJsonItems(where: ItemsIn): JsonItems {
  const path: readonly string[] = paths[where]
  let mode: 'seek' | 'between' | 'inside' | 'scalar' | 'resync' = where === 'sequence' ? 'between' : 'seek'
  /** How many lists and objects are open. */
  let depth = 0
  /** How many are when no item is. */
  let itemDepth = 0
  let inText = false
  let isEscaped = false
  let found = where === 'sequence'
  // Of the search for the list.
  let onPath = 0
  let key: string | undefined
  let isKeyNext = false
  let isOnKey = false
  // Of the item.
  let at = -1
  let parts: Buffer[] = []
  let held = 0
  let brokenAt: number | undefined
  /** What stands before an item, from the line break to its bracket, to find the next one after a broken one. */
  let separator: Buffer | undefined
  let tail: Buffer = Buffer.alloc(0)
  /** The white space since the last line break between two items. */
  let indent = ''
  /** Bytes before the chunk. */
  let base = 0

  function begin(i: number, as: 'inside' | 'scalar'): void {
    at = base + i
    mode = as
    if (indent !== '' && as === 'inside') separator ??= Buffer.from(`${indent}{`)
  }

  /** Keeps what a chunk has of an item that goes on in the next one. */
  function hold(chunk: Buffer, from: number): void {
    held += chunk.length - from
    if (held > mostItemBytes) parts = []
    else parts.push(chunk.subarray(from))
  }

  function finish(chunk: Buffer, from: number, to: number): JsonItem {
    const size = base + to - at
    const own = chunk.subarray(from, to)
    const item: JsonItem =
      brokenAt !== undefined
        ? { at, size, brokenAt }
        : size > mostItemBytes
          ? { at, size }
          : { at, size, bytes: parts.length > 0 ? Buffer.concat([...parts, own]) : own }
    at = -1
    parts = []
    held = 0
    brokenAt = undefined
    mode = 'between'
    return item
  }

  /** Goes to the list; gives where it begins. */
  function seek(chunk: Buffer, from: number): number {
    for (let i = from; i < chunk.length; i++) {
      const byte = chunk[i] as number
      if (inText) {
        if (isEscaped) isEscaped = false
        else if (byte === backslash) isEscaped = true
        else if (byte === quote) inText = false
        if (inText && key !== undefined && key.length <= longestKey) key += String.fromCharCode(byte)
        continue
      }
      if (byte === quote) {
        inText = true
        key = isKeyNext && depth === onPath + 1 ? '' : undefined
        isKeyNext = false
        if (key !== undefined) isOnKey = false
      } else if (byte === 0x3a) {
        isOnKey = key !== undefined && key === path[onPath]
        key = undefined
      } else if (byte === comma) {
        isKeyNext = true
        if (depth === onPath + 1) isOnKey = false
      } else if (byte === openObject || byte === openList) {
        const isNext = isOnKey && depth === onPath + 1
        const isList = byte === openList
        depth++
        isOnKey = false
        isKeyNext = !isList
        if (isList && (path.length === 0 ? depth === 1 : isNext && onPath === path.length - 1)) {
          found = true
          itemDepth = depth
          mode = 'between'
          return i + 1
        }
        if (isNext && !isList && onPath < path.length - 1) onPath++
      } else if (byte === closeObject || byte === closeList) {
        if (depth > 0) depth--
        if (onPath > 0 && depth <= onPath) onPath--
      }
    }
    return chunk.length
  }

  function between(chunk: Buffer, from: number): number {
    for (let i = from; i < chunk.length; i++) {
      const byte = chunk[i] as number
      if (byte <= 0x20 || byte === comma) {
        indent = byte === lineFeed ? '\n' : indent === '' ? '' : indent + String.fromCharCode(byte)
        if (indent.length > longestIndent || byte === comma) indent = ''
        continue
      }
      if (byte === openObject || byte === openList) {
        begin(i, 'inside')
        depth++
        return i + 1
      }
      if (byte === closeList && where !== 'sequence') {
        depth--
        mode = 'seek'
        return i + 1
      }
      begin(i, 'scalar')
      return i
    }
    return chunk.length
  }

  /** Goes to the end of an item; this is where the time is spent. */
  function inside(chunk: Buffer, from: number): number {
    const { length } = chunk
    let i = from
    let open = depth
    let isText = inText
    if (isEscaped) {
      isEscaped = false
      i++
    }
    while (i < length) {
      if (isText) {
        let byte = chunk[i] as number
        while (byte !== quote && byte !== backslash && byte !== lineFeed && ++i < length)
          byte = chunk[i] as number
        if (i >= length) break
        if (byte === lineFeed && separator) {
          brokenAt = base + i
          mode = 'resync'
          break
        }
        if (byte === quote) isText = false
        i += byte === backslash ? 2 : 1
        continue
      }
      const byte = chunk[i++] as number
      if (byte === quote) isText = true
      else if (byte === openObject || byte === openList) open++
      else if ((byte === closeObject || byte === closeList) && --open === itemDepth) break
    }
    // The character that is escaped is in the next chunk.
    isEscaped = i > length
    depth = open
    inText = isText
    return Math.min(i, length)
  }

  /** A number, a word, or what else is no object: up to the end of its line, or to a comma. */
  function scalar(chunk: Buffer, from: number): number {
    for (let i = from; i < chunk.length; i++) {
      const byte = chunk[i] as number
      if (isEscaped) isEscaped = false
      else if (inText && byte === backslash) isEscaped = true
      else if (byte === quote) inText = !inText
      else if (
        byte === lineFeed ||
        (!inText && (byte === comma || (byte === closeList && where !== 'sequence')))
      ) {
        inText = false
        return i
      }
    }
    return -1
  }

  return {
    push(chunk) {
      const items: JsonItem[] = []
      /** Where the item begins, or goes on, in this chunk. */
      let from = 0
      let i = 0
      while (i < chunk.length) {
        if (mode === 'seek') i = seek(chunk, i)
        else if (mode === 'between') {
          i = between(chunk, i)
          from = at - base
        } else if (mode === 'inside') {
          i = inside(chunk, i)
          if (mode === 'inside' && depth === itemDepth) items.push(finish(chunk, from, i))
        } else if (mode === 'scalar') {
          const end = scalar(chunk, i)
          if (end >= 0) items.push(finish(chunk, from, end))
          i = end < 0 ? chunk.length : end
        } else {
          const text = tail.length > 0 ? Buffer.concat([tail, chunk.subarray(i)]) : chunk.subarray(i)
          const next = text.indexOf(separator as Buffer)
          if (next < 0) {
            tail = Buffer.from(text.subarray(Math.max(0, text.length - (separator?.length ?? 0) + 1)))
            break
          }
          const bracket = i - tail.length + next + (separator?.length ?? 0) - 1
          tail = Buffer.alloc(0)
          items.push(finish(chunk, 0, bracket))
          depth = itemDepth
          inText = false
          i = bracket
          from = i
        }
      }
      if (mode === 'inside' || mode === 'scalar') hold(chunk, Math.max(from, 0))
      base += chunk.length
      return items
    },

    end() {
      const none = Buffer.alloc(0)
      if (mode === 'resync' || (mode === 'scalar' && where === 'sequence'))
        return { state: 'complete', last: finish(none, 0, 0), size: base }
      const isWhole = mode === 'seek' || (mode === 'between' && where === 'sequence')
      const state = isWhole && found ? 'complete' : found ? 'cut' : depth > 0 ? 'cutBefore' : 'absent'
      return { state, size: base, ...(at >= 0 && { openAt: at }) }
    },
  }
}
