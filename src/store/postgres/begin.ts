// How a state begins, and is made new.
import { PaydoubleError } from '../../contract/index.ts'
import { checkApart } from '../identities.ts'
import type { InitialState, Store, StoreOptions } from '../store.ts'
import { accountStatements } from './accounts.ts'
import type { Address } from './address.ts'
import type { Database, Query } from './connect.ts'
import { migrate } from './migrations.ts'

/** All that a reset forgets. */
const tables = [
  'orders',
  'order_keys',
  'deliveries',
  'accounts',
  'identities',
  'calls',
  'named_values',
  'journal',
]

/** How long a reset waits for the others before it tries anew: so it never waits for who waits for it. */
const lockTimeoutMs = 200

export interface Beginning extends Pick<Store, 'begin' | 'reset'> {
  /** @throws PaydoubleError `badConfig`, and nothing was made */
  checkBegun(): Promise<void>
}

export function createBeginning(
  { schema, shown }: Address,
  { query: read, transaction }: Pick<Database, 'query' | 'transaction'>,
  { identitiesOf }: Pick<StoreOptions, 'identitiesOf'>,
): Beginning {
  /** One process after the other, whether they begin or reset. */
  const lock = (query: Query) =>
    query(`select pg_advisory_xact_lock(hashtext('paydouble'), hashtext($1))`, schema)

  async function make(query: Query, { accounts, values }: InitialState): Promise<void> {
    checkApart(accounts, identitiesOf)
    for (const account of accounts) await query(...accountStatements.put(account, identitiesOf(account)))
    await query(
      'insert into named_values (name, value) select name, value::json from unnest($1::text[], $2::text[]) as v (name, value)',
      Object.keys(values),
      Object.values(values).map(value => JSON.stringify(value)),
    )
  }

  return {
    async checkBegun() {
      const [found] = await read(`select 1 where to_regclass($1 || '.begun') is not null`, schema)
      if (found) return
      throw new PaydoubleError(
        'badConfig',
        `Failed to find a state in ${shown}: there is none in the schema "${schema}". Check the name of the database and ?schema= of the address.`,
      )
    },

    begin: initial =>
      transaction(async query => {
        await lock(query)
        await migrate(query, schema)
        const [begun] = await query<{ times: number }>(
          'update begun set times = times + 1 returning times - 1 as times',
        )
        if (begun) return begun.times
        await make(query, initial)
        await query('insert into begun values (1)')
        return 0
      }),

    // How many have begun stays: those who begin later must be told apart from them.
    reset: initial =>
      transaction(async query => {
        await lock(query)
        await query(`set local lock_timeout = ${lockTimeoutMs}`)
        await query(`lock table ${tables.join(', ')} in access exclusive mode`)
        await query(`truncate ${tables.join(', ')}`)
        await make(query, initial)
      }),
  }
}
