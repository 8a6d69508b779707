// Sends a request as it stands, by node:http: a GET with a body works, and no header is added but those that HTTP needs.
import http from 'node:http'
import https from 'node:https'
import type { WireRequest } from '../contract/index.ts'
import { decompress } from './decompress.ts'
import type { CapturedResponse } from './exchange.ts'
import { toJoined } from './proxy/headers.ts'

/** What came, or in words why nothing did. */
export type Sent = { readonly response: CapturedResponse } | { readonly failure: string }

/** No answer of a payment provider is nearly as long, in bytes. */
const longestAnswer = 10 * 1024 * 1024

/** The address of a request at a target, which may stand behind a path of its own. */
export function toUrl(target: string, { path, query }: Pick<WireRequest, 'path' | 'query'>): string {
  return `${target.replace(/\/+$/, '')}${path}${query === '' ? '' : `?${query}`}`
}

/** Sends a request once; it never throws. @param signal ends it */
export function sendRequest(target: string, request: WireRequest, signal: AbortSignal): Promise<Sent> {
  const { promise, resolve } = Promise.withResolvers<Sent>()
  const url = new URL(toUrl(target, request))
  const { method, headers, body } = request
  const hasBody = body.length > 0 || (method !== 'GET' && method !== 'HEAD')
  const fail = (error: unknown) => resolve({ failure: signal.aborted ? timedOut(signal) : whyOf(error) })
  // Through the module objects, because these are what MSW takes over. Each request has a connection of its own:
  // one that the other side is just closing would lose it.
  const outgoing = (url.protocol === 'https:' ? https : http).request(
    url,
    {
      method,
      headers: { ...headers, ...(hasBody && { 'content-length': String(body.length) }) },
      agent: false,
      signal,
    },
    incoming => {
      const chunks: Buffer[] = []
      let length = 0
      incoming.on('error', fail)
      incoming.on('data', (chunk: Buffer) => {
        length += chunk.length
        chunks.push(chunk)
        if (length > longestAnswer) incoming.destroy(new Error('the answer is longer than 10 MiB'))
      })
      incoming.on('end', () => {
        const received = toJoined(incoming.rawHeaders)
        const bytes = Buffer.concat(chunks)
        const decoded = decompress(bytes, received['content-encoding'])
        // What cannot be decompressed stays as it is, and is then found to be no JSON.
        const answer = 'body' in decoded ? decoded.body : bytes
        resolve({ response: { status: incoming.statusCode ?? 0, headers: received, body: answer } })
      })
      incoming.on('close', () => {
        if (!incoming.complete) fail(new Error('the connection ended in the middle of the answer'))
      })
    },
  )
  outgoing.on('error', fail)
  outgoing.end(body)
  return promise
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was reset',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  EHOSTUNREACH: 'no way leads to the host',
  ENETUNREACH: 'no way leads to its network',
  ETIMEDOUT: 'the connection came to no end',
  EPIPE: 'the connection was cut',
  EPROTO: 'what answers there speaks no TLS',
}

function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // Of a host with several addresses each has an error of its own.
  const first = error instanceof AggregateError ? (error.errors[0] as unknown) : error
  const { code = '', message } = first as Error & { code?: string }
  if (code.startsWith('HPE_')) return 'what answers there speaks no HTTP'
  return reasons[code] ?? (message === '' ? code || 'the connection failed' : message.replace(/\.$/, ''))
}

function timedOut({ reason }: AbortSignal): string {
  const isTimeout = reason instanceof Error && reason.name === 'TimeoutError'
  return isTimeout ? 'no answer came in time' : 'it was interrupted'
}
