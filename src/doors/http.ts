// The HTTP door: node:http straight into the pipeline, without a Request object in between, because a
// GET with a body must work and because it is what is fast.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PaydoubleError } from '../contract/index.ts'
import { afterRealTime, soon } from '../double/clock.ts'
import type { Double } from '../double/double.ts'
import type { Answer } from '../double/network.ts'
import { maxBodyBytes, ownError } from '../double/pipeline.ts'
import type { IncomingRequest } from '../double/router.ts'
import { controlPrefix, createControl } from './control/control.ts'

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
}

/**
 * Opens a double to HTTP clients.
 * @throws PaydoubleError `portTaken`, `cannotListen`
 */
export async function openHttpDoor(double: Double, options: HttpDoorOptions = {}): Promise<HttpDoor> {
  const { host = '127.0.0.1', port = 0 } = options
  const control = createControl(double)
  /** Those that are never answered on purpose. */
  const hanging = new Set<ServerResponse>()
  const server = createServer((message, reply) => {
    serve(message, reply, hanging, request =>
      request.path.startsWith(controlPrefix) ? control(request) : double.handle(request),
    )
  })
  await listen(server, host, port)
  const address = server.address() as AddressInfo
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return {
    url: `http://${shown}:${address.port}`,
    port: address.port,
    close() {
      return new Promise(resolve => {
        const grace = afterRealTime(closingGraceMs, () => server.closeAllConnections())
        server.close(() => {
          grace.cancel()
          resolve()
        })
        server.closeIdleConnections()
        for (const reply of hanging) reply.destroy()
      })
    },
  }
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
          : new PaydoubleError('cannotListen', `Failed to listen on ${host}:${port}: ${error.message}.`),
      )
    })
    server.listen(port, host, resolve)
  })
}

function serve(
  message: IncomingMessage,
  reply: ServerResponse,
  hanging: Set<ServerResponse>,
  handle: (request: IncomingRequest) => Promise<Answer>,
): void {
  const chunks: Buffer[] = []
  let size = 0
  message.on('error', () => reply.destroy())
  message.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= maxBodyBytes) chunks.push(chunk)
    else if (!reply.headersSent) {
      const { status, headers, body } = ownError(
        413,
        'bodyTooLarge',
        `The body is larger than ${maxBodyBytes} bytes.`,
      )
      reply.writeHead(status, { ...headers, connection: 'close' })
      reply.end(body)
    }
  })
  message.on('end', () => {
    if (size > maxBodyBytes) return
    const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
    handle(toRequest(message, body)).then(
      response => (response.cut === 'hang' ? hang(reply, hanging) : sendSoon(reply, response)),
      error => send(reply, ownError(500, 'bug', `paydouble failed: ${error}. Please report it.`)),
    )
  })
}

/** Nothing is sent, and the connection stays until one of the two ends it. */
function hang(reply: ServerResponse, hanging: Set<ServerResponse>): void {
  hanging.add(reply)
  reply.once('close', () => hanging.delete(reply))
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

function send(reply: ServerResponse, { status, headers, body, cut }: Answer): void {
  if (cut === 'reset') {
    reply.socket?.resetAndDestroy()
    return
  }
  if (cut === 'truncate') {
    const whole = Buffer.from(body)
    reply.writeHead(status, { ...headers, 'content-length': whole.length })
    reply.write(whole.subarray(0, Math.floor(whole.length / 2)), () => reply.socket?.destroy())
    return
  }
  reply.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
  reply.end(body)
}

function toRequest(message: IncomingMessage, body: Uint8Array): IncomingRequest {
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
  }
}
