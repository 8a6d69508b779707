import type { JournalEntry } from '../records.ts'
import { defaultJournalSize, type Store, type StoredEntry } from '../store.ts'
import type { Parts } from './parts.ts'
import { type Row, toPage } from './rows.ts'

export function createJournal({
  db,
  transactions,
  list,
  options,
}: Parts): Pick<Store, 'appendJournal' | 'listJournal'> {
  const { journalSize = defaultJournalSize } = options
  const insert = db.prepare('insert into journal (provider, account, order_id, record) values (?, ?, ?, ?)')
  const trim = db.prepare('delete from journal where n <= (select max(n) from journal) - ?')

  return {
    appendJournal: entries =>
      transactions.together(() => {
        for (const { provider, account, order, record } of entries)
          insert.run(provider, account, order, record)
        trim.run(journalSize)
      }),

    listJournal: async ({ provider, account, order }, page) =>
      transactions.read(() => toPage(list('journal', page, { provider, account, order_id: order }), toEntry)),
  }
}

function toEntry({ n, provider, account, order_id: order, record }: Row): StoredEntry {
  const entry = { provider, account, order, record } as JournalEntry
  return { ...entry, n: n as number }
}
