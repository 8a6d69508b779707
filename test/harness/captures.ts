// Captures that tests write, and what comes of reading them.
import { Buffer } from 'node:buffer'
import { type CapturedExchange, type CaptureItem, isUnreadable, readCapture } from '../../src/runner/index.ts'

export interface ReadOptions {
  /** Where the bytes are cut into chunks. */
  readonly cuts?: readonly number[]
  readonly attached?: (name: string) => Uint8Array | undefined
}

/** All items of a capture. */
export async function readItems(
  text: string | Uint8Array,
  { cuts = [], ...options }: ReadOptions = {},
): Promise<CaptureItem[]> {
  const bytes = Buffer.from(text as Uint8Array)
  const ends = [...cuts.map(cut => Math.min(cut, bytes.length)), bytes.length].sort((a, b) => a - b)
  async function* chunks() {
    let from = 0
    for (const end of ends) {
      yield bytes.subarray(from, end)
      from = end
    }
  }
  return collect(readCapture(chunks(), { source: 'it', ...options }))
}

export async function collect(capture: AsyncIterable<readonly CaptureItem[]>): Promise<CaptureItem[]> {
  const items: CaptureItem[] = []
  for await (const batch of capture) items.push(...batch)
  return items
}

/** The exchanges of a capture, and what could not be read as `line 2: why`. */
export async function read(
  text: string | Uint8Array,
  options?: ReadOptions,
): Promise<{ exchanges: CapturedExchange[]; problems: string[] }> {
  const items = await readItems(text, options)
  return {
    exchanges: items.filter((item): item is CapturedExchange => !isUnreadable(item)),
    problems: items
      .filter(isUnreadable)
      .map(({ place, unreadable }) => `${place.unit} ${place.number}: ${unreadable}`),
  }
}

/** The body of an answer as text. */
export function answerOf(exchange: CapturedExchange | undefined): string | undefined {
  const body = exchange?.response?.body
  return body === undefined || typeof body === 'string' ? body : Buffer.from(body).toString('utf8')
}

/** What is given goes over what is usual. */
export interface Parts {
  readonly request?: object
  readonly response?: object | null
  readonly [name: string]: unknown
}

/** A line of NDJSON. */
export function toLine({ request, response, ...rest }: Parts = {}): string {
  return JSON.stringify({
    request: { method: 'POST', url: 'https://a.example/pay', headers: {}, body: '{}', ...request },
    response: response === null ? null : { status: 200, headers: {}, body: '{"ok":1}', ...response },
    ...rest,
  })
}

/** An entry of a HAR, as Chrome writes it. */
export function toEntry({ request, response, ...rest }: Parts = {}): object {
  return {
    _initiator: { type: 'script' },
    startedDateTime: '2026-11-22T10:00:00.000Z',
    time: 35.5,
    request: {
      method: 'POST',
      url: 'https://a.example/pay?x=1',
      httpVersion: 'h2',
      headers: [
        { name: ':authority', value: 'a.example' },
        { name: ':method', value: 'POST' },
        { name: 'Content-Type', value: 'application/json' },
      ],
      queryString: [],
      cookies: [],
      headersSize: -1,
      bodySize: 2,
      postData: { mimeType: 'application/json', text: '{}' },
      ...request,
    },
    response: {
      status: 200,
      statusText: '',
      httpVersion: 'h2',
      headers: [{ name: 'content-type', value: 'application/json' }],
      cookies: [],
      content: { size: 8, mimeType: 'application/json', text: '{"ok":1}' },
      redirectURL: '',
      headersSize: -1,
      bodySize: -1,
      ...response,
    },
    cache: {},
    timings: { send: 0, wait: 30, receive: 5 },
    ...rest,
  }
}

export function toHar(entries: readonly unknown[], indent?: number): string {
  return JSON.stringify(
    { log: { version: '1.2', creator: { name: 'a test', version: '1' }, entries } },
    null,
    indent,
  )
}
