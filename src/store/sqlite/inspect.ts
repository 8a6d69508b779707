// Looks at a file before it is opened as a database, so that nothing of it changes where it is not ours.
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { foreign, storeError, tooNew } from './errors.ts'
import { applicationId, schemaVersion } from './schema.ts'

/** Files up to this size are checked each time that they are opened: that takes some 100 ms. */
const alwaysCheckedBytes = 64 * 1024 * 1024

/** Of the header of a database: https://www.sqlite.org/fileformat2.html#the_database_header */
const headerBytes = 100

/**
 * @returns whether it is to be checked for damage: small files always are, others after a process that has not ended well
 * @throws PaydoubleError `storeUnavailable`, `storeUnreadable`, `storeTooNew`
 */
export function inspect(file: string): { readonly isSuspect: boolean } {
  const folder = dirname(file)
  if (!existsSync(folder)) {
    const why = `there is no folder ${JSON.stringify(folder)}`
    throw storeError('storeUnavailable', file, { why, todo: 'Make it, or give another file' })
  }
  if (!existsSync(file)) return { isSuspect: false }
  const stats = statSync(file)
  if (!stats.isFile()) {
    const why = stats.isDirectory() ? 'it is a folder' : 'it is no file'
    throw storeError('storeUnavailable', file, { why, todo: 'Give the path of a file' })
  }
  if (stats.size === 0) return { isSuspect: false }
  const header = readHeader(file)
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0') {
    const why = 'it is no SQLite database, or its beginning is damaged'
    const todo = 'Give another file, or put a copy from before in its place; nothing in it was overwritten'
    throw storeError('storeUnreadable', file, { why, todo })
  }
  // A log beside it, and the first version had none.
  const hasLog = header.readUInt8(18) === 2
  const version = header.readUInt32BE(60)
  const mark = header.readUInt32BE(68)
  if (mark !== applicationId && (mark !== 0 || hasLog)) throw foreign(file)
  if (mark === applicationId && version > schemaVersion) throw tooNew(file, version)
  return { isSuspect: stats.size <= alwaysCheckedBytes || existsSync(`${file}-wal`) }
}

function readHeader(file: string): Buffer {
  const header = Buffer.alloc(headerBytes)
  try {
    const descriptor = openSync(file, 'r')
    readSync(descriptor, header)
    closeSync(descriptor)
    return header
  } catch (error) {
    const why = `it cannot be read (${(error as Error).message})`
    const todo = 'Let paydouble read and write the file and its folder'
    throw storeError('storeUnavailable', file, { why, todo, cause: error })
  }
}
