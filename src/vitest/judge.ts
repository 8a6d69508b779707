// One message against its contract, for one assertion.
import type { Callback, Contract, Finding } from '../contract/index.ts'
import type { CapturedRequest } from '../runner/exchange.ts'
import type { LocatedFinding, Part } from '../runner/findings.ts'
import { createCallbackJudge } from '../runner/judge-callback.ts'
import { createRequestJudge } from '../runner/judge-request.ts'
import { createResponseJudge } from '../runner/judge-response.ts'
import { type CheckAccount, createKnownAccounts, secretsOf } from '../runner/known-accounts.ts'
import { createMask } from '../runner/mask.ts'
import { toDetail } from '../runner/mask-explanation.ts'
import { maskFinding } from '../runner/mask-finding.ts'
import { createMatcher, type MatchedOperation } from '../runner/match.ts'
import { rankOf } from '../runner/report.ts'
import type { Explanation } from '../signature/index.ts'
import { accountWith } from './key.ts'
import type { Named } from './names.ts'
import type { ReadMessage } from './read-message.ts'

export interface JudgeOptions {
  readonly contracts: readonly Contract[]
  readonly accounts: readonly CheckAccount[]
}

/** What was found in one message; masked. */
export interface JudgedMessage {
  readonly part: Part
  readonly findings: readonly LocatedFinding[]
  /** What was not judged, and why. */
  readonly notJudged?: string
}

export type JudgeMessage = (
  message: ReadMessage,
  named: Named,
  options: { readonly isCallback?: boolean; readonly key?: string | undefined; readonly signature: boolean },
) => JudgedMessage

const signatureKinds = new Set(['missingSignature', 'wrongSignature'])
/** What a body by itself says nothing about. */
const messageKinds = new Set([...signatureKinds, 'contentType', 'undocumentedStatus', 'wrongCredentials'])

export function createMessageJudge({ contracts, accounts }: JudgeOptions): JudgeMessage {
  const all = createJudges({ contracts, accounts })

  return (message, named, { isCallback = false, key, signature }) => {
    const { contract, name } = named
    const judges =
      key === undefined ? all : createJudges({ contracts, accounts: [accountWith(key, named, message)] })
    const part: Part = isCallback ? 'callback' : message.kind === 'request' ? 'request' : 'response'
    const judged = judges[part](message, named)
    const isBodyOnly = message.headers === undefined
    const isSigned = contract.wire.signing?.[part]?.over === 'body'
    const isLost = !isBodyOnly && isSigned && message.lost !== undefined
    const found = judged.findings.filter(({ kind }) => {
      if (isBodyOnly) return !messageKinds.has(kind)
      // Bytes that are lost match no signature; that it is there at all can be seen.
      if (kind === 'wrongSignature' && isLost) return false
      return signature || !signatureKinds.has(kind)
    })
    if (isLost && signature && !found.some(({ kind }) => kind === 'missingSignature'))
      found.push(bytesLost(message.lost ?? ''))
    const by = part === 'request' ? 'client' : 'provider'
    const findings = found.map(finding => {
      const explanation = finding.kind === 'wrongSignature' ? judged.explain?.() : undefined
      const detail =
        explanation && toDetail(explanation, judges.mask, judged.params ?? judged.answer ?? judged.payload)
      const located = {
        ...finding,
        provider: contract.id,
        name,
        part,
        by,
        ...(detail !== undefined && { detail }),
      }
      return maskFinding(located as LocatedFinding, judges.mask)
    })
    const notJudged = isBodyOnly
      ? 'Only a body was given: neither headers, status nor signature were judged.'
      : judged.unverified && `The signature was not checked: ${judged.unverified}.`
    return {
      part,
      findings: findings.sort((a, b) => rankOf(a) - rankOf(b)),
      ...(notJudged !== undefined && { notJudged }),
    }
  }
}

interface Judged {
  readonly findings: readonly Finding[]
  readonly unverified?: string | undefined
  readonly explain?: (() => Explanation) | undefined
  readonly params?: unknown
  readonly answer?: unknown
  readonly payload?: unknown
}

function createJudges({ contracts, accounts }: JudgeOptions) {
  const known = createKnownAccounts(contracts, accounts)
  const requests = createRequestJudge(known)
  const responses = createResponseJudge(known)
  const callbacks = createCallbackJudge(known)
  const match = createMatcher({ contracts })
  const place = { source: 'the test', unit: 'message', number: 1 } as const

  function matchOf(request: CapturedRequest, { contract, name }: Named): MatchedOperation {
    // Names are looked up before, so there is one.
    return match(request, { provider: contract.id, operation: name }) as MatchedOperation
  }

  function toExchange({ method = 'POST', url = '/', headers = {}, body }: ReadMessage) {
    return { place, request: { method, url, headers, body } }
  }

  return {
    mask: createMask(contracts, secretsOf(contracts, accounts)),

    request(message: ReadMessage, named: Named): Judged {
      const exchange = toExchange(message)
      return requests(exchange, matchOf(exchange.request, named))
    },

    /** It does not say whose it is: it is right if it is so for any of the accounts. */
    response(message: ReadMessage, named: Named): Judged {
      const { status = 200, headers = {}, body } = message
      const own = known.of(named.contract)
      const match = matchOf(toExchange(message).request, named)
      const judge = (account?: CheckAccount) => responses({ status, headers, body }, match, { account })
      const first = judge(own[0])
      const isWrong = ({ findings }: Judged) => findings.some(({ kind }) => kind === 'wrongSignature')
      if (!isWrong(first)) return first
      for (const account of own.slice(1)) {
        const judged = judge(account)
        if (!isWrong(judged)) return judged
      }
      return first
    },

    callback(message: ReadMessage, { contract, name }: Named): Judged {
      const callback = contract.callbacks[name] as Callback
      return callbacks(toExchange(message), { kind: 'callback', contract, name, callback })
    },
  }
}

function bytesLost(advice: string): Finding {
  return {
    kind: 'unverifiableSignature',
    severity: 'breaking',
    pointer: '',
    message: `The signature cannot be checked, because the body was parsed and its bytes are lost. Keep them${advice && `, ${advice}`}; or leave it out with { signature: false }.`,
  }
}
