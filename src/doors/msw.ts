// The MSW door: handlers that catch every request to a provider's host, so that none reaches the real one.
import { bypass, HttpResponse, http, type RequestHandler } from 'msw'
import type { Deliver } from '../double/callbacks.ts'
import type { Double } from '../double/double.ts'
import { deliverWith } from './deliver.ts'

/** MSW handlers for a double: one for each host of a provider, and for placeholder hosts one for each path. */
export function toHandlers(double: Pick<Double, 'handle' | 'simulators'>): RequestHandler[] {
  const resolver = async ({ request }: { request: Request }) => {
    const url = new URL(request.url)
    const { status, headers, body } = await double.handle({
      door: 'msw',
      method: request.method,
      host: url.host,
      path: url.pathname,
      query: url.search.slice(1),
      headers: Object.fromEntries(request.headers),
      // A copy, because other handlers and listeners may want to read the body too.
      body: new Uint8Array(await request.clone().arrayBuffer()),
    })
    return new HttpResponse(body, { status, headers })
  }
  return double.simulators
    .flatMap(({ contract }) => [
      ...contract.servers.map(server => `*://${new URL(server.url).host}/*`),
      ...(contract.servers.some(server => server.placeholder)
        ? contract.basePaths.map(base => `*${base}*`)
        : []),
    ])
    .map(pattern => http.all(pattern, resolver))
}

/** Sends callbacks past MSW's own handlers. */
export const deliverPastMsw: Deliver = deliverWith(request => fetch(bypass(request)))
