import type { InitialState, Store } from '../store.ts'
import type { AccountTable } from './accounts.ts'
import type { Parts } from './parts.ts'
import { fromJson } from './rows.ts'

/** The values with which a state begins, and its beginning. */
export function createValues(
  { db, transactions }: Parts,
  accounts: AccountTable,
): Pick<Store, 'begin' | 'reset' | 'readValues' | 'writeValue'> {
  const all = db.prepare('select name, version, value from named_values order by name')
  const insert = db.prepare('insert into named_values values (?, ?, ?) on conflict (name) do nothing')
  const update = db.prepare('update named_values set version = ?, value = ? where name = ? and version = ?')
  const begun = db.prepare('select times from begun')
  let written = (
    db.prepare('select coalesce(max(version), 0) as version from named_values').get() as {
      version: number
    }
  ).version

  function insertValues(values: InitialState['values']): void {
    for (const [name, value] of Object.entries(values)) insert.run(name, ++written, JSON.stringify(value))
  }

  function make({ accounts: initial, values }: InitialState): void {
    db.exec('delete from orders; delete from order_keys; delete from deliveries; delete from journal')
    db.exec('delete from named_values; delete from begun; insert into begun values (1)')
    accounts.clear()
    for (const account of initial) accounts.set(account)
    insertValues(values)
  }

  return {
    begin: initial =>
      transactions.together(() => {
        const times = begun.get()?.times as number | undefined
        if (times === undefined) {
          make(initial)
          return 0
        }
        // Whoever had claimed them has ended.
        db.exec(
          'update begun set times = times + 1; update deliveries set is_claimed = 0 where is_claimed = 1',
        )
        // The first version of a file had neither accounts nor values, and a later one may know more values than this file.
        const isBare = all.get() === undefined
        accounts.load()
        if (isBare) for (const account of initial.accounts) accounts.set(account)
        insertValues(initial.values)
        return times
      }),

    reset: initial => transactions.together(() => make(initial)),

    readValues: known =>
      transactions.read(() => {
        const changed = all.all().filter(({ name, version }) => known[name as string] !== version)
        return changed.map(({ name, version, value }) => ({
          name: name as string,
          version: version as number,
          value: fromJson(value),
        }))
      }),

    writeValue: (name, value, version) =>
      transactions.write(() => {
        const { changes } = update.run(written + 1, JSON.stringify(value), name, version)
        return changes === 0 ? undefined : ++written
      }),
  }
}
