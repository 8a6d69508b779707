// The MSW door: handlers that catch every request to a provider's host, so that none reaches the real one.
import { bypass, HttpResponse, http, type RequestHandler } from 'msw'
import type { Deliver } from '../double/callbacks.ts'
import type { Double } from '../double/double.ts'
import { hostsOf, toHostName } from '../double/router.ts'
import { deliverWith } from './deliver.ts'

/**
 * The MSW handler of a double, as a list for `setupServer(...handlers)`. It takes every request to a
 * provider's host, with any port, and for a provider whose host is a placeholder every request to its paths.
 */
export function toHandlers(double: Pick<Double, 'handle' | 'simulators'>): RequestHandler[] {
  const contracts = double.simulators.map(simulator => simulator.contract)
  const hosts = new Set(contracts.flatMap(hostsOf))
  const basePaths = contracts
    .filter(contract => contract.servers.some(server => server.placeholder))
    .flatMap(contract => contract.basePaths)

  const isForProvider = ({ request }: { request: Request }) => {
    const url = new URL(request.url)
    return hosts.has(toHostName(url.host)) || basePaths.some(base => url.pathname.includes(base))
  }

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

  return [http.all(isForProvider, resolver)]
}

/** Sends callbacks past MSW's own handlers. */
export const deliverPastMsw: Deliver = deliverWith((request, init) => fetch(bypass(request), init))
