// Bodies without what their content encoding says was done to them.
import type { Buffer } from 'node:buffer'
// Not by name: what an older Node does not have must not keep the rest from being loaded.
import * as zlib from 'node:zlib'

/** No more comes of a body: an answer of a provider has a few hundred bytes, and a bomb has gigabytes. */
export const mostDecompressed = 16 * 2 ** 20

export type Decoded = { readonly body: Buffer } | { readonly problem: string }

/** What was sent, without what `Content-Encoding` says was done to it. */
export function decompress(body: Buffer, encoding = ''): Decoded {
  if (body.length === 0) return { body }
  let decoded = body
  for (const name of encodingsOf(encoding).reverse()) {
    const decode = decoderOf(name)
    if (!decode) return { problem: `its content encoding ${JSON.stringify(name)} is not known here` }
    try {
      decoded = decode(decoded)
    } catch (error) {
      return { problem: `it is no ${name}: ${error instanceof Error ? error.message : error}` }
    }
  }
  return { body: decoded }
}

/** What `Content-Encoding` names, in the order in which it was done. */
export function encodingsOf(header: string): string[] {
  const names = header.split(',').map(name => name.trim().toLowerCase())
  return names.filter(name => name !== '' && name !== 'identity')
}

/** Undoes one encoding. @throws Error where it is unknown, or is not what was done */
export function undo(encoding: string, bytes: Uint8Array): Buffer {
  const decode = decoderOf(encoding)
  if (!decode) throw new Error('this is unknown here')
  return decode(bytes)
}

/** Whether bytes begin with what the standard asks `deflate` for, and some servers leave out. */
export function isZlib([first = 0, second = 0]: Uint8Array): boolean {
  return first % 16 === 8 && (first * 256 + second) % 31 === 0
}

type Decode = (bytes: Uint8Array) => Buffer

const options = { maxOutputLength: mostDecompressed }

const decoders: Readonly<Record<string, Decode>> = {
  gzip: bytes => zlib.gunzipSync(bytes, options),
  'x-gzip': bytes => zlib.gunzipSync(bytes, options),
  deflate: bytes => (isZlib(bytes) ? zlib.inflateSync(bytes, options) : zlib.inflateRawSync(bytes, options)),
  br: undoBrotli,
  zstd(bytes) {
    if (!('zstdDecompressSync' in zlib)) throw new Error('Node 22.15 or newer can')
    return zlib.zstdDecompressSync(bytes, options)
  },
}

function decoderOf(name: string): Decode | undefined {
  return Object.hasOwn(decoders, name) ? decoders[name] : undefined
}

function undoBrotli(bytes: Uint8Array): Buffer {
  const body = zlib.brotliDecompressSync(bytes, options)
  // A text that begins with a brace reads as the end of nothing, and what comes behind it is left out.
  if (body.length === 0 && bytes.length > longestNothing) throw new Error('nothing is in it')
  return body
}

/** What brotli makes of no bytes is no longer. */
const longestNothing = 4
