import { copyOf } from '../records.ts'
import { defaultPageSize, type Page, type PageRequest } from '../store.ts'

/** A page of copies. The cursor is the number of the last item in the order of creation, in which the source is. */
export function toPage<T extends object>(
  source: readonly T[],
  page: PageRequest | undefined,
  { accepts, numberOf }: { accepts: (item: T) => boolean; numberOf: (item: T) => number },
): Page<T> {
  const { limit = defaultPageSize, after, first = 'newest' } = page ?? {}
  const isNewestFirst = first === 'newest'
  const cursor = after === undefined ? (isNewestFirst ? Number.POSITIVE_INFINITY : -1) : Number(after)
  // At most so many records of a source were created before the one with that number.
  const start = isNewestFirst ? Math.min(source.length, cursor) - 1 : 0
  const items: T[] = []
  for (let at = start; at >= 0 && at < source.length; at += isNewestFirst ? -1 : 1) {
    const item = source[at]
    if (!item || (isNewestFirst ? numberOf(item) >= cursor : numberOf(item) <= cursor)) continue
    if (!accepts(item)) continue
    if (items.length === limit) return { items, next: String(numberOf(items.at(-1) as T)) }
    items.push(copyOf(item))
  }
  return { items, next: null }
}

/** Whether a record has the values that a filter names. */
export function matches<T extends object>(
  filter: { readonly [K in keyof T]?: T[K] | undefined },
  record: T,
): boolean {
  for (const name in filter) {
    const wanted = filter[name as keyof T]
    if (wanted !== undefined && wanted !== record[name as keyof T]) return false
  }
  return true
}
