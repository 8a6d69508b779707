// An HTTP message as people keep it: in a file, from a log, from a proxy.
import { Buffer } from 'node:buffer'
import { PaydoubleError } from '../contract/index.ts'
import { isHeaderLine, readHeaderLines, readStartLine } from '../runner/sources/http-head.ts'

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
  const start = readStartLine(first)
  if (!start && !isHeaderLine(first)) throw unlike(first)
  const headers = readHeaderLines(start ? lines : [first, ...lines])
  const { method, target } = start?.kind === 'request' ? start : { method: 'POST', target: '/' }
  return {
    kind: start?.kind ?? 'request',
    method,
    ...splitTarget(target),
    headers,
    body: cutBody(rest, headers),
  }
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
