// A capture in whatever format it is, as exchanges.
import type { Capture } from '../exchange.ts'
import { readNdjson } from './ndjson.ts'

export interface ReadCaptureOptions {
  /** What the source calls itself: a file name, or `standard input`. */
  readonly source: string
}

/** Reads a capture from bytes; memory does not grow with it. */
export function readCapture(bytes: AsyncIterable<Uint8Array>, { source }: ReadCaptureOptions): Capture {
  return readNdjson(toLines(bytes), source)
}

async function* toLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    yield lines
  }
  yield [rest + decoder.decode()]
}
