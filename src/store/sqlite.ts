// The store of the server: node:sqlite, in memory or in a file.
import { resolve } from 'node:path'
import { createAccounts } from './sqlite/accounts.ts'
import { createDeliveries } from './sqlite/deliveries.ts'
import { createDue } from './sqlite/due.ts'
import { createJournal } from './sqlite/journal.ts'
import { closeDatabase, openDatabase } from './sqlite/open.ts'
import { createOrders } from './sqlite/orders.ts'
import type { Parts } from './sqlite/parts.ts'
import { createPrune } from './sqlite/prune.ts'
import { createLister, createPrepared } from './sqlite/rows.ts'
import { createFileTransactions, createMemoryTransactions } from './sqlite/transactions.ts'
import { createValues } from './sqlite/values.ts'
import type { Store, StoreOptions } from './store.ts'

/**
 * A store in a file is for one process alone. What it has answered is kept also where that process is killed; a power
 * cut may take back what was done last, and leaves the file whole.
 *
 * @param options.file a path; without one it is in memory, and ends with the process
 * @throws PaydoubleError `storeUnavailable`, `storeUnreadable`, `storeTooNew`, `storeBusy`
 */
export function createSqliteStore(options: StoreOptions & { readonly file?: string }): Store {
  const { file } = options
  const db = openDatabase(file)
  const transactions =
    file === undefined ? createMemoryTransactions(db) : createFileTransactions(db, resolve(file))
  const prepared = createPrepared(db)
  const parts: Parts = { db, transactions, prepared, list: createLister(prepared), options }
  const deliveries = createDeliveries(parts)
  const orders = createOrders(parts, deliveries)
  const accounts = createAccounts(parts)
  const values = createValues(parts, accounts)
  const { prune, countAnew } = createPrune(parts)
  const andCountAnew = <A, R>(remove: (given: A) => Promise<R>) => {
    return (given: A) => {
      countAnew()
      return remove(given)
    }
  }
  return {
    reach: file === undefined ? 'process' : 'file',
    ...values,
    reset: andCountAnew(values.reset),
    ...orders.methods,
    ...deliveries.methods,
    ...createDue(parts, orders),
    ...accounts.methods,
    resetAccount: andCountAnew(accounts.methods.resetAccount),
    removeAccount: andCountAnew(accounts.methods.removeAccount),
    ...createJournal(parts),
    prune,
    onNews: () => () => {},
    async close() {
      transactions.close()
      closeDatabase(db)
    },
  }
}
