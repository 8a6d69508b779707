// A capture in whatever format it is, as exchanges.
import { Buffer } from 'node:buffer'
import type { Capture } from '../exchange.ts'
import { type ByteChunks, toByteChunks } from './byte-chunks.ts'
import { detectFormat, startBytes } from './format.ts'
import { readHttpText } from './http-text.ts'
import { readJsonCapture } from './json-capture.ts'
import { readNdjson } from './ndjson.ts'
import type { ReaderOptions } from './reader.ts'

export interface ReadCaptureOptions extends ReaderOptions {
  /** Told how many bytes were read each time that some are. */
  readonly onBytes?: (bytes: number) => void
}

/**
 * Reads a capture from bytes: HAR, NDJSON of exchanges, or raw HTTP; which of them is seen by how it begins. Memory does
 * not grow with it. It never fails: what cannot be read is an item, and the rest goes on.
 */
export async function* readCapture(
  bytes: AsyncIterable<Uint8Array>,
  { onBytes, ...options }: ReadCaptureOptions,
): Capture {
  const { source } = options
  const chunks = toByteChunks(bytes, onBytes)
  const { start, all, close } = await peek(chunks)
  const format = detectFormat(start)
  if (typeof format !== 'string') {
    const unreadable = chunks.failure === undefined ? format.unknown : notRead(chunks.failure)
    yield [{ place: { source, unit: 'line', number: 1 }, unreadable }]
    await close()
    return
  }
  if (format === 'ndjson') yield* readNdjson(all, options)
  else if (format === 'http') yield* readHttpText(all, options)
  else yield* readJsonCapture(all, format, options)
  if (chunks.failure !== undefined)
    yield [{ place: { source, unit: 'line', number: 1 }, unreadable: notRead(chunks.failure) }]
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
