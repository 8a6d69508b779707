// The first lines of an HTTP message, as people keep it: in a file, from a log, from a proxy.
import { PaydoubleError } from '../../contract/index.ts'
import type { Headers } from './headers.ts'

export type StartLine =
  | { readonly kind: 'request'; readonly method: string; readonly target: string }
  | { readonly kind: 'response'; readonly status: number }

/** The first line of a request or an answer; undefined where it is neither. */
export function readStartLine(line: string): StartLine | undefined {
  const request = /^([A-Z]+) (\S+)(?: HTTP\/[\d.]+)?$/.exec(line)
  if (request) return { kind: 'request', method: String(request[1]), target: String(request[2]) }
  const status = /^HTTP\/[\d.]+ (\d{3})\b/.exec(line)?.[1]
  return status === undefined ? undefined : { kind: 'response', status: Number(status) }
}

/**
 * Headers from lines of `Name: value`.
 * @throws PaydoubleError `unreadable`
 */
export function readHeaderLines(lines: readonly string[]): Headers {
  const headers: Record<string, string> = {}
  for (const line of lines) {
    if (!isHeaderLine(line)) {
      throw new PaydoubleError(
        'unreadable',
        `Failed to read the header ${JSON.stringify(line.slice(0, 80))}: it is not written as "Name: value". An empty line stands between headers and body.`,
      )
    }
    const colon = line.indexOf(':', 1)
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name]}, ${value}` : value
  }
  return headers
}

export function isHeaderLine(line: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+:/.test(line)
}
