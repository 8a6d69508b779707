// What several reports say in the same words.
import { ownCaptures, type Provenance, type Severity } from '../../contract/index.ts'
import { type Place, showPlace } from '../exchange.ts'
import type { FindingGroup, Sighting } from '../findings.ts'
import { type CheckReport, type FailOn, rankOf } from '../report.ts'

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
export function showParty({ by, taken = 0 }: Pick<FindingGroup, 'by' | 'taken'>): string {
  if (by === 'provider') return 'the provider'
  return taken > 0 ? `the client, though the provider took it (${plural(taken, 'time')})` : 'the client'
}

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
export function showTime(at: number): string {
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
