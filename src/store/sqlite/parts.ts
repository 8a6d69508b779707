import type { DatabaseSync } from 'node:sqlite'
import type { StoreOptions } from '../store.ts'
import type { ListRows } from './rows.ts'
import type { Transactions } from './transactions.ts'

/** What each part of the store works with. */
export interface Parts {
  readonly db: DatabaseSync
  readonly transactions: Transactions
  readonly list: ListRows
  readonly options: StoreOptions
}
