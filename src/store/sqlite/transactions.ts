import type { DatabaseSync } from 'node:sqlite'
import { isOfStatement, toStoreError } from './errors.ts'

/**
 * How work becomes part of a database. Whatever it gives, and whatever it read, is given only once that is kept: so
 * nobody is answered with what a process that is killed would take back.
 */
export interface Transactions {
  read<T>(work: () => T): Promise<T>
  /** Work that changes nothing where it throws: a single statement, or several of which none but the first can fail. */
  write<T>(work: () => T): Promise<T>
  /** Work whose changes are done together, or none of them where it throws. */
  together<T>(work: () => T): Promise<T>
  /** Looks at something now, and gives it at once. */
  look<T>(work: () => T): T
  /** To be called in a piece of work: takes back what this process knows of it, where it comes to nothing. */
  onUndo(takeBack: () => void): void
  close(): void
}

/**
 * A database in memory has no reader and no disk to keep in step with, so one transaction stays open
 * for ever, and what is done together is a savepoint in it: that is half of the cost.
 */
export function createMemoryTransactions(db: DatabaseSync): Transactions {
  db.exec('begin')
  const savepoint = createSavepoint(db)
  let undos: (() => void)[] = []

  function run<T>(work: () => T): T {
    undos = []
    try {
      return work()
    } catch (error) {
      takeBack(undos)
      throw error
    }
  }

  return {
    read: async work => work(),
    write: async work => run(work),
    together: async work => run(() => savepoint(work)),
    look: work => work(),
    onUndo: undo => undos.push(undo),
    close() {},
  }
}

// Taken before a test can put a fake one in its place.
const { setImmediate: whenTheLoopComesRound } = globalThis

/** What is committed together: all that is written in one turn of the event loop. */
interface Group {
  readonly committed: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
  readonly undos: (() => void)[]
}

/**
 * A commit costs a file several times what the change itself does, so those who come in one turn of the event
 * loop share one. Where it fails, such as on a full disk, none of their changes is there, and all learn why.
 */
export function createFileTransactions(db: DatabaseSync, file: string): Transactions {
  const savepoint = createSavepoint(db)
  const begin = db.prepare('begin immediate')
  const commit = db.prepare('commit')
  const rollback = db.prepare('rollback')
  let group: Group | undefined

  const toError = (error: unknown) => toStoreError(error, file, 'work')

  function join(): Group {
    if (group) return group
    begin.run()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    promise.catch(() => {})
    const joined: Group = { committed: promise, resolve, reject, undos: [] }
    group = joined
    whenTheLoopComesRound(() => commitGroup(joined))
    return joined
  }

  function commitGroup(ending: Group | undefined): void {
    if (ending === undefined || ending !== group) return
    try {
      commit.run()
      group = undefined
      ending.resolve()
    } catch (error) {
      breakOff(error)
    }
  }

  /** Nothing of the group is kept. */
  function breakOff(error: unknown): void {
    const broken = group
    group = undefined
    try {
      rollback.run()
    } catch {
      // SQLite has done so by itself.
    }
    takeBack(broken?.undos ?? [])
    broken?.reject(toError(error))
  }

  function look<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw toError(error)
    }
  }

  async function change<T>(work: () => T): Promise<T> {
    try {
      const { committed, undos } = join()
      const before = undos.length
      let result: T
      try {
        result = work()
      } catch (error) {
        // Others of the group go on with what they did, unless it is the database that failed.
        if (isOfStatement(error)) takeBack(undos.splice(before))
        else breakOff(error)
        throw error
      }
      await committed
      return result
    } catch (error) {
      throw toError(error)
    }
  }

  return {
    async read(work) {
      const result = look(work)
      await group?.committed
      return result
    },
    write: change,
    together: work => change(() => savepoint(work)),
    look,
    onUndo: undo => group?.undos.push(undo),
    close: () => commitGroup(group),
  }
}

function createSavepoint(db: DatabaseSync): <T>(work: () => T) => T {
  const begin = db.prepare('savepoint work')
  const release = db.prepare('release work')
  const rollback = db.prepare('rollback to work')
  return work => {
    begin.run()
    try {
      const result = work()
      release.run()
      return result
    } catch (error) {
      try {
        rollback.run()
        release.run()
      } catch {
        // SQLite has taken back the whole transaction.
      }
      throw error
    }
  }
}

function takeBack(undos: readonly (() => void)[]): void {
  for (const undo of undos.toReversed()) undo()
}
