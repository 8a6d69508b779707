import { createCallCounter } from '../calls.ts'
import { checkHolder } from '../identities.ts'
import { type Account, accountKey, copyOf, type JournalEntry, type Order } from '../records.ts'
import type { AccountMethods, Store } from '../store.ts'
import { empty, takeOut } from './collections.ts'
import type { DeliveryTable } from './deliveries.ts'
import type { JournalTable } from './journal.ts'
import type { OrderTable } from './orders.ts'
import type { Parts } from './parts.ts'
import { createRecordIndex } from './record-index.ts'

export interface AccountTable {
  readonly methods: AccountMethods & Pick<Store, 'countCall'>
  clear(): void
}

export function createAccounts(
  { db, options }: Parts,
  {
    orders,
    deliveries,
    journal,
  }: { readonly orders: OrderTable; readonly deliveries: DeliveryTable; readonly journal: JournalTable },
): AccountTable {
  const records = createRecordIndex<Account>(db.accounts, accountKey)
  const identities = new Map<string, string>()
  const calls = createCallCounter()
  let lastPut: Promise<unknown> = Promise.resolve()

  async function put(account: Account): Promise<void> {
    checkIdentities(account)
    const existing = records.get(accountKey(account))
    if (existing) Object.assign(existing, copyOf(account))
    else await db.accounts.create(account)
    for (const identity of options.identitiesOf(account)) {
      identities.set(identityKey(account.provider, identity), accountKey(account))
    }
  }

  function find(provider: string, identity: string): Account | undefined {
    const known = records.get(identities.get(identityKey(provider, identity)) ?? '')
    // The map may be behind: accounts change, and a test may put some into the collection itself.
    if (known && options.identitiesOf(known).includes(identity)) return known
    return db.accounts
      .all()
      .find(account => account.provider === provider && options.identitiesOf(account).includes(identity))
  }

  function checkIdentities(account: Account): void {
    for (const identity of options.identitiesOf(account))
      checkHolder(account, find(account.provider, identity))
  }

  /** One after the other, so that of two racing ones the second finds what the first has added. */
  async function putInTurn(account: Account): Promise<void> {
    const putting = lastPut.then(() => put(account))
    lastPut = putting.catch(() => {})
    await putting
  }

  /** Lets go of all that an account did. */
  function forget(account: Pick<Account, 'provider' | 'id'>): void {
    const isIts = (record: Pick<Order, 'provider' | 'account'> | JournalEntry) =>
      record.provider === account.provider && record.account === account.id
    for (const table of [orders, deliveries, journal]) table.remove(isIts)
    calls.clear(`${accountKey(account)}/`)
  }

  const methods: AccountTable['methods'] = {
    putAccount: putInTurn,

    async getAccount(provider, id) {
      return copyOf(records.get(accountKey({ provider, id })))
    },

    async findAccount(provider, identity) {
      return copyOf(find(provider, identity))
    },

    async listAccounts() {
      return db.accounts.all().map(account => copyOf<Account>(account))
    },

    async updateAccount(provider, id, update) {
      const account = records.get(accountKey({ provider, id }))
      if (!account) return undefined
      await put(update(copyOf(account)))
      return copyOf(records.get(accountKey({ provider, id })))
    },

    async spend(provider, id, setting) {
      const account = records.get(accountKey({ provider, id }))
      const left = account?.settings[setting]
      if (account === undefined || typeof left !== 'number') return true
      if (left <= 0) return false
      account.settings = { ...account.settings, [setting]: left - 1 }
      return true
    },

    async countCall(key, now, windowMs, limit) {
      return calls.count(key, now, windowMs, limit)
    },

    async resetAccount(account) {
      checkIdentities(account)
      forget(account)
      await putInTurn(account)
    },

    async removeAccount(account) {
      forget(account)
      const key = accountKey(account)
      for (const removed of takeOut<Account>(db.accounts, each => accountKey(each) === key)) {
        records.delete(key)
        for (const identity of options.identitiesOf(removed))
          identities.delete(identityKey(removed.provider, identity))
      }
    },
  }

  return {
    methods,
    clear() {
      empty(db.accounts)
      for (const kept of [records, identities, calls]) kept.clear()
    },
  }
}

function identityKey(provider: string, identity: string): string {
  return `${provider}/${identity}`
}
