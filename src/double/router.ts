import { distance } from 'fastest-levenshtein'
import { type Contract, matchOperation, type Operation, type WireRequest } from '../contract/index.ts'
import type { Simulator } from './simulator.ts'

/** A request as it comes through a door. */
export interface IncomingRequest extends WireRequest {
  /** Host header or URL host, with or without port. */
  readonly host: string
  readonly door: string
  /** How large the body is, where it was too large to be read. */
  readonly bodyBytes?: number
  /** Where the door wants to know that a fault holds the call up. Gone once the call is over: the journal keeps the request. */
  holdUp?: HoldUp | undefined
}

/**
 * Has a call wait until its client hangs up, at most.
 *
 * @param bytes how large its body is
 * @param wait given a signal that is aborted then; what it resolves with is resolved with
 * @throws PaydoubleError `tooBusy` where too many are held up already
 */
export type HoldUp = (bytes: number, wait: (hungUp: AbortSignal) => Promise<boolean>) => Promise<boolean>

export interface Route {
  readonly simulator: Simulator
  /** The request as the provider sees it: without the prefix that named the provider. */
  readonly request: WireRequest
}

export interface Router {
  /** The provider that a request is for; never a guess. */
  route(request: IncomingRequest): Route | undefined
  /** The operations whose path is most like the one asked for. */
  nearest(request: WireRequest, provider?: string): NearOperation[]
}

export interface NearOperation {
  readonly provider: string
  readonly operation: string
  readonly method: string
  readonly path: string
}

/** Chooses by path prefix (`/<id>/…`), then by the provider's own host, then by a path that only one provider has. */
export function createRouter(simulators: readonly Simulator[]): Router {
  const byId = new Map(simulators.map(simulator => [simulator.contract.id, simulator]))
  const byHost = new Map(
    simulators.flatMap(simulator => hostsOf(simulator.contract).map(host => [host, simulator] as const)),
  )

  // Clients send the same few hosts over and over.
  let last: { host: string; owner: Simulator | undefined } | undefined
  const ownerOf = (host: string): Simulator | undefined => {
    if (last?.host !== host) last = { host, owner: byHost.get(toHostName(host)) }
    return last.owner
  }

  /** The one provider that has such a path. */
  function onlyOwner(path: string): Simulator | undefined {
    let only: Simulator | undefined
    for (const candidate of simulators) {
      if (!owns(candidate, path)) continue
      if (only) return undefined
      only = candidate
    }
    return only
  }

  return {
    route(request) {
      const { path } = request
      const end = path.indexOf('/', 1)
      const named = byId.get(path.slice(1, end < 0 ? undefined : end))
      if (named) {
        const rest = (end < 0 ? '' : path.slice(end)) || '/'
        // The own paths of a provider may begin with its id: then the path alone says all.
        if (owns(named, rest) || !owns(named, path))
          return { simulator: named, request: { ...request, path: rest } }
      }
      const simulator = ownerOf(request.host) ?? onlyOwner(path)
      return simulator && { simulator, request }
    },

    nearest(request, provider) {
      return simulators
        .filter(({ contract }) => provider === undefined || contract.id === provider)
        .flatMap(({ contract }) =>
          Object.entries(contract.operations).map(([operation, { methods, path }]) => ({
            provider: contract.id,
            operation,
            method: methods[0] ?? 'POST',
            path,
          })),
        )
        .map(near => ({ near, far: distance(near.path, request.path) }))
        .sort((a, b) => a.far - b.far)
        .slice(0, 3)
        .map(({ near }) => near)
    },
  }
}

function owns({ contract }: Simulator, path: string): boolean {
  return contract.basePaths.some(base => path.startsWith(base))
}

/** The operation of a contract that a request reaches, with the values of its path parameters. */
export function findOperation(
  contract: Contract,
  request: WireRequest,
): { name: string; operation: Operation; pathValues: Record<string, string> } | undefined {
  for (const name in contract.operations) {
    const operation = contract.operations[name] as Operation
    const pathValues = matchOperation(operation, request)
    if (pathValues) return { name, operation, pathValues }
  }
  return undefined
}

/** A host name as it is compared: lower case, without port and trailing dot. */
export function toHostName(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')
}

/** The hosts that are the provider's own. */
export function hostsOf(contract: Contract): string[] {
  return contract.servers.map(server => toHostName(new URL(server.url).host))
}
