// A proxy between an app and a provider: passes everything through unchanged, and judges it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Contract, PaydoubleError } from '../contract/index.ts'
import type { Check } from './check.ts'
import { decompress } from './decompress.ts'
import type { About, CapturedBody, CapturedExchange, Place } from './exchange.ts'
import { findingsHeader, toFindingsHeader, toJoined } from './proxy/headers.ts'
import type { KeptBody } from './proxy/kept-body.ts'
import { type Failure, type Relayed, relay } from './proxy/relay.ts'
import { createUpstream, maxHeaderSize } from './proxy/upstream.ts'

export interface ProxyOptions {
  readonly check: Pick<Check, 'judge' | 'take'>
  readonly contract: Contract
  /** Where the provider answers. A path in it stands in front of each path. */
  readonly target: string
  /** Where the app takes callbacks: what comes to `/_callbacks/paid` goes to `<merchant>/paid`. */
  readonly merchant?: string | undefined
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Default 0: a free one. */
  readonly port?: number
  /** Larger bodies are passed on and not judged. Default 1 MiB. */
  readonly bodyLimit?: number
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Each exchange as it was judged, so that it can be written down. */
  readonly onExchange?: (exchange: CapturedExchange) => void
}

export interface CheckProxy {
  /** Such as `http://127.0.0.1:4021`, without a slash at its end. */
  readonly url: string
  readonly port: number
  /** What the provider must be told as the address of the app. */
  readonly callbacksUrl: string
  /** Requests that the target has answered, and those that it did not. */
  readonly counts: { readonly answered: number; readonly failed: number }
  /** Why the last one did not. */
  readonly lastFailure: string | undefined
  /** Takes no more requests, and resolves when the last answer is out. */
  close(): Promise<void>
  /** Breaks off what is still under way. */
  breakOff(): void
}

/** What comes below goes to the app, everything else to the provider. */
export const callbacksPath = '/_callbacks'

const defaultBodyLimit = 1024 * 1024

/**
 * Opens a proxy. Bodies, framing, status lines and headers go through as they are, but for `Host`, which becomes
 * the target's, and for headers that are about one connection, such as `Connection` and `Keep-Alive`. An
 * answer of the provider gets one header more, `x-paydouble-findings`.
 *
 * @throws PaydoubleError `badFlag`, `portTaken`, `cannotListen`
 */
export async function openProxy(options: ProxyOptions): Promise<CheckProxy> {
  const { check, contract, now, onExchange, bodyLimit: limit = defaultBodyLimit } = options
  const target = createUpstream(options.target, '--target')
  const merchant = options.merchant === undefined ? undefined : createUpstream(options.merchant, '--merchant')
  /** Between several callbacks the fields decide; it is one of them, whatever has become of it. */
  const aboutCallback: About | undefined =
    Object.keys(contract.callbacks).length > 0 ? { provider: contract.id, isCallback: true } : undefined
  const counts = { answered: 0, failed: 0 }
  let lastFailure: string | undefined
  let number = 0
  let isClosing = false

  function handle(message: IncomingMessage, reply: ServerResponse): void {
    const path = pathOf(message)
    const place: Place = { source: 'proxy', unit: 'call', number: ++number }
    const at = now()
    if (isClosing) reply.shouldKeepAlive = false
    const isCallback = path.startsWith(`${callbacksPath}/`) || path === callbacksPath
    const to = isCallback ? merchant : target
    if (!to) {
      const why = `A callback came to the proxy, which does not know where the app takes callbacks: start it with --merchant <url>.`
      check.take([{ place, unreadable: why }])
      refuse(message, reply, 'noMerchant', why)
      return
    }
    const judge = (relayed: Relayed) => {
      const about = isCallback && message.method === 'POST' ? aboutCallback : undefined
      const exchange = toExchange(message, relayed, { place, at, durationMs: now() - at, about })
      for (const unreadable of exchange.problems) check.take([{ place, unreadable }])
      try {
        onExchange?.(exchange.exchange)
      } catch (error) {
        check.take([{ place, unreadable: `paydouble failed to record it: ${error}. Please report it.` }])
      }
      try {
        return check.judge(exchange.exchange).findings
      } catch (error) {
        // A bug of ours must not keep an app from its provider.
        check.take([{ place, unreadable: `paydouble failed to judge it: ${error}. Please report it.` }])
        return []
      }
    }
    relay(message, reply, {
      to,
      path: isCallback ? path.slice(callbacksPath.length) || '/' : path,
      limit,
      // A provider is not told what was found of its callback, and gets the app's answer at once.
      ...(!isCallback && {
        judge: relayed => [findingsHeader, toFindingsHeader(judge(relayed))],
      }),
      onEnd(relayed) {
        if (!isCallback) counts.answered++
        if (!relayed.response.isWhole)
          check.take([{ place, unreadable: 'The connection ended in the middle of the answer.' }])
        else if (isCallback) judge(relayed)
      },
      onFailure(failure) {
        const who = isCallback ? 'the app' : 'the target'
        const why = explain(failure, who, to.urlOf('/'))
        check.take([{ place, unreadable: why }])
        if (failure.kind === 'clientLeft') return
        if (!isCallback) {
          counts.failed++
          lastFailure = why
        }
        if (failure.kind === 'cut') reply.socket?.resetAndDestroy()
        else refuse(message, reply, 'unreachable', why)
      },
    })
  }

  // The target knows best how long a request may take, and how long a connection may be idle.
  const server = createServer(
    { noDelay: true, requestTimeout: 0, keepAliveTimeout: 0, maxHeaderSize },
    handle,
  )
  server.on('checkContinue', handle)
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!error.code?.startsWith('HPE_') || !socket.writable) {
      socket.destroy(error)
      return
    }
    const place: Place = { source: 'proxy', unit: 'call', number: ++number }
    check.take([{ place, unreadable: `What a client sent is no HTTP: ${error.message}.` }])
    // As Node would answer it.
    const isTooLarge = error.code === 'HPE_HEADER_OVERFLOW'
    const status = isTooLarge ? '431 Request Header Fields Too Large' : '400 Bad Request'
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`)
  })
  await listen(server, options.host ?? '127.0.0.1', options.port ?? 0)
  const { address, family, port } = server.address() as AddressInfo
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
  return {
    url,
    port,
    callbacksUrl: `${url}${callbacksPath}`,
    counts,
    get lastFailure() {
      return lastFailure
    },
    close: () =>
      new Promise(resolve => {
        isClosing = true
        server.close(() => resolve())
        server.closeIdleConnections()
      }),
    breakOff: () => server.closeAllConnections(),
  }
}

/** The absolute form is what a client sends that was told of a proxy. */
function pathOf({ url = '/' }: IncomingMessage): string {
  const absolute = /^https?:\/\/[^/?#]+(.*)$/i.exec(url)
  const path = absolute?.[1] ?? url
  return path.startsWith('/') ? path : `/${path}`
}

interface Seen {
  readonly place: Place
  readonly at: number
  readonly durationMs: number
  readonly about: About | undefined
}

function toExchange(
  { method = 'GET' }: IncomingMessage,
  { url, request, response }: Relayed,
  { place, at, durationMs, about }: Seen,
): { exchange: CapturedExchange; problems: string[] } {
  const problems: string[] = []
  const read = (what: string, body: KeptBody, encoding: string | undefined): CapturedBody => {
    if (body.isTooLarge) {
      problems.push(`The body of the ${what} is too large to be judged; it was passed on.`)
      return undefined
    }
    const decoded = decompress(body.bytes(), encoding)
    if ('body' in decoded) return decoded.body
    problems.push(`The body of the ${what} cannot be read, and was passed on as it is: ${decoded.problem}.`)
    return undefined
  }
  const sent = toJoined(request.headers)
  const received = toJoined(response.headers)
  const exchange: CapturedExchange = {
    place,
    at,
    durationMs,
    ...(about && { about }),
    request: {
      method,
      url,
      headers: sent,
      body: request.isWhole ? read('request', request.body, sent['content-encoding']) : undefined,
    },
    response: {
      status: response.status,
      headers: received,
      body: read('answer', response.body, received['content-encoding']),
    },
  }
  return { exchange, problems }
}

function explain({ kind, error }: Failure, who: string, url: string): string {
  const where = url.replace(/\/$/, '')
  const why = error && (error.message || error.code)
  switch (kind) {
    case 'clientLeft':
      return 'The client ended the connection before the answer was whole.'
    case 'cut':
      return `The connection to ${who} (${where}) ended before there was an answer: ${why}.`
    case 'noHttp':
      return `What ${who} (${where}) answered is no HTTP: ${why}.`
    case 'unreachable': {
      const isTrust = /CERT|SIGNED|VERIFY|ALTNAME/.test(error?.code ?? '')
      const advice = isTrust
        ? 'Its certificate is not trusted: name the one that signed it with NODE_EXTRA_CA_CERTS=<file>.'
        : `Check the address, and whether ${who === 'the app' ? 'it' : 'the provider'} is up.`
      return `Failed to reach ${who} (${where}): ${why}. ${advice}`
    }
  }
}

/** An answer of paydouble itself, in no provider's name. */
function refuse(message: IncomingMessage, reply: ServerResponse, code: string, why: string): void {
  const body = `${JSON.stringify({ error: { code, message: why } })}\n`
  reply.writeHead(502, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  })
  reply.end(body)
  message.resume()
}

function listen(server: ReturnType<typeof createServer>, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE'
      const why = isTaken
        ? 'the port is taken. Stop what listens there, or choose another one with --port (0 takes a free one).'
        : `${error.message}.`
      reject(
        new PaydoubleError(
          isTaken ? 'portTaken' : 'cannotListen',
          `Failed to listen on ${host}:${port}: ${why}`,
        ),
      )
    })
    server.listen(port, host, resolve)
  })
}
