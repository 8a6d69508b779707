// A request against its operation: what the client does otherwise.
import {
  adviceFor,
  type Contract,
  type Finding,
  isRefusal,
  type Message,
  type Operation,
  type WireRequest,
} from '../contract/index.ts'
import { madeOnce } from '../contract/made-once.ts'
import { type Explanation, explainSignature } from '../signature/index.ts'
import { type CapturedExchange, toBytes } from './exchange.ts'
import type { CheckAccount, KnownAccounts } from './known-accounts.ts'
import { type MatchedOperation, queryOf } from './match.ts'
import { createValueCheck, type ValueCheck } from './value-check.ts'

export interface JudgedRequest {
  /** The parameters, where the request could be read. */
  readonly params?: Readonly<Record<string, unknown>>
  /** What names the account, where something does. */
  readonly identity?: string | undefined
  readonly account?: CheckAccount | undefined
  readonly findings: readonly Finding[]
  /** Why the signature was not checked, where there is one. */
  readonly unverified?: string | undefined
  /** What explains a signature that does not match; takes milliseconds. */
  readonly explain?: (() => Explanation) | undefined
}

/** Judges requests; what is made of schemas is made once. */
export function createRequestJudge(
  accounts: KnownAccounts,
): (exchange: CapturedExchange, match: MatchedOperation) => JudgedRequest {
  const checkOf = madeOnce((operation: Operation) => createValueCheck(operation.request.schema))

  return ({ request, at }, { contract, name, operation, path, pathValues }) => {
    if (request.body === undefined && operation.request.in === 'body' && request.method !== 'GET')
      return { findings: [], unverified: 'the body of the request was not captured' }
    const wireRequest: WireRequest = {
      method: request.method,
      path,
      query: queryOf(request.url),
      headers: request.headers,
      body: toBytes(request.body ?? ''),
    }
    const read = decode(contract, wireRequest)
    if (!('params' in read)) return read
    const params = operation.pathParameters ? { ...read.params, ...pathValues } : read.params
    // Where no parameter has arrived, each of them is missing for that one reason.
    const isLost = read.findings !== undefined && read.findings.length > 0 && isEmpty(params)
    const findings = isLost ? [] : judgeParams(operation, params, checkOf(operation))
    if (read.findings) findings.unshift(...read.findings)
    const credentials = verify(contract, { read, wireRequest, name }, accounts, at)
    if (credentials.finding) findings.push(credentials.finding)
    const { identity, account, unverified, explain } = credentials
    return { params, findings, identity, account, unverified, explain }
  }
}

function judgeParams(
  operation: Operation,
  params: Readonly<Record<string, unknown>>,
  check: ValueCheck,
): Finding[] {
  const unit = currencyUnit(operation, params)
  const findings = check(params)
    // That the amount is in another unit says it better.
    .filter(({ pointer }) => pointer !== unit?.pointer)
    // A provider may add values to its answers; a client may not add any to its requests.
    .map(finding =>
      finding.kind === 'newEnumValue' ? { ...finding, severity: 'breaking' as const } : finding,
    )
  if (unit) findings.push(unit)
  if (findings.length === 0 && operation.advice) findings.push(...adviceFor(operation, params))
  return findings
}

function isEmpty(params: Readonly<Record<string, unknown>>): boolean {
  for (const _ in params) return false
  return true
}

function decode(
  contract: Contract,
  request: WireRequest,
): Message | { readonly findings: readonly Finding[] } {
  try {
    return contract.wire.decode(request)
  } catch (error) {
    if (!isRefusal(error)) throw error
    return { findings: error.findings.length > 0 ? error.findings : [malformed(error.errorName)] }
  }
}

function malformed(errorName: string): Finding {
  const message = `The request cannot be read; the provider answers with its row ${JSON.stringify(errorName)}.`
  return { kind: 'malformedRequest', severity: 'breaking', pointer: '', message }
}

interface Asked {
  readonly read: Message
  readonly wireRequest: WireRequest
  readonly name: string
}

function verify(
  contract: Contract,
  { read, wireRequest, name }: Asked,
  accounts: KnownAccounts,
  at = 0,
): Pick<JudgedRequest, 'identity' | 'account' | 'unverified' | 'explain'> & { finding?: Finding } {
  const identity = identify(contract, read, name)
  if (typeof identity === 'object') return identity
  if (identity === undefined) return {}
  const account = accounts.named(contract, identity)
  const { identifiedBy } = contract.account
  if (!account) {
    const isOpen = Object.keys(contract.security).length === 0
    return isOpen
      ? { identity }
      : { identity, unverified: `no account with this ${identifiedBy} is configured` }
  }
  const verification = contract.wire.verify(read, account.credentials, account.settings ?? {}, {
    operation: name,
    now: at,
  })
  if (verification.ok) return { identity, account }
  const { received, reason } = verification
  const isSigned = contract.wire.signing?.request !== undefined
  const kind = !isSigned ? 'wrongCredentials' : received === '' ? 'missingSignature' : 'wrongSignature'
  const own = accounts.of(contract)
  return {
    identity,
    account,
    finding: { kind, severity: 'breaking', pointer: '', message: sentence(reason) },
    ...(isSigned && {
      explain: () => explainSignature(contract, wireRequest, { account, accounts: own, now: at }),
    }),
  }
}

/** What names the account; nothing where the operation needs no credential. */
function identify(
  contract: Contract,
  message: Message,
  operation: string,
): string | undefined | { finding: Finding } {
  try {
    const identity = contract.wire.identify(message, operation)
    if (typeof identity === 'string') return identity
    if (identity !== undefined) return undefined
    const reason = `The request names no ${contract.account.identifiedBy}.`
    return { finding: { kind: 'wrongCredentials', severity: 'breaking', pointer: '', message: reason } }
  } catch (error) {
    if (!isRefusal(error)) throw error
    const [first] = error.findings
    // A field that is missing is found by the schema, too.
    if (first?.kind === 'missingField') return undefined
    const finding = first ?? malformed(error.errorName)
    return { finding: { ...finding, kind: 'wrongCredentials' } }
  }
}

function sentence(reason: string): string {
  // The name of a field stays as it is.
  const first = /^[a-z]+ /.test(reason) ? reason.charAt(0).toUpperCase() : reason.charAt(0)
  return `${first}${reason.slice(1)}${/[.!?]$/.test(reason) ? '' : '.'}`
}

/** An amount with decimals where whole minor units belong. */
function currencyUnit({ orders }: Operation, params: Readonly<Record<string, unknown>>): Finding | undefined {
  const amount = orders?.request?.amount
  if (amount?.unit !== 'minor') return undefined
  const value = params[amount.at.slice(1)]
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  if (!/^\d+\.\d{1,2}$/.test(String(value))) return undefined
  return {
    kind: 'currencyUnit',
    severity: 'breaking',
    pointer: amount.at,
    message: `The amount has decimals: it looks like yuan or dollars, and fen or cents are meant, a hundred times as many.`,
    expected: 'a whole number of minor units',
    received: JSON.stringify(value),
  }
}
