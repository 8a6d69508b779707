// What SQLite reports, in our words: what failed, why, and what to do.
import { dirname } from 'node:path'
import { PaydoubleError } from '../../contract/index.ts'
import { schemaVersion } from './schema.ts'

/** What was being done when it failed. */
export type Doing = 'open' | 'work'

/** Primary result codes of SQLite: https://www.sqlite.org/rescode.html */
const codes = {
  busy: 5,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  constraint: 19,
  notSqlite: 26,
}

/** The error of a store in a file; anything that SQLite did not report stays as it is. */
export function toStoreError(error: unknown, file: string, doing: Doing): unknown {
  const code = sqliteCode(error)
  if (code === undefined || code === codes.constraint) return error
  const said = (error as Error).message
  switch (code) {
    case codes.busy:
      return storeError('storeBusy', file, {
        why: 'another process works on it',
        todo: 'Stop that one, or give this one a file of its own',
        cause: error,
      })
    case codes.notSqlite:
    case codes.corrupt:
      return damaged(file, said, error)
    case codes.full:
      return unavailable('the disk is full', 'Make room')
    case codes.readOnly:
      return unavailable(`it cannot be written (${said})`, 'Let paydouble write the file and its folder')
    case codes.cannotOpen:
      return unavailable(
        `the file, or what stands beside it in ${JSON.stringify(dirname(file))}, cannot be opened (${said})`,
        'Let paydouble write the file and its folder',
      )
    default:
      return unavailable(
        `${said}${code === codes.ioError ? ', which is what the system says' : ''}`,
        'See that its disk works',
      )
  }

  function unavailable(why: string, todo: string): PaydoubleError {
    const then =
      doing === 'work'
        ? `${todo}; a server that runs goes on by itself then`
        : `${todo}, or give another file`
    return storeError('storeUnavailable', file, { why, todo: then, doing, cause: error })
  }
}

/** The file is one of ours, or was. */
export function damaged(file: string, said: string, cause?: unknown): PaydoubleError {
  return storeError('storeUnreadable', file, {
    why: `it is damaged (${said})`,
    todo: 'Put a copy from before in its place, or move it away to begin anew; nothing in it was repaired or overwritten',
    cause,
  })
}

/** The log beside the file holds what was done last, and cannot be read to its end. */
export function logDamaged(file: string, said: string): PaydoubleError {
  return storeError('storeUnreadable', file, {
    why: `its log, ${JSON.stringify(`${file}-wal`)}, is damaged (${said})`,
    todo: 'Put copies from before in the place of both, or move both away to begin anew; nothing was repaired or overwritten',
  })
}

/** There is a log, and not the file to which it belongs. */
export function withoutFile(file: string): PaydoubleError {
  return storeError('storeUnreadable', file, {
    why: `it is gone, while its log, ${JSON.stringify(`${file}-wal`)}, is there`,
    todo: 'Put the file back, or move its log away to begin anew; nothing in the log was changed',
  })
}

/** There is a file that was in use, and not the log in which all is that was done with it. */
export function withoutLog(file: string): PaydoubleError {
  return storeError('storeUnreadable', file, {
    why: `there is no state in it, because its log, ${JSON.stringify(`${file}-wal`)}, is not beside it`,
    todo: 'Put the log back, or move the file away to begin anew; nothing in it was changed',
  })
}

/** The file has accounts of a provider that this process does not know. */
export function ofOtherProvider(file: string, provider: string, cause: unknown): PaydoubleError {
  return storeError('storeUnreadable', file, {
    why: `it has accounts of ${JSON.stringify(provider)}, which is not served now`,
    todo: 'Serve that one as well, or give another file; nothing in this one was changed',
    cause,
  })
}

/** The file is of another program. */
export function foreign(file: string): PaydoubleError {
  const why = 'it is a SQLite database, and none of paydouble'
  return storeError('storeUnreadable', file, {
    why,
    todo: 'Give another file; nothing in this one was changed',
  })
}

export function tooNew(file: string, version: number): PaydoubleError {
  return storeError('storeTooNew', file, {
    why: `a newer paydouble has written it (its version is ${version}, and this one knows those up to ${schemaVersion})`,
    todo: 'Use the newer one, or give another file; nothing in this one was changed',
  })
}

export function storeError(
  code: 'storeBusy' | 'storeTooNew' | 'storeUnavailable' | 'storeUnreadable',
  file: string,
  text: { readonly why: string; readonly todo: string; readonly doing?: Doing; readonly cause?: unknown },
): PaydoubleError {
  const what = text.doing === 'work' ? 'keep the state in' : 'open'
  return new PaydoubleError(
    code,
    `Failed to ${what} ${JSON.stringify(file)}: ${text.why}. ${text.todo}.`,
    text.cause === undefined ? undefined : { cause: text.cause },
  )
}

/** Whether a statement failed alone, and what was done before it in the same transaction stands. */
export function isOfStatement(error: unknown): boolean {
  const code = sqliteCode(error)
  return code === undefined || code === codes.constraint
}

function sqliteCode(error: unknown): number | undefined {
  const isSqlite = error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
  return isSqlite ? (error.errcode as number) & 0xff : undefined
}
