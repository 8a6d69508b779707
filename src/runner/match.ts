// Which operation or callback of which provider an exchange is about; never a guess between two.
import { type Contract, matchPath, type Operation } from '../contract/index.ts'
import type { About, CapturedRequest } from './exchange.ts'
import { parseJson } from './text.ts'

export interface MatchedOperation {
  readonly kind: 'operation'
  readonly contract: Contract
  readonly name: string
  readonly operation: Operation
  /** The path as the provider has it, without what stands in front of it. */
  readonly path: string
  readonly pathValues: Readonly<Record<string, string>>
}

export interface MatchedCallback {
  readonly kind: 'callback'
  readonly contract: Contract
  readonly name: string
}

export interface Unmatched {
  readonly kind: 'unmatched'
  readonly why: string
}

export type Match = MatchedOperation | MatchedCallback | Unmatched

export interface MatchOptions {
  readonly contracts: readonly Contract[]
  /** The provider that all exchanges are with, by its id. */
  readonly provider?: string | undefined
  /** Providers by host, besides those of the contracts. */
  readonly hosts?: Readonly<Record<string, string>> | undefined
}

/** How many different addresses are remembered. */
const mostRemembered = 2000
/** How many of the fields that a callback must have are there, for it to be one. */
const enoughFields = 0.6

/** Matches by what the source knows, by host, by the end of the path, and callbacks by their fields. */
export function createMatcher(options: MatchOptions): (request: CapturedRequest, about?: About) => Match {
  const { provider, hosts = {} } = options
  const contracts = options.contracts.filter(({ id }) => provider === undefined || id === provider)
  const byId = new Map(options.contracts.map(contract => [contract.id, contract]))
  const byHost = new Map(
    options.contracts.flatMap(contract =>
      contract.servers
        .filter(({ placeholder }) => !placeholder)
        .map(({ url }) => [new URL(url).host, contract] as const),
    ),
  )
  for (const [host, id] of Object.entries(hosts)) {
    const contract = byId.get(id)
    if (contract) byHost.set(host.toLowerCase(), contract)
  }
  const callbacks = contracts.flatMap(contract =>
    Object.entries(contract.callbacks).map(([name, { payload }]) => ({
      match: { kind: 'callback', contract, name } as const,
      required: Object.keys(payload.shape).filter(
        field => !payload.shape[field]?.safeParse(undefined).success,
      ),
      payload,
    })),
  )
  const remembered = new Map<string, Match>()

  function matchAddress(request: CapturedRequest): Match {
    const key = `${request.method} ${withoutQuery(request.url)}`
    const known = remembered.get(key)
    if (known) return known
    const match = findOperation(request)
    if (remembered.size >= mostRemembered) remembered.clear()
    remembered.set(key, match)
    return match
  }

  function findOperation({ method, url }: CapturedRequest): Match {
    const parsed = URL.parse(url, 'http://-/')
    if (!parsed) return { kind: 'unmatched', why: 'its address is no URL' }
    const owner = byHost.get(parsed.host) ?? byHost.get(parsed.hostname)
    if (owner && provider !== undefined && owner.id !== provider)
      return { kind: 'unmatched', why: `its host is one of ${owner.title}` }
    const candidates = owner ? [owner] : contracts
    const found = candidates.flatMap(contract => operationsAt(contract, parsed.pathname))
    const [match, another] = found.filter(({ operation }) => operation.methods.some(each => each === method))
    if (match && another && match.contract !== another.contract) {
      const ids = `${match.contract.id} and ${another.contract.id}`
      return { kind: 'unmatched', why: `its path is one of ${ids}: say which, with --provider` }
    }
    if (match) return match
    const [near] = found
    if (near) {
      const methods = near.operation.methods.join(' or ')
      return { kind: 'unmatched', why: `${near.contract.id}.${near.name} takes ${methods}, not ${method}` }
    }
    if (owner) return { kind: 'unmatched', why: `no operation of ${owner.id} has this path` }
    return { kind: 'unmatched', why: 'no provider has this host, and no operation this path' }
  }

  function findCallback({ method, body }: CapturedRequest): Match | undefined {
    if (method !== 'POST' || callbacks.length === 0 || body === undefined) return undefined
    const value = parseJson(body).value
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    let best: { score: number; match: MatchedCallback } | undefined
    for (const { match, required, payload } of callbacks) {
      const present = required.filter(name => name in value)
      if (present.length < required.length * enoughFields) continue
      // Between callbacks of the same fields, those decide that can only have one value.
      const right = present.filter(
        name => payload.shape[name]?.safeParse((value as Record<string, unknown>)[name]).success,
      )
      const score = (present.length + right.length) / (2 * required.length)
      if (!best || score > best.score) best = { score, match }
    }
    return best?.match
  }

  function matchKnown({ url }: CapturedRequest, { provider: id, operation, callback }: About): Match {
    const contract = byId.get(id)
    if (contract && callback !== undefined && contract.callbacks[callback])
      return { kind: 'callback', contract, name: callback }
    const found = operation === undefined ? undefined : contract?.operations[operation]
    if (!contract || operation === undefined || !found)
      return { kind: 'unmatched', why: `there is no ${id}.${operation ?? callback ?? ''}` }
    const path = URL.parse(url, 'http://-/')?.pathname ?? '/'
    const own = suffixOf(found.path, path)
    return {
      kind: 'operation',
      contract,
      name: operation,
      operation: found,
      path: own ?? found.path,
      pathValues: matchPath(found.path, own ?? '') ?? {},
    }
  }

  return (request, about) => {
    if (about) return matchKnown(request, about)
    const match = matchAddress(request)
    return match.kind === 'unmatched' ? (findCallback(request) ?? match) : match
  }
}

/** The operations whose path is the end of this one. */
function operationsAt(contract: Contract, pathname: string): MatchedOperation[] {
  return Object.entries(contract.operations).flatMap(([name, operation]) => {
    const path = suffixOf(operation.path, pathname)
    const pathValues = path === undefined ? undefined : matchPath(operation.path, path)
    return path !== undefined && pathValues
      ? [{ kind: 'operation' as const, contract, name, operation, path, pathValues }]
      : []
  })
}

/** The end of a path that has as many parts as a template, if it fits. */
function suffixOf(template: string, pathname: string): string | undefined {
  const parts = pathname.split('/')
  const count = template.split('/').length
  if (parts.length < count) return undefined
  const path = `/${parts.slice(parts.length - count + 1).join('/')}`
  return matchPath(template, path) ? path : undefined
}

export function withoutQuery(url: string): string {
  const question = url.indexOf('?')
  return question < 0 ? url : url.slice(0, question)
}

export function queryOf(url: string): string {
  const question = url.indexOf('?')
  return question < 0 ? '' : url.slice(question + 1).replace(/#.*$/s, '')
}
