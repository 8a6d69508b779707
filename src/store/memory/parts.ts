import type { StoreOptions } from '../store.ts'
import type { MemoryDatabase } from './collections.ts'
import type { Timers } from './timers.ts'

/** What each part of the store works with. */
export interface Parts {
  readonly db: MemoryDatabase
  readonly timers: Timers
  readonly options: StoreOptions
}
