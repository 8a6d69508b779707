// The format of a capture by how it begins; names of files are not looked at.
import type { Buffer } from 'node:buffer'

export type Format = 'har' | 'list' | 'sequence' | 'ndjson' | 'http' | { readonly unknown: string }

/** How much of a capture is needed to know. */
export const startBytes = 64 * 1024

export function detectFormat(start: Buffer): Format {
  const advice = adviceOf(start)
  if (advice !== undefined) return { unknown: advice }
  const text = start.toString('utf8')
  const trimmed = text.trimStart()
  if (trimmed === '') return { unknown: 'It is empty. Was the traffic captured, and written here?' }
  const firstLine = (/^.*/.exec(trimmed)?.[0] ?? '').trim()
  if (trimmed.startsWith('{')) {
    if (/^\{\s*"log"\s*:/.test(trimmed)) return 'har'
    // A line that is whole is one of many, whatever is in it.
    if (firstLine !== trimmed.trimEnd() && firstLine.length > 1 && firstLine.endsWith('}')) return 'ndjson'
    if (/^\{\s*"(request|response|at|about|durationMs|startedDateTime)"\s*:/.test(trimmed))
      return firstLine === '{' ? 'sequence' : 'ndjson'
    if (/"log"\s*:\s*\{/.test(trimmed)) return 'har'
    if (/"request"\s*:\s*\{/.test(trimmed)) return firstLine === '{' ? 'sequence' : 'ndjson'
    return firstLine.endsWith('}') ? 'ndjson' : 'har'
  }
  if (trimmed.startsWith('[')) return 'list'
  if (trimmed.startsWith('\x1e')) return 'sequence'
  if (/^(HTTP\/[\d.]+ \d{3}|[A-Z]+ \S+ HTTP\/[\d.]+|[A-Z]+ (\/|https?:\/\/)\S*$)/.test(firstLine))
    return 'http'
  if (/^[ \t]*\{.*"request"/m.test(trimmed)) return 'ndjson'
  return {
    unknown:
      'It is none of the formats that can be read: HAR, NDJSON of {"request", "response"}, or raw HTTP.',
  }
}

const packets = 'It holds network packets. Export HTTP from it, as HAR or as raw HTTP.'

/** What is no text, by its first bytes in hexadecimal. */
const binaries: Readonly<Record<string, string>> = {
  '1f8b': 'It is compressed with gzip. Unpack it, such as by "gzip -dc FILE | paydouble check capture -".',
  '504b0304': 'It is a ZIP archive. Unpack it, and give the HAR in it.',
  d4c3b2a1: packets,
  a1b2c3d4: packets,
  '0a0d0d0a': packets,
}

function adviceOf(start: Buffer): string | undefined {
  const hex = start.toString('hex', 0, 8)
  const binary = Object.keys(binaries).find(signature => hex.startsWith(signature))
  if (binary !== undefined) return binaries[binary]
  // A netstring: a length, a colon, and then a pair.
  return /^\d+:\d+:/.test(start.toString('latin1', 0, 16))
    ? 'It holds flows of mitmproxy. Make a HAR of it: "mitmdump -nr FILE --set hardump=out.har".'
    : undefined
}
