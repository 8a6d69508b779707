// What is counted of exchanges, whatever order they come in but for what is listed first.

import type { Examination } from './examine.ts'
import type { CapturedExchange, Unreadable } from './exchange.ts'
import type { CheckReport, JudgedCount, Unmatched, Unverified } from './report.ts'

/** The counts of a report, before they are cut to what is listed. */
export interface Counted
  extends Pick<CheckReport, 'from' | 'to' | 'exchanges' | 'judged' | 'unmatched' | 'unverified'> {
  readonly unreadable: { readonly count: number; readonly list: readonly Unreadable[] }
}

export interface Sums {
  add(exchange: CapturedExchange, examination: Examination): void
  addUnreadable(part: Unreadable): void
  /** Adds what was counted elsewhere of the exchanges that come next. */
  merge(counted: Counted): void
  counted(): Counted
  readonly exchanges: number
}

/** How many different ones of a kind are listed in a report; all are counted. */
export const mostListed = 200

/** @param mostDifferent how many different ones of a kind are listed. What is merged elsewhere has all of them. */
export function createSums(mostDifferent = mostListed): Sums {
  const judged = createTally<JudgedCount>(
    ({ provider, kind, name }) => `${provider} ${kind} ${name}`,
    Number.POSITIVE_INFINITY,
  )
  const unmatched = createTally<Unmatched>(({ request, why }) => `${request} ${why}`, mostDifferent)
  const unverified = createTally<Unverified>(({ provider, why }) => `${provider} ${why}`, mostDifferent)
  const unreadable: Unreadable[] = []
  let unreadableCount = 0
  let exchanges = 0
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  /** The counts by what is counted: a look-up for each exchange, in place of a text for each. */
  const known = new Map<object, { count: number }>()

  function addJudged({ match }: Examination): void {
    if (match.kind === 'unmatched') return
    const what = match.kind === 'operation' ? match.operation : match.callback
    const before = known.get(what)
    if (before) before.count++
    else {
      const { kind, name, contract } = match
      known.set(what, judged.add({ provider: contract.id, kind, name, count: 1 }) ?? { count: 0 })
    }
  }

  return {
    add({ at }, examination) {
      exchanges++
      if (at !== undefined) {
        if (at < from) from = at
        if (at > to) to = at
      }
      addJudged(examination)
      const { match, unverified: whys, unmatched: missed } = examination
      if (missed) unmatched.add({ ...missed, count: 1 })
      if (match.kind === 'unmatched') return
      for (const why of whys) unverified.add({ provider: match.contract.id, why, count: 1 })
    },

    addUnreadable(part) {
      unreadableCount++
      if (unreadable.length < mostListed) unreadable.push(part)
    },

    merge(counted) {
      exchanges += counted.exchanges
      from = Math.min(from, counted.from ?? from)
      to = Math.max(to, counted.to ?? to)
      for (const each of counted.judged) judged.add(each)
      for (const each of counted.unmatched.list) unmatched.add(each)
      for (const each of counted.unverified) unverified.add(each)
      unreadableCount += counted.unreadable.count
      unreadable.push(...counted.unreadable.list.slice(0, mostListed - unreadable.length))
    },

    counted: () => ({
      from: Number.isFinite(from) ? from : null,
      to: Number.isFinite(to) ? to : null,
      exchanges,
      judged: judged.listed().list,
      unmatched: unmatched.listed(),
      unverified: unverified.listed().list,
      unreadable: { count: unreadableCount, list: unreadable },
    }),

    get exchanges() {
      return exchanges
    },
  }
}

interface Tally<T> {
  /** @returns what is listed, if it is */
  add(counted: T): { count: number } | undefined
  listed(): { count: number; list: T[] }
}

/** Counts what is alike; the first few different ones are listed. */
function createTally<T extends { readonly count: number }>(
  keyOf: (counted: T) => string,
  most: number,
): Tally<T> {
  const known = new Map<string, { count: number }>()
  let total = 0
  return {
    add(counted) {
      total += counted.count
      const key = keyOf(counted)
      const before = known.get(key)
      if (before) before.count += counted.count
      else if (known.size < most) known.set(key, { ...counted })
      return before ?? known.get(key)
    },
    listed: () => ({ count: total, list: [...known.values()] as unknown as T[] }),
  }
}
