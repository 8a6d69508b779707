// Where one raw HTTP message ends and the next begins, also where somebody has edited them.
import type { Buffer } from 'node:buffer'
import { PaydoubleError } from '../../contract/index.ts'
import { undoChunked } from './chunked.ts'
import type { Headers } from './headers.ts'
import { readHeaderLines, readStartLine, type StartLine } from './http-head.ts'

export interface HttpMessage {
  readonly start: StartLine
  readonly headers: Headers
  /** Absent where it is not whole. */
  readonly body: Buffer | undefined
  /** Why. */
  readonly problem?: string
  readonly end: number
}

/** A line at which a message begins. */
const startLine = /^(?:HTTP\/[\d.]+ \d{3}\b|[A-Z]+ \S+ HTTP\/[\d.]+\r?$)/

/** Where the next message begins, from the byte `from` on; -1 where none does. */
export function findStart(bytes: Buffer, from: number): number {
  // Line by line: what comes behind the next message is none of this one's business, and may be megabytes.
  let i = from
  while (i < bytes.length) {
    const lineFeed = bytes.indexOf(0x0a, i)
    const end = lineFeed < 0 ? bytes.length : lineFeed
    if (isCapital(bytes[i]) && startLine.test(bytes.toString('latin1', i, end))) return i
    i = end + 1
  }
  return -1
}

function isCapital(byte = 0): boolean {
  return byte >= 0x41 && byte <= 0x5a
}

/** How many line breaks and spaces stand at a place. */
export function skipBlank(bytes: Buffer, from: number): number {
  let i = from
  while (i < bytes.length && (bytes[i] as number) <= 0x20) i++
  return i
}

/**
 * The message that begins at a byte; undefined where more bytes are needed to know.
 * @param isEnd no more bytes come
 * @throws PaydoubleError `unreadable`
 */
export function readHttpMessage(bytes: Buffer, from: number, isEnd: boolean): HttpMessage | undefined {
  const lines: string[] = []
  let i = from
  let isHeadWhole = false
  while (!isHeadWhole) {
    const lineFeed = bytes.indexOf(0x0a, i)
    if (lineFeed < 0 && !isEnd) return undefined
    const next = lineFeed < 0 ? bytes.length : lineFeed + 1
    const line = bytes.toString('utf8', i, next).trimEnd()
    const isNextMessage = lines.length > 0 && startLine.test(line)
    isHeadWhole = line === '' || isNextMessage
    if (!isHeadWhole) lines.push(line)
    if (!isNextMessage) i = next
    if (i >= bytes.length && isEnd) isHeadWhole = true
  }
  const [first = '', ...rest] = lines
  const start = readStartLine(first)
  if (!start) {
    throw new PaydoubleError(
      'unreadable',
      `Failed to read a message: it begins with ${JSON.stringify(first.slice(0, 40))}, and not with a line such as "POST /path HTTP/1.1" or "HTTP/1.1 200 OK".`,
    )
  }
  const headers = readHeaderLines(rest)
  const body = readBody(bytes, i, { headers, isEnd })
  return body && { start, headers, ...body }
}

interface Body {
  readonly body: Buffer | undefined
  readonly problem?: string
  readonly end: number
}

/** By its length, if a message or nothing follows there: who edits a body does not count. */
function readBody(
  bytes: Buffer,
  from: number,
  { headers, isEnd }: { readonly headers: Headers; readonly isEnd: boolean },
): Body | undefined {
  if (/\bchunked\b/i.test(headers['transfer-encoding'] ?? '')) {
    const unchunked = undoChunked(bytes, from, isEnd)
    if (typeof unchunked === 'object') return unchunked
    if (unchunked === 'more') {
      if (!isEnd) return undefined
      return { body: undefined, problem: 'is cut: its last piece is missing', end: bytes.length }
    }
  }
  const length = Number(headers['content-length'] ?? Number.NaN)
  if (length >= 0) {
    const end = from + length
    if (end > bytes.length && !isEnd) return undefined
    if (end <= bytes.length) {
      const follows = isStartNext(bytes, end, isEnd)
      if (follows === undefined) return undefined
      if (follows) return { body: bytes.subarray(from, end), end }
    }
  }
  const next = findStart(bytes, from)
  // Its line must be whole, or it may be another one.
  if (!isEnd && (next < 0 || bytes.indexOf(0x0a, next) < 0)) return undefined
  const end = next < 0 ? bytes.length : next
  const body = withoutLineEnd(bytes.subarray(from, end))
  if (body.length >= length || Number.isNaN(length) || isWhole(body)) return { body, end }
  return { body: undefined, problem: `is cut: it has ${body.length} of ${length} bytes`, end }
}

/** Whether a message begins there, or nothing is left; undefined where that cannot be known yet. */
function isStartNext(bytes: Buffer, from: number, isEnd: boolean): boolean | undefined {
  const i = skipBlank(bytes, from)
  if (i === bytes.length) return isEnd || undefined
  const lineFeed = bytes.indexOf(0x0a, i)
  if (lineFeed < 0 && !isEnd) return undefined
  return startLine.test(bytes.toString('latin1', i, lineFeed < 0 ? bytes.length : lineFeed))
}

function withoutLineEnd(body: Buffer): Buffer {
  let end = body.length
  while (end > 0 && (body[end - 1] === 0x0a || body[end - 1] === 0x0d)) end--
  return body.subarray(0, end)
}

function isWhole(body: Buffer): boolean {
  try {
    JSON.parse(body.toString('utf8'))
    return true
  } catch {
    return false
  }
}
