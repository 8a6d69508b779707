// An exchange as paydouble's own captures have it: `{"request": {…}, "response": {…}}`.
import type { About, CapturedBody, CapturedExchange, CapturedResponse, Place } from '../exchange.ts'
import { fromBase64, fromLatin1 } from './body.ts'
import { type Headers, readHeaders, withHost } from './headers.ts'
import type { ItemContext } from './reader.ts'

type Fields = Readonly<Record<string, unknown>>

/** The exchange that a value is, or why it is none. */
export function toLineExchange(
  value: unknown,
  place: Place,
  context: ItemContext,
): CapturedExchange | string {
  if (!isObject(value)) return `It is ${nameOf(value)}. ${shape}`
  const { request, about, durationMs } = value
  if (!isObject(request)) return `Its request is ${nameOf(request)}. ${shape}`
  const { method, url } = request
  if (typeof method !== 'string' || method === '')
    return `Its request.method is ${nameOf(method)}. It must be a text such as "POST".`
  if (typeof url !== 'string' || url === '')
    return `Its request.url is ${nameOf(url)}. It must be an address, or a path.`
  const asked = readHeaders(request.headers)
  if (!asked) return `Its request.headers are ${nameOf(request.headers)}. ${headersShape}`
  const sent = readBody(request, asked.headers, context)
  if ('why' in sent) return `Its request.${sent.why}`
  const at = readTime(value.at)
  if (at === null) return `Its "at" is ${nameOf(value.at)}. ${timeShape}`
  if (durationMs !== undefined && durationMs !== null && typeof durationMs !== 'number')
    return `Its durationMs is ${nameOf(durationMs)}. It must be a number of milliseconds.`
  if (about !== undefined && about !== null && !isAbout(about)) return aboutShape
  const answered = readResponse(value.response, context)
  if (answered && 'why' in answered) return `Its response${answered.why}`
  if (sent.problem !== undefined) context.note(place, `The body of its request ${sent.problem}.`)
  if (answered?.problem !== undefined) context.note(place, `The body of its answer ${answered.problem}.`)
  return {
    request: {
      method: isUpperCase(method) ? method : method.toUpperCase(),
      url: withHost(url, asked),
      headers: asked.headers,
      body: sent.body,
    },
    response: answered?.response,
    at,
    durationMs: durationMs ?? undefined,
    place,
    about: about ?? undefined,
  }
}

function readResponse(
  response: unknown,
  context: ItemContext,
): { response: CapturedResponse; problem?: string | undefined } | { why: string } | undefined {
  if (response === undefined || response === null) return undefined
  if (!isObject(response)) return { why: ` is ${nameOf(response)}. ${shape}` }
  const { status } = response
  if (!isStatus(status))
    return {
      why: `.status is ${nameOf(status)}. It must be a number such as 200; where there was no answer, the response is null.`,
    }
  const read = readHeaders(response.headers)
  if (!read) return { why: `.headers are ${nameOf(response.headers)}. ${headersShape}` }
  const { headers } = read
  const got = readBody(response, headers, context)
  if ('why' in got) return { why: `.${got.why}` }
  return { response: { status, headers, body: got.body }, problem: got.problem }
}

const shape =
  'An exchange is {"request": {"method", "url", "headers", "body"}, "response": {"status", "headers", "body"}}.'
const headersShape = 'They must be an object of texts, or a list of {"name", "value"}.'
const aboutShape =
  'Its "about" is not right. It must be {"provider": …} with an operation or a callback, all of them texts.'
const timeShape = 'It must be a number of milliseconds since 1970, or a text such as "2026-11-22T10:00:00Z".'

function readBody(
  message: Fields,
  headers: Headers,
  { isRaw }: ItemContext,
): { body: CapturedBody; problem?: string } | { why: string } {
  const { body, bodyBase64 } = message
  if (typeof body === 'string') return { body: isRaw ? fromLatin1(body) : body }
  if (body !== undefined && body !== null)
    return {
      why: `body is ${nameOf(body)}. It must be the text as it was sent, or its bytes as bodyBase64: spaces and the order of fields count for signatures.`,
    }
  if (bodyBase64 === undefined || bodyBase64 === null) return { body: undefined }
  if (typeof bodyBase64 !== 'string')
    return { why: `bodyBase64 is ${nameOf(bodyBase64)}. It must be a text.` }
  return fromBase64(bodyBase64, headers)
}

/** JavaScript has no day beyond it. */
const latestTime = 8.64e15

/** Epoch milliseconds; null where it is no time. */
export function readTime(value: unknown): number | undefined | null {
  if (value === undefined || value === null) return undefined
  const time = typeof value === 'string' ? Date.parse(value) : value
  return typeof time === 'number' && Math.abs(time) <= latestTime ? time : null
}

function isAbout(value: unknown): value is About {
  if (!isObject(value)) return false
  const { provider, operation, callback } = value
  const isName = (each: unknown) => each === undefined || typeof each === 'string'
  return typeof provider === 'string' && isName(operation) && isName(callback)
}

function isStatus(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 100 && value <= 999
}

/** The first character tells: nobody writes `Post`. */
function isUpperCase(method: string): boolean {
  return method.charCodeAt(0) < 0x61
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a value is, without showing it: it may be secret. */
export function nameOf(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'string') return value === '' ? 'empty' : 'a text'
  return typeof value === 'boolean' ? String(value) : `the number ${value}`
}
