// Where a proxy passes requests on to: a connection of a client is a connection there, so that what a
// client knows of its connection (it is new, it was closed meanwhile) is so on both sides.
import http, { type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import https from 'node:https'
import { isIP, type Socket } from 'node:net'
import { PaydoubleError } from '../../contract/index.ts'
import { isFramed, passOn, type RawHeaders } from './headers.ts'

export interface Upstream {
  /** Where a path of the proxy leads to. */
  urlOf(path: string): string
  /** Begins a request there. @param path with query */
  request(
    message: IncomingMessage,
    reply: ServerResponse,
    path: string,
  ): { outgoing: ClientRequest; headers: RawHeaders }
}

/** What belongs to a connection of a client. */
interface Connection {
  /** Has one connection at a time. */
  readonly agent: http.Agent
  /** Requests that are not answered yet. */
  open: number
  hasEnded: boolean
}

/** The largest head of a message that is passed on. */
export const maxHeaderSize = 128 * 1024

/**
 * @param name what it is called in errors, such as `--target`
 * @throws PaydoubleError `badFlag`
 */
export function createUpstream(given: string, name: string): Upstream {
  const url = toUrl(given, name)
  const { request, Agent } = url.protocol === 'https:' ? https : http
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const base = url.pathname.replace(/\/$/, '')
  const at = {
    protocol: url.protocol,
    host,
    port: url.port,
    // The name that the certificate is for; addresses have none.
    ...(isIP(host) === 0 && { servername: host }),
    maxHeaderSize,
    setHost: false,
  }
  const connections = new WeakMap<Socket, Connection>()

  function connectionOf(client: Socket): Connection {
    const known = connections.get(client)
    if (known) return known
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const connection = { agent, open: 0, hasEnded: false }
    connections.set(client, connection)
    client.once('close', () => agent.destroy())
    return connection
  }

  return {
    urlOf: path => `${url.origin}${base}${path}`,

    request(message, reply, path) {
      const client = message.socket
      const connection = connectionOf(client)
      const headers = passOn(message.rawHeaders, url.host)
      const { method = 'GET' } = message
      const options = { ...at, agent: connection.agent, method, path: base + path }
      const isWhole = isFramed(headers) || methodsWithoutBody.has(method)
      const outgoing = request(isWhole ? { ...options, headers } : options)
      if (!isWhole) beginUnframed(outgoing, headers)
      // A client whose connection is idle is told that it has ended on the other side.
      const follow = () => {
        if (connection.open === 0 && connection.hasEnded) client.end()
      }
      connection.open++
      reply.once('close', () => {
        connection.open--
        follow()
      })
      outgoing.once('socket', socket => {
        if (outgoing.reusedSocket) return
        connection.hasEnded = false
        socket.once('close', () => {
          connection.hasEnded = true
          follow()
        })
      })
      return { outgoing, headers }
    },
  }
}

const methodsWithoutBody = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'])

/** A POST that says no length has no body. Node would frame it, unless its headers are set one by one. */
function beginUnframed(outgoing: ClientRequest, headers: RawHeaders): void {
  outgoing.useChunkedEncodingByDefault = false
  for (let i = 0; i < headers.length; i += 2) outgoing.appendHeader(headers[i] ?? '', headers[i + 1] ?? '')
}

function toUrl(given: string, name: string): URL {
  const url = URL.parse(given)
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:'
  if (url && isHttp && url.search === '' && url.username === '') return url
  throw new PaydoubleError(
    'badFlag',
    `Failed to read ${name} ${JSON.stringify(given)}: it is an address such as https://provider.example, without a user or a query.`,
  )
}
