// Scores by operation and callback, and what is different most often.
import type { Mask } from '../mask.ts'
import type { FidelityScore } from '../report.ts'
import type { Comparison } from './structure.ts'

export interface Scores {
  add(at: ScoredPart, comparison: Comparison): void
  /** Counts an exchange that could not be compared, and why. */
  skip(at: ScoredPart, why: string): void
  list(): FidelityScore[]
}

/** An operation or a callback, by their names in the contract. */
export interface ScoredPart {
  readonly provider: string
  readonly kind: 'operation' | 'callback'
  readonly name: string
}

/** How many different ones of a kind are listed for each operation. */
const mostListed = 20
/** How many are counted; names of fields are whatever a capture holds. */
const mostCounted = 1000

interface Scored extends ScoredPart {
  exchanges: number
  sum: number
  readonly differences: Map<string, number>
  readonly skipped: Map<string, number>
}

export function createScores(mask: Mask): Scores {
  const parts = new Map<string, Scored>()
  const partOf = (at: ScoredPart): Scored => {
    const key = `${at.provider} ${at.kind} ${at.name}`
    const known = parts.get(key)
    if (known) return known
    const made: Scored = { ...at, exchanges: 0, sum: 0, differences: new Map(), skipped: new Map() }
    parts.set(key, made)
    return made
  }
  return {
    add(at, { score, differences }) {
      const part = partOf(at)
      part.exchanges++
      part.sum += score
      for (const difference of differences) count(part.differences, difference)
    },

    skip(at, why) {
      count(partOf(at).skipped, why)
    },

    list: () =>
      [...parts.values()].map(({ provider, kind, name, exchanges, sum, differences, skipped }) => ({
        provider,
        kind,
        name,
        exchanges,
        score: exchanges === 0 ? 0 : sum / exchanges,
        differences: mostFrequent(differences).map(text => mask.text(text)),
        skipped: mostFrequent(skipped),
      })),
  }
}

function count(counts: Map<string, number>, text: string): void {
  const before = counts.get(text)
  if (before !== undefined || counts.size < mostCounted) counts.set(text, (before ?? 0) + 1)
}

function mostFrequent(counts: ReadonlyMap<string, number>): string[] {
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, mostListed)
    .map(([text, times]) => `${text} (${times})`)
}
