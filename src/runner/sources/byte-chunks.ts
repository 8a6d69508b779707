// The bytes of a capture as UTF-8 in chunks of a bounded size, whatever encoding its file is in.
import { Buffer } from 'node:buffer'

export interface ByteChunks extends AsyncIterable<Buffer> {
  /** Why reading has ended early, if it has. */
  readonly failure: string | undefined
}

/** Larger ones are cut: what becomes of a chunk is held at once. */
const mostChunkBytes = 2 ** 20

/** UTF-16 becomes UTF-8, byte order marks are left out, and a source that fails ends. */
export function toByteChunks(
  bytes: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void = () => {},
): ByteChunks {
  let failure: string | undefined

  async function* read(): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of bytes) {
        onBytes(chunk.length)
        for (let from = 0; from < chunk.length; from += mostChunkBytes) {
          const length = Math.min(mostChunkBytes, chunk.length - from)
          yield Buffer.from(chunk.buffer, chunk.byteOffset + from, length)
        }
      }
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error)
    }
  }

  return {
    [Symbol.asyncIterator]: () => decode(read()),
    get failure() {
      return failure
    },
  }
}

async function* decode(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let start: Buffer = Buffer.alloc(0)
  let decoder: TextDecoder | undefined
  let isKnown = false
  for await (const chunk of chunks) {
    if (isKnown) {
      yield decoder ? Buffer.from(decoder.decode(chunk, { stream: true })) : chunk
      continue
    }
    start = start.length > 0 ? Buffer.concat([start, chunk]) : chunk
    if (start.length < 4) continue
    isKnown = true
    decoder = decoderOf(start)
    yield decoder ? Buffer.from(decoder.decode(start, { stream: true })) : withoutMark(start)
  }
  if (!isKnown) {
    decoder = decoderOf(start)
    yield decoder ? Buffer.from(decoder.decode(start)) : withoutMark(start)
  }
}

/** By its mark, or by the zeros that stand between the characters of JSON and HTTP. */
function decoderOf(start: Buffer): TextDecoder | undefined {
  const [a, b, c, d] = start
  if ((a === 0xff && b === 0xfe) || (a !== 0 && b === 0 && c !== 0 && d === 0))
    return new TextDecoder('utf-16le')
  if ((a === 0xfe && b === 0xff) || (a === 0 && b !== 0 && c === 0 && d !== 0))
    return new TextDecoder('utf-16be')
  return undefined
}

function withoutMark(start: Buffer): Buffer {
  return start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf ? start.subarray(3) : start
}
