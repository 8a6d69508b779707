import { copyOf } from '../records.ts'
import type { InitialState, Store, StoredValue } from '../store.ts'
import type { AccountTable } from './accounts.ts'

/** The values with which a state begins, and its beginning. */
export function createValues(
  accounts: AccountTable,
  clear: () => void,
): Pick<Store, 'begin' | 'reset' | 'readValues' | 'writeValue'> {
  const values = new Map<string, StoredValue>()
  let written = 0

  async function reset({ accounts: initial, values: named }: InitialState): Promise<void> {
    clear()
    values.clear()
    for (const [name, value] of Object.entries(named))
      values.set(name, { name, version: ++written, value: copyOf(value) })
    for (const account of initial) await accounts.methods.putAccount(account)
  }

  return {
    async begin(initial) {
      await reset(initial)
      return 0
    },

    reset,

    async readValues(known) {
      const unknown = [...values.values()].filter(({ name, version }) => known[name] !== version)
      return unknown.sort((a, b) => (a.name < b.name ? -1 : 1)).map(copyOf)
    },

    async writeValue(name, value, version) {
      if (values.get(name)?.version !== version) return undefined
      values.set(name, { name, version: ++written, value: copyOf(value) })
      return written
    },
  }
}
