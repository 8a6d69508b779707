import type { Contract, Finding } from '../contract/index.ts'
import { type CapturedExchange, type CaptureItem, isUnreadable } from './exchange.ts'
import { createFindingGroups, type LocatedFinding, type Part, type Party } from './findings.ts'
import { createHistory } from './history.ts'
import { createCallbackJudge } from './judge-callback.ts'
import { createRequestJudge } from './judge-request.ts'
import { createResponseJudge } from './judge-response.ts'
import { type CheckAccount, createKnownAccounts, secretsOf } from './known-accounts.ts'
import { createMask, type Mask } from './mask.ts'
import { createMatcher, type Match, type MatchOptions, withoutQuery } from './match.ts'
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
  readonly values?: Readonly<Record<string, unknown>>
  /** The answer. Not masked. */
  readonly answer?: Readonly<Record<string, unknown>>
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
  /** What came of it so far. */
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
const none: readonly string[] = []

/**
 * Checks exchanges against contracts.
 *
 * @example
 * const check = createCheck({ contracts })
 * const { findings } = check.judge({ request, response, place: { source: 'my test', unit: 'call', number: 1 } })
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
  const counts = new Map<string, { -readonly [K in keyof JudgedCount]: JudgedCount[K] }>()
  const unmatched = createTally<Unmatched>()
  const unverified = createTally<Unverified>()
  const unreadable: UnreadablePart[] = []
  let unreadableCount = 0
  let exchanges = 0
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  let current: LocatedFinding[] = []
  let unwanted: readonly string[] = []
  const stale = new Set<string>()

  const history = createHistory((finding, seen) => {
    if (!requests && finding.by === 'client') return
    const masked = maskFinding(finding, mask)
    current.push(masked)
    groups.add(masked, seen)
  })

  function keep(
    findings: readonly Finding[],
    exchange: CapturedExchange,
    at: { contract: Contract; name: string; part: Part; by: Party; explain?: (() => string) | undefined },
  ): void {
    for (const finding of findings) {
      if (unwanted.includes(finding.kind)) continue
      const located = { ...finding, provider: at.contract.id, name: at.name, part: at.part, by: at.by }
      // An autopsy takes milliseconds, and the first one of many alike says it all.
      const isSignature = finding.kind === 'wrongSignature' || finding.kind === 'missingSignature'
      const detail = isSignature && at.explain && !groups.has(located) ? at.explain() : undefined
      const masked = maskFinding(detail === undefined ? located : { ...located, detail }, mask)
      current.push(masked)
      groups.add(masked, exchange)
    }
  }

  function count({ id }: Contract, kind: JudgedCount['kind'], name: string): void {
    const key = `${id} ${kind} ${name}`
    const counted = counts.get(key)
    if (counted) counted.count++
    else counts.set(key, { provider: id, kind, name, count: 1 })
  }

  function noteUnverified({ id }: Contract, why: string | undefined): void {
    if (why !== undefined) unverified.add(`${id} ${why}`, () => ({ provider: id, why, count: 1 }))
  }

  function judge(
    exchange: CapturedExchange,
    { without = none }: { readonly without?: readonly string[] } = {},
  ): Judgement {
    exchanges++
    current = []
    unwanted = without
    const { request, response, at } = exchange
    if (at !== undefined) {
      if (at < from) from = at
      if (at > to) to = at
    }
    const matched = match(request, exchange.about)
    if (matched.kind === 'unmatched') {
      const shown = mask.text(`${request.method} ${withoutQuery(request.url)}`)
      const { why } = matched
      unmatched.add(`${shown} ${why}`, () => ({ request: shown, why, count: 1 }))
      return { match: matched, findings: current }
    }
    const { contract, name } = matched
    count(contract, matched.kind, name)
    if (matched.kind === 'callback') {
      const judged = judgeCallback(exchange, matched)
      noteUnverified(contract, judged.unverified)
      if (judged.findings.length > 0)
        keep(judged.findings, exchange, {
          contract,
          name,
          part: 'callback',
          by: 'provider',
          explain: judged.explain,
        })
      history.callback(exchange, matched, judged)
      noteStale(contract, exchange, name, 'callback')
      return { match: matched, findings: current, ...(judged.payload && { values: judged.payload }) }
    }
    const asked = judgeRequest(exchange, matched)
    if (requests) noteUnverified(contract, asked.unverified)
    if (requests && asked.findings.length > 0)
      keep(asked.findings, exchange, {
        contract,
        name,
        part: 'request',
        by: 'client',
        explain: asked.explain,
      })
    const values = asked.params && { values: asked.params }
    if (!response) return { match: matched, findings: current, ...values }
    // Otherwise a capture without bodies would look as if all were well.
    if (response.body === undefined) noteUnverified(contract, 'the body of the answer was not captured')
    const answered = judgeResponse(response, matched, asked.account)
    if (asked.account) noteUnverified(contract, answered.unverified)
    if (answered.findings.length > 0)
      keep(answered.findings, exchange, {
        contract,
        name,
        part: 'response',
        by: 'provider',
        explain: answered.explain,
      })
    history.call(exchange, matched, { request: asked, response: answered })
    noteStale(contract, exchange, name, 'response')
    const { outcome, rows, answer } = answered
    return { match: matched, findings: current, outcome, rows, ...values, ...(answer && { answer }) }
  }

  /** Said once for each operation. */
  function noteStale(contract: Contract, exchange: CapturedExchange, name: string, part: Part): void {
    if (contract.readOn === undefined || exchange.at === undefined) return
    const { observed } =
      (part === 'callback' ? contract.callbacks : contract.operations)[name]?.provenance ?? {}
    const isSeen = observed !== undefined && observed.last > contract.readOn
    const confirmed = isSeen ? observed.last : contract.readOn
    const age = Math.floor((exchange.at - Date.parse(confirmed)) / dayMs)
    const key = `${contract.id} ${part} ${name}`
    if (age <= staleAfterDays || stale.has(key)) return
    stale.add(key)
    const [how, what] = isSeen ? ['seen in captured traffic', 'its sources'] : ['read in its sources', 'them']
    const finding: Finding = {
      kind: 'staleEvidence',
      severity: 'note',
      pointer: '',
      message: `What the contract says of it was last ${how} on ${confirmed}, ${age} days before this exchange: read ${what} again, or confirm it by "paydouble evidence add".`,
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

const severityRank = { breaking: 0, additive: 1, note: 2 } as const

/** A finding that can be shown. */
export function maskFinding(finding: LocatedFinding, mask: Mask): LocatedFinding {
  const { received, expected, detail, message, pointer } = finding
  const name = pointer.slice(pointer.lastIndexOf('/') + 1)
  return {
    ...finding,
    // Names of fields are whatever a capture holds, too.
    pointer: pointer === '' ? '' : mask.text(pointer),
    message: mask.text(message),
    ...(expected !== undefined && { expected: mask.text(expected) }),
    ...(received !== undefined && { received: maskReceived(name, received, mask) }),
    ...(detail !== undefined && { detail: mask.text(detail) }),
  }
}

/** Of a text the inside is masked, so that the quotes stay. */
function maskReceived(name: string, received: string, mask: Mask): string {
  const quoted = /^"(.*)"$/s.exec(received)?.[1]
  return quoted === undefined ? mask.field(name, received) : `"${mask.field(name, quoted)}"`
}

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
