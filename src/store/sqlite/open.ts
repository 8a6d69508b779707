// How a database comes to be: in memory, or in a file that one process has for itself.
import { closeSync, existsSync, openSync, rmSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PaydoubleError } from '../../contract/index.ts'
import { foreign, tooNew, toStoreError, withoutLog } from './errors.ts'
import { checkPages, inspect } from './inspect.ts'
import { migrate, versionOf } from './migrations.ts'
import { schemaVersion } from './schema.ts'

/** Enough for the inner pages of a million orders; for the rest there is the cache of the system. One in memory takes what it needs. */
const cacheKiB = 16_384

/** How much is written to the log before it goes into the file itself, for which a write waits: 16 MiB. */
const logPages = 4096

/**
 * @param file a path; undefined for a database in memory, which ends with the process
 * @throws PaydoubleError `storeUnavailable`, `storeUnreadable`, `storeTooNew`, `storeBusy`
 */
export function openDatabase(file: string | undefined): DatabaseSync {
  if (file !== undefined) return openFile(resolve(file))
  const db = new DatabaseSync(':memory:')
  db.exec(`pragma journal_mode = memory; pragma cache_size = -${cacheKiB}`)
  migrate(db, 'new')
  return db
}

/** Has a file in which nothing has begun write no log, so that the next process does not miss one. */
export function closeDatabase(db: DatabaseSync): void {
  try {
    if (!hasState(db)) db.exec('pragma journal_mode = delete')
  } catch {
    // Where it cannot be written the log stays.
  }
  db.close()
}

function hasState(db: DatabaseSync): boolean {
  return db.prepare('select 1 from begun').get() !== undefined
}

/** Opens a file of ours, or makes one where there is none. What is not ours, or cannot be used, is left as it is. */
function openFile(file: string): DatabaseSync {
  const { isToCheck, isWithoutLog } = inspect(file)
  let db: DatabaseSync | undefined
  let isOurs = false
  try {
    isOurs = makeForOwner(file)
    db = new DatabaseSync(file)
    // The system lets go of the lock with the process, however that ends.
    db.exec('pragma locking_mode = exclusive; begin exclusive')
    const found = versionOf(db)
    if (found === 'foreign') throw foreign(file)
    if (found !== 'new' && found.version > schemaVersion) throw tooNew(file, found.version)
    if (found !== 'new' && isToCheck) checkPages(db, file)
    // All that was done with it is in the log.
    if (found !== 'new' && isWithoutLog && !hasState(db)) throw withoutLog(file)
    if (found === 'new' || found.version < schemaVersion) migrate(db, found)
    db.exec('commit; pragma journal_mode = wal; pragma synchronous = normal')
    db.exec(`pragma cache_size = -${cacheKiB}; pragma wal_autocheckpoint = ${logPages}`)
    return db
  } catch (error) {
    db?.close()
    const failure = toStoreError(error, file, 'open')
    // Nothing has become of it, unless another process has it now.
    const isBusy = failure instanceof PaydoubleError && failure.code === 'storeBusy'
    if (isOurs && !isBusy && statSync(file, { throwIfNoEntry: false })?.size === 0) rmSync(file)
    throw failure
  }
}

/**
 * Credentials are in it. What stands beside it gets the same mode from SQLite.
 * @returns whether it was made
 */
function makeForOwner(file: string): boolean {
  if (existsSync(file)) return false
  try {
    closeSync(openSync(file, 'ax', 0o600))
    return true
  } catch {
    // SQLite says why, or another process was faster.
    return false
  }
}
