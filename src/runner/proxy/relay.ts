// One exchange on its way through the proxy, byte for byte.
import type { IncomingMessage, OutgoingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { has, isFramed, passOn, type RawHeaders, without } from './headers.ts'
import { type KeptBody, keepBody } from './kept-body.ts'
import type { Upstream } from './upstream.ts'

/** What was seen of an exchange. */
export interface Relayed {
  readonly url: string
  readonly request: { readonly headers: RawHeaders; readonly body: KeptBody; readonly isWhole: boolean }
  /** `isWhole` is false where the connection ended before the answer did. */
  readonly response: {
    readonly status: number
    readonly headers: RawHeaders
    readonly body: KeptBody
    readonly isWhole: boolean
  }
}

export interface RelayOptions {
  readonly to: Upstream
  /** With query. */
  readonly path: string
  /** Bodies up to so many bytes are kept, and answers held back until they are judged. */
  readonly limit: number
  /**
   * The headers that an answer gets besides its own, once it is there. Absent where it gets none: then it is
   * not held back.
   */
  readonly judge?: (relayed: Relayed) => RawHeaders
  /** Called once, unless the exchange failed. */
  readonly onEnd: (relayed: Relayed) => void
  readonly onFailure: (failure: Failure) => void
}

export interface Failure {
  /** `unreachable`: no connection came to be. `cut`: it ended before there was an answer. */
  readonly kind: 'unreachable' | 'noHttp' | 'cut' | 'clientLeft'
  readonly error?: NodeJS.ErrnoException
}

/** Passes a request on, and its answer back. Aborts of one side end the other. */
export function relay(message: IncomingMessage, reply: ServerResponse, options: RelayOptions): void {
  const { to, path, limit, onFailure } = options
  const url = to.urlOf(path)
  const { outgoing, headers } = to.request(message, reply, path)
  const sent = keepBody(limit)
  let isOver = false
  let hasConnected = false
  let hasAnswer = false
  const fail = (failure: Failure) => {
    if (isOver) return
    isOver = true
    onFailure(failure)
  }

  outgoing.once('socket', (socket: Socket & { encrypted?: boolean }) => {
    if (outgoing.reusedSocket) hasConnected = true
    else socket.once(socket.encrypted ? 'secureConnect' : 'connect', () => (hasConnected = true))
  })
  outgoing.on('continue', () => reply.writeContinue())
  outgoing.on('response', answer => {
    hasAnswer = true
    // Node reads such a number, and writes none.
    if ((answer.statusCode ?? 0) < 100) {
      fail({ kind: 'noHttp' })
      outgoing.destroy()
      return
    }
    const seen = (response: Relayed['response']): Relayed => ({
      url,
      request: { headers, body: sent, isWhole: message.complete },
      response,
    })
    passBack(answer, { message, reply, options, seen, end: () => (isOver = true) })
  })
  outgoing.on('error', (error: NodeJS.ErrnoException) => {
    // What goes wrong after an answer has begun is seen in the answer.
    if (hasAnswer || isOver) return
    if (reply.destroyed) fail({ kind: 'clientLeft' })
    else if (error.code?.startsWith('HPE_')) fail({ kind: 'noHttp', error })
    else fail({ kind: hasConnected ? 'cut' : 'unreachable', error })
  })
  outgoing.on('close', () => {
    // What the target does not want any more is read all the same, so that the connection can go on.
    message.unpipe(outgoing)
    message.resume()
  })
  reply.on('close', () => {
    if (reply.writableFinished) return
    fail({ kind: 'clientLeft' })
    outgoing.destroy()
  })
  message.on('data', chunk => sent.add(chunk))
  pipe(message, outgoing)
}

interface PassBack {
  readonly message: IncomingMessage
  readonly reply: ServerResponse
  readonly options: RelayOptions
  readonly seen: (response: Relayed['response']) => Relayed
  readonly end: () => void
}

function passBack(answer: IncomingMessage, { message, reply, options, seen, end }: PassBack): void {
  const { limit, judge, onEnd } = options
  const { statusCode: status = 0, statusMessage = '' } = answer
  const body = keepBody(limit)
  const headers = toHeaders(answer, message)
  const hasBody = message.method !== 'HEAD' && status !== 204 && status !== 304
  const relayed = (isWhole: boolean) => seen({ status, headers, body, isWhole })
  const writeHead = (added: RawHeaders = []) => {
    // The target's own date, or none.
    reply.sendDate = false
    // An answer that ends with its connection does so here, too.
    if (hasBody && !isFramed(headers)) reply.useChunkedEncodingByDefault = false
    if (/\bclose\b/i.test(answer.headers.connection ?? '')) reply.shouldKeepAlive = false
    reply.writeHead(status, statusMessage, [...headers, ...added])
  }
  const finish = (isWhole: boolean) => {
    end()
    onEnd(relayed(isWhole))
  }

  // That the connection breaks is seen when it is closed.
  answer.on('error', () => {})
  /** What waits until it is judged. */
  const held: Buffer[] = []
  const hold = (chunk: Buffer) => {
    body.add(chunk)
    held.push(chunk)
    if (!body.isTooLarge) return
    answer.off('data', hold)
    writeHead(judge?.(relayed(true)))
    for (const each of held.splice(0)) reply.write(each)
    pipe(answer, reply)
  }
  if (judge) answer.on('data', hold)
  else {
    writeHead()
    answer.on('data', (chunk: Buffer) => body.add(chunk))
    pipe(answer, reply)
  }
  answer.once('end', () => {
    if (!reply.headersSent) {
      writeHead(judge?.(relayed(true)))
      reply.addTrailers(toPairs(answer.rawTrailers))
      reply.end(held.length === 1 ? held[0] : Buffer.concat(held))
    }
    finish(true)
  })
  answer.once('close', () => {
    if (answer.complete || reply.destroyed) return
    if (!reply.headersSent) writeHead()
    reply.flushHeaders()
    for (const chunk of held) reply.write(chunk)
    finish(false)
    // To a client a body without a length is whole when the connection ends, unless it breaks.
    if (isFramed(headers)) reply.socket?.destroySoon()
    else reply.socket?.resetAndDestroy()
  })
}

/** The headers of an answer as its client can take them. */
function toHeaders(answer: IncomingMessage, { httpVersion }: IncomingMessage): string[] {
  const headers = passOn(answer.rawHeaders)
  return httpVersion === '1.0' && has(headers, 'transfer-encoding')
    ? without(headers, 'transfer-encoding')
    : headers
}

/** A body and what comes behind it. */
function pipe(from: IncomingMessage, to: OutgoingMessage): void {
  from.once('end', () => {
    if (from.rawTrailers.length > 0) to.addTrailers(toPairs(from.rawTrailers))
  })
  from.pipe(to)
}

function toPairs(raw: RawHeaders): [string, string][] {
  const pairs: [string, string][] = []
  for (let i = 0; i < raw.length; i += 2) pairs.push([raw[i] ?? '', raw[i + 1] ?? ''])
  return pairs
}
