// The last exchanges that a process has seen. What is over is kept as bytes outside of the heap: objects that live for
// a thousand requests, and then die, cost each of those requests more than to write them down.
import type { JournalEntry } from '../store/records.ts'
import type { Exchange, Journal } from './journal.ts'
import { fromRecord } from './journal-record.ts'

export interface JournalRing extends Pick<Journal, 'open' | 'list' | 'reset' | 'forget'> {
  /** Keeps an exchange as its entry has it, unless as many have come since that it is not kept any more. */
  close(exchange: Exchange, entry: JournalEntry): void
  add(entry: JournalEntry): void
}

interface Slot extends Omit<JournalEntry, 'record'> {
  /** Which exchange it is, counted from 1; 0 for none. */
  n: number
  /** While it is not over, and once somebody has read it. */
  exchange: Exchange | undefined
  provider: string | null
  account: string | null
  order: string | null
  bytes: Buffer
  length: number
}

const noBytes = Buffer.alloc(0)
const leastBytes = 2048

/** @param size how many exchanges it keeps */
export function createJournalRing(size: number): JournalRing {
  const slots: Slot[] = []
  let count = 0

  function nextSlot(exchange: Exchange | undefined): Slot {
    count++
    const at = count % size
    slots[at] ??= { n: 0, exchange, provider: null, account: null, order: null, bytes: noBytes, length: 0 }
    const slot = slots[at]
    slot.n = count
    slot.exchange = exchange
    return slot
  }

  function write(slot: Slot, { provider, account, order, record }: JournalEntry): void {
    const length = Buffer.byteLength(record)
    // The bytes of the exchange before serve again, unless they are too few, or far too many.
    const isRight = slot.bytes.length >= length && slot.bytes.length <= 4 * Math.max(length, leastBytes)
    if (!isRight) slot.bytes = Buffer.allocUnsafeSlow(Math.ceil(length / leastBytes) * leastBytes)
    slot.length = slot.bytes.write(record)
    Object.assign(slot, { provider, account, order, exchange: undefined })
  }

  function read(slot: Slot): Exchange {
    slot.exchange ??= fromRecord(JSON.parse(slot.bytes.toString('utf8', 0, slot.length)), String(slot.n))
    return slot.exchange
  }

  return {
    open(kind, at, request) {
      const exchange: Exchange = {
        id: String(count + 1),
        kind,
        at,
        step: 'provider',
        findings: [],
        outcome: 'open',
        bodyBytes: request?.bodyBytes ?? request?.body.length ?? 0,
        ...(request && { request }),
      }
      nextSlot(exchange)
      return exchange
    },

    close(exchange, entry) {
      const slot = slots[Number(exchange.id) % size]
      if (slot?.exchange === exchange) write(slot, entry)
    },

    add(entry) {
      write(nextSlot(undefined), entry)
    },

    list(filter = {}, { limit = 50, after } = {}) {
      const items: Exchange[] = []
      const oldest = Math.max(1, count - size + 1)
      const newest = after === undefined ? count : Math.min(count, Number(after) - 1)
      for (let n = newest; n >= oldest; n--) {
        const slot = slots[n % size]
        if (!slot || slot.n !== n || !isMeant(slot.exchange ?? slot, filter)) continue
        if (items.length === limit) return { items, next: items.at(-1)?.id ?? null }
        items.push(read(slot))
      }
      return { items, next: null }
    },

    reset() {
      slots.length = 0
      count = 0
    },

    forget(provider, account) {
      for (const slot of slots) if (slot && isMeant(slot.exchange ?? slot, { provider, account })) slot.n = 0
    },
  }
}

type Named = { readonly [K in 'provider' | 'account' | 'order']?: string | null | undefined }

function isMeant(given: Named, { provider, account, order }: Named): boolean {
  return (
    (provider === undefined || given.provider === provider) &&
    (account === undefined || given.account === account) &&
    (order === undefined || given.order === order)
  )
}
