// A plain HTTP server, and what a shop under torture looks like from outside.
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TortureApp } from 'paydouble/torture'
import type { Database, ShopOrder } from './database.ts'
import type { Merchant } from './qfpay.ts'

export interface Reply {
  readonly status: number
  readonly body: string | object
}

export type Route = (request: {
  body: Buffer
  headers: IncomingHttpHeaders
  id: string
}) => Promise<Reply> | Reply

/** A shop: its pages are behind the URL, its jobs are functions. */
export interface Shop {
  readonly url: string
  readonly database: Database
  /** What the shop says of an order. */
  order(id: string): { status: ShopOrder['status']; credited: number }
  /** Asks QFPay about the orders that are open. */
  poll(): Promise<void>
  /** Ends an order that nobody paid in time. */
  expire(id: string): void
  close(): void
}
export type OpenShop = (merchant: Merchant) => Promise<Shop>

/** @param routes by method and path, in which `:id` stands for an order */
export async function listen(routes: Readonly<Record<string, Route>>) {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      const [, id = ''] = /^\/orders\/([^/]+)/.exec(request.url ?? '') ?? []
      const route = routes[`${request.method} ${request.url?.replace(/^\/orders\/[^/]+/, '/orders/:id')}`]
      const { headers } = request
      let reply: Reply = { status: 404, body: 'not found' }
      try {
        if (route) reply = await route({ body: Buffer.concat(chunks), headers, id })
      } catch (error) {
        reply = { status: 500, body: String(error) }
      }
      response.writeHead(reply.status)
      response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** The shop as `torture` wants it. */
export function toApp({ url, database, order, poll, expire }: Shop): TortureApp {
  async function post(path: string, body: object = {}): Promise<Response> {
    const response = await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) })
    if (response.status >= 500) throw new Error(`HTTP ${response.status}: ${await response.text()}`)
    return response
  }
  return {
    placeOrder: async ({ amount }) => (await (await post('/checkout', { amount })).json()) as { id: string },
    getOrder: order,
    poll,
    expire,
    refund: id => post(`/orders/${id}/refund`),
    failNextWrite: database.failNextWrite,
    reset: database.clear,
  }
}
