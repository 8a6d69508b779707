import { PaydoubleError } from '../contract/index.ts'
import type { Account, Delivery, JournalEntry, Order } from './records.ts'
import { type Counts, kindOf, noCounts, type StateRecord } from './state-record.ts'
import type { InitialState, Store } from './store.ts'

export interface LoadOptions {
  /** What the state begins with, out of the accounts and values that were loaded. */
  readonly toInitial?: (loaded: InitialState) => InitialState
  /** Where the record that was taken last stands, for messages, such as `the file "x", line 7`. */
  readonly place?: () => string
}

/** How many records are added at once. */
const batchSize = 200

/**
 * Replaces the whole state of a store by what a dump holds, in its order; nobody has claimed anything of it.
 * Where that fails after it has begun, the store holds a part of it, and it is for the caller to reset it.
 *
 * @throws PaydoubleError `badState`, and whatever the records throw
 */
export async function loadState(
  store: Store,
  records: AsyncIterable<StateRecord> | Iterable<StateRecord>,
  { toInitial = same => same, place = () => 'a state' }: LoadOptions = {},
): Promise<Counts> {
  const accounts: Account[] = []
  const values: Record<string, unknown> = {}
  const counts = { ...noCounts }
  const entries: JournalEntry[] = []
  const adding = createBatch(store)
  let isBegun = false

  async function begin(): Promise<void> {
    if (isBegun) return
    isBegun = true
    await store.reset(toInitial({ accounts, values }))
  }

  try {
    for await (const record of records) {
      counts[kindOf(record)]++
      if ('account' in record || 'value' in record) {
        if (isBegun) throw bad(place(), 'accounts and values come before all else')
        if ('account' in record) accounts.push(record.account)
        else values[record.value.name] = record.value.value
        continue
      }
      await begin()
      if ('order' in record) await adding.order(record.order, place())
      else if ('delivery' in record) await adding.delivery(record.delivery, place())
      else entries.push({ ...record.journal, record: JSON.stringify(record.journal.record) })
      if (entries.length === batchSize) await store.appendJournal(entries.splice(0))
    }
    await begin()
    await store.appendJournal(entries)
  } finally {
    // Also where something failed: nothing may come after it.
    await adding.end()
  }
  return counts
}

/**
 * Adds records in their order, which is the order of creation. A store of one process has it from the order of the
 * calls, and is quicker where it need not wait for each; one that is shared has it from the order in which they end.
 */
function createBatch(store: Store) {
  const size = store.reach === 'shared' ? 1 : batchSize
  let batch: Promise<void>[] = []
  let deliveries = new Set<string>()

  async function end(): Promise<void> {
    const ended = await Promise.allSettled(batch)
    batch = []
    deliveries = new Set()
    for (const each of ended) if (each.status === 'rejected') throw each.reason
  }

  async function add(adding: Promise<void>): Promise<void> {
    // It is told by `end`.
    adding.catch(() => {})
    if (batch.push(adding) >= size) await end()
  }

  return {
    order: (order: Order, place: string) =>
      add(
        store.insertOrder(order).then(conflict => {
          if (!conflict) return
          const { kind, key } = conflict
          throw bad(place, `the order ${order.id} has the ${kind} of another order, ${JSON.stringify(key)}`)
        }),
      ),
    async delivery(delivery: Delivery, place: string): Promise<void> {
      const { id } = delivery
      if (deliveries.has(id) || (await store.getDelivery(id)))
        throw bad(place, `there is a delivery ${JSON.stringify(id)} already`)
      deliveries.add(id)
      await add(store.addDelivery(delivery))
    },
    end,
  }
}

function bad(place: string, why: string): PaydoubleError {
  return new PaydoubleError('badState', `Failed to load ${place}: ${why}.`)
}
