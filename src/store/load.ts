import { PaydoubleError } from '../contract/index.ts'
import type { Account, JournalEntry } from './records.ts'
import { type Counts, kindOf, noCounts, type StateRecord } from './state-record.ts'
import type { InitialState, Store } from './store.ts'

export interface LoadOptions {
  /** What the state begins with, out of the accounts and values that were loaded. */
  readonly toInitial?: (loaded: InitialState) => InitialState
  /** What is thrown where a record cannot be added. */
  readonly toError?: (why: string) => Error
}

/** How many entries of the journal are added at once. */
const journalBatch = 200

/**
 * Replaces the whole state of a store by what a dump holds, in its order; nobody has claimed anything of it.
 * Where that fails after it has begun, the store holds a part of it, and it is for the caller to reset it.
 *
 * @throws PaydoubleError `badState`, and whatever the records throw
 */
export async function loadState(
  store: Store,
  records: AsyncIterable<StateRecord> | Iterable<StateRecord>,
  { toInitial = same => same, toError = bad }: LoadOptions = {},
): Promise<Counts> {
  const accounts: Account[] = []
  const values: Record<string, unknown> = {}
  const counts = { ...noCounts }
  let entries: JournalEntry[] = []
  let isBegun = false

  async function begin(): Promise<void> {
    if (isBegun) return
    isBegun = true
    await store.reset(toInitial({ accounts, values }))
  }

  async function addEntries(): Promise<void> {
    await store.appendJournal(entries)
    entries = []
  }

  /** One after the other, because the order in which they are added is the order of creation. */
  async function add(record: StateRecord): Promise<void> {
    if ('order' in record) {
      const conflict = await store.insertOrder(record.order)
      if (!conflict) return
      const { kind, key } = conflict
      throw toError(
        `the order ${record.order.id}: its ${kind} ${JSON.stringify(key)} is that of another order`,
      )
    }
    if ('delivery' in record) {
      const { id } = record.delivery
      if (await store.getDelivery(id)) throw toError(`there is a delivery ${id} already`)
      await store.addDelivery(record.delivery)
    } else if ('journal' in record && entries.push(record.journal) === journalBatch) await addEntries()
  }

  for await (const record of records) {
    counts[kindOf(record)]++
    if ('account' in record || 'value' in record) {
      if (isBegun) throw toError('accounts and values come before all else')
      if ('account' in record) accounts.push(record.account)
      else values[record.value.name] = record.value.value
      continue
    }
    await begin()
    await add(record)
  }
  await begin()
  await addEntries()
  return counts
}

function bad(why: string): PaydoubleError {
  return new PaydoubleError('badState', `Failed to load a state: ${why}.`)
}
