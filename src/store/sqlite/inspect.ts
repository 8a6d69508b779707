// Looks at a file before it is opened for writing, so that nothing of it changes where it is not ours, too new or damaged.
import { accessSync, closeSync, constants, existsSync, openSync, readSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { checkLog } from './check-log.ts'
import { damaged, foreign, storeError, tooNew, toStoreError, withoutFile } from './errors.ts'
import { versionOf } from './migrations.ts'
import { applicationId, schemaVersion } from './schema.ts'

/** Files up to this size are checked each time that they are opened, which takes some 50 ms. */
const alwaysCheckedBytes = 64 * 1024 * 1024

/** Of the header of a database: https://www.sqlite.org/fileformat2.html#the_database_header */
const headerBytes = 100

/** What is still to be looked at once the file is open. */
export interface Inspected {
  /** Whether its pages are to be checked. */
  readonly isToCheck: boolean
  /** Whether it writes a log, and there is none: it was closed well, or is a copy without its log. */
  readonly isWithoutLog: boolean
}

/**
 * @throws PaydoubleError `storeUnavailable`, `storeUnreadable`, `storeTooNew`, `storeBusy`
 */
export function inspect(file: string): Inspected {
  const folder = dirname(file)
  if (!existsSync(folder)) {
    const why = `there is no folder ${JSON.stringify(folder)}`
    throw storeError('storeUnavailable', file, { why, todo: 'Make it, or give another file' })
  }
  if (!existsSync(file)) {
    checkNoLog(file)
    return nothingMore
  }
  const stats = statSync(file)
  if (!stats.isFile()) {
    const why = stats.isDirectory() ? 'it is a folder' : 'it is no file'
    throw storeError('storeUnavailable', file, { why, todo: 'Give the path of a file' })
  }
  checkAccess(file)
  if (stats.size === 0) {
    checkNoLog(file)
    return nothingMore
  }
  const header = readHeader(file)
  inspectHeader(file, header)
  if (sizeOf(`${file}-wal`) === 0) {
    const isWithoutLog = writesLog(header) && !existsSync(`${file}-wal`)
    return { isToCheck: stats.size <= alwaysCheckedBytes, isWithoutLog }
  }
  inspectKilled(file)
  return nothingMore
}

const nothingMore: Inspected = { isToCheck: false, isWithoutLog: false }

/** SQLite would delete the log of a file that is not there. */
function checkNoLog(file: string): void {
  if (sizeOf(`${file}-wal`) > 0) throw withoutFile(file)
}

function inspectHeader(file: string, header: Buffer): void {
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0') {
    const why = 'it is no SQLite database, or its beginning is damaged'
    const todo = 'Give another file, or put a copy from before in its place; nothing in it was overwritten'
    throw storeError('storeUnreadable', file, { why, todo })
  }
  const version = header.readUInt32BE(60)
  const mark = header.readUInt32BE(68)
  // The first version had no mark, and wrote no log beside the file.
  if (mark !== applicationId && (mark !== 0 || writesLog(header))) throw foreign(file)
  if (mark === applicationId && version > schemaVersion) throw tooNew(file, version)
}

function writesLog(header: Buffer): boolean {
  return header.readUInt8(18) === 2
}

/**
 * The process that had it was killed, so a log stands beside it, which goes into the file when whoever opened it for
 * writing closes it again. So it is read without that first; and nobody has seen how it ended, so all of it is.
 */
function inspectKilled(file: string): void {
  const shared = `${file}-shm`
  const hadShared = existsSync(shared)
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(file, { readOnly: true })
    const found = versionOf(db)
    if (found === 'foreign') throw foreign(file)
    if (found !== 'new' && found.version > schemaVersion) throw tooNew(file, found.version)
    checkPages(db, file)
    checkLog(file)
  } catch (error) {
    throw toStoreError(error, file, 'open')
  } finally {
    db?.close()
    if (!hadShared) rmSync(shared, { force: true })
  }
}

/** @throws PaydoubleError `storeUnreadable` */
export function checkPages(db: DatabaseSync, file: string): void {
  const said = String(Object.values(db.prepare('pragma quick_check(1)').get() ?? {})[0])
  if (said !== 'ok') throw damaged(file, said.replaceAll('\n', ' '))
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

function readHeader(file: string): Buffer {
  const header = Buffer.alloc(headerBytes)
  const descriptor = openSync(file, 'r')
  readSync(descriptor, header)
  closeSync(descriptor)
  return header
}

function checkAccess(file: string): void {
  try {
    accessSync(file, constants.R_OK | constants.W_OK)
  } catch (error) {
    const why = `it cannot be read and written (${(error as Error).message})`
    const todo = 'Let paydouble read and write the file and its folder'
    throw storeError('storeUnavailable', file, { why, todo, cause: error })
  }
}
