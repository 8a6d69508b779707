// An HTTP message as people keep it: in a file, from a log, from a proxy.
import { Buffer } from 'node:buffer'
import { PaydoubleError } from '../contract/index.ts'

export interface ReadMessage {
  readonly kind: 'request' | 'response'
  readonly method: string
  readonly path: string
  readonly query: string
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/**
 * Reads a raw HTTP message: a request or status line, which may be missing, headers, an empty line, the body.
 * @throws PaydoubleError `unreadable`
 */
export function readHttpMessage(bytes: Buffer): ReadMessage {
  // One character for each byte, so that the body can be cut off as bytes.
  const text = bytes.toString('latin1')
  const begin = /^(?:\u00ef\u00bb\u00bf)?\s*/.exec(text)?.[0].length ?? 0
  const end = /\r?\n\r?\n/.exec(text.slice(begin))
  const head = text.slice(begin, end ? begin + end.index : undefined)
  const rest = end ? bytes.subarray(begin + end.index + end[0].length) : Buffer.alloc(0)
  const [first = '', ...lines] = Buffer.from(head, 'latin1').toString('utf8').trimEnd().split(/\r?\n/)
  const request = /^([A-Z]+) (\S+)(?: HTTP\/[\d.]+)?$/.exec(first)
  const isResponse = /^HTTP\/[\d.]+ \d{3}\b/.test(first)
  if (!request && !isResponse && !isHeader(first)) throw unlike(first)
  const headers = readHeaders(request || isResponse ? lines : [first, ...lines])
  const [, method = 'POST', target = '/'] = request ?? []
  return {
    kind: isResponse ? 'response' : 'request',
    method,
    ...splitTarget(target),
    headers,
    body: cutBody(rest, headers),
  }
}

/**
 * Headers from lines of `Name: value`.
 * @throws PaydoubleError `unreadable`
 */
export function readHeaders(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of lines) {
    if (!isHeader(line)) {
      throw new PaydoubleError(
        'unreadable',
        `Failed to read the header ${JSON.stringify(line.slice(0, 80))}: it is not written as "Name: value". An empty line stands between headers and body.`,
      )
    }
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value
  }
  return headers
}

/** Whether a text is a URL or a path. */
export function isTarget(text: string): boolean {
  return /^(\/|https?:\/\/)/.test(text)
}

export function splitTarget(target: string): { path: string; query: string } {
  const local = target.replace(/^https?:\/\/[^/?#]*/, '').replace(/#.*$/s, '')
  const question = local.indexOf('?')
  if (question < 0) return { path: local || '/', query: '' }
  return { path: local.slice(0, question) || '/', query: local.slice(question + 1) }
}

function isHeader(line: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+:/.test(line)
}

/** An editor adds a line break at the end of a file, which belongs to no message of a known length and to no form. */
function cutBody(body: Buffer, headers: Readonly<Record<string, string>>): Buffer {
  const length = Number(headers['content-length'] ?? Number.NaN)
  if (length <= body.length) return body.subarray(0, length)
  const isForm = headers['content-type']?.toLowerCase().includes('x-www-form-urlencoded') ?? false
  return isForm ? Buffer.from(body.toString('latin1').replace(/\r?\n$/, ''), 'latin1') : body
}

function unlike(first: string): PaydoubleError {
  return new PaydoubleError(
    'unreadable',
    `Failed to read the message: it begins with ${JSON.stringify(first.slice(0, 60))}. It must be a line of curl, or raw HTTP: "POST /path HTTP/1.1", headers, an empty line, the body. For a body alone give --body and --header.`,
  )
}
