// From a contract and a message to an explanation of its signature, or of what stands in its place.
import { Buffer } from 'node:buffer'
import {
  type Contract,
  type Credentials,
  isRefusal,
  type Message,
  matchOperation,
  type Operation,
  PaydoubleError,
  type Settings,
  type Verification,
  type WireRequest,
} from '../contract/index.ts'
import type { EmptiesRule, SigningScheme } from '../contract/signing.ts'
import { type Autopsy, autopsy, type Direction } from './autopsy.ts'
import type { Pair } from './recipe.ts'
import { createSecrets, type Secrets } from './secrets.ts'

/** Nothing is signed: what the credential is instead. */
export interface Unsigned {
  readonly provider: string
  readonly account: string
  readonly direction: Direction
  readonly verdict: 'unsigned'
  /** The headers that authorise a request; empty where the provider asks for nothing. */
  readonly credentials: readonly { readonly header: string; readonly description: string }[]
  /** The credential that names the account. */
  readonly identifiedBy: string
  /** Whether a request was right, and if not, why; null where there is nothing to check. */
  readonly check: Check | null
}

export type Explanation = Autopsy | Unsigned

/** An account as far as signatures go; those of a double are such. */
export interface KnownAccount {
  readonly id: string
  readonly credentials: Credentials
  readonly settings?: Settings
}

/** A message as it went over the wire. */
export interface SignedMessage {
  readonly method?: string
  /** Path on the provider's host, without query. */
  readonly path?: string
  /** Without the question mark. */
  readonly query?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | string
}

export interface ExplainOptions {
  readonly account: KnownAccount
  /** Other accounts of the provider: a signature may have been made with the key of one of them. */
  readonly accounts?: readonly KnownAccount[]
  /** Default: a request. */
  readonly direction?: Direction
  /** The signature that the receiver has computed and that does not match: then the mistake is looked for in it. */
  readonly computed?: string | undefined
  /** When the message came, in epoch milliseconds: tokens end at some time. Default 0. */
  readonly now?: number | undefined
}

/**
 * Explains the signature of a message: whether it is right, and otherwise which known mistake gives it.
 *
 * @throws PaydoubleError `unreadable` where a request is none of the provider's
 * @example
 * const account = { id: 'mine', credentials: { appCode: 'MYCODE', clientKey: process.env.MY_KEY } }
 * const explanation = explainSignature(contract, { headers, body }, { account, direction: 'callback' })
 * console.log(toAutopsyText(explanation))
 */
export function explainSignature(
  contract: Contract,
  message: SignedMessage,
  options: ExplainOptions,
): Explanation {
  const { account, accounts = [], direction = 'request', computed, now = 0 } = options
  const request = toWireRequest(message)
  const all = [account, ...accounts.filter(({ id }) => id !== account.id)]
  const secrets = all.flatMap(({ credentials }) =>
    contract.account.secrets.map(name => String(credentials[name] ?? '')),
  )
  const decoded = direction === 'request' ? decode(contract, request) : undefined
  const at = { operation: operationOf(contract, request), now }
  const check = decoded && toCheck(verify(contract, decoded, account, at), createSecrets(secrets))
  const about = { provider: contract.id, account: account.id, direction }
  const scheme = contract.wire.signing?.[direction]
  if (!scheme) return { ...about, verdict: 'unsigned', ...unsigned(contract), check: check ?? null }
  const key = credential(account, scheme.key)
  const result = autopsy({
    ...about,
    scheme,
    pairs: decoded ? inOrderSent(decoded.params, request) : [],
    body: request.body,
    raw: request.body.length > 0 ? Buffer.from(request.body).toString('utf8') : request.query,
    received: request.headers[scheme.header.toLowerCase()],
    computed,
    hashName: scheme.hashHeader && request.headers[scheme.hashHeader.toLowerCase()],
    key,
    empties: emptiesRule(scheme, account),
    knownNames: knownNames(contract, request),
    headers: signatureHeaders(contract, scheme, request),
    credentials: openCredentials(contract, account),
    otherKeys: all
      .map((other): Pair => [other.id, credential(other, scheme.key)])
      .filter(([, other]) => other !== key),
    secrets,
  })
  if (!decoded || !check) return result
  return withCheck(result, check, misnaming(contract, decoded, account, at.operation) === undefined)
}

/** What of an entry of the journal is needed. */
export interface ExplainableExchange {
  readonly kind: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly request?: WireRequest
  /** Size of the body as it came; more than what is kept, where it was too large. */
  readonly bodyBytes: number
  readonly account?: string
  readonly verification?: Verification | undefined
}

/**
 * Explains why a request in the journal was not verified.
 *
 * @param accounts those of the provider
 * @returns undefined where it was, where it never came to that, or where its body was too large to be kept
 */
export function explainExchange(
  contract: Contract,
  exchange: ExplainableExchange,
  accounts: readonly KnownAccount[],
): Explanation | undefined {
  const { request, verification } = exchange
  const account = accounts.find(({ id }) => id === exchange.account)
  if (!request || !account || !verification || verification.ok) return undefined
  if (request.body.length < exchange.bodyBytes) return undefined
  return explainSignature(contract, request, { account, accounts, now: exchange.at })
}

function toWireRequest({
  method = 'POST',
  path = '/',
  query = '',
  headers,
  body,
}: SignedMessage): WireRequest {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body
  return { method, path, query, headers: Object.fromEntries(lower), body: bytes }
}

function decode(contract: Contract, request: WireRequest): Message {
  try {
    return contract.wire.decode(request)
  } catch (error) {
    if (!isRefusal(error)) throw error
    const why = error.findings.map(({ message }) => message).join('; ') || error.errorName
    throw new PaydoubleError(
      'unreadable',
      `Failed to read the request: ${why}. ${contract.title} would refuse it before it looks at a signature: mend that first.`,
    )
  }
}

/** The operation that a request is about, also where its path begins with the provider's id; empty for none. */
export function operationOf(contract: Contract, request: WireRequest): string {
  const prefix = `/${contract.id}`
  const path = request.path.startsWith(`${prefix}/`) ? request.path.slice(prefix.length) : request.path
  const reaches = (operation: Operation) =>
    matchOperation(operation, request) ?? matchOperation(operation, { method: request.method, path })
  return Object.entries(contract.operations).find(([, operation]) => reaches(operation))?.[0] ?? ''
}

/** Why a request does not name the account, if it does not. */
function misnaming(
  contract: Contract,
  message: Message,
  { id, credentials, settings = {} }: KnownAccount,
  operation: string,
): string | undefined {
  const { identifiedBy, identities } = contract.account
  try {
    const identity = contract.wire.identify(message, operation)
    if (identity === undefined || identity === '') return `the request names no ${identifiedBy}`
    if (typeof identity === 'object' || identity === String(credentials[identifiedBy])) return undefined
    if (identities?.(credentials, { ...contract.account.defaults, ...settings }).includes(identity))
      return undefined
    return `the request names another ${identifiedBy} than that of the account ${JSON.stringify(id)}`
  } catch (error) {
    if (isRefusal(error)) return error.findings[0]?.message ?? error.errorName
    throw error
  }
}

/** What the provider says of the credentials of a request. */
function verify(
  contract: Contract,
  message: Message,
  account: KnownAccount,
  at: { readonly operation: string; readonly now: number },
): Verification {
  const reason = misnaming(contract, message, account, at.operation)
  if (reason !== undefined) return { ok: false, errorName: contract.refusals.unknownAccount, reason }
  const { credentials, settings = {} } = account
  return contract.wire.verify(message, credentials, { ...contract.account.defaults, ...settings }, at)
}

interface Check {
  readonly ok: boolean
  readonly reason: string | null
}

/** A reason may quote what was sent. */
function toCheck(verification: Verification, { hide }: Secrets): Check {
  return { ok: verification.ok, reason: verification.ok ? null : hide(verification.reason) }
}

/** The wire has the last word: it also knows what no signature says, such as which account is named. */
function withCheck(result: Autopsy, { ok, reason }: Check, isNamed: boolean): Autopsy {
  if (ok || (result.verdict !== 'matches' && isNamed)) return result
  if (result.verdict !== 'matches')
    return { ...result, next: [`Before all else: ${reason}.`, ...result.next] }
  const next = `The signature is right, and still the request would be refused: ${reason}.`
  return { ...result, verdict: 'mismatch', next: [next, ...result.next] }
}

function unsigned({ security, account }: Contract): Pick<Unsigned, 'credentials' | 'identifiedBy'> {
  const credentials = Object.values(security).map(scheme => ({
    header: scheme.type === 'bearer' ? 'Authorization: Bearer …' : scheme.header,
    description: scheme.description,
  }))
  return { credentials, identifiedBy: account.identifiedBy }
}

function credential({ credentials }: KnownAccount, name: string): string {
  return String(credentials[name] ?? '')
}

function emptiesRule(scheme: SigningScheme, { settings = {} }: KnownAccount): EmptiesRule {
  if (scheme.over === 'body') return 'signed'
  const own = scheme.emptiesSetting === undefined ? undefined : settings[scheme.emptiesSetting]
  return (own as EmptiesRule | undefined) ?? scheme.empties
}

/** The parameters in the order in which their names stand in body and query: an object puts numbers first. */
function inOrderSent(params: Message['params'], { body, query }: WireRequest): Pair[] {
  const pieces = [Buffer.from(body).toString('utf8'), query].join('&').split('&')
  const sent = pieces.map(piece => toName(piece)).filter(name => Object.hasOwn(params, name))
  const names = new Set([...sent, ...Object.keys(params)])
  return [...names].map(name => [name, toText(params[name])])
}

function toName(piece: string): string {
  const equals = piece.indexOf('=')
  const name = (equals < 0 ? piece : piece.slice(0, equals)).replaceAll('+', ' ')
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

/** What the operations take; a path may have the provider's prefix of the server. */
function knownNames(contract: Contract, request: WireRequest): string[] {
  const prefix = `/${contract.id}/`
  const path = request.path.startsWith(prefix) ? request.path.slice(prefix.length - 1) : request.path
  const operations = Object.values(contract.operations)
  const own = operations.find(operation => matchOperation(operation, { ...request, path }))
  return Object.keys((own ?? operations[0])?.request.schema.shape ?? {})
}

/** What clients take for a parameter although it is a header, under the names that they give it. */
function signatureHeaders(contract: Contract, scheme: SigningScheme, request: WireRequest): Pair[] {
  const headers = Object.values(contract.security).flatMap(each =>
    each.type === 'header' ? [each.header] : [],
  )
  const { header, hashHeader, hashes } = scheme
  const names = new Set([header, ...(hashHeader === undefined ? [] : [hashHeader]), ...headers])
  const asSent = [...names].flatMap(name => {
    const value = name === header ? '' : (request.headers[name.toLowerCase()] ?? '')
    const last = name.slice(name.lastIndexOf('-') + 1)
    return [name, name.toLowerCase(), last, last.toLowerCase()].map((alias): Pair => [alias, value])
  })
  const types = hashes.flatMap(hash => [hash.toUpperCase(), hash])
  const usual = [
    ...['sign', 'signature'].map((name): Pair => [name, '']),
    ...['sign_type', 'signType'].flatMap(name => types.map((type): Pair => [name, type])),
  ]
  return [...asSent, ...usual]
}

/** The credentials that are no secret, as a client may send them. */
function openCredentials(contract: Contract, { credentials }: KnownAccount): Pair[] {
  const { secrets } = contract.account
  return Object.entries(credentials)
    .filter(([name, value]) => typeof value === 'string' && value !== '' && !secrets.includes(name))
    .map(([name, value]): Pair => [name, String(value)])
}
