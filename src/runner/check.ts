import type { Callback, Contract, Finding, Operation } from '../contract/index.ts'
import type { Explanation } from '../signature/index.ts'
import { type CapturedExchange, type CaptureItem, isUnreadable } from './exchange.ts'
import { createFindingGroups, type LocatedFinding, type Part, type Party } from './findings.ts'
import { createHistory } from './history.ts'
import { createCallbackJudge } from './judge-callback.ts'
import { createRequestJudge } from './judge-request.ts'
import { createResponseJudge } from './judge-response.ts'
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
import type { CheckReport, JudgedCount, Unmatched, UnreadablePart, Unverified } from './report.ts'

export interface CheckOptions extends MatchOptions {
  /** Accounts whose signatures can be checked. */
  readonly accounts?: readonly CheckAccount[]
  /** Whether requests are judged, too. Default true; false where they are wrong on purpose. */
  readonly requests?: boolean
  /** Facts that nobody has confirmed for so many days are stale. Default 365. */
  readonly staleAfterDays?: number
}

/** What was made of one exchange. */
export interface Judgement {
  readonly match: Match
  /** Masked, so that they can be shown. */
  readonly findings: readonly LocatedFinding[]
  /** What came of a call, by the code of its answer. */
  readonly outcome?: 'answered' | 'refused' | undefined
  /** The rows of the error table that have the code. */
  readonly rows?: readonly string[]
  /** The parameters of a call, or the payload of a callback. Not masked. */
  readonly values?: Readonly<Record<string, unknown>> | undefined
  /** The answer. Not masked. */
  readonly answer?: Readonly<Record<string, unknown>> | undefined
}

/** Exchanges in, findings out. Nothing that is judged ever throws. */
export interface Check {
  /**
   * Judges one exchange by itself and among those before it.
   *
   * @param options.without kinds of findings that are none here, because the one who asks says it better
   */
  judge(exchange: CapturedExchange, options?: { readonly without?: readonly string[] }): Judgement
  /** Judges what a source yields, and counts what it could not read. */
  take(items: readonly CaptureItem[]): void
  /** What was found. After it nothing more is judged. */
  end(title: { readonly title: string; readonly version: string }): CheckReport
  readonly mask: Mask
  /** How far it is: what a progress bar shows. */
  readonly progress: Progress
}

export interface Progress {
  readonly exchanges: number
  /** Different ones. */
  readonly findings: number
}

/** How many different ones of a kind are listed; all are counted. */
const mostListed = 200
const dayMs = 86_400_000

/**
 * Checks exchanges against contracts.
 *
 * @example
 * const check = createCheck({ contracts })
 * const { findings } = check.judge({ request, response, place: { source: 'my test', unit: 'call', number: 1 } })
 * @throws PaydoubleError `unknownProvider`
 */
export function createCheck(options: CheckOptions): Check {
  const { contracts, accounts = [], requests = true, staleAfterDays = 365 } = options
  const known = createKnownAccounts(contracts, accounts)
  const mask = createMask(contracts, secretsOf(contracts, accounts))
  const match = createMatcher(options)
  const judgeRequest = createRequestJudge(known)
  const judgeResponse = createResponseJudge(known)
  const judgeCallback = createCallbackJudge(known)
  const groups = createFindingGroups()
  const counts = new Map<object, { -readonly [K in keyof JudgedCount]: JudgedCount[K] }>()
  const unmatched = createTally<Unmatched>()
  const unverified = createTally<Unverified>()
  const unreadable: UnreadablePart[] = []
  let unreadableCount = 0
  let exchanges = 0
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  let judged: CapturedExchange | undefined
  let current: LocatedFinding[] = []
  let unwanted: readonly string[] = []
  const staleFrom = new Map<object, number>()
  const stale = new Set<object>()

  const history = createHistory((finding, seen) => {
    if (!requests && finding.by === 'client') return
    const masked = maskFinding(finding, mask)
    // What is said of an earlier exchange is none of the one that is judged.
    if (seen === judged) current.push(masked)
    groups.add(masked, seen)
  })

  function keep(findings: readonly Finding[], exchange: CapturedExchange, at: Where): void {
    for (const finding of findings) {
      const { contract, name, part, by, explain, isTaken } = at
      if (unwanted.includes(finding.kind) || isSaidBetter(finding, part)) continue
      if (isHidden(exchange, part) && isOfMask(finding)) continue
      const masked = maskFinding({ ...finding, provider: contract.id, name, part, by }, mask)
      // An autopsy takes milliseconds, and the first one of many alike says it all.
      const isSignature = finding.kind === 'wrongSignature' || finding.kind === 'missingSignature'
      const isNew = isSignature && explain !== undefined && !groups.has(masked)
      const isShort = isNew && sizeOf(exchange, part) <= mostExplained
      const whole = isShort ? { ...masked, detail: toDetail(explain(), mask, at.values) } : masked
      current.push(whole)
      groups.add(whole, exchange, isTaken)
    }
  }

  /** What was masked cannot be checked, and that it was not is said. */
  function noteMasked({ id }: Contract, exchange: CapturedExchange, part: Part): void {
    if (!isHidden(exchange, part)) return
    const why = `the ${part === 'response' ? 'answer' : part} was masked when it was written down`
    unverified.add(`${id} ${why}`, () => ({ provider: id, why, count: 1 }))
  }

  /** That an amount is in another unit says more than that it is of another form. */
  function isSaidBetter({ pointer, kind }: Finding, part: Part): boolean {
    if (kind !== 'wrongFormat') return false
    return current.some(
      each => each.kind === 'currencyUnit' && each.part === part && each.pointer === pointer,
    )
  }

  function count({ id }: Contract, kind: JudgedCount['kind'], name: string, what: object): void {
    const counted = counts.get(what)
    if (counted) counted.count++
    else counts.set(what, { provider: id, kind, name, count: 1 })
  }

  function noteUnverified({ id }: Contract, why: string | undefined): void {
    if (why !== undefined) unverified.add(`${id} ${why}`, () => ({ provider: id, why, count: 1 }))
  }

  function judge(
    exchange: CapturedExchange,
    { without = none }: { readonly without?: readonly string[] } = {},
  ): Judgement {
    exchanges++
    unwanted = without
    judged = exchange
    current = []
    const { request, at } = exchange
    if (at !== undefined) {
      if (at < from) from = at
      if (at > to) to = at
    }
    const matched = match(request, exchange.about)
    if (matched.kind === 'callback') return judgeOneCallback(exchange, matched)
    if (matched.kind === 'operation') return judgeCall(exchange, matched)
    const shown = mask.text(`${request.method} ${withoutQuery(request.url)}`)
    const { why } = matched
    unmatched.add(`${shown} ${why}`, () => ({ request: shown, why, count: 1 }))
    return { match: matched, findings: current }
  }

  function judgeOneCallback(exchange: CapturedExchange, matched: MatchedCallback): Judgement {
    const { contract, name, callback } = matched
    count(contract, 'callback', name, callback)
    const judged = judgeCallback(exchange, matched)
    const { payload: values, findings, clientFindings, explain } = judged
    noteUnverified(contract, judged.unverified)
    noteMasked(contract, exchange, 'callback')
    history.callback(exchange, matched, judged)
    const where = { contract, name, part: 'callback', values } as const
    if (findings.length > 0) keep(findings, exchange, { ...where, by: 'provider', explain })
    if (requests && clientFindings.length > 0) keep(clientFindings, exchange, { ...where, by: 'client' })
    noteStale(exchange, callback, where)
    return { match: matched, findings: current, values }
  }

  function judgeCall(exchange: CapturedExchange, matched: MatchedOperation): Judgement {
    const { contract, name, operation } = matched
    const { response } = exchange
    count(contract, 'operation', name, operation)
    const asked = judgeRequest(exchange, matched)
    const { params: values } = asked
    const answered = response && judgeResponse(response, matched, asked.account)
    if (requests) {
      noteUnverified(contract, asked.unverified)
      noteMasked(contract, exchange, 'request')
      if (asked.findings.length > 0) {
        const isTaken = answered?.outcome === undefined ? undefined : answered.outcome === 'answered'
        const { explain } = asked
        keep(asked.findings, exchange, {
          contract,
          name,
          part: 'request',
          by: 'client',
          values,
          explain,
          isTaken,
        })
      }
    }
    if (!answered) return { match: matched, findings: current, values }
    // Otherwise a capture without bodies would look as if all were well.
    if (response.body === undefined) noteUnverified(contract, 'the body of the answer was not captured')
    if (!requests || asked.unverified === undefined) noteUnverified(contract, answered.unverified)
    noteMasked(contract, exchange, 'response')
    history.call(exchange, matched, { request: asked, response: answered })
    const { outcome, rows, answer, findings, explain } = answered
    const where = { contract, name, part: 'response', by: 'provider', values: answer, explain } as const
    if (findings.length > 0) keep(findings, exchange, where)
    noteStale(exchange, operation, where)
    return { match: matched, findings: current, outcome, rows, values, answer }
  }

  /** Said once for each operation and callback. */
  function noteStale(
    exchange: CapturedExchange,
    what: Operation | Callback,
    { contract, name, part }: Pick<Where, 'contract' | 'name' | 'part'>,
  ): void {
    const { readOn } = contract
    const { at } = exchange
    if (readOn === undefined || at === undefined) return
    let end = staleFrom.get(what)
    if (end === undefined) {
      end = Date.parse(confirmedOn(what, readOn)) + (staleAfterDays + 1) * dayMs
      staleFrom.set(what, end)
    }
    if (at < end || stale.has(what)) return
    stale.add(what)
    const confirmed = confirmedOn(what, readOn)
    const age = Math.floor((at - Date.parse(confirmed)) / dayMs)
    const [how, again] =
      confirmed === readOn ? ['read in its sources', 'them'] : ['seen in captured traffic', 'its sources']
    const finding: Finding = {
      kind: 'staleEvidence',
      severity: 'note',
      pointer: '',
      message: `What the contract says of it was last ${how} on ${confirmed}, ${age} days before this exchange: read ${again} again, or confirm it by "paydouble evidence add".`,
      expected: `at most ${staleAfterDays} days`,
      received: `${age} days`,
    }
    keep([finding], exchange, { contract, name, part, by: 'provider' })
  }

  return {
    mask,
    judge,

    get progress() {
      return { exchanges, findings: groups.size }
    },

    take(items) {
      for (const item of items) {
        if (!isUnreadable(item)) judge(item)
        else {
          unreadableCount++
          if (unreadable.length < mostListed)
            unreadable.push({ place: item.place, why: mask.text(item.unreadable) })
        }
      }
    },

    end({ title, version }) {
      judged = undefined
      history.end()
      return {
        version,
        title: mask.text(title),
        from: Number.isFinite(from) ? from : null,
        to: Number.isFinite(to) ? to : null,
        exchanges,
        judged: [...counts.values()],
        unmatched: unmatched.listed(),
        unreadable: { count: unreadableCount, list: unreadable },
        unverified: unverified.listed().list,
        findings: groups.list().sort((a, b) => severityRank[a.severity] - severityRank[b.severity]),
        dropped: groups.dropped,
      }
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
}

const none: readonly string[] = []

/** When it was last read, or seen since. */
function confirmedOn({ provenance: { observed } }: Operation | Callback, readOn: string): string {
  return observed !== undefined && observed.last > readOn ? observed.last : readOn
}

function isHidden({ masked }: CapturedExchange, part: Part): boolean {
  return masked?.includes(part === 'response' ? 'response' : 'request') ?? false
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

const severityRank = { breaking: 0, additive: 1, note: 2 } as const

interface Tally<T> {
  add(key: string, make: () => T): void
  listed(): { count: number; list: T[] }
}

/** Counts what is alike; the first few different ones are listed. */
function createTally<T extends { readonly count: number }>(): Tally<T> {
  const known = new Map<string, { count: number }>()
  let total = 0
  return {
    add(key, make) {
      total++
      const before = known.get(key)
      if (before) before.count++
      else if (known.size < mostListed) known.set(key, make() as unknown as { count: number })
    },
    listed: () => ({ count: total, list: [...known.values()] as unknown as T[] }),
  }
}
