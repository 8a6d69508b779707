// Raw HTTP: a request, its answer, a request, its answer, as they went over the wire.
import { Buffer } from 'node:buffer'
import { PaydoubleError } from '../../contract/index.ts'
import type { Capture, CapturedBody, CapturedRequest, CaptureItem, Place } from '../exchange.ts'
import { decompress } from './body.ts'
import { withHost } from './headers.ts'
import { findStart, type HttpMessage, readHttpMessage, skipBlank } from './http-framing.ts'
import { mostItemBytes, type ReaderOptions, tooLong } from './reader.ts'

interface Asked {
  readonly request: CapturedRequest
  readonly place: Place
}

/** Reads messages; an answer belongs to the request before it. */
export async function* readHttpText(chunks: AsyncIterable<Buffer>, { source }: ReaderOptions): Capture {
  let bytes = Buffer.alloc(0)
  let parts: Buffer[] = []
  let waiting = 0
  /** How many bytes it takes to try again: twice as many each time, so that a long message costs no more than that. */
  let wanted = 0
  /** Bytes before those that are held. */
  let base = 0
  let number = 0
  let asked: Asked | undefined
  let skipping: { readonly at: number; readonly isLong: boolean } | undefined

  function nextPlace(): Place {
    number++
    return { source, unit: 'message', number }
  }

  function flush(items: CaptureItem[]): void {
    if (asked) items.push({ ...asked, response: undefined })
    asked = undefined
  }

  function addMessage(items: CaptureItem[], message: HttpMessage): void {
    const { start, headers } = message
    // `100 Continue` is no answer yet.
    if (start.kind === 'response' && start.status < 200) return
    const place = nextPlace()
    const read = message.body ? decompress(message.body, headers) : message
    const body: CapturedBody = read.body
    if (read.problem !== undefined) items.push({ place, unreadable: `Its body ${read.problem}.` })
    if (start.kind === 'request') {
      flush(items)
      asked = {
        request: { method: start.method, url: withHost(start.target, { headers }), headers, body },
        place,
      }
    } else if (asked) {
      items.push({ ...asked, response: { status: start.status, headers, body } })
      asked = undefined
    } else {
      items.push({ place, unreadable: 'It is an answer without a request. Its request stands before it.' })
    }
  }

  function take(items: CaptureItem[], isEnd: boolean): void {
    let i = 0
    while (i < bytes.length) {
      if (skipping) {
        const next = findStart(bytes, i)
        if (next < 0 && !isEnd) {
          // A message may begin on the last line.
          i = Math.max(i, bytes.lastIndexOf(lineFeed) + 1, bytes.length - longestLine)
          break
        }
        i = next < 0 ? bytes.length : next
        if (skipping.isLong) items.push({ place: nextPlace(), unreadable: tooLong(base + i - skipping.at) })
        skipping = undefined
      }
      i = skipBlank(bytes, i)
      if (i === bytes.length) break
      const message = tryMessage(items, i, isEnd)
      if (!message) break
      i = message.end
    }
    base += i
    bytes = bytes.subarray(i)
    if (bytes.length > mostItemBytes && !skipping) leaveOut()
  }

  /** Nothing is kept of a message that is too long, not even the line with which it begins. */
  function leaveOut(): void {
    skipping = { at: base, isLong: true }
    const end = bytes.indexOf(lineFeed) + 1
    base += end
    bytes = bytes.subarray(end)
  }

  /** The message at a byte; what is none is said, and left out up to the next one. */
  function tryMessage(items: CaptureItem[], from: number, isEnd: boolean): { end: number } | undefined {
    try {
      const message = readHttpMessage(bytes, from, isEnd)
      if (message) addMessage(items, message)
      return message
    } catch (error) {
      if (!(error instanceof PaydoubleError)) throw error
      items.push({ place: nextPlace(), unreadable: `${error.message} It begins at byte ${base + from}.` })
      skipping = { at: base + from, isLong: false }
      const line = bytes.indexOf(lineFeed, from)
      return { end: line < 0 ? bytes.length : line + 1 }
    }
  }

  for await (const chunk of chunks) {
    const items: CaptureItem[] = []
    parts.push(chunk)
    waiting += chunk.length
    if (bytes.length + waiting >= wanted) {
      bytes = Buffer.concat([bytes, ...parts])
      parts = []
      waiting = 0
      take(items, false)
      wanted = Math.min(bytes.length * 2, mostItemBytes + 1)
    }
    yield items
  }
  bytes = Buffer.concat([bytes, ...parts])
  const last: CaptureItem[] = []
  take(last, true)
  flush(last)
  yield last
}

/** What is longer is no line at which a message begins. */
const longestLine = 8192
const lineFeed = 0x0a
