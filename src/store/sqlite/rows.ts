// From rows to records, and lists of them.
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { PaydoubleError } from '../../contract/index.ts'
import { defaultPageSize, type Page, type PageRequest } from '../store.ts'

export type Value = string | number | null
export type Row = Readonly<Record<string, unknown>>

/** The `record` of a row. */
export function fromRow<T>({ record }: Row): T {
  return fromJson(record)
}

export function fromJson<T>(text: unknown): T {
  try {
    return JSON.parse(text as string)
  } catch (error) {
    // It was written by us, so it is the file that has changed.
    throw new PaydoubleError(
      'storeUnreadable',
      `Failed to read the stored state: a record in it is damaged (${(error as Error).message}). Put a copy of the file from before in its place.`,
      { cause: error },
    )
  }
}

export function one<T>(statement: StatementSync, ...values: Value[]): T | undefined {
  const row = statement.get(...values)
  return row && fromRow<T>(row)
}

export function many<T>(statement: StatementSync, ...values: Value[]): T[] {
  return statement.all(...values).map(row => fromRow<T>(row))
}

/** By column, or by column with a comparison behind it; what is undefined does not matter. */
export type RowFilter = Readonly<Record<string, string | number | undefined>>

export type Prepared = (sql: string) => StatementSync

/** Prepares each statement once: that takes longer than to run it. */
export function createPrepared(db: DatabaseSync): Prepared {
  const statements = new Map<string, StatementSync>()
  return sql => {
    let statement = statements.get(sql)
    if (!statement) {
      // Page sizes come from outside.
      if (statements.size === mostStatements) statements.clear()
      statement = db.prepare(sql)
      statements.set(sql, statement)
    }
    return statement
  }
}

const mostStatements = 500

/**
 * As a literal: SQLite plans anew whenever a bound limit is given its value, which takes longer than most
 * queries (8 µs against 3).
 */
export function limitTo(count: number): string {
  return `limit ${Math.max(0, Math.trunc(count))}`
}

export type ListRows = (table: string, page: PageRequest | undefined, filter: RowFilter) => Page<Row>

/** Lists rows by their number. */
export function createLister(prepared: Prepared): ListRows {
  return (table, page = {}, filter) => {
    const { limit = defaultPageSize, after, first = 'newest' } = page
    const [beyond, direction] = first === 'newest' ? ['<', 'desc'] : ['>', 'asc']
    const conditions: string[] = []
    const values: Value[] = []
    for (const column in filter) {
      const value = filter[column]
      if (value === undefined) continue
      conditions.push(/[<>]=$/.test(column) ? `${column} ?` : `${column} = ?`)
      values.push(value)
    }
    if (after !== undefined) {
      conditions.push(`n ${beyond} ?`)
      values.push(Number(after))
    }
    const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`
    const columns = table === 'journal' ? '*' : 'n, record'
    const sql = `select ${columns} from ${table} ${where} order by n ${direction} ${limitTo(limit + 1)}`
    const rows = prepared(sql).all(...values)
    const items = rows.slice(0, limit)
    return { items, next: rows.length > limit ? String(items.at(-1)?.n) : null }
  }
}

export function toPage<T>({ items, next }: Page<Row>, toItem: (row: Row) => T): Page<T> {
  return { items: items.map(toItem), next }
}
