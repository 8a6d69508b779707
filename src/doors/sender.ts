// How the server sends callbacks: over node:http, because there the address of a host can be checked at the moment of
// connecting. A keep-alive connection goes on to the address that was checked, and nothing is sent through a proxy.
import { lookup as systemLookup } from 'node:dns'
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { LookupFunction } from 'node:net'
import { type CallbackPolicy, createCallbackPolicy, hostOf } from '../double/callback-policy.ts'
import type { CallbackRequest, Deliver } from '../double/callbacks.ts'
import { afterRealTime, soon } from '../double/clock.ts'
import { callbackTimeoutMs, keepingMark } from './deliver.ts'
import { createSlots } from './slots.ts'

export interface SenderOptions {
  /** Hosts other than private ones to which callbacks may go. Default: none. */
  readonly allowedCallbackHosts?: readonly string[] | undefined
  /** How long an attempt may take, from connecting to the end of the answer. Default 10,000. */
  readonly timeoutMs?: number
  /** How names become addresses. Default: `lookup` of node:dns. */
  readonly lookup?: LookupFunction
}

/** How many callbacks are on their way to one receiver at once; further ones wait for their turn. */
export const mostAtOnce = 100

/** Of a longer answer no more is read than this and what came along with it. */
export const maxReplyBytes = 65_536

/** A connection that is idle for so long is ended, before a receiver does so while a callback is on its way. */
const idleMs = 1000

/**
 * Sends callbacks over HTTP and HTTPS, to private addresses and allowed hosts alone: also where a name that
 * looks private stands for another address. Redirects are not followed, and answers are not decompressed.
 *
 * @example
 * const double = assembleDouble({ simulators, createStore: createSqliteStore, deliver: createSender() })
 */
export function createSender(options: SenderOptions = {}): Deliver {
  const { timeoutMs = callbackTimeoutMs, lookup = systemLookup } = options
  const policy = createCallbackPolicy(options.allowedCallbackHosts)
  const slots = createSlots(mostAtOnce)
  const agentOptions = {
    keepAlive: true,
    maxSockets: mostAtOnce,
    timeout: idleMs,
    lookup: checking(policy, lookup),
  }
  const { request: requestOverHttp, Agent } = process.getBuiltinModule('node:http')
  const http = { request: requestOverHttp, agent: new Agent(agentOptions) }
  let https: typeof http | undefined

  /** Loaded when it is needed, because few receivers in a test speak TLS. */
  function overHttps(): typeof http {
    const { request, Agent: HttpsAgent } = process.getBuiltinModule('node:https')
    return { request, agent: new HttpsAgent(agentOptions) }
  }

  return async callback => {
    const url = URL.canParse(callback.url) ? new URL(callback.url) : undefined
    const refusal = policy.refusal(url ?? callback.url) ?? refusalOfHeaders(callback.headers)
    if (!url || refusal !== undefined) throw new Error(`not sent: ${refusal}`)
    if (url.protocol === 'https:') https ??= overHttps()
    const { request, agent } = url.protocol === 'https:' && https ? https : http
    await slots.enter(url.origin, callback.signal)
    try {
      await turnEnded()
      callback.signal.throwIfAborted()
      const open = () =>
        request({
          agent,
          host: hostOf(url),
          port: url.port,
          path: `${url.pathname}${url.search}`,
          method: callback.method,
          headers: { accept: '*/*', 'user-agent': 'paydouble', ...callback.headers },
        })
      return await exchange(open, callback, timeoutMs)
    } finally {
      slots.leave(url.origin)
    }
  }
}

/** The addresses of a host, unless one of them is none to which callbacks may go. */
function checking(policy: CallbackPolicy, lookup: LookupFunction): LookupFunction {
  return (host, options, done) => {
    lookup(host, options, (error, found, family) => {
      if (error) return done(error, found, family)
      const addresses = typeof found === 'string' ? [found] : found.map(({ address }) => address)
      if (addresses.length === 0) return done(Object.assign(new Error(), { code: 'ENOTFOUND' }), [])
      const refused = addresses.map(address => policy.refusalOfAddress(host, address)).find(Boolean)
      if (refused === undefined) return done(null, found, family)
      return done(new Error(`not sent: ${refused}`), [])
    })
  }
}

/** Those that say how a message is framed: with another one, a receiver would take its body for the next request. */
const framing = /^(content-length|transfer-encoding|connection|keep-alive|upgrade|expect|trailer|te)$/i

function refusalOfHeaders(headers: Readonly<Record<string, string>>): string | undefined {
  for (const name in headers)
    if (framing.test(name))
      return `the header ${name} is not for a callback to have, as it frames the message`
  return undefined
}

let turnEnd: Promise<void> | undefined

/**
 * Resolves at the end of this turn of the event loop, for all at once: what is sent together wakes the receiver once
 * instead of once for each.
 */
function turnEnded(): Promise<void> {
  turnEnd ??= new Promise(resolve => {
    soon(() => {
      turnEnd = undefined
      resolve()
    })
  })
  return turnEnd
}

/** Sends one request and reads its answer. */
function exchange(
  open: () => ClientRequest,
  { url, body, bytes, signal }: CallbackRequest,
  timeoutMs: number,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = open()
    const chunks: Buffer[] = []
    let size = 0
    let hasBegun = false
    let isOver = false
    const finish = () => {
      isOver = true
      timer.cancel()
      signal.removeEventListener('abort', breakOff)
    }
    const fail = (error: unknown) => {
      if (isOver) return
      finish()
      reject(error)
      request.destroy()
    }
    const breakOff = () => fail(signal.reason)
    const timer = afterRealTime(timeoutMs, () =>
      fail(new Error(`timeout: ${new URL(url).host} gave no whole answer within ${timeoutMs} ms`)),
    )
    const answer = (reply: IncomingMessage) => {
      if (isOver) return
      finish()
      resolve({ status: reply.statusCode ?? 0, body: keepingMark.decode(Buffer.concat(chunks)) })
    }
    signal.addEventListener('abort', breakOff, { once: true })
    request.on('error', error => fail(toReason(error, url)))
    request.on('close', () => {
      if (isOver) return
      const when = hasBegun ? 'in the middle of its answer' : 'without an answer'
      fail(new Error(`${new URL(url).host} ended the connection ${when}`))
    })
    request.on('response', reply => {
      hasBegun = true
      reply.on('data', (chunk: Buffer) => {
        size += chunk.length
        chunks.push(chunk)
        if (size < maxReplyBytes) return
        answer(reply)
        request.destroy()
      })
      reply.on('end', () => answer(reply))
      // The request is closed then as well, and says it.
      reply.on('error', () => {})
    })
    request.end(bytes ?? body)
  })
}

/** What went wrong, in a sentence that says what to look for. */
function toReason(error: NodeJS.ErrnoException, url: string): Error {
  const { host, hostname } = new URL(url)
  const { code = '', message } = error
  const texts: Readonly<Record<string, string>> = {
    ECONNREFUSED: `nobody listens on ${host}`,
    ECONNRESET: `${host} ended the connection without an answer`,
    EPIPE: `${host} ended the connection without an answer`,
    ENOTFOUND: `the host ${hostname} has no address`,
    EAI_AGAIN: `the host ${hostname} has no address that could be found out now`,
  }
  const text =
    texts[code] ?? (code.startsWith('HPE_') ? `${host} answered something that is not HTTP` : message)
  return new Error(code === '' || text.includes(code) ? text : `${text} (${code})`)
}
