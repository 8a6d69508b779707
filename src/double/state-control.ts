import type { Counts } from '../store/state-record.ts'
import type { Page, Store, StoredEntry } from '../store/store.ts'
import type { Journal } from './journal.ts'
import type { SharedState } from './shared.ts'
import type { Simulator } from './simulator.ts'
import type { OpenDump } from './state.ts'

/** Moves whole states out of a double and into it. */
export interface StateControl {
  /**
   * The whole state as NDJSON, in pieces of whole lines: also the credentials of the accounts. It is read as fast as it
   * is taken; what changes meanwhile is in it as it was, or as it is.
   *
   * @param version of paydouble, for the first line
   */
  dump(version: string): AsyncIterable<string>
  /**
   * Replaces the whole state by a dump, with which the double goes on. It is checked before anything is replaced.
   * Whatever is asked of the double meanwhile waits. Where it fails after that, the double is new.
   *
   * @param open gives the dump; it is called twice
   * @returns how many records there were of each kind
   * @throws PaydoubleError `badState`, `stateTooNew`, `stateNotEmpty`
   */
  load(open: OpenDump, options?: LoadStateOptions): Promise<Counts>
}

export interface LoadStateOptions {
  /** Whether orders, callbacks and added accounts that are there may be lost. Default false. */
  readonly replace?: boolean | undefined
  /** What the dump is, for messages. Default: the state. */
  readonly source?: string | undefined
}

export function createStateControl(parts: {
  readonly simulators: readonly Simulator[]
  readonly store: Store
  readonly journal: Journal
  readonly shared: SharedState
  /** Called before the state is replaced. @returns how often it was made new, with this time, and what does so again */
  readonly prepare: () => { readonly n: number; readonly empty: () => Promise<void> }
  /** What was loaded is in the store: the double goes by it from now on. */
  readonly onReset: () => void
  /** All was loaded. @param loaded what random values follow from besides the seed */
  readonly onLoaded: (loaded: string) => void
}): StateControl {
  const { simulators, store, journal, shared, prepare, onReset, onLoaded } = parts

  /** The store as it is seen through this double, which keeps the journal itself where nobody else sees it. */
  const whole: Store = {
    ...store,
    async reset({ accounts, values }) {
      await shared.reset(accounts, values)
      onReset()
    },
    ...(store.reach === 'process' && {
      async listJournal(): Promise<Page<StoredEntry>> {
        return { items: journal.entries().map((entry, n) => ({ ...entry, n })), next: null }
      },
      async appendJournal(entries) {
        journal.restore(entries)
      },
    }),
  }

  return {
    async *dump(version) {
      const { dumpToLines } = await import('./state.ts')
      await shared.sync()
      await journal.flush()
      yield* dumpToLines(whole, version)
    },

    async load(open, { replace = false, source = 'the state' } = {}) {
      const { checkDump, checkEmpty, replaceState } = await import('./state.ts')
      const dump = { open, source, simulators }
      if (!replace) await checkEmpty(store, source)
      await checkDump(dump)
      const { counts, loaded } = await replaceState(whole, dump, prepare())
      onLoaded(loaded)
      return counts
    },
  }
}
