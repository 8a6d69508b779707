// Messages in the shapes in which HTTP clients and servers hand them out, as what can be judged. Nothing is used up
// that can be kept.
import type { Readable } from 'node:stream'
import { PaydoubleError } from '../contract/index.ts'
import { decompress } from '../runner/decompress.ts'

export interface ReadMessage {
  /** Whether it says by itself what it is: a status makes an answer, a method without one a request. */
  readonly kind: 'response' | 'request' | 'body'
  readonly status?: number
  readonly method?: string
  readonly url?: string
  /** Lower-case names. Absent where only a body was given: then status, content type and signature are not judged. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  /** How to keep the bytes, where somebody has parsed them, and only what was in them is left. */
  readonly lost?: string
}

/**
 * Reads a message: `Response` and `Request` of fetch, what axios, undici, supertest, superagent, got and `node:http`
 * give, a delivery of a double, an object with `status`, `headers` and `body`, or nothing but a body, parsed or not.
 *
 * @throws PaydoubleError `unreadable`
 */
export async function readMessage(message: unknown): Promise<ReadMessage> {
  // Perhaps of one that is not there yet.
  const given: unknown = await message
  if (typeof given === 'string' || given instanceof Uint8Array) return { kind: 'body', body: given }
  if (!isObject(given)) {
    const what = given === undefined || given === null || typeof given !== 'object' ? String(given) : 'a list'
    throw unreadable(what, 'It is neither a message nor the object that was in one')
  }
  if (isFetched(given)) return readFetched(given)
  if (!isObject(given.headers) || !hasMessageFields(given))
    return { kind: 'body', body: JSON.stringify(given), lost: '' }
  return readFields(given, given.headers)
}

type Fields = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A body may have a field `headers`, too; but none of these besides. */
function hasMessageFields(given: Fields): boolean {
  return (
    statusOf(given) !== undefined || typeof given.method === 'string' || 'body' in given || 'data' in given
  )
}

function statusOf({ status, statusCode }: Fields): number | undefined {
  if (typeof status === 'number') return status
  return typeof statusCode === 'number' ? statusCode : undefined
}

async function readFields(given: Fields, headers: Fields): Promise<ReadMessage> {
  const status = statusOf(given)
  const { method, url } = given
  const isResponse = status !== undefined && status !== null
  return {
    kind: isResponse ? 'response' : typeof method === 'string' ? 'request' : 'body',
    ...(isResponse && { status }),
    ...(typeof method === 'string' && { method }),
    ...(typeof url === 'string' && { url }),
    headers: toHeaders(headers),
    ...(await readBody(given, headers)),
  }
}

type ReadBody = Pick<ReadMessage, 'body' | 'lost'>

/** What was read of streams, which can be read once. */
const kept = new WeakMap<object, Promise<Uint8Array>>()

async function readBody(given: Fields, headers: Fields): Promise<ReadBody> {
  // The bytes, where a client gives them besides what it made of them.
  const { rawBody, text, data, body = data } = given
  for (const whole of [rawBody, text, body]) {
    if (typeof whole === 'string' || whole instanceof Uint8Array) return { body: whole }
    if (whole instanceof ArrayBuffer) return { body: new Uint8Array(whole) }
  }
  if (isUndiciBody(body)) return { body: await readUndici(body) }
  if (isStream(body)) throw unreadable('a stream', 'Read it, and give its text as "body"')
  if (body !== undefined && body !== null) return { body: toText(body, headers), lost: adviceFor(given) }
  if (!isStream(given)) return { body: '' }
  const bytes = await readStream(given)
  const decoded = decompress(Buffer.from(bytes), toHeaders(headers)['content-encoding'])
  return { body: 'body' in decoded ? decoded.body : bytes }
}

/** What was parsed, as it may have been. */
function toText(body: unknown, headers: Fields): string {
  const isForm = toHeaders(headers)['content-type']?.startsWith('application/x-www-form-urlencoded')
  return isForm ? new URLSearchParams(body as Record<string, string>).toString() : JSON.stringify(body)
}

/** How the client is told to keep the bytes. */
function adviceFor(given: Fields): string {
  if ('data' in given && 'config' in given) return 'with axios, by { transformResponse: [] }'
  if ('rawHeaders' in given && 'method' in given) return 'with Express, by express.raw()'
  return 'by giving the text that came as "body"'
}

type Fetched = Fields & {
  readonly bodyUsed: boolean
  readonly headers: Headers
  clone(): { arrayBuffer(): Promise<ArrayBuffer> }
}

/** `Response` or `Request`, of whichever implementation. */
function isFetched(given: Fields): given is Fetched {
  return typeof given.clone === 'function' && typeof given.arrayBuffer === 'function'
}

async function readFetched(given: Fetched): Promise<ReadMessage> {
  const known = kept.get(given)
  if (!known && given.bodyUsed) {
    throw unreadable(
      'its body has been read already',
      'Match it before, or give { status, headers, body } with the text that you have read as "body"',
    )
  }
  const bytes =
    known ??
    given
      .clone()
      .arrayBuffer()
      .then(buffer => new Uint8Array(buffer))
  kept.set(given, bytes)
  const { headers, ...fields } = {
    status: given.status,
    method: given.method,
    url: given.url,
    headers: given.headers,
  }
  return { ...(await readFields({ ...fields, body: await bytes }, headers as unknown as Fields)) }
}

type UndiciBody = Readable & { readonly bodyUsed: boolean; bytes(): Promise<Uint8Array> } & Record<
    string,
    unknown
  >

function isUndiciBody(body: unknown): body is UndiciBody {
  return isStream(body) && typeof body.bytes === 'function' && typeof body.text === 'function'
}

/** It can be read once, so it is given back as one that was read. */
function readUndici(body: UndiciBody): Promise<Uint8Array> {
  const known = kept.get(body)
  if (known) return known
  if (body.bodyUsed)
    throw unreadable('its body has been read already', 'Match it before, or give the text as "body"')
  const bytes = body.bytes()
  const again = (make: (read: Uint8Array) => unknown) => async () => make(await bytes)
  const text = (read: Uint8Array) => new TextDecoder().decode(read)
  Object.assign(body, {
    bytes: again(read => read.slice()),
    text: again(text),
    json: again(read => JSON.parse(text(read))),
    arrayBuffer: again(read => read.slice().buffer),
    blob: again(read => new Blob([read.slice()])),
  })
  kept.set(body, bytes)
  return bytes
}

function isStream(value: unknown): value is Fields & Readable {
  return isObject(value) && typeof value.pipe === 'function' && typeof value.on === 'function'
}

/** A message of `node:http`; who comes later finds it read. */
function readStream(stream: Readable): Promise<Uint8Array> {
  const known = kept.get(stream)
  if (known) return known
  if (stream.readableDidRead)
    throw unreadable(
      'it has been read already',
      'Give { status, headers, body } with what you have read as "body"',
    )
  const bytes = stream.toArray().then(chunks => Buffer.concat(chunks))
  kept.set(stream, bytes)
  return bytes
}

function toHeaders(given: Fields): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of entriesOf(given)) {
    if (value === undefined || value === null) continue
    headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : String(value)
  }
  return headers
}

/** `Headers`, a `Map`, what axios has, or a plain object. */
function entriesOf(given: Fields): Iterable<[string, unknown]> {
  if (typeof given.entries === 'function') return given.entries() as Iterable<[string, unknown]>
  return Object.entries(typeof given.toJSON === 'function' ? (given.toJSON() as Fields) : given)
}

function unreadable(what: string, advice: string): PaydoubleError {
  return new PaydoubleError('unreadable', `Failed to read what was given to expect: ${what}. ${advice}.`)
}
