// The small things that all see: values by compare-and-set, counted calls and the journal.
import type { JournalEntry } from '../records.ts'
import {
  defaultJournalSize,
  type Store,
  type StoredEntry,
  type StoredValue,
  type StoreOptions,
} from '../store.ts'
import type { Query } from './connect.ts'
import { readPage } from './page.ts'

export function createValueStore(query: Query): Pick<Store, 'readValues' | 'writeValue'> {
  return {
    // No version comes twice, also of another name.
    readValues: known =>
      query<StoredValue>(
        'select name, version, value from named_values where version <> all ($1::bigint[]) order by name',
        Object.values(known),
      ),

    async writeValue(name, value, version) {
      const [row] = await query<{ version: number }>(
        `update named_values set value = $2::text::json, version = nextval('value_versions')
         where name = $1 and version = $3 returning version`,
        name,
        JSON.stringify(value),
        version,
      )
      return row?.version
    },
  }
}

export function createCallStore(query: Query): Pick<Store, 'countCall'> {
  return {
    /** Keeps the times of the last `limit` calls; a call is refused if the first of so many is within the window. */
    async countCall(key, now, windowMs, limit) {
      const rows = await query(
        `insert into calls as c (key, times) values ($1, array[$2::bigint])
         on conflict (key) do update
           set times = (c.times || $2::bigint)[cardinality(c.times) + 2 - $4::int :]
           where cardinality(c.times) < $4::int or c.times[cardinality(c.times) + 1 - $4::int] <= $2::bigint - $3::bigint
         returning 1`,
        key,
        now,
        windowMs,
        limit,
      )
      return rows.length > 0
    },
  }
}

export function createJournalStore(
  query: Query,
  { journalSize = defaultJournalSize }: Pick<StoreOptions, 'journalSize'>,
): Pick<Store, 'appendJournal' | 'listJournal'> {
  return {
    async appendJournal(entries) {
      const kept = entries.slice(-journalSize)
      await query(
        `with beyond as (
           delete from journal where n <= (select n from journal order by n desc offset $5 limit 1)
         )
         insert into journal (provider, account, order_id, record)
         select provider, account, order_id, record::json
         from unnest($1::text[], $2::text[], $3::text[], $4::text[])
           with ordinality as e (provider, account, order_id, record, ordinality)
         order by ordinality`,
        kept.map(({ provider }) => provider),
        kept.map(({ account }) => account),
        kept.map(({ order }) => order),
        kept.map(({ record }) => record),
        journalSize - kept.length,
      )
    },

    async listJournal({ provider, account, order }, page) {
      const { items, next } = await readPage<JournalRow>(
        query,
        'select n, provider, account, order_id, record::text from journal',
        page,
        { 'provider =': provider, 'account =': account, 'order_id =': order },
      )
      return { items: items.map(toEntry), next }
    },
  }
}

interface JournalRow extends Omit<JournalEntry, 'order'> {
  readonly n: number
  readonly order_id: string | null
}

function toEntry({ order_id: order, ...entry }: JournalRow): StoredEntry {
  return { ...entry, order }
}
