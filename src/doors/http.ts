// The HTTP door: node:http straight into the pipeline, without a Request object in between, because a
// GET with a body must work and because it is what is fast.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { PaydoubleError } from '../contract/index.ts'
import { afterRealTime, soon } from '../double/clock.ts'
import type { Double } from '../double/double.ts'
import type { Answer } from '../double/network.ts'
import { maxBodyBytes, ownError } from '../double/pipeline.ts'
import type { HoldUp, IncomingRequest } from '../double/router.ts'
import { controlPrefix, createControl } from './control/control.ts'
import {
  badExpectation,
  type ClientError,
  noHost,
  noProxy,
  tooBusy,
  tooManyDelayed,
  toRefusal,
  twoHosts,
} from './http/broken-request.ts'
import { begin, closingOf, connectionOf, discard, end, endOf, endWith, follow } from './http/connection.ts'
import { type HttpLimits, httpLimits } from './http/limits.ts'

// An import would load all that the module names, and of that fetch and WebSocket take longer than the rest of a start.
const { createServer } = process.getBuiltinModule('node:http')

export interface HttpDoor {
  /** Such as `http://127.0.0.1:4020`, without a slash at its end. */
  readonly url: string
  readonly port: number
  /** Refuses new connections, ends idle ones, and resolves when the last answer is out. */
  close(): Promise<void>
}

export interface HttpDoorOptions {
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Default 0: a free one. */
  readonly port?: number
  /**
   * What clients of `/_paydouble/` have to send, as `Authorization: Bearer …`: 16 to 256 visible ASCII characters. Needed where `host` is
   * other than loopback.
   */
  readonly token?: string | undefined
  /** Names by which `/_paydouble/` may be called, besides `host`, localhost and addresses. */
  readonly allowedHosts?: readonly string[] | undefined
  /** Secrets that `/_paydouble/` shows in full only where `host` is loopback, where the configuration can be read as well. */
  readonly hidden?: readonly string[] | undefined
  readonly log?: DoorLog | undefined
  /** Other than the usual ones, for tests that do not wait. */
  readonly limits?: Partial<HttpLimits>
}

/** What a log is told beside what the double tells it. None of it may throw. */
export interface DoorLog {
  /** A request has come whole, and goes to the double next. */
  received(request: IncomingRequest): void
  /** A request to `/_paydouble/` has its answer. */
  controlled(request: IncomingRequest, answer: Answer): void
  /** What came was no request, or none that was read. */
  refused(answer: Answer): void
}

/** What its requests have in common. */
interface Door {
  readonly log: DoorLog | undefined
  readonly limits: HttpLimits
  readonly double: Double
  readonly control: (request: IncomingRequest) => Promise<Answer>
  /** Answers that are never sent on purpose, the oldest first. */
  readonly hanging: Set<ServerResponse>
  /** Calls that a fault delays, and the bytes of their bodies. */
  readonly delayed: { calls: number; bytes: number }
  /** Bytes of the bodies that are being received or answered. */
  heldBytes: number
}

/**
 * Opens a double to HTTP clients.
 * @throws PaydoubleError `portTaken`, `cannotListen`, `tokenMissing`, `badToken`
 */
export async function openHttpDoor(double: Double, options: HttpDoorOptions = {}): Promise<HttpDoor> {
  const { host = '127.0.0.1', port = 0 } = options
  const limits = { ...httpLimits, ...options.limits }
  const { token, allowedHosts = [], hidden } = options
  const door: Door = {
    log: options.log,
    limits,
    double,
    control: createControl(double, {
      token,
      allowedHosts: [host, ...allowedHosts],
      hidden: isLoopback(host) ? [] : hidden,
    }),
    hanging: new Set(),
    delayed: { calls: 0, bytes: 0 },
    heldBytes: 0,
  }
  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: limits.checkMs,
      keepAliveTimeout: limits.idleMs,
      maxHeaderSize: limits.headerBytes,
      // Node's own answer has no body.
      requireHostHeader: false,
    },
    (message, reply) => serve(message, reply, door),
  )
  // Node drops those beyond a number without a word; their size is limited.
  server.maxHeadersCount = 0
  server.maxConnections = limits.connections
  watchConnections(server, door)
  await listen(server, host, port)
  const address = server.address() as AddressInfo
  if (token === undefined && !isLoopback(address.address)) {
    server.close()
    throw new PaydoubleError(
      'tokenMissing',
      `Failed to listen on ${host}: it can be reached from other machines, and whoever reaches it could control the double. Give a token with --token or PAYDOUBLE_TOKEN, or listen on 127.0.0.1.`,
    )
  }
  const stopWatching = watchReaders(server, door)
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return {
    url: `http://${shown}:${address.port}`,
    port: address.port,
    close() {
      return new Promise(resolve => {
        const grace = afterRealTime(closingGraceMs, () => server.closeAllConnections())
        server.close(() => {
          grace.cancel()
          stopWatching()
          resolve()
        })
        server.closeIdleConnections()
        for (const reply of door.hanging) reply.destroy()
      })
    },
  }
}

function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || /^(::ffff:)?127\./.test(address)
}

/** How long open requests may take to end when the door closes, in milliseconds. */
const closingGraceMs = 1000

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new PaydoubleError(
              'portTaken',
              `Failed to listen on ${host}:${port}: the port is taken. Stop what listens there, or choose another one with --port (0 takes a free one).`,
            )
          : new PaydoubleError(
              'cannotListen',
              `Failed to listen on ${host}:${port}: ${whyNot[error.code ?? ''] ?? `${error.message}.`}`,
            ),
      )
    })
    server.listen(port, host, resolve)
  })
}

const noSuchHost =
  'there is no address of this name. Give --host an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them.'
const whyNot: Readonly<Record<string, string>> = {
  ENOTFOUND: noSuchHost,
  EAI_AGAIN: noSuchHost,
  EADDRNOTAVAIL:
    'the address is not one of this machine. Give --host one that is, such as 127.0.0.1, or 0.0.0.0 for all of them.',
  EACCES: 'this user may not listen there. Choose a port above 1023 with --port.',
}

/** Ends connections on which no request comes that could be answered as one. */
function watchConnections(server: Server, { limits, log }: Door): void {
  const refuse = (socket: Socket, answer: Answer) => {
    log?.refused(answer)
    void endWith(socket, answer, { ...endOf(connectionOf(socket)), limits })
  }
  server.on('clientError', (error: ClientError, stream) => {
    const socket = stream as Socket
    if (connectionOf(socket).overAt !== undefined) {
      discard(socket, limits)
      return
    }
    const refusal = toRefusal(error, limits)
    // Who has never said anything is told nothing: browsers open connections that they may need.
    if (!refusal || socket.bytesRead === 0) socket.destroy()
    else refuse(socket, refusal)
  })
  server.on('connect', (_, stream) => {
    const socket = stream as Socket
    socket.on('error', () => socket.destroy())
    socket.on('data', () => discard(socket, limits))
    refuse(socket, noProxy())
  })
  server.on('checkContinue', (message, reply) => {
    // Who sends too much learns so before it is sent.
    if (!isTooLarge(message)) reply.writeContinue()
    server.emit('request', message, reply)
  })
  server.on('checkExpectation', message => {
    const { socket } = message
    message.on('data', () => discard(socket, limits))
    refuse(socket, badExpectation())
  })
  server.on('timeout', socket => {
    // Who waits for an answer that takes long, or hangs on purpose, may go on waiting.
    if (connectionOf(socket).open === 0 || socket.writableLength > 0) socket.destroy()
  })
}

/**
 * Has connections time out of which the client does not read. They are looked for now and then: a timer for each would be set
 * anew with each request. @returns a function that stops it
 */
function watchReaders(server: Server, { limits }: Door): () => void {
  const sockets = new Set<Socket>()
  server.on('connection', socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const look = () => {
    for (const socket of sockets)
      if (socket.writableLength > 0 && !socket.timeout) socket.setTimeout(limits.stalledMs)
    next = afterRealTime(limits.checkMs, look)
  }
  let next = afterRealTime(limits.checkMs, look)
  return () => next.cancel()
}

function serve(message: IncomingMessage, reply: ServerResponse, door: Door): void {
  const { limits } = door
  const { socket } = message
  const connection = connectionOf(socket)
  if (connection.overAt !== undefined) {
    message.on('data', () => discard(socket, limits))
    return
  }
  const number = follow(connection, message, reply)
  let { before } = connection
  let chunks: Buffer[] = []
  let size = 0
  const release = () => {
    door.heldBytes -= size
    size = 0
    chunks = []
    before = undefined
  }
  const refuse = (answer: Answer | Promise<Answer>) => {
    void endWith(socket, answer, { number, before, limits })
    release()
  }
  const refuseAs = (answer: Answer) => {
    door.log?.refused(answer)
    refuse(answer)
  }
  const refuseSize = (bodyBytes: number) =>
    refuse(handle(door, { ...toRequest(message, nothing), bodyBytes }).catch(ownBug))
  message.on('error', () => {
    release()
    reply.destroy()
  })
  message.on('data', (chunk: Buffer) => {
    if (number >= connection.endsWith) {
      discard(socket, limits)
      return
    }
    size += chunk.length
    door.heldBytes += chunk.length
    if (size > maxBodyBytes) refuseSize(size)
    else if (door.heldBytes > limits.bodiesBytes) refuseAs(tooBusy(limits))
    else chunks.push(chunk)
  })
  message.on('end', () => {
    if (number >= connection.endsWith) return
    const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
    begin(socket, connection, limits)
    const answered = (response: Answer) => {
      release()
      if (response.cut === 'hang') {
        hang(reply, door)
        return
      }
      end(socket, connection, limits)
      sendSoon(reply, response)
    }
    // One for all requests of a connection: one for each made requests take a sixth longer.
    connection.holdUp ??= (bytes, wait) => delay(door, { socket, bytes }, wait)
    handle(door, toRequest(message, body, connection.holdUp)).then(answered, error => answered(ownBug(error)))
  })
  if (message.headers.host === undefined && message.httpVersion === '1.1') refuseAs(noHost())
  else if (hasTwoHosts(message)) refuseAs(twoHosts())
  else if (isTooLarge(message)) refuseSize(Number(message.headers['content-length']))
}

const nothing = Buffer.alloc(0)

function isTooLarge({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length']) > maxBodyBytes
}

/** Node takes the first one; what stands in front of the server may have taken the other. */
function hasTwoHosts({ rawHeaders }: IncomingMessage): boolean {
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string
    if (name.length === 4 && name.toLowerCase() === 'host') count++
  }
  return count > 1
}

function handle({ double, control, log }: Door, request: IncomingRequest): Promise<Answer> {
  const isControl = request.path.startsWith(controlPrefix)
  if (log && !isControl) log.received(request)
  const answer = isControl ? control(request) : double.handle(request)
  if (log && isControl) {
    const told = (given: Answer) => log.controlled(request, given)
    answer.then(told, error => told(ownBug(error)))
  }
  return answer
}

function ownBug(error: unknown): Answer {
  return ownError(500, 'bug', `paydouble failed: ${error}. Please report it.`)
}

/** Nothing is sent, and the connection stays until one of the two ends it. */
function hang(reply: ServerResponse, door: Door): void {
  const { hanging } = door
  hanging.add(reply)
  reply.once('close', () => hanging.delete(reply))
  makeRoom(door)
}

/** Has a call wait as long as its client does, if there is room for one more. */
async function delay(
  door: Door,
  { socket, bytes }: { readonly socket: Socket; readonly bytes: number },
  wait: Parameters<HoldUp>[1],
): Promise<boolean> {
  const { delayed, limits } = door
  if (delayed.calls >= limits.hanging || delayed.bytes + bytes > limits.bodiesBytes / 2)
    throw tooManyDelayed(limits)
  delayed.calls++
  delayed.bytes += bytes
  makeRoom(door)
  try {
    return await wait(closingOf(socket))
  } finally {
    delayed.calls--
    delayed.bytes -= bytes
  }
}

function makeRoom({ hanging, delayed, limits }: Door): void {
  for (const oldest of hanging) {
    if (hanging.size + delayed.calls <= limits.hanging) return
    hanging.delete(oldest)
    oldest.destroy()
  }
}

/** Answers that wait for the end of this turn of the event loop. */
let waiting: [ServerResponse, Answer][] = []

/**
 * Sends an answer at the end of this turn of the event loop, together with the others that are ready:
 * a client that waits is woken once for many answers instead of once for each.
 */
function sendSoon(reply: ServerResponse, response: Answer): void {
  if (waiting.push([reply, response]) > 1) return
  soon(() => {
    const ready = waiting
    waiting = []
    for (const [each, answer] of ready) {
      try {
        send(each, answer)
      } catch (error) {
        // Such as a header that none can be: it must not take the other answers with it.
        send(each, ownError(500, 'bug', `paydouble failed to send its answer: ${error}. Please report it.`))
      }
    }
  })
}

function send(reply: ServerResponse, { status, headers, body, cut, rest }: Answer): void {
  if (cut === 'reset') {
    // An answer behind others has no socket yet.
    reply.req.socket.resetAndDestroy()
    return
  }
  if (cut === 'truncate') {
    const whole = Buffer.from(body)
    reply.writeHead(status, { ...headers, 'content-length': whole.length })
    reply.write(whole.subarray(0, Math.floor(whole.length / 2)), () => reply.socket?.destroy())
    return
  }
  if (rest) {
    reply.writeHead(status, headers)
    reply.write(body)
    // Where it fails, the connection ends before the answer does, and the client sees that.
    pipeline(Readable.from(rest), reply).catch(() => reply.destroy())
    return
  }
  reply.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
  reply.end(body)
}

function toRequest(message: IncomingMessage, body: Uint8Array, holdUp?: HoldUp): IncomingRequest {
  const { method = 'GET', headers } = message
  // The absolute form is what a client sends that takes the double for a proxy.
  const absolute = /^https?:\/\/([^/?]+)(.*)$/.exec(message.url ?? '/')
  const target = absolute ? absolute[2] || '/' : (message.url ?? '/')
  const question = target.indexOf('?')
  return {
    door: 'http',
    method,
    host: absolute?.[1] ?? headers.host ?? '',
    path: question < 0 ? target : target.slice(0, question),
    query: question < 0 ? '' : target.slice(question + 1),
    // Node joins repeated headers; the only list, set-cookie, is none that a client sends.
    headers: headers as Record<string, string>,
    body,
    holdUp,
  }
}
