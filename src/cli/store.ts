// Where the state of `serve` is. What a store needs is loaded only where it is chosen.
import type { PaydoubleConfig } from '../config.ts'
import { PaydoubleError } from '../contract/index.ts'
import type { Store, StoreOptions } from '../store/store.ts'

/**
 * @param mustExist whether none is made in a PostgreSQL that has no state
 * @throws PaydoubleError `badConfig`
 */
export async function openStore(
  { data, database }: PaydoubleConfig,
  mustExist = false,
): Promise<(options: StoreOptions) => Store> {
  if (data !== undefined && database !== undefined) {
    throw new PaydoubleError(
      'badConfig',
      'Failed to choose where the state is: "data" names a file, and "database" a PostgreSQL. Give one of them.',
    )
  }
  if (database !== undefined) {
    const { createPostgresStore } = await import('../store/postgres/postgres.ts')
    const later = (ms: number, callback: () => void) => setTimeout(callback, ms)
    return options =>
      createPostgresStore({ ...options, url: database, timers: { later, soon: setImmediate }, mustExist })
  }
  const { createSqliteStore } = await import('../store/sqlite.ts')
  return data === undefined || data === ':memory:'
    ? createSqliteStore
    : options => createSqliteStore({ ...options, file: data })
}
