// How often each fact was seen, and what was seen against it.
import type { Contradiction, Fact, Observation, ProviderObservations } from '../../contract/index.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Something against a fact, in one message. */
export type Against = Omit<Contradiction, 'count' | 'last'>

export interface Counts {
  readonly facts: Map<string, Mutable<Observation>>
  readonly contradictions: Map<string, Mutable<Contradiction>>
  add(
    shown: ReadonlySet<string>,
    against: readonly Against[],
    at: { readonly known: ReadonlyMap<string, Fact>; readonly day: string },
  ): void
  join(other: Counts): void
  list(): ProviderObservations
}

/** How many different ones are kept: names of fields are whatever a capture holds. */
const mostContradictions = 1000

export function createCounts(): Counts {
  const facts: Counts['facts'] = new Map()
  const contradictions: Counts['contradictions'] = new Map()

  function see(path: string, { count, first, last }: Observation): void {
    const before = facts.get(path)
    if (!before) facts.set(path, { count, first, last })
    else {
      before.count += count
      if (first < before.first) before.first = first
      if (last > before.last) before.last = last
    }
  }

  function contradict(given: Contradiction): void {
    const key = `${given.fact} ${given.kind}`
    const before = contradictions.get(key)
    if (!before) {
      if (contradictions.size < mostContradictions) contradictions.set(key, { ...given })
    } else {
      before.count += given.count
      if (given.last > before.last) before.last = given.last
    }
  }

  return {
    facts,
    contradictions,
    add(shown, against, { known, day }) {
      const wrong = new Set(against.map(({ fact }) => fact))
      for (const path of shown)
        if (known.has(path) && !wrong.has(path)) see(path, { count: 1, first: day, last: day })
      // Several items of a list are one message.
      for (const each of new Map(against.map(each => [`${each.kind} ${each.fact}`, each])).values())
        contradict({ ...each, count: 1, last: day })
    },
    join(other) {
      for (const [path, observation] of other.facts) see(path, observation)
      for (const each of other.contradictions.values()) contradict(each)
    },
    list: () => ({
      facts: Object.fromEntries([...facts].sort(([a], [b]) => (a < b ? -1 : 1))),
      contradictions: [...contradictions].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each),
    }),
  }
}

