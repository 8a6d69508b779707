// The MSW door: handlers that catch every request to a provider's host, so that none reaches the real one.
import { bypass, HttpResponse, http, type RequestHandler } from 'msw'
import type { Deliver } from '../double/callbacks.ts'
import type { Double } from '../double/double.ts'
import type { Answer } from '../double/network.ts'
import { hostsOf, toHostName } from '../double/router.ts'
import { deliverWith } from './deliver.ts'

/**
 * The MSW handler of a double, as a list for `setupServer(...handlers)`. It takes every request to a
 * provider's host, with any port, and for a provider whose host is a placeholder every request to its paths.
 */
export function toHandlers(double: Pick<Double, 'handle' | 'simulators' | 'closed'>): RequestHandler[] {
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
    const answer = await double.handle({
      door: 'msw',
      method: request.method,
      host: url.host,
      path: url.pathname,
      query: url.search.slice(1),
      headers: Object.fromEntries(request.headers),
      // A copy, because other handlers and listeners may want to read the body too.
      body: new Uint8Array(await request.clone().arrayBuffer()),
      holdUp: (_, wait) => wait(request.signal),
    })
    return toResponse(answer, request, double.closed)
  }

  return [http.all(isForProvider, resolver)]
}

/** An answer as `fetch` sees it, also one whose connection does not live to its end. */
async function toResponse({ status, headers, body, cut }: Answer, request: Request, closed: AbortSignal) {
  if (cut === 'hang') await over(AbortSignal.any([request.signal, closed]))
  if (cut === 'hang' || cut === 'reset') return HttpResponse.error()
  const bytes = typeof body === 'string' ? body : new Uint8Array(body)
  // Some statuses can have no body, and an empty one counts as such. The length is for readers that wait for its end.
  if (bytes.length === 0)
    return new HttpResponse(null, { status, headers: { ...headers, 'content-length': '0' } })
  if (cut !== 'truncate') return new HttpResponse(bytes, { status, headers })
  const whole = typeof body === 'string' ? new TextEncoder().encode(body) : bytes
  const half = new ReadableStream({
    start(controller) {
      controller.enqueue(whole.slice(0, Math.floor(whole.length / 2)))
    },
    pull(controller) {
      controller.error(new TypeError('the connection ended in the middle of the body'))
    },
  })
  return new HttpResponse(half, { status, headers: { ...headers, 'content-length': String(whole.length) } })
}

function over(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise(resolve => signal.addEventListener('abort', () => resolve(), { once: true }))
}

/** Sends callbacks past MSW's own handlers. */
export const deliverPastMsw: Deliver = deliverWith((request, init) => fetch(bypass(request), init))
