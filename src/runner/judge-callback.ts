// A callback against its contract: what the provider does otherwise, and whether the merchant has taken it.
import type { Callback, Contract, Finding } from '../contract/index.ts'
import { isBodySigned } from '../signature/index.ts'
import type { CapturedExchange } from './exchange.ts'
import { judgeBody } from './judge-body.ts'
import { explainBody, signatureFinding } from './judge-response.ts'
import type { KnownAccounts } from './known-accounts.ts'
import type { MatchedCallback } from './match.ts'
import { readText } from './text.ts'
import { createValueCheck, type ValueCheck } from './value-check.ts'

export interface JudgedCallback {
  readonly payload?: Readonly<Record<string, unknown>>
  /** Whether the merchant's answer counts as received; undefined where it was not captured. */
  readonly isAcknowledged?: boolean | undefined
  readonly findings: readonly Finding[]
  readonly unverified?: string
  readonly explain?: () => string
}

export function createCallbackJudge(
  accounts: KnownAccounts,
): (exchange: CapturedExchange, match: MatchedCallback) => JudgedCallback {
  const checks = new WeakMap<Callback, ValueCheck>()
  return (exchange, { contract, name }) => {
    const callback = contract.callbacks[name]
    if (!callback) return { findings: [] }
    const known = checks.get(callback)
    const check = known ?? createValueCheck(callback.payload)
    if (!known) checks.set(callback, check)
    const { value, findings } = judgeBody(exchange.request, callback.contentType)
    const all = value ? [...findings, ...check(value)] : [...findings]
    const signature = verify(contract, exchange, accounts)
    if (signature.finding) all.push(signature.finding)
    return {
      ...(value && { payload: value }),
      isAcknowledged: acknowledged(contract, callback, exchange, accounts),
      ...signature,
      findings: all,
    }
  }
}

function acknowledged(
  contract: Contract,
  callback: Callback,
  { response }: CapturedExchange,
  accounts: KnownAccounts,
): boolean | undefined {
  if (!response) return undefined
  const settings = accounts.of(contract)[0]?.settings ?? contract.account.defaults
  const body = readText(response.body ?? '').text
  return callback.acknowledged({ status: response.status, body }, settings)
}

/** A callback does not say whose it is: it is right if it is signed for any of the accounts. */
function verify(
  contract: Contract,
  { request: { headers, body } }: CapturedExchange,
  accounts: KnownAccounts,
): Pick<JudgedCallback, 'unverified' | 'explain'> & { finding?: Finding } {
  const scheme = contract.wire.signing?.callback
  if (scheme?.over !== 'body' || body === undefined) return {}
  const received = headers[scheme.header.toLowerCase()]
  if (received === undefined || received === '')
    return { finding: signatureFinding('missingSignature', `The header ${scheme.header} is missing.`) }
  const own = accounts.of(contract)
  const [account] = own
  if (!account) return { unverified: 'no account of the provider is configured' }
  const keys = own.map(({ credentials }) => String(credentials[scheme.key] ?? ''))
  if (keys.some(key => isBodySigned(scheme, body, { key, received }))) return {}
  return {
    finding: signatureFinding('wrongSignature', `${scheme.header} does not match the body.`),
    explain: () => explainBody(contract, { headers, body }, { account, accounts, direction: 'callback' }),
  }
}
