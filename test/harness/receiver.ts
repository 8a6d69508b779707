// A shop's callback address: a real server that keeps what it is sent.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Receiver {
  readonly url: string
  readonly received: {
    method: string
    path: string
    headers: Record<string, unknown>
    body: string
    /** What came over the wire. */
    bytes: Buffer
  }[]
}

/** @param reply what the shop answers, by default an empty 200 */
export async function openReceiver(
  reply: () => { status: number; body?: string; headers?: Record<string, string> } = () => ({ status: 200 }),
): Promise<Receiver> {
  const received: Receiver['received'] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const bytes = Buffer.concat(chunks)
      received.push({ method, path: url, headers, body: bytes.toString('utf8'), bytes })
      const { status, body = '', headers: own } = reply()
      response.writeHead(status, own)
      response.end(body)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    return new Promise<void>(resolve => server.close(() => resolve()))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/paid`, received }
}
