import type { Parts } from './parts.ts'

/** Reads rows by what is indexed, a list of columns, or by what needs no index of its own. */
export type LookBy = <T>(
  index: { readonly name: string; readonly on: string } | undefined,
  read: () => T,
) => Promise<T>

/** Every index costs each row, so these are made when somebody first looks for rows that way. */
export function createLookBy(
  { db, transactions }: Pick<Parts, 'db' | 'transactions'>,
  table: string,
): LookBy {
  const indexed = new Set<string>()
  return (index, read) => {
    if (index === undefined || indexed.has(index.name)) return transactions.read(read)
    const { name, on } = index
    return transactions.write(() => {
      db.exec(`create index if not exists "${table} by ${name}" on ${table} (${on})`)
      transactions.onUndo(() => indexed.delete(name))
      indexed.add(name)
      return read()
    })
  }
}
