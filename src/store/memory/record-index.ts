import type { Collection } from '@msw/data'

/**
 * Finds the live record of a collection by its id, which the collection would look for. It replaces a record that is
 * updated, so what is kept is not the record, but where it stands.
 */
export interface RecordIndex<T> {
  get(id: string): T | undefined
  /** In the order of creation. */
  getAll(ids: Iterable<string>): T[]
  /** The number of a record in the order of creation. */
  numberOf(id: string): number
  delete(id: string): void
  clear(): void
}

interface Entry<T> {
  readonly n: number
  /** Where it stood when so many records had been removed. */
  position: number
  removed: number
  /** From the hook that tells of a record until it is in its collection: it counts already. */
  arriving: T | undefined
}

export function createRecordIndex<T extends object>(
  // biome-ignore lint/suspicious/noExplicitAny: a collection is generic in its schema, an index in its record
  collection: Collection<any>,
  idOf: (record: T) => string,
): RecordIndex<T> {
  const entries = new Map<string, Entry<T>>()
  let created = 0
  let removed = 0

  collection.hooks.on('create', ({ data }) => {
    const record = data.record as T
    const n = created++
    entries.set(idOf(record), { n, position: n, removed: 0, arriving: record })
  })
  collection.hooks.on('update', ({ data }) => {
    const [before, after] = [idOf(data.prevRecord as T), idOf(data.nextRecord as T)]
    const entry = entries.get(before)
    if (before === after || !entry) return
    entries.delete(before)
    entries.set(after, entry)
  })
  collection.hooks.on('delete', ({ data }) => {
    remove(idOf(data.deletedRecord as T))
  })

  function remove(id: string): void {
    if (entries.delete(id)) removed++
  }

  function get(id: string): T | undefined {
    const entry = entries.get(id)
    if (!entry) return undefined
    const all = collection.all() as T[]
    const last = Math.min(entry.position, all.length - 1)
    // Each removal since then has moved it by one towards the front, or was behind it. Most are of the oldest.
    const likely = Math.max(0, entry.position - (removed - entry.removed))
    let at = likely
    while (at <= last && !isAt(all, at, id)) at++
    // Unless a test has taken records away past everybody.
    if (at > last) for (at = Math.min(likely, all.length) - 1; at >= 0 && !isAt(all, at, id); ) at--
    if (at < 0) return entry.arriving
    entry.position = at
    entry.removed = removed
    entry.arriving = undefined
    return all[at]
  }

  function isAt(all: readonly T[], at: number, id: string): boolean {
    const record = all[at]
    return record !== undefined && idOf(record) === id
  }

  const numberOf = (id: string) => entries.get(id)?.n ?? 0

  return {
    get,
    getAll: ids => [...ids].sort((a, b) => numberOf(a) - numberOf(b)).flatMap(id => get(id) ?? []),
    numberOf,
    delete: remove,
    clear() {
      entries.clear()
      created = 0
      removed = 0
    },
  }
}
