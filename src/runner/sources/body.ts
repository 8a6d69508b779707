// Bodies as they were sent: without what the transport does to them.
import { Buffer, isUtf8 } from 'node:buffer'
import { encodingsOf, isZlib, mostDecompressed, undo } from '../decompress.ts'
import type { CapturedBody } from '../exchange.ts'
import type { Headers } from './headers.ts'

export interface ReadBody {
  /** Absent where it cannot be read. */
  readonly body: CapturedBody
  /** Why. */
  readonly problem?: string
}

/** Undoes the compression that the headers name, or that the bytes begin with. */
export function decompress(bytes: Uint8Array, headers: Headers): ReadBody {
  const encodings = encodingsOf(headers['content-encoding'] ?? '')
  if (encodings.length === 0) {
    const found = Object.keys(magic).find(name => begins(bytes, name))
    if (found === undefined) return { body: bytes }
    encodings.push(found)
  }
  let body = bytes
  for (const encoding of encodings.reverse()) {
    // Many tools keep the header and write the body as it was read.
    if (body.length === 0 || (isText(body) && isUtf8(body)) || (magic[encoding] && !begins(body, encoding)))
      break
    try {
      body = undo(encoding, body)
    } catch (error) {
      // A text in another encoding than UTF-8.
      if (isText(body) && !(encoding === 'deflate' && isZlib(body))) break
      return { body: undefined, problem: problemOf(encoding, error) }
    }
  }
  return { body }
}

/** A body that was written as base64. */
export function fromBase64(text: string, headers: Headers): ReadBody {
  const bytes = Buffer.from(text, 'base64')
  // What is no base64 is left out without a word.
  if (bytes.length < Math.floor((text.replace(/[\s=]+/g, '').length * 3) / 4))
    return { body: undefined, problem: 'is no base64' }
  return decompress(bytes, headers)
}

/**
 * The bytes of a text that was read from bytes which are no UTF-8, one character for each.
 * @see toText
 */
export function fromLatin1(text: string): CapturedBody {
  if (!/[\x80-\uffff]/.test(text)) return text
  // What was escaped may be any character. In runs, for a body may have millions of them.
  const bytes = text.replace(/[\u0100-\uffff]+/g, run => Buffer.from(run, 'utf8').toString('latin1'))
  return Buffer.from(bytes, 'latin1')
}

/** Bytes as text; `isRaw` where they are no UTF-8, and each byte has become a character. */
export function toText(bytes: Buffer): { readonly text: string; readonly isRaw: boolean } {
  const text = bytes.toString('utf8')
  if (!text.includes('\ufffd') || isUtf8(bytes)) return { text, isRaw: false }
  return { text: bytes.toString('latin1'), isRaw: true }
}

const magic: Readonly<Record<string, readonly number[]>> = {
  gzip: [0x1f, 0x8b],
  zstd: [0x28, 0xb5, 0x2f, 0xfd],
}

function begins(bytes: Uint8Array, encoding: string): boolean {
  return magic[encoding]?.every((byte, i) => bytes[i] === byte) ?? false
}

/** Nearly all compressed bytes hold control characters; no text does, in whatever encoding. */
function isText(bytes: Uint8Array): boolean {
  return !bytes.some(byte => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)
}

function problemOf(encoding: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ERR_BUFFER_TOO_LARGE')
    return `is more than ${mostDecompressed / 2 ** 20} MiB once it is decompressed (${encoding})`
  return `is compressed (${encoding}) and cannot be decompressed: ${message}`
}
