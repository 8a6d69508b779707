// One exchange by itself: what it is, what is wrong with it, and what of it others are held against.
import type { Callback, Contract, Finding, Operation } from '../contract/index.ts'
import type { Explanation } from '../signature/index.ts'
import type { CapturedExchange } from './exchange.ts'
import { idOf, type LocatedFinding, type Part, type Party } from './findings.ts'
import { createCallbackJudge, type JudgedCallback } from './judge-callback.ts'
import { createRequestJudge, type JudgedRequest } from './judge-request.ts'
import { createResponseJudge, type JudgedResponse } from './judge-response.ts'
import { type CheckAccount, createKnownAccounts, secretsOf } from './known-accounts.ts'
import { createMask, type Mask } from './mask.ts'
import { toDetail } from './mask-explanation.ts'
import { maskFinding } from './mask-finding.ts'
import {
  createMatcher,
  type Match,
  type MatchedCallback,
  type MatchedOperation,
  type MatchOptions,
  withoutQuery,
} from './match.ts'

export interface CheckOptions extends MatchOptions {
  /** Accounts whose signatures can be checked. */
  readonly accounts?: readonly CheckAccount[]
  /** Whether requests are judged, too. Default true; false where they are wrong on purpose. */
  readonly requests?: boolean
  /** Facts that nobody has confirmed for so many days are stale. Default 365. */
  readonly staleAfterDays?: number
}

/** What can be said of an exchange without any other. */
export interface Examination {
  readonly match: Match
  /** What is said before it is held against others, and after. Masked. */
  readonly before: readonly ExaminedFinding[]
  readonly after: readonly ExaminedFinding[]
  /** What it is held against others by. */
  readonly told?: Told | undefined
  /** Why what was not checked. */
  readonly unverified: readonly string[]
  /** Of what belongs to no operation and no callback. Masked. */
  readonly unmatched?: { readonly request: string; readonly why: string }
  readonly outcome?: 'answered' | 'refused' | undefined
  readonly rows?: readonly string[] | undefined
  /** Not masked, as the answer. */
  readonly values?: Readonly<Record<string, unknown>> | undefined
  readonly answer?: Readonly<Record<string, unknown>> | undefined
}

export interface ExaminedFinding {
  readonly finding: LocatedFinding
  /** Of a request, whether the provider has taken it all the same. */
  readonly isTaken?: boolean | undefined
}

export type Told =
  | {
      readonly kind: 'call'
      readonly match: MatchedOperation
      readonly request: JudgedRequest
      readonly response: JudgedResponse
    }
  | { readonly kind: 'callback'; readonly match: MatchedCallback; readonly judged: JudgedCallback }

/** Examines one exchange after another. What is worth saying once is said with the first one that it meets. */
export interface Examiner {
  /** @param without kinds of findings that are none here */
  examine(exchange: CapturedExchange, without?: readonly string[]): Examination
  readonly mask: Mask
}

const dayMs = 86_400_000
const none: readonly never[] = []

/** @throws PaydoubleError `unknownProvider` */
export function createExaminer(options: CheckOptions): Examiner {
  const { contracts, accounts = [], requests = true, staleAfterDays = 365 } = options
  const known = createKnownAccounts(contracts, accounts)
  const mask = createMask(contracts, secretsOf(contracts, accounts))
  const match = createMatcher(options)
  const judgeRequest = createRequestJudge(known)
  const judgeResponse = createResponseJudge(known)
  const judgeCallback = createCallbackJudge(known)
  const explained = new Set<string>()
  const staleFrom = new Map<object, number>()
  const stale = new Set<object>()

  function toExamined(
    findings: readonly Finding[],
    exchange: CapturedExchange,
    at: Where,
  ): readonly ExaminedFinding[] {
    if (findings.length === 0) return none
    const { contract, name, part, by, isTaken, without } = at
    const isHidden = isMasked(exchange, part)
    const isWanted = (each: Finding) => !without.includes(each.kind) && !(isHidden && isOfMask(each))
    const wanted = without.length === 0 && !isHidden ? findings : findings.filter(isWanted)
    return wanted.map(each => {
      const masked = maskFinding({ ...each, provider: contract.id, name, part, by }, mask)
      return { finding: explainOnce(masked, exchange, at), isTaken }
    })
  }

  /** An autopsy takes milliseconds, and the first one of many alike says it all. */
  function explainOnce(finding: LocatedFinding, exchange: CapturedExchange, at: Where): LocatedFinding {
    const { kind } = finding
    if (!at.explain || (kind !== 'wrongSignature' && kind !== 'missingSignature')) return finding
    const id = idOf(finding)
    if (explained.has(id)) return finding
    explained.add(id)
    if (sizeOf(exchange, at.part) > mostExplained) return finding
    return { ...finding, detail: toDetail(at.explain(), mask, at.values) }
  }

  function examineCallback(
    exchange: CapturedExchange,
    matched: MatchedCallback,
    without: readonly string[],
  ): Examination {
    const { contract, name, callback } = matched
    const judged = judgeCallback(exchange, matched)
    const { payload: values, findings, clientFindings, explain, unverified } = judged
    const where = { contract, name, part: 'callback', values, without } as const
    const ofClient = requests ? clientFindings : none
    const old = noteStale(exchange, callback, where)
    const after =
      findings.length + ofClient.length + old.length === 0
        ? none
        : [
            ...toExamined(findings, exchange, { ...where, by: 'provider', explain }),
            ...toExamined(ofClient, exchange, { ...where, by: 'client' }),
            ...toExamined(old, exchange, { ...where, by: 'provider' }),
          ]
    return {
      match: matched,
      before: none,
      after,
      told: { kind: 'callback', match: matched, judged },
      unverified: [...(unverified === undefined ? none : [unverified]), ...maskedPart(exchange, 'callback')],
      values,
    }
  }

  function examineCall(
    exchange: CapturedExchange,
    matched: MatchedOperation,
    without: readonly string[],
  ): Examination {
    const { contract, name, operation } = matched
    const { response } = exchange
    const asked = judgeRequest(exchange, matched)
    const { params: values } = asked
    const answered = response && judgeResponse(response, matched, asked)
    const isTaken = answered?.outcome === undefined ? undefined : answered.outcome === 'answered'
    const ofClient = { contract, name, part: 'request', by: 'client', values, isTaken, without } as const
    const before =
      requests && asked.findings.length > 0
        ? toExamined(asked.findings, exchange, { ...ofClient, explain: asked.explain })
        : none
    const ofRequest = requests ? [asked.unverified ?? none, maskedPart(exchange, 'request')].flat() : none
    if (!answered) {
      // Otherwise a capture of failed requests would look as if all were well.
      const unverified = [...ofRequest, 'no answer was captured']
      return { match: matched, before, after: none, unverified, values }
    }
    const { outcome, rows, answer, findings, explain } = answered
    const where = { contract, name, part: 'response', by: 'provider', values: answer, without } as const
    const old = noteStale(exchange, operation, where)
    const after =
      findings.length + old.length === 0
        ? none
        : [
            ...toExamined(findings, exchange, { ...where, explain }),
            ...toExamined(old, exchange, { ...where, values: undefined }),
          ]
    return {
      match: matched,
      before,
      after,
      told: { kind: 'call', match: matched, request: asked, response: answered },
      unverified: withAnswer(ofRequest, exchange, {
        ...answered,
        isSaid: asked.unverified !== undefined && requests,
      }),
      outcome,
      rows,
      values,
      answer,
    }
  }

  /** What of an answer was not checked, after what of its request. */
  function withAnswer(
    whys: readonly string[],
    exchange: CapturedExchange,
    { unverified, isSaid }: Pick<JudgedResponse, 'unverified'> & { readonly isSaid: boolean },
  ): readonly string[] {
    const { response } = exchange
    const hidden = maskedPart(exchange, 'response')
    // Otherwise a capture without bodies would look as if all were well.
    const isLost = response?.body === undefined
    if (!isLost && hidden === none && (isSaid || unverified === undefined)) return whys
    return [
      ...whys,
      ...(isLost ? ['the body of the answer was not captured'] : none),
      ...(isSaid || unverified === undefined ? none : [unverified]),
      ...hidden,
    ]
  }

  /** Said once for each operation and callback. */
  function noteStale(
    { at }: CapturedExchange,
    what: Operation | Callback,
    { contract }: { readonly contract: Contract },
  ): readonly Finding[] {
    const { readOn } = contract
    if (readOn === undefined || at === undefined) return none
    let end = staleFrom.get(what)
    if (end === undefined) {
      end = Date.parse(confirmedOn(what, readOn)) + (staleAfterDays + 1) * dayMs
      staleFrom.set(what, end)
    }
    if (at < end || stale.has(what)) return none
    stale.add(what)
    return [staleFinding(at, confirmedOn(what, readOn), { readOn, staleAfterDays })]
  }

  return {
    mask,

    examine(exchange, without = none) {
      const { request } = exchange
      const matched = match(request, exchange.about)
      if (matched.kind === 'callback') return examineCallback(exchange, matched, without)
      if (matched.kind === 'operation') return examineCall(exchange, matched, without)
      const shown = mask.text(`${request.method} ${withoutQuery(request.url)}`)
      const unmatched = { request: shown, why: matched.why }
      return { match: matched, before: none, after: none, unverified: none, unmatched }
    },
  }
}

/** What a finding is about, and who would have to change something. */
interface Where {
  readonly contract: Contract
  readonly name: string
  readonly part: Part
  readonly by: Party
  /** The message that was signed. */
  readonly values?: unknown
  readonly explain?: (() => Explanation) | undefined
  readonly isTaken?: boolean | undefined
  readonly without: readonly string[]
}

/** When it was last read, or seen since. */
function confirmedOn({ provenance: { observed } }: Operation | Callback, readOn: string): string {
  return observed !== undefined && observed.last > readOn ? observed.last : readOn
}

function staleFinding(
  at: number,
  confirmed: string,
  { readOn, staleAfterDays }: { readonly readOn: string; readonly staleAfterDays: number },
): Finding {
  const age = Math.floor((at - Date.parse(confirmed)) / dayMs)
  const [how, again] =
    confirmed === readOn ? ['read in its sources', 'them'] : ['seen in captured traffic', 'its sources']
  return {
    kind: 'staleEvidence',
    severity: 'note',
    pointer: '',
    message: `What the contract says of it was last ${how} on ${confirmed}, ${age} days before this exchange: read ${again} again, or confirm it by "paydouble evidence add".`,
    expected: `at most ${staleAfterDays} days`,
    received: `${age} days`,
  }
}

function isMasked({ masked }: CapturedExchange, part: Part): boolean {
  return masked?.includes(part === 'response' ? 'response' : 'request') ?? false
}

/** What was masked cannot be checked, and that it was not is said. */
function maskedPart(exchange: CapturedExchange, part: Part): readonly string[] {
  if (!isMasked(exchange, part)) return none
  return [`the ${part === 'response' ? 'answer' : part} was masked when it was written down`]
}

/** Whether a finding may come of a mask alone. */
function isOfMask({ kind, received = '' }: Finding): boolean {
  return /^(wrong|missing)(Signature|Credentials)$/.test(kind) || received.includes('…')
}

/** Longer messages are not explained: it would be a text that nobody reads, made with much effort. */
const mostExplained = 100_000

function sizeOf({ request, response }: CapturedExchange, part: Part): number {
  return part === 'response'
    ? (response?.body?.length ?? 0)
    : request.url.length + (request.body?.length ?? 0)
}
