// A store that no server works with now, for its state to be dumped or replaced.
import { existsSync, rmSync } from 'node:fs'
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

/** @throws PaydoubleError `badFlag` where there is nothing to be dumped, and what the store throws */
export async function openToDump(flags: StoreFlags): Promise<Store> {
  if (flags.data !== undefined && !existsSync(flags.data)) {
    throw new PaydoubleError(
      'badFlag',
      `Failed to dump ${JSON.stringify(flags.data)}: there is no such file.`,
    )
  }
  return open(flags)
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

async function open(flags: StoreFlags): Promise<Store> {
  const create = await openStore(flags)
  const store = create(storeOptionsFor(simulators))
  try {
    await store.begin(emptyState)
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}
