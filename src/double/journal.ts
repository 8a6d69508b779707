import type { Finding, Verification } from '../contract/index.ts'
import type { JournalEntry } from '../store/records.ts'
import { defaultJournalSize, type JournalFilter, type Store } from '../store/store.ts'
import { afterRealTime } from './clock.ts'
import { fromRecord, toRecord } from './journal-record.ts'
import { createJournalRing } from './journal-ring.ts'
import type { Answer } from './network.ts'
import type { IncomingRequest } from './router.ts'

export type { JournalFilter }

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
  /** When it arrived, in epoch milliseconds. */
  at: number
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
  /** Keeps an exchange that is over as text, and of what is too large only a part. It is not changed any more. */
  close(exchange: Exchange): void
  /** What this process has seen. */
  list(filter?: JournalFilter, page?: JournalPaging): JournalPage
  /**
   * What all have seen who share the state, also before this process began. Where there is nobody else, it is
   * what {@link Journal.list} gives.
   */
  read(filter?: JournalFilter, page?: JournalPaging): Promise<JournalPage>
  /** Writes what is still to be written. */
  flush(): Promise<void>
  /** What this process has seen, the oldest first, as a store keeps it. */
  entries(): JournalEntry[]
  /** Takes over what {@link Journal.entries} gave. */
  restore(entries: readonly JournalEntry[]): void
  reset(): void
  /** Forgets what an account did. */
  forget(provider: string, account: string): void
}

export interface JournalPaging {
  readonly limit?: number | undefined
  readonly after?: string | undefined
}

export interface JournalPage {
  readonly items: Exchange[]
  readonly next: string | null
}

/** Of a larger body only the beginning is kept, in bytes. */
export const keptBodyBytes = 16 * 1024

/** How long entries wait to be written together, in real milliseconds. */
const writePauseMs = 200

/**
 * @param store where the entries go as well, some time after their answers are out, if others may see it. What comes
 * faster than it can be written is beyond the size of the journal before anybody can read it, and is not written.
 * @param onClose called with each exchange that is over, while all of it is there
 */
export function createJournal(
  size = defaultJournalSize,
  store?: Pick<Store, 'reach' | 'appendJournal' | 'listJournal'>,
  onClose?: (exchange: Exchange) => void,
): Journal {
  const kept = createJournalRing(size)
  const others = store && store.reach !== 'process' ? store : undefined
  /** What is still to be written, the oldest first. */
  let unwritten: JournalEntry[] = []
  let isWriteDue = false
  let writing: Promise<void> = Promise.resolve()

  function writeSoon(entry: JournalEntry): void {
    unwritten.push(entry)
    if (unwritten.length >= 2 * size) unwritten = unwritten.slice(-size)
    if (isWriteDue) return
    isWriteDue = true
    afterRealTime(writePauseMs, () => {
      isWriteDue = false
      flush().catch(() => {})
    })
  }

  function flush(): Promise<void> {
    writing = writing
      .catch(() => {})
      .then(async () => {
        const entries = unwritten.slice(-size)
        if (entries.length === 0) return
        unwritten = []
        try {
          await others?.appendJournal(entries)
        } catch (error) {
          unwritten = [...entries, ...unwritten]
          throw error
        }
      })
    return writing
  }

  return {
    open: kept.open,

    close(exchange) {
      onClose?.(exchange)
      const { request } = exchange
      if (request && request.body.length > keptBodyBytes) {
        exchange.request = { ...request, body: new Uint8Array(request.body.subarray(0, keptBodyBytes)) }
        exchange.params = undefined
        exchange.verification = exchange.verification && { ...exchange.verification, canonical: '' }
      }
      const entry = toEntry(exchange)
      kept.close(exchange, entry)
      if (others) writeSoon(entry)
    },

    list: kept.list,

    async read(filter = {}, page) {
      if (!others) return kept.list(filter, page)
      await flush()
      const { items, next } = await others.listJournal(filter, page)
      return { items: items.map(({ n, record }) => fromRecord(JSON.parse(record), String(n))), next }
    },

    flush,

    entries: () => kept.list({}, { limit: size }).items.reverse().map(toEntry),

    restore(entries) {
      for (const entry of entries) kept.add(entry)
    },

    reset() {
      kept.reset()
      unwritten = []
    },

    forget(provider, account) {
      kept.forget(provider, account)
      unwritten = unwritten.filter(entry => entry.provider !== provider || entry.account !== account)
    },
  }
}

function toEntry(exchange: Exchange): JournalEntry {
  const { provider = null, account = null, order = null } = exchange
  return { provider, account, order, record: JSON.stringify(toRecord(exchange)) }
}
