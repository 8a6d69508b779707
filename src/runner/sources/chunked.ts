// Undoes the transfer encoding in which a body comes in pieces, each with its length in front.
import { Buffer } from 'node:buffer'
import { isHeaderLine } from './http-head.ts'

export interface Unchunked {
  readonly body: Buffer
  /** Where the message ends. */
  readonly end: number
}

/**
 * A body from the byte `from` on; `more` where it goes on beyond the bytes, `wrong` where it is not in pieces.
 * @param isEnd nothing comes after the bytes: an editor may have taken the last line break
 */
export function undoChunked(bytes: Buffer, from: number, isEnd: boolean): Unchunked | 'more' | 'wrong' {
  const pieces: Buffer[] = []
  let i = from
  for (;;) {
    const line = lineAt(bytes, i, isEnd)
    if (line === undefined) return bytes.length - i > longestLine ? 'wrong' : 'more'
    if (!/^[\da-f]{1,8}(\s*;.*)?$/i.test(line.text)) return i === bytes.length ? 'more' : 'wrong'
    const size = Number.parseInt(line.text, 16)
    i = line.next
    if (size === 0) break
    if (i + size >= bytes.length) return 'more'
    pieces.push(bytes.subarray(i, i + size))
    const after = lineAt(bytes, i + size, isEnd)
    if (after === undefined) return 'more'
    if (after.text !== '') return 'wrong'
    i = after.next
  }
  // Fields may follow, up to an empty line.
  for (;;) {
    const line = lineAt(bytes, i, isEnd)
    if (line === undefined) return 'more'
    if (line.text === '') return { body: Buffer.concat(pieces), end: line.next }
    if (!isHeaderLine(line.text)) return { body: Buffer.concat(pieces), end: i }
    i = line.next
  }
}

/** Longer lines are no length. */
const longestLine = 1000

function lineAt(
  bytes: Buffer,
  from: number,
  isEnd: boolean,
): { readonly text: string; readonly next: number } | undefined {
  const lineFeed = bytes.indexOf(0x0a, from)
  if (lineFeed < 0 && !isEnd) return undefined
  const end = lineFeed < 0 ? bytes.length : lineFeed
  return {
    text: bytes.toString('latin1', from, Math.min(end, from + longestLine)).trim(),
    next: lineFeed < 0 ? end : end + 1,
  }
}
