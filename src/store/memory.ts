// The store of a test: @msw/data collections, which the test can query and seed, with indexes beside
// them, because the collections scan.
import { createAccounts } from './memory/accounts.ts'
import { createCollections, type MemoryDatabase } from './memory/collections.ts'
import { createDeliveries } from './memory/deliveries.ts'
import { createDue } from './memory/due.ts'
import { createJournal } from './memory/journal.ts'
import { createOrders } from './memory/orders.ts'
import type { Parts } from './memory/parts.ts'
import { createPrune } from './memory/prune.ts'
import { createTimers } from './memory/timers.ts'
import { createValues } from './memory/values.ts'
import type { Store, StoreOptions } from './store.ts'

export type { MemoryDatabase } from './memory/collections.ts'

/** A store in memory; `db` holds its collections. */
export function createMemoryStore(options: StoreOptions): Store & { readonly db: MemoryDatabase } {
  const parts: Parts = { db: createCollections(), timers: createTimers(), options }
  const deliveries = createDeliveries(parts)
  const orders = createOrders(parts, deliveries)
  const journal = createJournal(parts)
  const accounts = createAccounts(parts, { orders, deliveries, journal })
  const clear = () => {
    for (const table of [orders, deliveries, journal, accounts, parts.timers]) table.clear()
  }
  return {
    db: parts.db,
    reach: 'process',
    ...createValues(accounts, clear),
    ...orders.methods,
    ...deliveries.methods,
    ...createDue(parts, orders, deliveries),
    ...accounts.methods,
    ...journal.methods,
    prune: createPrune(parts, orders, deliveries),
    onNews: () => () => {},
    async close() {},
  }
}
