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
  position: number
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

  collection.hooks.on('create', ({ data }) => {
    const record = data.record as T
    const n = created++
    entries.set(idOf(record), { n, position: n, arriving: record })
  })
  collection.hooks.on('update', ({ data }) => {
    const [before, after] = [idOf(data.prevRecord as T), idOf(data.nextRecord as T)]
    const entry = entries.get(before)
    if (before === after || !entry) return
    entries.delete(before)
    entries.set(after, entry)
  })
  collection.hooks.on('delete', ({ data }) => {
    entries.delete(idOf(data.deletedRecord as T))
  })

  function get(id: string): T | undefined {
    const entry = entries.get(id)
    if (!entry) return undefined
    const all = collection.all() as T[]
    // Deletions only ever move a record towards the front.
    for (let at = Math.min(entry.position, all.length - 1); at >= 0; at--) {
      const record = all[at]
      if (record === undefined || idOf(record) !== id) continue
      entry.position = at
      entry.arriving = undefined
      return record
    }
    return entry.arriving
  }

  const numberOf = (id: string) => entries.get(id)?.n ?? 0

  return {
    get,
    getAll: ids => [...ids].sort((a, b) => numberOf(a) - numberOf(b)).flatMap(id => get(id) ?? []),
    numberOf,
    delete(id) {
      entries.delete(id)
    },
    clear() {
      entries.clear()
      created = 0
    },
  }
}
