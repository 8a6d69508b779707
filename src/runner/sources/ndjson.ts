// NDJSON: an exchange a line, as `{"request": {…}, "response": {…}}`.
import { Buffer } from 'node:buffer'
import type { Capture, CaptureItem } from '../exchange.ts'
import { createLineReader, lineFeed } from './lines.ts'
import { mostItemBytes, type ReaderOptions } from './reader.ts'

/** Reads lines of exchanges; a line that is none is said so, and the rest goes on. */
export async function* readNdjson(chunks: AsyncIterable<Buffer>, options: ReaderOptions): Capture {
  let items: CaptureItem[] = []
  const lines = createLineReader(options, item => items.push(item))
  /** The beginning of a line whose end is in a later chunk; only counted where it is too long. */
  let parts: Buffer[] = []
  let held = 0

  function hold(part: Buffer): void {
    held += part.length
    if (held > mostItemBytes) parts = []
    else parts.push(part)
  }

  /** The line that was held, with its end. */
  function addHeld(end: Buffer, isLast = false): void {
    hold(end)
    if (held > mostItemBytes) lines.addTooLong(held)
    else lines.addLine(Buffer.concat(parts), isLast)
    parts = []
    held = 0
  }

  for await (const chunk of chunks) {
    const first = held > 0 ? chunk.indexOf(lineFeed) + 1 : 0
    if (first > 0) addHeld(chunk.subarray(0, first - 1))
    if (held > 0) hold(chunk)
    else {
      const end = Math.max(first, chunk.lastIndexOf(lineFeed) + 1)
      if (end > first) lines.addLines(chunk.subarray(first, end))
      if (end < chunk.length) hold(chunk.subarray(end))
    }
    yield items
    items = []
  }
  if (held > 0) addHeld(Buffer.alloc(0), true)
  yield items
}
