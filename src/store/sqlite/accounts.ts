import { createCallCounter } from '../calls.ts'
import { type Account, accountKey, copyOf } from '../records.ts'
import type { Store } from '../store.ts'
import type { Parts } from './parts.ts'
import { fromRow } from './rows.ts'

export interface AccountTable {
  readonly methods: Pick<
    Store,
    | 'putAccount'
    | 'getAccount'
    | 'findAccount'
    | 'listAccounts'
    | 'updateAccount'
    | 'spend'
    | 'countCall'
    | 'resetAccount'
    | 'removeAccount'
  >
  /** Keeps an account within a piece of work. */
  set(account: Account): void
  /** Reads those that are in the database. */
  load(): void
  /** Forgets all of them, and the counted calls, within a piece of work. */
  clear(): void
}

/** Accounts and call counters are few and hot: this process has a copy of those, and the counters for itself. */
export function createAccounts({ db, transactions, options }: Parts): AccountTable {
  const replace = db.prepare(
    'insert into accounts (key, record) values (?, ?) on conflict (key) do update set record = excluded.record',
  )
  const remove = db.prepare('delete from accounts where key = ?')
  const removeAll = db.prepare('delete from accounts')
  const forgetting = [
    'delete from order_keys where n in (select n from orders where provider = ? and account = ?)',
    'delete from orders where provider = ? and account = ?',
    'delete from deliveries where provider = ? and account = ?',
    'delete from journal where provider = ? and account = ?',
  ].map(sql => db.prepare(sql))

  const known = new Map<string, Account>()
  const byIdentity = new Map<string, Account>()
  const calls = createCallCounter()

  const identitiesOf = (account: Account) =>
    options.identitiesOf(account).map(identity => `${account.provider}/${identity}`)

  function keep(key: string, account: Account | undefined): void {
    const before = known.get(key)
    if (before) for (const identity of identitiesOf(before)) byIdentity.delete(identity)
    if (!account) {
      known.delete(key)
      return
    }
    known.set(key, account)
    for (const identity of identitiesOf(account)) byIdentity.set(identity, account)
  }

  function change(key: string, account: Account | undefined): void {
    const before = known.get(key)
    transactions.onUndo(() => keep(key, before))
    keep(key, account)
  }

  function set(account: Account): void {
    const key = accountKey(account)
    const copy = copyOf(account)
    replace.run(key, JSON.stringify(copy))
    change(key, copy)
  }

  /** Lets go of all that an account did. */
  function forget(account: Pick<Account, 'provider' | 'id'>): void {
    for (const statement of forgetting) statement.run(account.provider, account.id)
    calls.clear(`${accountKey(account)}/`)
  }

  const methods: AccountTable['methods'] = {
    putAccount: account => transactions.write(() => set(account)),

    getAccount: (provider, id) => transactions.read(() => copyOf(known.get(accountKey({ provider, id })))),

    findAccount: (provider, identity) =>
      transactions.read(() => copyOf(byIdentity.get(`${provider}/${identity}`))),

    listAccounts: () => transactions.read(() => [...known.values()].map(copyOf)),

    updateAccount: (provider, id, update) =>
      transactions.write(() => {
        const key = accountKey({ provider, id })
        const account = known.get(key)
        if (!account) return undefined
        set(update(copyOf(account)))
        return copyOf(known.get(key))
      }),

    async spend(provider, id, setting) {
      const account = known.get(accountKey({ provider, id }))
      const left = account?.settings[setting]
      if (account === undefined || typeof left !== 'number') return transactions.read(() => true)
      if (left <= 0) return transactions.read(() => false)
      return transactions.write(() => {
        set({ ...account, settings: { ...account.settings, [setting]: left - 1 } })
        return true
      })
    },

    countCall: async (key, now, windowMs, limit) => calls.count(key, now, windowMs, limit),

    resetAccount: account =>
      transactions.together(() => {
        forget(account)
        set(account)
      }),

    removeAccount: account =>
      transactions.together(() => {
        const key = accountKey(account)
        forget(account)
        remove.run(key)
        change(key, undefined)
      }),
  }

  return {
    methods,
    set,

    load() {
      for (const row of db.prepare('select key, record from accounts order by n').all())
        keep(row.key as string, fromRow<Account>(row))
    },

    clear() {
      removeAll.run()
      for (const key of [...known.keys()]) change(key, undefined)
      calls.clear()
    },
  }
}
