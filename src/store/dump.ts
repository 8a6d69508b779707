import { type StateRecord, toStateRecord } from './state-record.ts'
import { itemsOf, type Store } from './store.ts'

/**
 * A whole state, record by record: accounts, values, orders, deliveries, journal, each in the order of creation. It
 * is read page by page, as fast as it is taken. What changes meanwhile is in it as it was, or as it is.
 */
export async function* dumpState(store: Store): AsyncGenerator<StateRecord> {
  for (const account of await store.listAccounts()) yield toStateRecord({ account })
  for (const { name, value } of await store.readValues({})) yield { value: { name, value } }
  const oldest = { first: 'oldest' } as const
  for await (const order of itemsOf(page => store.listOrders({}, { ...page, ...oldest })))
    yield toStateRecord({ order })
  for await (const delivery of itemsOf(page => store.listDeliveries({}, { ...page, ...oldest })))
    yield toStateRecord({ delivery })
  for await (const entry of itemsOf(page => store.listJournal({}, { ...page, ...oldest }))) {
    const { provider, account, order, record } = entry
    yield { journal: { provider, account, order, record: JSON.parse(record) } }
  }
}
