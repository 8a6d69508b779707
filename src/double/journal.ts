import type { Finding, Verification } from '../contract/index.ts'
import type { Answer } from './network.ts'
import type { IncomingRequest } from './router.ts'

/** The steps of the pipeline, in their order. */
export const steps = [
  'provider',
  'operation',
  'decode',
  'faultBefore',
  'account',
  'signature',
  'schema',
  'simulate',
  'encode',
] as const
export type Step = (typeof steps)[number]

/** One request through the double, or one act of the payer: what came, what was made of it, what went out. */
export interface Exchange {
  readonly id: string
  readonly kind: 'request' | 'payment'
  readonly at: number
  request?: IncomingRequest
  /** Size of the request's body as it came, in bytes. */
  readonly bodyBytes: number
  /** The last step that was reached. */
  step: Step
  provider?: string
  operation?: string
  account?: string
  params?: Readonly<Record<string, unknown>> | undefined
  verification?: Verification | undefined
  /** The row of the error table that answered. */
  error?: string
  /** What made it answer so, if it was not the request itself. */
  fault?: string
  order?: string
  readonly findings: Finding[]
  response?: Answer
  outcome:
    | 'open'
    | 'answered'
    | 'refused'
    | 'unmatched'
    | 'failed'
    | 'paid'
    | 'lost'
    | 'declined'
    | 'walkedAway'
}

/** The last exchanges of a double, the newest first when read. It never grows beyond its size. */
export interface Journal {
  open(kind: Exchange['kind'], at: number, request?: IncomingRequest): Exchange
  /** Lets go of what is too large to keep, once the exchange is over. */
  close(exchange: Exchange): void
  list(filter: JournalFilter, page?: { limit?: number | undefined; after?: string | undefined }): JournalPage
  reset(): void
  /** Forgets what an account did. */
  forget(provider: string, account: string): void
}

export interface JournalFilter {
  readonly provider?: string | undefined
  readonly order?: string | undefined
  readonly account?: string | undefined
}

export interface JournalPage {
  readonly items: Exchange[]
  readonly next: string | null
}

export const journalSize = 1000

/** Of a larger body only the beginning is kept, in bytes. */
export const keptBodyBytes = 16 * 1024

export function createJournal(size = journalSize): Journal {
  const ring: (Exchange | undefined)[] = []
  let count = 0

  return {
    open(kind, at, request) {
      count++
      const exchange: Exchange = {
        id: String(count),
        kind,
        at,
        step: 'provider',
        findings: [],
        outcome: 'open',
        bodyBytes: request?.body.length ?? 0,
        ...(request && { request }),
      }
      ring[count % size] = exchange
      return exchange
    },

    close(exchange) {
      const { request } = exchange
      if (!request || request.body.length <= keptBodyBytes) return
      exchange.request = { ...request, body: new Uint8Array(request.body.subarray(0, keptBodyBytes)) }
      exchange.params = undefined
      exchange.verification = exchange.verification && { ...exchange.verification, canonical: '' }
    },

    list({ provider, order, account }, { limit = 50, after } = {}) {
      const items: Exchange[] = []
      const oldest = Math.max(1, count - size + 1)
      const newest = after === undefined ? count : Math.min(count, Number(after) - 1)
      for (let n = newest; n >= oldest; n--) {
        const exchange = ring[n % size]
        if (!exchange || (provider !== undefined && exchange.provider !== provider)) continue
        if (order !== undefined && exchange.order !== order) continue
        if (account !== undefined && exchange.account !== account) continue
        if (items.length === limit) return { items, next: items.at(-1)?.id ?? null }
        items.push(exchange)
      }
      return { items, next: null }
    },

    reset() {
      ring.length = 0
      count = 0
    },

    forget(provider, account) {
      ring.forEach((exchange, at) => {
        if (exchange?.provider === provider && exchange.account === account) ring[at] = undefined
      })
    },
  }
}
