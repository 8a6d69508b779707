// Which operation or callback of which provider an exchange is about; never a guess between two.
import { type Callback, type Contract, matchPath, type Operation, PaydoubleError } from '../contract/index.ts'
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
  readonly callback: Callback
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
/** And how many methods: they are whatever was captured. */
const mostMethods = 20

/**
 * Matches by what the source knows, by host, by the end of the path, and callbacks by their fields.
 *
 * @throws PaydoubleError `unknownProvider`
 */
export function createMatcher(options: MatchOptions): (request: CapturedRequest, about?: About) => Match {
  const { provider } = options
  const byId = new Map(options.contracts.map(contract => [contract.id, contract]))
  if (provider !== undefined) contractOf(byId, provider)
  const contracts = options.contracts.filter(({ id }) => provider === undefined || id === provider)
  const byHost = hostsOf(options, byId)
  const matchCallback = createCallbackMatcher(contracts)
  /** By method and address, for those whose host is in them. */
  const remembered = new Map<string, Map<string, Match>>()

  function matchAddress({ method, url, headers }: CapturedRequest): Match {
    const address = withoutQuery(url)
    const whole = url.startsWith('/') && headers.host ? `http://${headers.host}${address}` : address
    const known = remembered.get(method)?.get(whole)
    if (known) return known
    const match = findOperation(method, whole)
    const own = remembered.get(method)
    if (own && own.size < mostRemembered) own.set(whole, match)
    else {
      if (remembered.size >= mostMethods) remembered.clear()
      remembered.set(method, new Map([[whole, match]]))
    }
    return match
  }

  function findOperation(method: string, address: string): Match {
    const parsed = URL.parse(address, 'http://-/')
    if (!parsed) return { kind: 'unmatched', why: 'its address is no URL' }
    const { hostname, pathname } = parsed
    const owner = byHost.get(`${hostname}:${portOf(parsed)}`) ?? byHost.get(hostname)
    if (owner && provider !== undefined && owner.id !== provider)
      return { kind: 'unmatched', why: `its host is one of ${owner.title}` }
    const found = (owner ? [owner] : contracts).flatMap(contract => operationsAt(contract, pathname))
    const taking = found.filter(({ operation }) => operation.methods.some(each => each === method))
    const [match, another] = taking.sort((a, b) => partsOf(b.path) - partsOf(a.path))
    if (!match) return { kind: 'unmatched', why: whyNot(method, { owner, near: found[0] }) }
    // The path of one may be the end of that of another: the longer one is meant.
    const isOpen = another !== undefined && partsOf(another.path) === partsOf(match.path)
    if (isOpen && another.contract !== match.contract) {
      const ids = `${match.contract.id} and ${another.contract.id}`
      return { kind: 'unmatched', why: `its path is one of ${ids}: say which, with --provider` }
    }
    return match
  }

  function matchKnown(request: CapturedRequest, about: About): Match {
    const { url } = request
    const { provider: id, operation: name, callback } = about
    const contract = byId.get(id)
    const nearest = contract && about.isCallback && nearestCallback(contract, request)
    if (nearest) return nearest
    const known = ownOf(contract?.callbacks, callback)
    if (contract && callback !== undefined && known)
      return { kind: 'callback', contract, name: callback, callback: known }
    const operation = ownOf(contract?.operations, name)
    if (!contract || name === undefined || !operation)
      return { kind: 'unmatched', why: `there is no ${id}.${name ?? callback ?? ''}` }
    const own = suffixOf(operation.path, URL.parse(url, 'http://-/')?.pathname ?? '/')
    const path = own ?? operation.path
    return {
      kind: 'operation',
      contract,
      name,
      operation,
      path,
      pathValues: matchPath(operation.path, own ?? '') ?? {},
    }
  }

  return (request, about) => {
    if (about) return matchKnown(request, about)
    const match = matchAddress(request)
    return match.kind === 'unmatched' ? (matchCallback(request) ?? match) : match
  }
}

function contractOf(byId: ReadonlyMap<string, Contract>, id: string): Contract {
  const contract = byId.get(id)
  if (contract) return contract
  const known = [...byId.keys()].join(', ')
  throw new PaydoubleError(
    'unknownProvider',
    `Failed to check "${id}": there is no such provider. The providers are ${known}.`,
  )
}

/** What is there by that name; what every object has, such as `constructor`, is not. */
function ownOf<T>(all: Readonly<Record<string, T>> | undefined, name: string | undefined): T | undefined {
  return all && name !== undefined && Object.hasOwn(all, name) ? all[name] : undefined
}

/** The contracts by host name, or by host name and port. */
function hostsOf(
  { contracts, hosts = {} }: MatchOptions,
  byId: ReadonlyMap<string, Contract>,
): ReadonlyMap<string, Contract> {
  const byHost = new Map<string, Contract>()
  for (const contract of contracts)
    for (const { url, placeholder } of contract.servers)
      if (!placeholder) byHost.set(new URL(url).hostname, contract)
  for (const [host, id] of Object.entries(hosts)) byHost.set(host.toLowerCase(), contractOf(byId, id))
  return byHost
}

function portOf({ port, protocol }: URL): string {
  return port || (protocol === 'https:' ? '443' : '80')
}

function whyNot(
  method: string,
  { owner, near }: { readonly owner: Contract | undefined; readonly near: MatchedOperation | undefined },
): string {
  if (near) {
    const asked = /^[A-Z]{1,16}$/.test(method) ? method : 'another method'
    return `${near.contract.id}.${near.name} takes ${near.operation.methods.join(' or ')}, not ${asked}`
  }
  if (owner) return `no operation of ${owner.id} has this path`
  return 'no provider has this host, and no operation this path'
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
  const count = partsOf(template)
  if (parts.length < count) return undefined
  const path = `/${parts.slice(parts.length - count + 1).join('/')}`
  return matchPath(template, path) ? path : undefined
}

function partsOf(path: string): number {
  return path.split('/').length
}

/** How many of the fields that a callback must have are there, for it to be one. */
const enoughFields = 0.6

/** Knows callbacks by their fields: they go to addresses of the merchant. */
function createCallbackMatcher(
  contracts: readonly Contract[],
  enough = enoughFields,
): (request: CapturedRequest) => MatchedCallback | undefined {
  const callbacks = contracts.flatMap(contract =>
    Object.entries(contract.callbacks).map(([name, callback]) => {
      const { shape } = callback.payload
      const required = Object.keys(shape).filter(field => !shape[field]?.safeParse(undefined).success)
      return { match: { kind: 'callback', contract, name, callback } as const, required, shape }
    }),
  )

  return ({ method, body }) => {
    if (method !== 'POST' || callbacks.length === 0 || body === undefined) return undefined
    const value = parseJson(body).value
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    const near = callbacks
      .map(each => ({ ...each, present: each.required.filter(name => Object.hasOwn(value, name)) }))
      .filter(({ present, required }) => present.length >= required.length * enough)
    if (near.length < 2) return near[0]?.match
    // Between callbacks of the same fields, those decide that can only have one value.
    const scored = near.map(({ match, present, required, shape }) => {
      const isRight = (name: string) =>
        shape[name]?.safeParse((value as Record<string, unknown>)[name]).success === true
      return { match, score: (present.length + present.filter(isRight).length) / required.length }
    })
    return scored.reduce((best, each) => (each.score > best.score ? each : best)).match
  }
}

/** Whatever has become of it, so that it is judged. */
function nearestCallback(contract: Contract, request: CapturedRequest): MatchedCallback | undefined {
  const [first] = Object.entries(contract.callbacks)
  const found = createCallbackMatcher([contract], 0)(request)
  if (found || !first) return found
  return { kind: 'callback', contract, name: first[0], callback: first[1] }
}

export function withoutQuery(url: string): string {
  const end = url.search(/[?#]/)
  return end < 0 ? url : url.slice(0, end)
}

export function queryOf(url: string): string {
  const question = url.indexOf('?')
  if (question < 0) return ''
  const hash = url.indexOf('#', question)
  return hash < 0 ? url.slice(question + 1) : url.slice(question + 1, hash)
}
