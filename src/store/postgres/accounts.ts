import { identityTaken } from '../identities.ts'
import { type Account, accountKey, copyOf } from '../records.ts'
import type { AccountMethods, StoreOptions } from '../store.ts'
import { createTurns } from '../turns.ts'
import type { Query, Row, Timers } from './connect.ts'
import { codeOf, uniqueViolation } from './errors.ts'
import { type Parameter, toKey } from './texts.ts'

interface AccountRow extends Account {
  readonly n: number
  readonly version: number
}

export function createAccountStore(
  query: Query,
  { identitiesOf, timers }: Pick<StoreOptions, 'identitiesOf'> & { readonly timers: Timers },
): AccountMethods {
  const { soon } = timers
  const inTurn = createTurns()
  /** Questions of this turn of the event loop: who asks the same gets the same answer. */
  const asked = new Map<string, Promise<Account | undefined>>()

  function find(provider: string, identity: string): Promise<Account | undefined> {
    const key = `${provider}/${identity}`
    const known = asked.get(key)
    if (known) return known
    const found = query<Account>(
      `select a.provider, a.id, a.credentials, a.settings
       from identities i join accounts a on a.provider = i.provider and a.id = i.account
       where i.provider = $1 and i.identity = $2`,
      provider,
      toKey(identity),
    ).then(([row]) => toAccount(row))
    // What is sent in this turn is sent at its end, so the answer is not older than any of the questions.
    if (asked.size === 0) soon(() => asked.clear())
    asked.set(key, found)
    return found
  }

  /** @throws PaydoubleError `badAccount` where another account has one of its identities */
  async function run(statement: Statement, account: Account): Promise<Row[]> {
    try {
      return await query(...statement)
    } catch (error) {
      if (codeOf(error) !== uniqueViolation) throw error
      const [holder] = await query<{ account: string }>(
        'select account from identities where provider = $1 and identity = any ($2::text[]) and account <> $3',
        account.provider,
        toIdentities(identitiesOf(account)),
        account.id,
      )
      throw identityTaken(account, holder?.account)
    }
  }

  return {
    putAccount: account =>
      inTurn(accountKey(account), async () => {
        await run(accountStatements.put(account, identitiesOf(account)), account)
      }),

    async getAccount(provider, id) {
      const [row] = await query<Account>(
        'select provider, id, credentials, settings from accounts where provider = $1 and id = $2',
        provider,
        id,
      )
      return toAccount(row)
    },

    async findAccount(provider, identity) {
      return copyOf(await find(provider, identity))
    },

    async listAccounts() {
      const rows = await query<Account>('select provider, id, credentials, settings from accounts order by n')
      return rows.map(row => toAccount(row) as Account)
    },

    updateAccount: (provider, id, update) =>
      inTurn(accountKey({ provider, id }), async () => {
        for (;;) {
          const [row] = await query<AccountRow>(
            'select n, version, provider, id, credentials, settings from accounts where provider = $1 and id = $2',
            provider,
            id,
          )
          if (!row) return undefined
          const account = { ...update(toAccount(row) as Account), provider, id }
          const changed = await run(accountStatements.change(row, account, identitiesOf(account)), account)
          if (changed.length > 0) return toAccount(account)
        }
      }),

    async spend(provider, id, setting) {
      // What is spent meanwhile is seen: the row is looked at again once it is locked. Its settings keep their order.
      const [row] = await query<{ ok: boolean }>(
        `with spent as (
           update accounts set version = version + 1, settings = (
             select json_object_agg(key, case when key = $3 then to_json((value #>> '{}')::numeric - 1) else value end)
             from json_each(settings)
           )
           where provider = $1 and id = $2 and json_typeof(settings -> $3) = 'number' and (settings ->> $3)::numeric > 0
           returning 1
         )
         select exists (select from spent) or not exists (
           select from accounts where provider = $1 and id = $2 and json_typeof(settings -> $3) = 'number'
         ) as ok`,
        provider,
        id,
        setting,
      )
      return row?.ok === true
    },

    resetAccount: account =>
      inTurn(accountKey(account), async () => {
        await run(accountStatements.reset(account, identitiesOf(account)), account)
      }),

    removeAccount: account =>
      inTurn(accountKey(account), async () => {
        await query(...accountStatements.remove(account))
      }),
  }
}

type Statement = [text: string, ...parameters: Parameter[]]

/** Identities that an account has no longer, and those that it has now; the account is as `its` says. */
const changeIdentities = (identities: string, its: string) => `
  gone as (
    delete from identities i using ${its} a
    where i.provider = a.provider and i.account = a.id and not i.identity = any(${identities}::text[])
  ),
  known as (
    insert into identities (provider, identity, account)
    select a.provider, identity, a.id from ${its} a, unnest(${identities}::text[]) as identity
    on conflict (provider, identity, account) do nothing
  )`

const forgetWork = `
  orders_gone as (delete from orders where provider = $1 and account = $2 returning id, keys),
  keys_gone as (
    delete from order_keys k using orders_gone o where k.key = any(o.keys) and k.order_id = o.id
  ),
  deliveries_gone as (delete from deliveries where provider = $1 and account = $2),
  journal_gone as (delete from journal where provider = $1 and account = $2),
  calls_gone as (delete from calls where starts_with(key, $1 || '/' || $2 || '/'))`

/** Adds an account or replaces it, as the parameters from $1 to $5 say. */
const putIts = `
  its as (
    insert into accounts (provider, id, credentials, settings) values ($1, $2, $3::text::json, $4::text::json)
    on conflict (provider, id) do update
      set version = accounts.version + 1, credentials = excluded.credentials, settings = excluded.settings
    returning provider, id
  ), ${changeIdentities('$5', 'its')}`

export const accountStatements = {
  put(account: Account, identities: readonly string[]): Statement {
    return [`with ${putIts} select 1 from its`, ...toParameters(account, identities)]
  },

  /** Forgets what it did, and puts it. */
  reset(account: Account, identities: readonly string[]): Statement {
    return [`with ${forgetWork}, ${putIts} select 1 from its`, ...toParameters(account, identities)]
  },

  /** Unless it is another one by now than it was. */
  change({ n, version }: AccountRow, account: Account, identities: readonly string[]): Statement {
    return [
      `with its as (
         update accounts set version = version + 1, credentials = $3::text::json, settings = $4::text::json
         where n = $1 and version = $2
         returning provider, id
       ), ${changeIdentities('$5', 'its')}
       select 1 from its`,
      n,
      version,
      JSON.stringify(account.credentials),
      JSON.stringify(account.settings),
      toIdentities(identities),
    ]
  },

  remove({ provider, id }: Pick<Account, 'provider' | 'id'>): Statement {
    return [
      `with ${forgetWork},
       identities_gone as (delete from identities where provider = $1 and account = $2)
       delete from accounts where provider = $1 and id = $2`,
      provider,
      id,
    ]
  },
}

function toParameters(
  { provider, id, credentials, settings }: Account,
  identities: readonly string[],
): Parameter[] {
  return [provider, id, JSON.stringify(credentials), JSON.stringify(settings), toIdentities(identities)]
}

function toIdentities(identities: readonly string[]): string[] {
  return [...new Set(identities.map(toKey))].sort()
}

function toAccount(row: Account | undefined): Account | undefined {
  return row && { provider: row.provider, id: row.id, credentials: row.credentials, settings: row.settings }
}
