// What comes of exchanges in their order: counts, groups of findings, and what only several of them show.
import { version as ownVersion } from '../version.ts'
import type { Examination, ExaminedFinding, Told } from './examine.ts'
import type { CapturedExchange, Unreadable } from './exchange.ts'
import { createFindingGroups, idOf, type LocatedFinding } from './findings.ts'
import { createHistory } from './history.ts'
import type { Seen } from './known-orders.ts'
import type { Mask } from './mask.ts'
import { maskFinding } from './mask-finding.ts'
import { type CheckReport, rankOf } from './report.ts'
import { type Counted, createSums } from './sums.ts'

export interface Results {
  /** Adds the next exchange. @returns what was found about it, by itself and among those before */
  add(exchange: CapturedExchange, examination: Examination): readonly LocatedFinding[]
  addUnreadable(part: Unreadable): void
  /** Adds the counts of the exchanges that come next; of those, what depends on their order goes to {@link follow}. */
  merge(counted: Counted): void
  /** What is found about the next exchange, which was counted already. */
  follow(exchange: CapturedExchange, step: Step): readonly LocatedFinding[]
  /** What was found. After it nothing more is added. */
  end(title: ReportTitle): CheckReport
  /** Exchanges so far, and different findings. */
  readonly progress: { readonly exchanges: number; readonly findings: number }
}

export interface ReportTitle {
  /** What was checked, such as `capture out.har`. */
  readonly title: string
  /** Default: the version of this package. */
  readonly version?: string
}

export type Step = Pick<Examination, 'before' | 'after' | 'told'>

/** @param options.requests whether what a client does otherwise counts */
export function createResults({
  mask,
  requests,
}: {
  readonly mask: Mask
  readonly requests: boolean
}): Results {
  const sums = createSums()
  const groups = createFindingGroups()
  const stale = new Set<string>()
  let judged: Seen | undefined
  let current: LocatedFinding[] = []

  const history = createHistory((finding, seen) => {
    if (!requests && finding.by === 'client') return
    const masked = maskFinding(finding, mask)
    // What is said of an earlier exchange is none of the one that is judged.
    if (seen === judged) current.push(masked)
    groups.add(masked, seen)
  })

  function tell(exchange: CapturedExchange, told: Told): void {
    if (told.kind === 'call') history.call(exchange, told.match, told)
    else history.callback(exchange, told.match, told.judged)
  }

  function keep(examined: readonly ExaminedFinding[], exchange: CapturedExchange): void {
    for (const { finding, isTaken } of examined) {
      if (isSaidBetter(finding) || isSaidBefore(finding)) continue
      current.push(finding)
      groups.add(finding, exchange, isTaken)
    }
  }

  /** That an amount is in another unit says more than that it is of another form. */
  function isSaidBetter({ pointer, kind, part }: LocatedFinding): boolean {
    if (kind !== 'wrongFormat') return false
    return current.some(
      each => each.kind === 'currencyUnit' && each.part === part && each.pointer === pointer,
    )
  }

  /** Each of several that examine at once says it once. */
  function isSaidBefore(finding: LocatedFinding): boolean {
    if (finding.kind !== 'staleEvidence') return false
    const id = idOf(finding)
    if (stale.has(id)) return true
    stale.add(id)
    return false
  }

  function follow(exchange: CapturedExchange, { before, after, told }: Step): readonly LocatedFinding[] {
    judged = exchange
    current = []
    if (before.length > 0) keep(before, exchange)
    if (told) tell(exchange, told)
    if (after.length > 0) keep(after, exchange)
    return current
  }

  return {
    follow,

    add(exchange, examination) {
      sums.add(exchange, examination)
      return follow(exchange, examination)
    },

    addUnreadable: sums.addUnreadable,
    merge: sums.merge,

    get progress() {
      return { exchanges: sums.exchanges, findings: groups.size }
    },

    end({ title, version = ownVersion }) {
      judged = undefined
      history.end()
      const { unreadable, from, to, exchanges, judged: counts, unmatched, unverified } = sums.counted()
      const parts = unreadable.list.map(({ place, unreadable: why }) => ({ place, why }))
      return {
        version,
        title: mask.text(title),
        from,
        to,
        exchanges,
        judged: counts,
        unmatched,
        unreadable: { count: unreadable.count, list: parts },
        unverified,
        findings: groups.list().sort((a, b) => rankOf(a) - rankOf(b)),
        dropped: groups.dropped,
      }
    },
  }
}
