// Writes exchanges down as HAR 1.2, masked.
import { type CapturedExchange, type CapturedRequest, type CapturedResponse, toBytes } from './exchange.ts'
import type { Mask } from './mask.ts'
import { maskExchange } from './mask-exchange.ts'
import { queryOf } from './match.ts'
import { recordingKey } from './recording-key.ts'

export interface Recorder {
  /** @param comment what the exchange is, such as the name of a case */
  add(exchange: CapturedExchange, comment?: string): void
  /** The recording so far, as JSON. */
  toHar(): string
}

/**
 * Records exchanges with nothing secret in them. An entry whose request or answer is not what was sent any more says so,
 * in `_paydouble.masked`: no signature over it can be checked.
 */
export function createRecorder({
  mask,
  version,
  comment,
}: {
  readonly mask: Mask
  readonly version: string
  readonly comment?: string
}): Recorder {
  const entries: object[] = []
  let isMasked = false
  return {
    add(given, about) {
      const { exchange, masked } = maskExchange(given, mask)
      isMasked ||= masked.length > 0
      const { at = 0, durationMs = 0, request, response, about: operation } = exchange
      entries.push({
        startedDateTime: new Date(at).toISOString(),
        time: durationMs,
        request: toHarRequest(request),
        response: toHarResponse(response),
        cache: {},
        timings: { send: 0, wait: durationMs, receive: 0 },
        ...(about !== undefined && { comment: about }),
        [recordingKey]: { ...operation, masked },
      })
    },

    toHar() {
      const log = {
        version: '1.2',
        creator: { name: 'paydouble', version },
        entries,
        ...(comment !== undefined && { comment: mask.text(comment) }),
        [recordingKey]: { masked: isMasked },
      }
      return `${JSON.stringify({ log }, undefined, 2)}\n`
    },
  }
}

function toHarRequest({ method, url, headers, body }: CapturedRequest): object {
  const text = typeof body === 'string' ? body : ''
  const mimeType = headers['content-type'] ?? ''
  return {
    method,
    url,
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers: toPairs(Object.entries(headers)),
    queryString: toPairs([...new URLSearchParams(queryOf(url))]),
    ...(text !== '' && { postData: { mimeType, text } }),
    headersSize: -1,
    bodySize: toBytes(text).length,
  }
}

/** Where nothing was answered HAR has the status 0. */
function toHarResponse(response: CapturedResponse | undefined): object {
  const { status = 0, headers = {}, body } = response ?? { body: '' }
  // One that was not captured is no empty one.
  const size = body === undefined ? -1 : toBytes(body).length
  return {
    status,
    statusText: '',
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers: toPairs(Object.entries(headers)),
    content: {
      size,
      mimeType: headers['content-type'] ?? '',
      ...(body !== undefined && { text: body }),
    },
    redirectURL: headers.location ?? '',
    headersSize: -1,
    bodySize: response ? size : -1,
  }
}

function toPairs(pairs: readonly (readonly [string, string])[]): object[] {
  return pairs.map(([name, value]) => ({ name, value }))
}
