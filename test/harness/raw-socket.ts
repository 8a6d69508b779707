// Both ends of a connection as bytes, for what must go through unchanged.

import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface RawServer {
  readonly url: string
  readonly port: number
  readonly server: Server
  /** What each connection has sent so far. */
  readonly received: Buffer[]
  readonly sockets: Socket[]
}

/**
 * A server that reads bytes and answers with bytes.
 *
 * @param answer called with all that a connection has sent so far, each time that something comes; what it returns is
 * sent, and then what came is forgotten
 */
export async function openRawServer(
  answer: (received: Buffer, socket: Socket) => Buffer | string | undefined,
): Promise<RawServer> {
  const received: Buffer[] = []
  const sockets: Socket[] = []
  const server = createServer({ noDelay: true }, socket => {
    const index = sockets.push(socket) - 1
    let pending: Buffer = Buffer.alloc(0)
    received.push(pending)
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      received[index] = Buffer.concat([received[index] ?? Buffer.alloc(0), chunk])
      pending = Buffer.concat([pending, chunk])
      const reply = answer(pending, socket)
      if (reply === undefined) return
      pending = Buffer.alloc(0)
      socket.write(typeof reply === 'string' ? Buffer.from(reply, 'latin1') : reply)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise<void>(resolve => server.close(() => resolve()))
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, port, server, received, sockets }
}

export interface RawClient {
  readonly socket: Socket
  send(bytes: Buffer | string): void
  /** Resolves with all that came once it is enough, and then forgets it. */
  receive(isEnough: (received: Buffer) => boolean): Promise<Buffer>
  /** Resolves with what came until the connection ended, and how it did. */
  end(): Promise<{ received: Buffer; error: string | undefined }>
}

export async function connectRaw(
  port: number,
  { allowHalfOpen = false }: { readonly allowHalfOpen?: boolean } = {},
): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen })
  let received: Buffer = Buffer.alloc(0)
  let error: string | undefined
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of [...listeners]) listener()
  }
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    tell()
  })
  let isClosed = false
  socket.on('error', (problem: NodeJS.ErrnoException) => {
    error = problem.code
  })
  socket.on('close', () => {
    isClosed = true
    tell()
  })
  onTestFinished(() => {
    socket.destroy()
  })
  await new Promise<void>(resolve => socket.once('connect', () => resolve()))
  const until = (isDone: () => boolean) =>
    new Promise<void>(resolve => {
      const check = () => {
        if (!isDone()) return
        listeners.delete(check)
        resolve()
      }
      listeners.add(check)
      check()
    })
  return {
    socket,
    send: bytes => void socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes),
    async receive(isEnough) {
      await until(() => isClosed || isEnough(received))
      const all = received
      received = Buffer.alloc(0)
      return all
    },
    async end() {
      await until(() => isClosed)
      return { received, error }
    },
  }
}

/** A message in its parts. */
export interface RawMessage {
  /** The first line. */
  readonly start: string
  /** `Name: value`, as they stand there. */
  readonly headers: readonly string[]
  /** As it is framed. */
  readonly body: Buffer
}

export function parseRaw(bytes: Buffer): RawMessage {
  const end = bytes.indexOf('\r\n\r\n')
  const [start = '', ...headers] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  return { start, headers, body: bytes.subarray(end + 4) }
}

/** Whether a message is there to its end: by its length, or by its last chunk. */
export function isWholeMessage(bytes: Buffer, { isHead = false } = {}): boolean {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return false
  const head = bytes.subarray(0, end).toString('latin1')
  if (isHead || /^HTTP\/1\.1 (204|304)/.test(head)) return true
  if (/^transfer-encoding:.*chunked/im.test(head))
    return /(^|\r\n)0\r\n(.+\r\n)*\r\n$/.test(bytes.subarray(end + 2).toString('latin1'))
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
  return bytes.length >= end + 4 + length
}

/** What chunks hold. */
export function unchunked(body: Buffer): Buffer {
  const parts: Buffer[] = []
  let rest = body
  for (;;) {
    const line = rest.indexOf('\r\n')
    const size = Number.parseInt(rest.subarray(0, line).toString('latin1'), 16)
    if (!size) return Buffer.concat(parts)
    parts.push(rest.subarray(line + 2, line + 2 + size))
    rest = rest.subarray(line + 4 + size)
  }
}
