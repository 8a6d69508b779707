// Captured traffic as evidence: which facts of the contracts it shows, and which it contradicts.
import { type Contract, listFacts, type Observations, type ProviderObservations } from '../../contract/index.ts'
import type { Check, Judgement } from '../check.ts'
import { type CapturedExchange, type CaptureItem, isUnreadable } from '../exchange.ts'
import type { LocatedFinding } from '../findings.ts'
import type { MatchedCallback, MatchedOperation } from '../match.ts'
import { contradictionsOf, wrongPointers } from './against.ts'
import { createCounts } from './counts.ts'
import { addFields, headersOf, rowsOf, securityOf, serverOf } from './shown.ts'

export interface ObserveOptions {
  /** Judges the exchanges; what it masks is masked here. */
  readonly check: Check
  /** The day of exchanges that have no time of their own, as YYYY-MM-DD. Without it they are not counted. */
  readonly date?: string | undefined
  /** Whether traffic with this machine counts: otherwise it is taken for that with a double. Default false. */
  readonly local?: boolean | undefined
}

/** What was made of a capture. */
export interface Observed {
  readonly providers: Observations['providers']
  /** Exchanges that were counted. */
  readonly exchanges: number
  readonly skipped: {
    /** They have no time, and no date was given. */
    readonly undated: number
    /** They are with this machine, and so with no provider; callbacks of the same capture, too. */
    readonly local: number
    /** They are about nothing that a contract has, or could not be read, or no provider has answered. */
    readonly unknown: number
  }
}

export interface Observer {
  take(items: readonly CaptureItem[]): void
  end(): Observed
}

/**
 * Counts what a capture shows of the facts of contracts.
 *
 * A fact counts once for each exchange that shows it: the fields of answers and callbacks that are as the contract
 * says; the fields of requests that the provider answered; codes; headers and security of what was answered; hosts.
 * Whatever a finding is about is not shown but contradicted.
 *
 * @example
 * const observer = createObserver({ check: createCheck({ contracts }) })
 * for await (const items of readCapture(bytes, { source })) observer.take(items)
 * const { providers } = observer.end()
 */
export function createObserver({ check, date, local = false }: ObserveOptions): Observer {
  const tallies = new Map<string, Tally>()
  const skipped = { undated: 0, local: 0, unknown: 0 }
  /** Callbacks do not say who sent them: of a provider that a capture has on this machine they are the double's. */
  const faked = new Set<string>()
  let exchanges = 0

  function tallyOf(contract: Contract): Tally {
    const tally = tallies.get(contract.id) ?? createTally(contract)
    tallies.set(contract.id, tally)
    return tally
  }

  function observe(exchange: CapturedExchange): void {
    const judgement = check.judge(exchange)
    const { match } = judgement
    const isAnswered = match.kind === 'callback' || judgement.outcome !== undefined
    const isLocal = match.kind === 'operation' && !local && isOnThisMachine(exchange.request.url)
    const day = exchange.at === undefined ? date : toDate(exchange.at)
    if (match.kind === 'unmatched' || !isAnswered) skipped.unknown++
    else if (isLocal) {
      skipped.local++
      faked.add(match.contract.id)
    } else if (day === undefined) skipped.undated++
    else {
      exchanges++
      const tally = tallyOf(match.contract)
      if (match.kind === 'callback') tally.callback(match, judgement, day)
      else tally.call(match, exchange, { judgement, day })
    }
  }

  return {
    take(items) {
      for (const item of items) {
        if (isUnreadable(item)) skipped.unknown++
        else observe(item)
      }
    },

    end() {
      const providers: Record<string, ProviderObservations> = {}
      for (const [id, tally] of tallies) {
        const { callbacks, observations } = tally.end({ withCallbacks: !faked.has(id) })
        if (faked.has(id)) {
          skipped.local += callbacks
          exchanges -= callbacks
        }
        if (Object.keys(observations.facts).length + observations.contradictions.length > 0)
          providers[id] = observations
      }
      return { providers, exchanges, skipped }
    },
  }
}

interface Tally {
  call(
    match: MatchedOperation,
    exchange: CapturedExchange,
    seen: { readonly judgement: Judgement; readonly day: string },
  ): void
  callback(match: MatchedCallback, judgement: Judgement, day: string): void
  end(options: { readonly withCallbacks: boolean }): { callbacks: number; observations: ProviderObservations }
}

function createTally(contract: Contract): Tally {
  const known = new Map(listFacts(contract).map(fact => [fact.path, fact]))
  const fromCalls = createCounts()
  const fromCallbacks = createCounts()
  let callbacks = 0

  return {
    call(match, { request, response }, { judgement, day }) {
      const { name, operation } = match
      const { outcome, values = {}, answer = {}, findings } = judgement
      const path = `operations.${name}`
      const isRefusal = outcome === 'refused'
      const own = ({ part }: LocatedFinding) => part === 'response' || (part === 'request' && !isRefusal)
      const against = contradictionsOf(contract, findings.filter(own), { isRefusal, known })
      const shown = new Set<string>([path, `servers.${serverOf(contract, request.url)}`])
      addFields(shown, {
        values: answer,
        path: isRefusal ? 'refusal' : `${path}.response`,
        known,
        wrong: wrongPointers(findings, 'response'),
      })
      if (!isRefusal) {
        addFields(shown, {
          values,
          path: `${path}.request`,
          known,
          wrong: wrongPointers(findings, 'request'),
        })
        if (operation.page && Object.keys(answer).length === 0) shown.add(`${path}.page`)
        for (const header of Object.keys(request.headers)) shown.add(`${path}.headers.${header}`)
        for (const scheme of securityOf(contract, request.headers)) shown.add(`security.${scheme}`)
      }
      for (const header of headersOf(contract, response?.headers ?? {}))
        shown.add(`responseHeaders.${header}`)
      for (const row of rowsOf(contract, judgement)) shown.add(`errors.${row}`)
      fromCalls.add(shown, against, { known, day })
    },

    callback({ name }, { values = {}, findings }, day) {
      callbacks++
      const path = `callbacks.${name}`
      const against = contradictionsOf(contract, findings, { isRefusal: false, known })
      const shown = new Set([path])
      addFields(shown, { values, path: `${path}.payload`, known, wrong: wrongPointers(findings, 'callback') })
      fromCallbacks.add(shown, against, { known, day })
    },

    end({ withCallbacks }) {
      if (withCallbacks) fromCalls.join(fromCallbacks)
      return { callbacks, observations: fromCalls.list() }
    },
  }
}

/** Whether an address is one of this machine, where no provider is. */
function isOnThisMachine(url: string): boolean {
  const host = URL.parse(url)?.hostname ?? ''
  return /^(localhost|.*\.localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?\])$/i.test(host)
}

function toDate(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10)
}
