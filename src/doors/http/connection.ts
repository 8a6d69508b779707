// What the HTTP door knows of a connection, and how it ends one with a last answer.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { afterRealTime } from '../../double/clock.ts'
import type { Answer } from '../../double/network.ts'
import type { HoldUp } from '../../double/router.ts'
import type { HttpLimits } from './limits.ts'

// An import would load all that the module names.
const http = process.getBuiltinModule('node:http')

export interface Connection {
  /** How many requests have come on it, with the one of which the body may be missing. */
  count: number
  /** How many of them wait for an answer. */
  open: number
  isPaused: boolean
  /** The newest, its answer, and the answer before it while that is not out. */
  newest: IncomingMessage | undefined
  last: ServerResponse | undefined
  before: ServerResponse | undefined
  /** Where a last answer is on its way: to which request it is. That one and those behind it are not handled. */
  endsWith: number
  /** And how many bytes had come by then. What comes later is thrown away. */
  overAt: number | undefined
  /** Aborted when it closes. Only where somebody has asked for it: to most requests it does not matter. */
  closing: AbortController | undefined
  /** Holds up calls that came on it. */
  holdUp: HoldUp | undefined
}

/** As a property of the socket, because it is asked for with each request. */
const key = Symbol('paydouble connection')

export function connectionOf(socket: Socket): Connection {
  const owner = socket as Socket & { [key]?: Connection }
  owner[key] ??= {
    count: 0,
    open: 0,
    isPaused: false,
    newest: undefined,
    last: undefined,
    before: undefined,
    endsWith: Number.POSITIVE_INFINITY,
    overAt: undefined,
    closing: undefined,
    holdUp: undefined,
  }
  return owner[key]
}

/** A signal that is aborted when the connection closes. */
export function closingOf(socket: Socket): AbortSignal {
  const connection = connectionOf(socket)
  if (connection.closing) return connection.closing.signal
  const closing = new AbortController()
  connection.closing = closing
  if (socket.destroyed) closing.abort()
  else socket.once('close', () => closing.abort())
  return closing.signal
}

/** The head of a request has come. @returns its number */
export function follow(connection: Connection, message: IncomingMessage, reply: ServerResponse): number {
  const { last } = connection
  connection.before = last?.destroyed ? undefined : last
  connection.last = reply
  connection.newest = message
  return ++connection.count
}

/** A request has come whole; where too many wait, no more are read. */
export function begin(socket: Socket, connection: Connection, limits: HttpLimits): void {
  if (++connection.open < limits.pipelined || connection.isPaused) return
  connection.isPaused = true
  socket.on('resume', stayPaused)
  socket.pause()
}

/** One of them has its answer. */
export function end(socket: Socket, connection: Connection, limits: HttpLimits): void {
  if (--connection.open > limits.pipelined / 2 || !connection.isPaused) return
  connection.isPaused = false
  socket.off('resume', stayPaused)
  socket.resume()
}

/** Node resumes a connection to read a body, although the body is there already. */
function stayPaused(this: Socket): void {
  this.pause()
}

/** Which request the connection ends with, and the answer that is to be out before. */
export interface End {
  readonly number: number
  readonly before: ServerResponse | undefined
}

/** Where what comes cannot be read on: in the newest request, or behind it. */
export function endOf({ count, newest, last, before }: Connection): End {
  const isInBody = newest !== undefined && !newest.complete
  return isInBody ? { number: count, before } : { number: count + 1, before: last }
}

/**
 * Ends a connection with a last answer, once the answers before it are out. What the client still sends is thrown away for a while: if
 * the connection were closed at once, it would be reset, and the client would not see the answer.
 */
export async function endWith(
  socket: Socket,
  answer: Answer | Promise<Answer>,
  { number, before, limits }: End & { readonly limits: HttpLimits },
): Promise<void> {
  const connection = connectionOf(socket)
  if (connection.overAt !== undefined) return
  connection.overAt = socket.bytesRead
  connection.endsWith = number
  const bytes = toBytes(await answer)
  if (before && !before.destroyed) await new Promise<void>(resolve => before.once('close', resolve))
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const patience = afterRealTime(limits.lingerMs, () => socket.destroy())
  socket.once('close', () => patience.cancel())
  socket.end(bytes)
}

/** Called when something comes on a connection that is over. */
export function discard(socket: Socket, limits: HttpLimits): void {
  const { overAt } = connectionOf(socket)
  if (overAt !== undefined && socket.bytesRead - overAt > limits.lingerBytes) socket.destroy()
}

function toBytes({ status, headers, body }: Answer): Buffer {
  const lines = [
    `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body)])
}
