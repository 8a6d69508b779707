// What `paydouble evidence` prints.
import {
  type Contract,
  type Contradiction,
  listFacts,
  type Observation,
  type Observations,
  type ProvenanceLevel,
  type ProviderObservations,
} from '../contract/index.ts'
import type { Observed } from '../runner/index.ts'

/** The facts of one provider, by what captures say of them. */
export interface EvidenceSummary {
  readonly provider: string
  /** How many facts are of a kind that traffic can show. */
  readonly facts: number
  readonly confirmed: readonly (Observation & { readonly fact: string; readonly level: ProvenanceLevel })[]
  readonly contradicted: readonly Contradiction[]
  readonly neverSeen: readonly { readonly fact: string; readonly level: ProvenanceLevel }[]
}

/** What no request and no answer shows: choices of an account, and what is said of several messages. */
const outOfSight =
  /^(account|rules|rateLimits)\.|^(operations|callbacks)\.[^.]+\.(advice|examples|acknowledgement)\b/

export function summarize(contract: Contract, seen?: ProviderObservations): EvidenceSummary {
  const { facts = {}, contradictions = [] } = seen ?? {}
  const all = listFacts(contract).filter(({ path }) => !outOfSight.test(path))
  const against = new Set(contradictions.map(({ fact }) => fact))
  return {
    provider: contract.id,
    facts: all.length,
    confirmed: all.flatMap(({ path, provenance: { level } }) => {
      const observation = facts[path]
      return observation && !against.has(path) ? [{ fact: path, level, ...observation }] : []
    }),
    contradicted: contradictions,
    neverSeen: all
      .filter(({ path }) => !facts[path] && !against.has(path))
      .map(({ path, provenance: { level } }) => ({ fact: path, level })),
  }
}

export function describeEvidence(summaries: readonly EvidenceSummary[], captures: number): string {
  const from = captures === 0 ? 'No capture was added yet' : `From ${plural(captures, 'capture')}`
  return [`${from}.`, ...summaries.map(describeProvider)].join('\n\n').concat('\n')
}

function describeProvider({ provider, facts, confirmed, contradicted, neverSeen }: EvidenceSummary): string {
  const head = `${provider}: of ${facts} facts that traffic can show ${confirmed.length} are confirmed, ${countFactsOf(contradicted)} contradicted, ${neverSeen.length} never seen`
  const width = Math.max(0, ...confirmed.map(({ fact }) => fact.length))
  return [
    head,
    ...confirmed.map(
      ({ fact, level, count, first, last }) =>
        `  confirmed     ${fact.padEnd(width)}  ${plural(count, 'time')}, ${first === last ? last : `${first} to ${last}`} (${level})`,
    ),
    ...contradicted.map(each => `  contradicted  ${describeContradiction(each)}`),
    ...byParent(neverSeen.map(({ fact }) => fact)).map(text => `  never seen    ${text}`),
  ].join('\n')
}

/** What became of one capture. */
export function describeAdded(
  file: string,
  { exchanges, skipped }: Observed,
  same: string | undefined,
): string {
  if (same !== undefined)
    return `${file}: skipped, because it was added before${same === file ? '' : `, as ${same}`}.\n`
  const { undated, local, unknown } = skipped
  const left = [
    undated > 0 && `${undated} have no time: say of which day they are, with --date`,
    local > 0 &&
      `${local} are with this machine, and so with a double and no provider; if they went through a proxy, say --local`,
    unknown > 0 && `${unknown} are no exchanges with a provider, or could not be read`,
  ].filter(text => text !== false)
  const counted = `${file}: ${plural(exchanges, 'exchange')} counted`
  return `${[counted, ...left.map(text => `  not counted: ${text}`)].join('\n')}\n`
}

/** What the file holds now that it did not hold before. */
export function describeGain(file: string, before: Observations, after: Observations): string {
  const lines: string[] = []
  for (const [provider, { facts, contradictions }] of Object.entries(after.providers)) {
    const known = before.providers[provider]
    const fresh = Object.keys(facts).filter(path => !known?.facts[path])
    lines.push(
      `${provider}: ${plural(Object.keys(facts).length, 'fact')} seen, ${fresh.length} of them for the first time`,
    )
    for (const each of contradictions) {
      const was = known?.contradictions.find(({ fact, kind }) => fact === each.fact && kind === each.kind)
      if (was?.count !== each.count) lines.push(`  contradicted  ${describeContradiction(each)}`)
    }
  }
  return `${[...lines, `Written to ${file}.`].join('\n')}\n`
}

function describeContradiction({ fact, kind, expected, received, count, last }: Contradiction): string {
  const what = [expected && `expected ${expected}`, received && `received ${received}`].filter(Boolean)
  return `${fact}  ${kind}${what.length > 0 ? `: ${what.join(', ')}` : ''} (${plural(count, 'time')}, last ${last})`
}

function countFactsOf(contradictions: readonly Contradiction[]): number {
  return new Set(contradictions.map(({ fact }) => fact)).size
}

/** Facts in few lines: `operations.payment.response: syssn, txamt`, and an operation with all that is in it in one word. */
function byParent(facts: readonly string[]): string[] {
  const groups = new Map<string, string[]>()
  for (const fact of facts) {
    const [, whole = '', rest = ''] = /^((?:operations|callbacks)\.[^.]+)\.(.+)$/.exec(fact) ?? []
    if (facts.includes(whole)) continue
    const parent = rest === '' ? /^[^.]+(?=\.)/.exec(fact)?.[0] : `${whole}.${rest.split('.', 1)[0]}`
    const key = parent ?? ''
    const within = facts.filter(each => each.startsWith(`${fact}.`)).length
    const name = fact.slice(key.length + 1)
    const isWhole = /^(operations|callbacks)$/.test(key) && within > 0
    groups.set(key, [...(groups.get(key) ?? []), isWhole ? `${name} with all its ${within} facts` : name])
  }
  return [...groups].map(([parent, names]) => `${parent}: ${names.join(', ')}`)
}

function plural(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`
}
