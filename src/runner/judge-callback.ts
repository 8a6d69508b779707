// A callback against its contract: what the provider does otherwise, and whether the merchant has taken it.
import type { Callback, Contract, Finding } from '../contract/index.ts'
import { madeOnce } from '../contract/made-once.ts'
import { type Explanation, isBodySigned } from '../signature/index.ts'
import type { CapturedExchange } from './exchange.ts'
import { judgeBody } from './judge-body.ts'
import { explainBody, signatureFinding } from './judge-response.ts'
import type { KnownAccounts } from './known-accounts.ts'
import type { MatchedCallback } from './match.ts'
import { showValue } from './show-value.ts'
import { readText } from './text.ts'
import { createValueCheck } from './value-check.ts'

export interface JudgedCallback {
  readonly payload?: Readonly<Record<string, unknown>> | undefined
  /** Whether the merchant's answer counts as received; undefined where it was not captured. */
  readonly isAcknowledged: boolean | undefined
  readonly findings: readonly Finding[]
  /** What the merchant does otherwise. */
  readonly clientFindings: readonly Finding[]
  readonly unverified?: string | undefined
  readonly explain?: (() => Explanation) | undefined
}

export function createCallbackJudge(
  accounts: KnownAccounts,
): (exchange: CapturedExchange, match: MatchedCallback) => JudgedCallback {
  const checkOf = madeOnce((callback: Callback) => createValueCheck(callback.payload))
  return (exchange, { contract, callback }) => {
    const { value, text, findings } = judgeBody(exchange.request, callback.contentType)
    const all = value ? [...findings, ...checkOf(callback)(value, text)] : [...findings]
    const { finding, unverified, explain } = verify(contract, exchange, accounts)
    if (finding) all.push(finding)
    const { isAcknowledged, clientFindings } = acknowledgement(contract, callback, exchange, accounts)
    return { payload: value, isAcknowledged, findings: all, clientFindings, unverified, explain }
  }
}

function acknowledgement(
  contract: Contract,
  callback: Callback,
  { response }: CapturedExchange,
  accounts: KnownAccounts,
): Pick<JudgedCallback, 'isAcknowledged' | 'clientFindings'> {
  // Without its body nobody knows whether an answer that looks well is the right one.
  if (!response || (response.body === undefined && response.status < 300)) return unknown
  const body = readText(response.body ?? '').text
  const reply = { status: response.status, body }
  const own = accounts.of(contract)
  const settings = own.length > 0 ? own.map(each => each.settings ?? {}) : [contract.account.defaults]
  if (settings.some(each => callback.acknowledged(reply, each))) return taken
  // Who answers that it has failed means it; who answers that all is well does not expect the callback again.
  const isMeant = response.status < 200 || response.status >= 300
  return isMeant ? refused : { isAcknowledged: false, clientFindings: [notAcknowledged(callback, reply)] }
}

const none: readonly Finding[] = []
const unknown = { isAcknowledged: undefined, clientFindings: none }
const taken = { isAcknowledged: true, clientFindings: none }
const refused = { isAcknowledged: false, clientFindings: none }

function notAcknowledged(
  { acknowledgement }: Callback,
  { status, body }: { readonly status: number; readonly body: string },
): Finding {
  return {
    kind: 'notAcknowledged',
    severity: 'breaking',
    pointer: '',
    message: 'The answer looks like success, and does not count as received: the callback will come again.',
    expected: acknowledgement.text,
    received: `HTTP ${status} and the body ${showValue(body)}`,
    provenance: acknowledgement.provenance,
  }
}

/** A callback does not say whose it is: it is right if it is signed for any of the accounts. */
function verify(
  contract: Contract,
  { request: { headers, body } }: CapturedExchange,
  accounts: KnownAccounts,
): Pick<JudgedCallback, 'unverified' | 'explain'> & { finding?: Finding } {
  const scheme = contract.wire.signing?.callback
  if (scheme?.over !== 'body') return nothing
  const received = headers[scheme.header.toLowerCase()]
  if (received === undefined || received === '')
    return { finding: signatureFinding('missingSignature', `The header ${scheme.header} is missing.`) }
  if (body === undefined) return { unverified: 'the body of the callback was not captured' }
  const own = accounts.of(contract)
  const [account] = own
  if (!account) return { unverified: 'no account of the provider is configured' }
  for (const { credentials } of own) {
    const key = String(credentials[scheme.key] ?? '')
    if (isBodySigned(scheme, body, { key, received })) return nothing
  }
  return {
    finding: signatureFinding('wrongSignature', `${scheme.header} does not match the body.`),
    explain: () => explainBody(contract, { headers, body }, { account, accounts, direction: 'callback' }),
  }
}

const nothing = {}
