import { defaultPageSize, type Page, type PageRequest } from '../store.ts'
import type { Query } from './connect.ts'

/** What a column is compared with, such as `{ 'status =': 'paid' }`; undefined is no condition. */
export type Conditions = Readonly<Record<string, string | number | undefined>>

/**
 * One page of a table. The cursor is the number of the last item in the order of creation.
 *
 * @param select the statement without its conditions
 */
export async function readPage<T extends { readonly n: number }>(
  query: Query,
  select: string,
  page: PageRequest = {},
  conditions: Conditions,
): Promise<Page<T>> {
  const { limit = defaultPageSize, after, first = 'newest' } = page
  const [beyond, direction] = first === 'newest' ? ['<', 'desc'] : ['>', 'asc']
  const parts: string[] = []
  const values: (string | number)[] = []
  for (const [comparison, value] of Object.entries(conditions)) {
    if (value === undefined) continue
    values.push(value)
    parts.push(`${comparison} $${values.length}`)
  }
  if (after !== undefined) {
    const cursor = Number(after)
    if (!Number.isSafeInteger(cursor)) return { items: [], next: null }
    values.push(cursor)
    parts.push(`n ${beyond} $${values.length}`)
  }
  const where = parts.length === 0 ? '' : `where ${parts.join(' and ')}`
  const rows = await query<T>(
    `${select} ${where} order by n ${direction} limit $${values.length + 1}`,
    ...values,
    limit + 1,
  )
  const items = rows.slice(0, limit)
  return { items, next: rows.length > limit ? String(items.at(-1)?.n) : null }
}
