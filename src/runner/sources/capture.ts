// A capture in whatever format it is, as exchanges.
import { Buffer } from 'node:buffer'
import type { Capture, Unreadable } from '../exchange.ts'
import { type ByteChunks, toByteChunks } from './byte-chunks.ts'
import { detectFormat, type Format, startBytes } from './format.ts'
import { readHttpText } from './http-text.ts'
import { readJsonCapture } from './json-capture.ts'
import { readNdjson } from './ndjson.ts'
import type { ReaderOptions } from './reader.ts'

export interface ReadCaptureOptions extends ReaderOptions {
  /** Told how many bytes were read each time that some are. */
  readonly onBytes?: (bytes: number) => void
}

/** A capture whose format is known; its bytes were not read yet but for the first ones. */
export interface OpenCapture {
  readonly format: Format
  readonly chunks: AsyncIterable<Buffer>
  /** Why reading has ended early, if it has. */
  readonly failure: string | undefined
  /** Tells the source that nobody reads on. */
  close(): Promise<unknown>
}

/** Sees from how a capture begins which format it has. */
export async function openCapture(
  bytes: AsyncIterable<Uint8Array>,
  { onBytes }: Pick<ReadCaptureOptions, 'onBytes'> = {},
): Promise<OpenCapture> {
  const chunks = toByteChunks(bytes, onBytes)
  const { start, all, close } = await peek(chunks)
  return {
    format: detectFormat(start),
    chunks: all,
    close,
    get failure() {
      return chunks.failure
    },
  }
}

/**
 * Reads a capture from bytes: HAR, NDJSON of exchanges, or raw HTTP; which of them is seen by how it begins. Memory does
 * not grow with it. It never fails: what cannot be read is an item, and the rest goes on.
 */
export async function* readCapture(
  bytes: AsyncIterable<Uint8Array>,
  { onBytes, ...options }: ReadCaptureOptions,
): Capture {
  yield* readOpen(await openCapture(bytes, onBytes && { onBytes }), options)
}

/** Reads what was opened. */
export async function* readOpen(opened: OpenCapture, options: ReaderOptions): Capture {
  const { source } = options
  const { format, chunks, close } = opened
  if (typeof format !== 'string') {
    const unreadable = opened.failure === undefined ? format.unknown : notRead(opened.failure)
    yield [{ place: { source, unit: 'line', number: 1 }, unreadable }]
    await close()
    return
  }
  if (format === 'ndjson') yield* readNdjson(chunks, options)
  else if (format === 'http') yield* readHttpText(chunks, options)
  else yield* readJsonCapture(chunks, format, options)
  yield failureOf(opened, source)
}

/** That reading has ended early, if it has. */
export function failureOf({ failure }: OpenCapture, source: string): Unreadable[] {
  if (failure === undefined) return []
  return [{ place: { source, unit: 'line', number: 1 }, unreadable: notRead(failure) }]
}

interface Peeked {
  readonly start: Buffer
  /** With the first ones. */
  readonly all: AsyncIterable<Buffer>
  /** Tells the source that nobody reads on. */
  close(): Promise<unknown>
}

async function peek(chunks: ByteChunks): Promise<Peeked> {
  const iterator = chunks[Symbol.asyncIterator]()
  const read: Buffer[] = []
  let length = 0
  while (length < startBytes) {
    const next = await iterator.next()
    if (next.done) break
    read.push(next.value)
    length += next.value.length
  }
  const close = async () => iterator.return?.()
  async function* again(): AsyncGenerator<Buffer> {
    try {
      yield* read.splice(0)
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
    } finally {
      await close()
    }
  }
  return { start: Buffer.concat(read).subarray(0, startBytes), all: again(), close }
}

function notRead(failure: string): string {
  return `It could not be read to its end: ${failure}. What came before was read.`
}
