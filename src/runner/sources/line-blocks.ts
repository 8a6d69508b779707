// NDJSON in blocks of whole lines, each in memory of its own, so that it can be handed to another thread.
import type { Buffer } from 'node:buffer'
import { lineFeed } from './lines.ts'
import { mostItemBytes } from './reader.ts'

/** Lines, the last of which has no line feed where the capture ends without one; or one that was too long. */
export type LineBlock =
  | { readonly bytes: Uint8Array<ArrayBuffer>; readonly isLast: boolean }
  | { readonly tooLong: number }

/**
 * Cuts at line feeds.
 *
 * @param options.size how many bytes a block has at least, but for the last one; asked for each time
 * @param options.allocate memory of so many bytes, or of more
 */
export async function* toLineBlocks(
  chunks: AsyncIterable<Buffer>,
  { size, allocate }: { readonly size: () => number; readonly allocate: (bytes: number) => ArrayBuffer },
): AsyncGenerator<LineBlock> {
  const whole = createHold()
  /** The beginning of a line whose end is in a later chunk; only counted where it is too long. */
  const line = createHold()

  function flush(isLast = false): LineBlock {
    const bytes = new Uint8Array(allocate(whole.size), 0, whole.size)
    whole.moveTo(bytes)
    return { bytes, isLast }
  }

  for await (const chunk of chunks) {
    let from = 0
    if (line.size > 0) {
      const end = chunk.indexOf(lineFeed)
      line.add(end < 0 ? chunk : chunk.subarray(0, end))
      if (line.size > mostItemBytes) line.drop()
      if (end < 0) continue
      if (line.size > mostItemBytes) {
        if (whole.size > 0) yield flush()
        yield { tooLong: line.size }
        line.clear()
        from = end + 1
      } else {
        line.pourInto(whole)
        from = end
      }
    }
    const end = Math.max(from, chunk.lastIndexOf(lineFeed) + 1)
    if (end > from) whole.add(chunk.subarray(from, end))
    if (end < chunk.length) line.add(chunk.subarray(end))
    if (whole.size > 0 && whole.size >= size()) yield flush()
  }
  const { size: rest } = line
  if (rest > mostItemBytes) {
    if (whole.size > 0) yield flush()
    yield { tooLong: rest }
    return
  }
  line.pourInto(whole)
  if (whole.size > 0) yield flush(rest > 0)
}

/** Pieces that belong together, and how many bytes they have. */
function createHold() {
  let pieces: Uint8Array[] = []
  let size = 0
  const clear = () => {
    pieces = []
    size = 0
  }
  const add = (piece: Uint8Array) => {
    pieces.push(piece)
    size += piece.length
  }
  return {
    add,
    clear,
    /** Keeps the count alone. */
    drop: () => {
      pieces = []
    },
    pourInto(other: { add(piece: Uint8Array): void }) {
      for (const piece of pieces) other.add(piece)
      clear()
    },
    moveTo(bytes: Uint8Array) {
      let at = 0
      for (const piece of pieces) {
        bytes.set(piece, at)
        at += piece.length
      }
      clear()
    },
    get size() {
      return size
    },
  }
}
