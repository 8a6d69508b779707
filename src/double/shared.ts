// What a double remembers besides orders and accounts: a few values in the store, such as the clock. Each process
// works with a copy, and looks for what others have written before it answers.
import { PaydoubleError } from '../contract/index.ts'
import type { Account } from '../store/records.ts'
import type { InitialState, Store, StoredValue } from '../store/store.ts'
import { createTurns } from '../store/turns.ts'

/** A value that all who share the store see; plain data that nobody changes in place. */
export interface SharedValue<T> {
  /** As it is known here. */
  readonly current: T
  /** Changes it here at once, and in the store soon. `update` runs again where another process was faster. */
  change(update: (value: T) => T): void
  /** Changes it as one step for all. `update` is as above, and may leave the value as it is. */
  decide<R>(update: (value: T) => Decision<T, R>): Promise<R>
}

export interface Decision<T, R> {
  readonly value: T
  readonly result: R
}

export interface SharedState {
  /**
   * Adds a value. All are added before the state begins.
   *
   * @param initial what a new state has, also after a reset
   * @param onChange learns what another process has made of it
   */
  add<T>(name: string, initial: () => T, onChange?: (value: T) => void): SharedValue<T>
  /** @returns how many processes have begun on this state before */
  begin(accounts: readonly Account[]): Promise<number>
  /** Makes the state new. @param values instead of what a new state has */
  reset(accounts: readonly Account[], values?: InitialState['values']): Promise<void>
  /** Resolves when what was changed here is in the store, and what others have changed is known here. */
  sync(): Promise<void>
}

export function createSharedState(store: Store): SharedState {
  const entries = new Map<string, Entry<unknown>>()
  const { promise: begun, resolve: hasBegun, reject: hasFailed } = Promise.withResolvers<void>()
  // Whoever needs the state learns of it from `begin`.
  begun.catch(() => {})
  let reading: Promise<void> | undefined
  let readingNext: Promise<void> | undefined

  const initialState = (accounts: readonly Account[]): InitialState => ({
    accounts,
    values: Object.fromEntries([...entries].map(([name, entry]) => [name, entry.start()])),
  })

  function take(values: readonly StoredValue[], isNews: boolean): void {
    for (const { name, value, version } of values) entries.get(name)?.take(value, version, isNews)
  }

  async function read(isNews = true): Promise<void> {
    const known: Record<string, number> = {}
    if (isNews) for (const [name, entry] of entries) known[name] = entry.version()
    take(await store.readValues(known), isNews)
  }

  /** What is asked for while somebody reads is read after it, once for all who ask. */
  function readSoon(): Promise<void> {
    readingNext ??= (reading ?? Promise.resolve())
      .catch(() => {})
      .then(() => {
        reading = readingNext
        readingNext = undefined
        return read()
      })
    return readingNext
  }

  return {
    add<T>(name: string, initial: () => T, onChange: (value: T) => void = () => {}) {
      const entry = createEntry(name, { initial, onChange, store, read, begun })
      entries.set(name, entry as unknown as Entry<unknown>)
      return entry.value
    },

    async begin(accounts) {
      try {
        const before = await store.begin(initialState(accounts))
        await read(before > 0)
        hasBegun()
        return before
      } catch (error) {
        hasFailed(error)
        throw error
      }
    },

    async reset(accounts, values = {}) {
      const initial = initialState(accounts)
      await store.reset({ accounts, values: { ...initial.values, ...values } })
      await read(false)
    },

    async sync() {
      for (const entry of entries.values()) if (entry.isUnsaved()) await entry.save()
      if (store.reach === 'shared') await readSoon()
    },
  }
}

type Change<T> = (value: T) => T

interface Entry<T> {
  readonly value: SharedValue<T>
  /** Forgets what was to be written. @returns what a new state has */
  start(): T
  take(value: T, version: number, isNews: boolean): void
  version(): number
  isUnsaved(): boolean
  save(): Promise<void>
}

function createEntry<T>(
  name: string,
  parts: {
    readonly initial: () => T
    readonly onChange: (value: T) => void
    readonly store: Store
    readonly read: () => Promise<void>
    readonly begun: Promise<void>
  },
): Entry<T> {
  const { initial, onChange, store, read, begun } = parts
  let stored = { value: initial(), version: 0 }
  let current = stored.value
  /** Changes that are not in the store yet. */
  let changes: Change<T>[] = []
  const inTurn = createTurns()

  /**
   * Writes what `update` makes of the value as it is in the store.
   * @param written the changes that are in it
   */
  async function write<R>(
    update: (value: T) => Decision<T, R>,
    written: readonly Change<T>[] = [],
  ): Promise<R> {
    for (;;) {
      const before = stored.version
      const { value, result } = update(stored.value)
      if (value !== stored.value) {
        const version = await store.writeValue(name, value, stored.version)
        if (version === undefined) {
          await read()
          if (stored.version !== before) continue
          throw new PaydoubleError(
            'storeUnreadable',
            `Failed to change ${name}: the store has no such value.`,
          )
        }
        stored = { value, version }
      }
      changes = changes.filter(change => !written.includes(change))
      current = changed(value, changes)
      return result
    }
  }

  const changed = (value: T, by: readonly Change<T>[]) => by.reduce((made, change) => change(made), value)

  /** Changes stay until they are in the store, so that none is lost where that is away. */
  async function writeChanges(): Promise<void> {
    await begun
    const written = [...changes]
    if (written.length === 0) return
    // Those that a reset has taken back meanwhile are made no more.
    const left = () => written.filter(change => changes.includes(change))
    await write(value => ({ value: changed(value, left()), result: undefined }), written)
  }

  function save(): Promise<void> {
    return inTurn(name, writeChanges)
  }

  return {
    value: {
      get current() {
        return current
      },
      change(update) {
        changes.push(update)
        current = update(current)
        // Who needs to know waits for it, and who looks later tries again.
        save().catch(() => {})
      },
      decide: update =>
        inTurn(name, async () => {
          await writeChanges()
          return write(update)
        }),
    },

    start() {
      changes = []
      current = initial()
      return current
    },

    take(value, version, isNews) {
      // A read that took long may be behind what was written here meanwhile: versions only grow.
      if (version <= stored.version) return
      stored = { value, version }
      current = changed(value, changes)
      if (isNews) onChange(current)
    },

    version: () => stored.version,
    isUnsaved: () => changes.length > 0,
    save,
  }
}
