// What several reports say in the same words.
import { ownCaptures, type Provenance, type Severity } from '../../contract/index.ts'
import { type Place, showPlace } from '../exchange.ts'
import type { FindingGroup, Sighting } from '../findings.ts'
import {
  type AcceptedFinding,
  type BaselineOutcome,
  type CheckReport,
  type FailOn,
  rankOf,
} from '../report.ts'

/** What every report can be told. */
export interface ReportOptions {
  /** Which findings fail. Default `additive`. */
  readonly failOn?: FailOn | undefined
}

/** An operation or a callback with what was found about it. */
export interface Chapter {
  readonly provider: string
  readonly name: string
  readonly kind: 'operation' | 'callback'
  /** How many exchanges were judged. */
  readonly count: number
  /** What counts first, the worst before the others; then what is accepted. */
  readonly findings: readonly FindingGroup[]
}

/** A report by operation and callback, in the order in which they were first seen; those without findings, too. */
export function toChapters({ judged, findings }: CheckReport): Chapter[] {
  const chapters = new Map<string, Chapter & { findings: FindingGroup[] }>()
  for (const { provider, name, kind, count } of judged)
    chapters.set(`${provider}.${name}`, { provider, name, kind, count, findings: [] })
  for (const finding of findings) {
    const { provider, name, part } = finding
    const key = `${provider}.${name}`
    const known = chapters.get(key)
    const kind = part === 'callback' ? 'callback' : 'operation'
    if (known) known.findings.push(finding)
    else chapters.set(key, { provider, name, kind, count: 0, findings: [finding] })
  }
  const all = [...chapters.values()]
  for (const { findings: own } of all) own.sort((a, b) => rankOf(a) - rankOf(b))
  return all
}

export interface Counts extends Readonly<Record<Severity, number>> {
  readonly accepted: number
}

/** How many different findings there are; what is accepted is only in `accepted`. */
export function countsOf({ findings }: CheckReport): Counts {
  const counts = { breaking: 0, additive: 0, note: 0, accepted: 0 }
  for (const { severity, accepted } of findings) counts[accepted ? 'accepted' : severity]++
  return counts
}

/** Such as `2 breaking, 1 additive, 3 notes, 1 accepted`; empty where nothing was found. */
export function showCounts({ breaking, additive, note, accepted }: Counts): string {
  return [
    ...(breaking > 0 ? [`${breaking} breaking`] : []),
    ...(additive > 0 ? [`${additive} additive`] : []),
    ...(note > 0 ? [plural(note, 'note')] : []),
    ...(accepted > 0 ? [`${accepted} accepted`] : []),
  ].join(', ')
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

export function judgedCount({ judged }: CheckReport): number {
  return judged.reduce((sum, { count }) => sum + count, 0)
}

/** Such as `documented, row payment.response.syssn (the table says …)`. */
export function showProvenance(provenance: Provenance): string {
  const { observed, contradicted } = provenance
  const seen = observed ? `; seen ${plural(observed.count, 'time')}, last on ${observed.last}` : ''
  const against = contradicted
    ? `; otherwise ${plural(contradicted.count, 'time')}, last on ${contradicted.last}`
    : ''
  if (provenance.level === 'assumed') return `assumed: ${provenance.reason}${seen}${against}`
  const { level, evidence, note } = provenance
  // What our own captures have shown has no row: when and how often says it all.
  const row = evidence === ownCaptures ? ', in captured traffic' : `, row ${evidence}`
  return `${level}${row}${note === undefined ? '' : ` (${note})`}${seen}${against}`
}

/** Who would have to change something; of a client that was not refused for it, that too. */
export function showParty({ by, kind, taken = 0 }: Pick<FindingGroup, 'by' | 'kind' | 'taken'>): string {
  if (ofContract.has(kind)) return 'the contract, or what it rests on'
  if (by === 'provider') return 'the provider'
  return taken > 0 ? `the client, though the provider took it (${plural(taken, 'time')})` : 'the client'
}

/** Kinds that say something of the contract, and nothing of anybody's fault. */
const ofContract = new Set(['staleEvidence', 'assumptionDiffers'])

/** Where in a message: `response /syssn`, or `response` where it is about all of it. */
export function showWhere({ part, pointer }: Pick<FindingGroup, 'part' | 'pointer'>): string {
  return pointer === '' ? part : `${part} ${pointer}`
}

/** What was received; several where they differ. */
export function showReceived({ received, examples }: FindingGroup): string | undefined {
  if (examples.length > 1) return examples.join(' or ')
  return received ?? examples[0]
}

/** `once, 2026-11-22 09:58:12 at out.har, entry 3`, or `12 times, first … and last …`. */
export function showSeen({ count, first, last }: FindingGroup): string {
  if (count === 1) return `once, ${showSighting(first)}`
  return `${count} times, first ${showSighting(first)}, last ${showSighting(last, first.place)}`
}

function showSighting({ at, place }: Sighting, before?: Place): string {
  const where = before?.source === place.source ? `${place.unit} ${place.number}` : showPlace(place)
  return at === undefined ? where : `${showTime(at)} (${where})`
}

/** A moment in UTC, as `2026-11-22 09:58:12`; a capture may hold any number. */
function showTime(at: number): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime())
    ? 'at no time that exists'
    : date.toISOString().slice(0, 19).replace('T', ' ')
}

/** From when to when; empty where nobody wrote it down. */
export function showPeriod({ from, to }: CheckReport): string {
  if (from === null || to === null) return ''
  const [first, last] = [showTime(from), showTime(to)]
  if (first === last) return `${first} UTC`
  return first.slice(0, 10) === last.slice(0, 10)
    ? `${first} to ${last.slice(11)} UTC`
    : `${first} to ${last} UTC`
}

/** What was not judged, by why not. */
export interface LeftOut {
  readonly title: 'Unmatched' | 'Unreadable' | 'Not checked'
  readonly count: number
  /** What of it there are so many. */
  readonly what: string
  readonly items: readonly LeftOutItem[]
}

export interface LeftOutItem {
  /** A request, a place or a provider. */
  readonly about: string
  readonly why: string
  /** How often; absent where it can only be once. */
  readonly times?: number
}

/** What was not judged; empty where all was. */
export function leftOutOf({ unmatched, unreadable, unverified }: CheckReport): LeftOut[] {
  const lists: LeftOut[] = [
    {
      title: 'Unmatched',
      count: unmatched.count,
      what: 'not about any operation or callback',
      items: unmatched.list.map(({ request, why, count }) => ({ about: request, why, times: count })),
    },
    {
      title: 'Unreadable',
      count: unreadable.count,
      what: 'left out',
      items: unreadable.list.map(({ place, why }) => ({ about: showPlace(place), why })),
    },
    {
      title: 'Not checked',
      count: unverified.reduce((sum, { count }) => sum + count, 0),
      what: 'parts of exchanges',
      items: unverified.map(({ provider, why, count }) => ({ about: provider, why, times: count })),
    },
  ]
  return lists.filter(({ count }) => count > 0)
}

/** Entries of a baseline that someone should look at. */
export interface BaselineEntries {
  readonly label: 'expired' | 'not found'
  readonly title: string
  /** What that means, in a few words. */
  readonly what: string
  readonly entries: readonly AcceptedFinding[]
}

/** What of a baseline counts again, and what is no longer needed; empty where neither is. */
export function baselineEntriesOf({ expired, unused }: BaselineOutcome): BaselineEntries[] {
  const again = expired.length === 1 ? 'it counts again' : 'they count again'
  const lists: BaselineEntries[] = [
    {
      label: 'expired',
      title: `${plural(expired.length, 'acceptance')} ended: ${again}`,
      what: again,
      entries: expired,
    },
    {
      label: 'not found',
      title: `${plural(unused.length, 'accepted finding')} not found any more`,
      what: 'no longer needed',
      entries: unused,
    },
  ]
  return lists.filter(({ entries }) => entries.length > 0)
}

/** How alike the double is, in words. */
export interface ShownScore {
  readonly name: string
  /** Such as `93.7 %`; not 100 % unless it is. */
  readonly score: string
  /** From 0 to 1. */
  readonly share: number
  readonly grade: 'good' | 'fair' | 'poor'
  readonly exchanges: number
  readonly differences: readonly string[]
  /** What was not compared, and why. */
  readonly skipped: readonly string[]
}

export function scoresOf({ fidelity = [] }: CheckReport): ShownScore[] {
  return fidelity.map(({ provider, name, score, exchanges, differences, skipped = [] }) => ({
    name: `${provider}.${name}`,
    score: `${(Math.floor(score * 1000) / 10).toFixed(score === 1 ? 0 : 1)} %`,
    share: Math.min(1, Math.max(0, score)),
    grade: score >= 1 ? 'good' : score >= 0.9 ? 'fair' : 'poor',
    exchanges,
    differences,
    skipped: skipped.map(why => `not compared: ${why}`),
  }))
}
