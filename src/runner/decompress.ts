// Bodies without what their content encoding says was done to them.
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib'

/** A bomb is not blown up. */
const mostDecompressed = 16 * 1024 * 1024

export type Decoded = { readonly body: Buffer } | { readonly problem: string }

/** What was sent, without what `Content-Encoding` says was done to it. */
export function decompress(body: Buffer, encoding = ''): Decoded {
  const names = encoding
    .split(',')
    .map(name => name.trim().toLowerCase())
    .filter(name => name !== '' && name !== 'identity')
  let decoded = body
  if (body.length === 0) return { body }
  for (const name of names.reverse()) {
    const decode = decoders[name]
    if (!decode) return { problem: `its content encoding ${JSON.stringify(name)} is not known here` }
    try {
      decoded = decode(decoded)
    } catch (error) {
      return { problem: `it is no ${name}: ${error instanceof Error ? error.message : error}` }
    }
  }
  return { body: decoded }
}

const options = { maxOutputLength: mostDecompressed }

const decoders: Readonly<Record<string, ((body: Buffer) => Buffer) | undefined>> = {
  gzip: body => gunzipSync(body, options),
  'x-gzip': body => gunzipSync(body, options),
  // Some leave out the header that it should have.
  deflate: body => ((body[0] ?? 0) % 16 === 8 ? inflateSync(body, options) : inflateRawSync(body, options)),
  br: body => brotliDecompressSync(body, options),
  // Node 22.15 and newer.
  zstd: zstdDecompressSync && (body => zstdDecompressSync(body, options)),
}
