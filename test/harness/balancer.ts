// A load balancer that knows no better than to ask one server after the other.
import http, { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** Its answer where the connection broke after the server had the request: whether it was done, nobody knows. */
export const brokenStatus = 502

/** A round-robin over servers, which asks the next one where nothing listens. It ends with the test. */
export async function openBalancer(targets: readonly string[]): Promise<{ readonly url: string }> {
  let next = 0
  const agent = new http.Agent({ keepAlive: true })

  function forward(
    request: IncomingMessage,
    reply: ServerResponse,
    body: Buffer,
    [first, ...others]: readonly string[],
  ): void {
    const target = new URL(first as string)
    const { method, url: path, headers } = request
    const outgoing = http.request(
      {
        agent,
        host: target.hostname,
        port: target.port,
        method,
        path,
        headers: { ...headers, host: target.host },
      },
      answer => {
        reply.writeHead(answer.statusCode ?? 0, answer.headers)
        answer.on('error', () => reply.destroy())
        answer.pipe(reply)
      },
    )
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' && others.length > 0) forward(request, reply, body, others)
      else if (reply.headersSent) reply.destroy()
      else reply.writeHead(brokenStatus).end()
    })
    outgoing.end(body)
  }

  const server = createServer((request, reply) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const first = next++ % targets.length
      forward(request, reply, Buffer.concat(chunks), [...targets.slice(first), ...targets.slice(0, first)])
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    agent.destroy()
    server.closeAllConnections()
    return new Promise<void>(resolve => server.close(() => resolve()))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
