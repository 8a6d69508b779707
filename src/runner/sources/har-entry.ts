// An entry of a HAR as an exchange, as Chrome, Firefox, Playwright, mitmproxy and Postman write them.

import type { CapturedExchange, CapturedResponse, Place } from '../exchange.ts'
import { recordingKey } from '../recording-key.ts'
import { decompress, fromBase64, fromLatin1, type ReadBody } from './body.ts'
import { toForm } from './har-form.ts'
import { type Headers, readHeaders, withHost } from './headers.ts'
import { isObject, nameOf, readTime } from './line-exchange.ts'
import type { ItemContext } from './reader.ts'

type Fields = Readonly<Record<string, unknown>>

/** The exchange of an entry, or why it is none. A body that cannot be read is noted. */
export function toHarExchange(entry: unknown, place: Place, context: ItemContext): CapturedExchange | string {
  if (!isObject(entry)) return `It is ${nameOf(entry)}, and no entry of a HAR.`
  const { request, response } = entry
  if (!isObject(request)) return `Its request is ${nameOf(request)}.`
  const { method, url } = request
  if (typeof method !== 'string' || method === '') return `Its request.method is ${nameOf(method)}.`
  if (typeof url !== 'string' || url === '') return `Its request.url is ${nameOf(url)}.`
  const asked = readHeaders(request.headers)
  if (!asked) return 'Its request.headers are no list of {"name", "value"}.'
  if (response !== undefined && response !== null && !isObject(response))
    return `Its response is ${nameOf(response)}.`
  const got = response ? readHeaders(response.headers) : { headers: {} }
  if (!got) return 'Its response.headers are no list of {"name", "value"}.'
  const sent = requestBody(request, asked.headers, context)
  if (sent.problem !== undefined) context.note(place, `The body of its request ${sent.problem}.`)
  return {
    request: {
      method: method.toUpperCase(),
      url: withHost(url, asked),
      headers: asked.headers,
      body: sent.body,
    },
    response: response ? readResponse(response, got.headers, { context, place }) : undefined,
    at: readTime(entry.startedDateTime) ?? undefined,
    durationMs: typeof entry.time === 'number' && entry.time >= 0 ? entry.time : undefined,
    place,
    ...readRecording(entry[recordingKey]),
  }
}

/** What a recording of our own says besides: what it is about, and which messages were masked. */
function readRecording(said: unknown): Pick<CapturedExchange, 'about' | 'masked'> {
  if (!isObject(said)) return {}
  const { masked } = said
  const about = readAbout(said)
  const parts: readonly unknown[] = Array.isArray(masked) ? masked : []
  return {
    ...(about && { about }),
    masked: (['request', 'response'] as const).filter(part => parts.includes(part)),
  }
}

function readAbout({ provider, operation, callback, isCallback }: Fields): CapturedExchange['about'] {
  if (typeof provider !== 'string') return undefined
  if (typeof operation === 'string') return { provider, operation }
  if (typeof callback === 'string') return { provider, callback }
  return isCallback === true ? { provider, isCallback } : undefined
}

/** A status of 0 or -1 says that no answer came. */
function readResponse(
  response: Fields,
  given: Headers,
  { context, place }: { readonly context: ItemContext; readonly place: Place },
): CapturedResponse | undefined {
  const status = Number(response.status)
  if (!(status > 0)) return undefined
  const headers = withType(given, response.content)
  const { body, problem } = responseBody(response, headers, context)
  if (problem !== undefined) context.note(place, `The body of its answer ${problem}.`)
  return { status, headers, body }
}

/** Where a tool has left out the headers, the content knows its type. */
function withType(headers: Headers, content: unknown): Headers {
  if (Object.keys(headers).length > 0 || !isObject(content) || typeof content.mimeType !== 'string')
    return headers
  return { 'content-type': content.mimeType }
}

function requestBody(request: Fields, headers: Headers, context: ItemContext): ReadBody {
  const { postData, bodySize } = request
  if (!isObject(postData)) {
    const hadOne =
      Number(bodySize) > 0 || Number(headers['content-length']) > 0 || 'transfer-encoding' in headers
    return { body: hadOne ? undefined : '' }
  }
  const { text, params, mimeType } = postData
  if (typeof text !== 'string' || (text === '' && Array.isArray(params) && params.length > 0)) {
    if (typeof postData._file === 'string') return attachedBody(postData._file, headers, context)
    return Array.isArray(params)
      ? toForm(params, headers['content-type'] ?? String(mimeType))
      : { body: undefined }
  }
  return textBody(text, postData.encoding, { headers, context })
}

function responseBody(response: Fields, headers: Headers, context: ItemContext): ReadBody {
  const content = isObject(response.content) ? response.content : {}
  const { text, encoding, size } = content
  if (typeof text === 'string') return textBody(text, encoding, { headers, context })
  if (typeof content._file === 'string') return attachedBody(content._file, headers, context)
  const isEmpty = Number(size) === 0 || (size === undefined && response.bodySize === 0)
  return { body: isEmpty ? '' : undefined }
}

function textBody(
  text: string,
  encoding: unknown,
  { headers, context }: { readonly headers: Headers; readonly context: ItemContext },
): ReadBody {
  if (encoding === 'base64') return fromBase64(text, headers)
  return { body: context.isRaw ? fromLatin1(text) : text }
}

/** Playwright can write bodies into files of their own. */
function attachedBody(name: string, headers: Headers, { attached }: ItemContext): ReadBody {
  const bytes = attached?.(name)
  if (bytes) return decompress(bytes, headers)
  return {
    body: undefined,
    problem: `is in another file, ${JSON.stringify(name)}, which cannot be read: keep it beside the HAR, or record with the content embedded`,
  }
}
