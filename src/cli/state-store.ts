// A store that no server works with now, for its state to be dumped or replaced.
import { existsSync, rmSync, statSync } from 'node:fs'
import { simulators } from '../../mocks/index.ts'
import { PaydoubleError } from '../contract/index.ts'
import { storeOptionsFor } from '../double/keys.ts'
import { emptyState } from '../double/state.ts'
import type { Store } from '../store/store.ts'
import { openStore } from './store.ts'

export interface StoreFlags {
  readonly data?: string
  readonly database?: string
}

/** @throws PaydoubleError `badFlag` or `badConfig` where there is nothing to be dumped, and what the store throws */
export async function openToDump(flags: StoreFlags): Promise<Store> {
  const { data } = flags
  // The store says it better of a file whose log is there.
  if (data !== undefined && !existsSync(`${data}-wal`)) {
    const size = statSync(data, { throwIfNoEntry: false })?.size
    if (size === undefined || size === 0) {
      const why = size === undefined ? 'there is no such file' : 'there is no state in it'
      throw new PaydoubleError('badFlag', `Failed to dump ${JSON.stringify(data)}: ${why}.`)
    }
  }
  return open(flags, true)
}

/** Opens a store, or makes one, and has it loaded. A file that was made for it does not stay where that fails. */
export async function loadInto<T>(flags: StoreFlags, load: (store: Store) => Promise<T>): Promise<T> {
  const { data } = flags
  const isNew = data !== undefined && !existsSync(data)
  const store = await open(flags)
  try {
    const result = await load(store)
    await store.close()
    return result
  } catch (error) {
    await store.close()
    if (isNew) for (const end of ['', '-wal', '-shm']) rmSync(`${data}${end}`, { force: true })
    throw error
  }
}

async function open(flags: StoreFlags, mustExist = false): Promise<Store> {
  const create = await openStore(flags, mustExist)
  const store = orSayWhereToAsk(flags, () => create(storeOptionsFor(simulators)))
  try {
    await store.begin(emptyState)
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

/** Mostly it is a server that has the file. */
function orSayWhereToAsk({ data }: StoreFlags, create: () => Store): Store {
  try {
    return create()
  } catch (error) {
    if (!(error instanceof PaydoubleError) || error.code !== 'storeBusy') throw error
    throw new PaydoubleError(
      error.code,
      `Failed to open ${JSON.stringify(data)}: another process works on it. Where that is a server, ask it with --url; or stop it.`,
      { cause: error },
    )
  }
}
