import { copyOf, type JournalEntry } from '../records.ts'
import { defaultJournalSize, type Store, type StoredEntry } from '../store.ts'
import { matches, toPage } from './page.ts'
import type { Parts } from './parts.ts'

export interface JournalTable {
  readonly methods: Pick<Store, 'appendJournal' | 'listJournal'>
  remove(isOut: (entry: JournalEntry) => boolean): void
  clear(): void
}

export function createJournal({ options: { journalSize = defaultJournalSize } }: Parts): JournalTable {
  let journal: StoredEntry[] = []
  let taken = 0
  return {
    methods: {
      async appendJournal(entries) {
        for (const entry of entries) journal.push({ ...copyOf(entry), n: ++taken })
        journal.splice(0, journal.length - journalSize)
      },

      async listJournal(filter, page) {
        return toPage<StoredEntry>(journal, page, {
          accepts: entry => matches<JournalEntry>(filter as Partial<JournalEntry>, entry),
          numberOf: entry => entry.n,
        })
      },
    },
    remove(isOut) {
      journal = journal.filter(entry => !isOut(entry))
    },
    clear() {
      journal = []
      taken = 0
    },
  }
}
