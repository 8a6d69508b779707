// Lines of NDJSON as exchanges; who cuts them off is another matter.
import { Buffer, isUtf8 } from 'node:buffer'
import type { CaptureItem } from '../exchange.ts'
import { toText } from './body.ts'
import { toExchange } from './json-exchange.ts'
import { jsonProblem } from './json-problem.ts'
import { type ItemContext, type ReaderOptions, tooLong } from './reader.ts'

export const lineFeed = 0x0a

export interface LineReader {
  /** Whole lines, each with its line feed. */
  addLines(bytes: Buffer): void
  /** The same, but where the last one of a capture has none. */
  addAll(bytes: Uint8Array, isLast: boolean): void
  /** One line, without its line feed; the last one of a capture may have none because it was cut. */
  addLine(bytes: Buffer, isLast?: boolean): void
  /** A line that was too long to be held. */
  addTooLong(size: number): void
  /** How many lines there were, with those before. */
  readonly count: number
}

/**
 * Reads lines of exchanges; a line that is none is said so, and the rest goes on.
 *
 * @param onItem told of each as it is read: whoever needs none of them longer holds no more than one
 * @param before how many lines there were before
 */
export function createLineReader(
  { source, attached }: ReaderOptions,
  onItem: (item: CaptureItem) => void,
  before = 0,
): LineReader {
  let number = before
  const context: ItemContext = {
    attached,
    isRaw: false,
    note: (place, unreadable) => onItem({ place, unreadable }),
  }
  const rawContext: ItemContext = { ...context, isRaw: true }

  function addText(text: string, { isRaw = false, isLast = false } = {}): void {
    number++
    const place = { source, unit: 'line', number } as const
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch (error) {
      if (text.trim() === '') return
      const advice = isLast ? ' The capture ends within it: it may have been cut.' : ''
      onItem({ place, unreadable: `It is no JSON: ${jsonProblem(error)}.${advice}` })
      return
    }
    const exchange = toExchange(value, place, isRaw ? rawContext : context)
    onItem(typeof exchange === 'string' ? { place, unreadable: exchange } : exchange)
  }

  /** They are decoded together, because each call costs as much as a short line. */
  function addLines(bytes: Buffer): void {
    const block = bytes.toString('utf8')
    if (block.includes('\ufffd') && !isUtf8(bytes)) {
      for (let from = 0; from < bytes.length; ) {
        const end = bytes.indexOf(lineFeed, from)
        addLine(bytes.subarray(from, end))
        from = end + 1
      }
      return
    }
    for (let from = 0; from < block.length; ) {
      const end = block.indexOf('\n', from)
      addText(block.slice(from, end))
      from = end + 1
    }
  }

  function addLine(bytes: Buffer, isLast = false): void {
    const { text, isRaw } = toText(bytes)
    addText(text, { isRaw, isLast })
  }

  return {
    addLines,
    addLine,

    addAll(bytes, isLast) {
      const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      const end = isLast ? all.lastIndexOf(lineFeed) + 1 : all.length
      if (end > 0) addLines(all.subarray(0, end))
      if (end < all.length) addLine(all.subarray(end), true)
    },

    addTooLong(size) {
      number++
      onItem({ place: { source, unit: 'line', number }, unreadable: tooLong(size) })
    },

    get count() {
      return number
    },
  }
}
