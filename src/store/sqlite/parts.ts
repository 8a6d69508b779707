import type { DatabaseSync } from 'node:sqlite'
import type { StoreOptions } from '../store.ts'
import type { ListRows, Prepared } from './rows.ts'
import type { Transactions } from './transactions.ts'

/** What each part of the store works with. */
export interface Parts {
  readonly db: DatabaseSync
  readonly transactions: Transactions
  /** For statements that are put together, each prepared once. */
  readonly prepared: Prepared
  readonly list: ListRows
  readonly options: StoreOptions & { readonly file?: string }
}
