// Where the state of `serve` is. What a store needs is loaded only where it is chosen.
import type { PaydoubleConfig } from '../config.ts'
import type { Store, StoreOptions } from '../store/store.ts'

/** @throws PaydoubleError `badConfig` */
export async function openStore({ database }: PaydoubleConfig): Promise<(options: StoreOptions) => Store> {
  if (database !== undefined) {
    const { createPostgresStore } = await import('../store/postgres/postgres.ts')
    const later = (ms: number, callback: () => void) => setTimeout(callback, ms)
    return options => createPostgresStore({ ...options, url: database, later })
  }
  const { createSqliteStore } = await import('../store/sqlite.ts')
  return createSqliteStore
}
