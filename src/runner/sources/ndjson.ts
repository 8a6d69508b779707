// NDJSON: an exchange a line, as `{"request": {…}, "response": {…}}`.
import { Buffer, isUtf8 } from 'node:buffer'
import type { Capture, CaptureItem } from '../exchange.ts'
import { toText } from './body.ts'
import { toExchange } from './json-exchange.ts'
import { jsonProblem } from './json-problem.ts'
import { type ItemContext, mostItemBytes, type ReaderOptions, tooLong } from './reader.ts'

const lineFeed = 0x0a

/** Reads lines of exchanges; a line that is none is said so, and the rest goes on. */
export async function* readNdjson(
  chunks: AsyncIterable<Buffer>,
  { source, attached }: ReaderOptions,
): Capture {
  let items: CaptureItem[] = []
  let number = 0
  /** The beginning of a line whose end is in a later chunk; only counted where it is too long. */
  let parts: Buffer[] = []
  let held = 0
  const context: ItemContext = {
    attached,
    isRaw: false,
    note: (place, unreadable) => items.push({ place, unreadable }),
  }
  const rawContext: ItemContext = { ...context, isRaw: true }

  function hold(part: Buffer): void {
    held += part.length
    if (held > mostItemBytes) parts = []
    else parts.push(part)
  }

  function addLine(text: string, { isRaw = false, isLast = false } = {}): void {
    number++
    const place = { source, unit: 'line', number } as const
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch (error) {
      if (text.trim() === '') return
      const advice = isLast ? ' The capture ends within it: it may have been cut.' : ''
      items.push({ place, unreadable: `It is no JSON: ${jsonProblem(error)}.${advice}` })
      return
    }
    const exchange = toExchange(value, place, isRaw ? rawContext : context)
    items.push(typeof exchange === 'string' ? { place, unreadable: exchange } : exchange)
  }

  /** The line that was held, with its end. */
  function addHeld(end: Buffer, isLast = false): void {
    hold(end)
    if (held > mostItemBytes) {
      number++
      items.push({ place: { source, unit: 'line', number }, unreadable: tooLong(held) })
    } else {
      const { text, isRaw } = toText(Buffer.concat(parts))
      addLine(text, { isRaw, isLast })
    }
    parts = []
    held = 0
  }

  /** Whole lines. They are decoded together, because each call costs as much as a short line. */
  function addLines(bytes: Buffer): void {
    const block = bytes.toString('utf8')
    if (block.includes('\ufffd') && !isUtf8(bytes)) {
      for (let from = 0; from < bytes.length; ) {
        const end = bytes.indexOf(lineFeed, from)
        const { text, isRaw } = toText(bytes.subarray(from, end))
        addLine(text, { isRaw })
        from = end + 1
      }
      return
    }
    for (let from = 0; from < block.length; ) {
      const end = block.indexOf('\n', from)
      addLine(block.slice(from, end))
      from = end + 1
    }
  }

  for await (const chunk of chunks) {
    const first = held > 0 ? chunk.indexOf(lineFeed) + 1 : 0
    if (first > 0) addHeld(chunk.subarray(0, first - 1))
    if (held > 0) hold(chunk)
    else {
      const end = Math.max(first, chunk.lastIndexOf(lineFeed) + 1)
      if (end > first) addLines(chunk.subarray(first, end))
      if (end < chunk.length) hold(chunk.subarray(end))
    }
    yield items
    items = []
  }
  if (held > 0) addHeld(Buffer.alloc(0), true)
  yield items
}
