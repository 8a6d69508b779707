import { PaydoubleError } from '../../contract/index.ts'
import { createCallCounter } from '../calls.ts'
import { checkHolder } from '../identities.ts'
import { type Account, accountKey, copyOf } from '../records.ts'
import type { AccountMethods, Store } from '../store.ts'
import { ofOtherProvider } from './errors.ts'
import type { Parts } from './parts.ts'
import { fromRow } from './rows.ts'

export interface AccountTable {
  readonly methods: AccountMethods & Pick<Store, 'countCall'>
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

  const known = new Map<string, Kept>()
  const byIdentity = new Map<string, Kept>()
  const calls = createCallCounter()

  const identitiesOf = (account: Account) =>
    options.identitiesOf(account).map(identity => `${account.provider}/${identity}`)

  function keep(key: string, account: Account | undefined): void {
    const before = known.get(key)
    if (before) for (const identity of identitiesOf(before.account)) byIdentity.delete(identity)
    if (!account) {
      known.delete(key)
      return
    }
    const kept = { account, copy: createCopier(account) }
    known.set(key, kept)
    for (const identity of identitiesOf(account)) byIdentity.set(identity, kept)
  }

  /** Who has a file of more providers than are served now learns which of them is missing. */
  function keepStored(key: string, account: Account): void {
    try {
      keep(key, account)
    } catch (error) {
      const { file } = options
      const isUnknown = error instanceof PaydoubleError && error.code === 'unknownProvider'
      throw isUnknown && file !== undefined ? ofOtherProvider(file, account.provider, error) : error
    }
  }

  function change(key: string, account: Account | undefined): void {
    const before = known.get(key)?.account
    transactions.onUndo(() => keep(key, before))
    keep(key, account)
  }

  function set(account: Account): void {
    const key = accountKey(account)
    for (const identity of identitiesOf(account)) checkHolder(account, byIdentity.get(identity)?.account)
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

    getAccount: (provider, id) => transactions.read(() => known.get(accountKey({ provider, id }))?.copy()),

    findAccount: (provider, identity) =>
      transactions.read(() => byIdentity.get(`${provider}/${identity}`)?.copy()),

    listAccounts: () => transactions.read(() => [...known.values()].map(({ copy }) => copy())),

    updateAccount: (provider, id, update) =>
      transactions.write(() => {
        const key = accountKey({ provider, id })
        const before = known.get(key)
        if (!before) return undefined
        set(update(before.copy()))
        return known.get(key)?.copy()
      }),

    async spend(provider, id, setting) {
      const account = known.get(accountKey({ provider, id }))?.account
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
        keepStored(row.key as string, fromRow<Account>(row))
    },

    clear() {
      removeAll.run()
      for (const key of [...known.keys()]) change(key, undefined)
      calls.clear()
    },
  }
}

interface Kept {
  readonly account: Account
  readonly copy: () => Account
}

/** Nearly every request needs a copy of an account. Most of its many settings are plain, and known to be so. */
function createCopier(account: Account): () => Account {
  const credentials = nestedIn(account.credentials)
  const settings = nestedIn(account.settings)
  return () => {
    const copy = { ...account, credentials: { ...account.credentials }, settings: { ...account.settings } }
    for (const name of credentials) copy.credentials[name] = copyOf(copy.credentials[name])
    for (const name of settings) copy.settings[name] = copyOf(copy.settings[name])
    return copy
  }
}

function nestedIn(values: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(values).filter(name => typeof values[name] === 'object' && values[name] !== null)
}
