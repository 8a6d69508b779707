// The store of many processes: a PostgreSQL that they share.
import type { Store, StoreOptions } from '../store.ts'
import { createAccountStore } from './accounts.ts'
import { parseAddress } from './address.ts'
import { createBeginning } from './begin.ts'
import { createClaims } from './claims.ts'
import { connect, type Timers } from './connect.ts'
import { createDeliveryStore } from './deliveries.ts'
import { createDueStore, freeClaims } from './due.ts'
import { isTransient } from './errors.ts'
import { createNews } from './news.ts'
import { createOrderStore } from './orders.ts'
import { createPruning } from './prune.ts'
import { createSession } from './session.ts'
import { createCallStore, createJournalStore, createValueStore } from './values.ts'

export interface PostgresOptions extends StoreOptions {
  /** Such as `postgres://user:password@host:5432/name`; see {@link parseAddress}. */
  readonly url: string
  readonly timers: Timers
  /** Whether a state must be there already; then none is made. */
  readonly mustExist?: boolean
}

/** How often a database that does not answer at the start is asked again, and after how many milliseconds. */
const startTries = 20
const startPauseMs = 250

/** @throws PaydoubleError `badConfig` */
export function createPostgresStore(options: PostgresOptions): Store {
  const { url, timers } = options
  const address = parseAddress(url)
  const channel = `paydouble_${address.schema}`
  const database = connect(address, timers, {
    connections: address.connections,
    // It may still take a claim that is not waited for any more.
    onNoAnswer: () => session.renew(),
  })
  const { query } = database
  const session = createSession(address, { channel, timers })
  const news = createNews(session.query, { channel, timers, sender: session.number })
  const beginning = createBeginning(address, database, options)
  const orders = createOrderStore(query, options)
  const claims = createClaims(query, session.number)
  const deliveries = createDeliveryStore(query, claims)
  const accounts = createAccountStore(query, options)
  const values = createValueStore(query)
  const journal = createJournalStore(session.query, options)

  /** The same, and then others hear of it. */
  function telling<A extends unknown[], R>(change: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
    return async (...args) => {
      const result = await change(...args)
      news.tell()
      return result
    }
  }

  async function begin(initial: Parameters<Store['begin']>[0]): Promise<number> {
    for (let tries = 1; ; tries++) {
      try {
        if (options.mustExist) await beginning.checkBegun()
        return await beginning.begin(initial)
      } catch (error) {
        if (!isTransient(error) || tries === startTries) throw error
        await new Promise<void>(resolve => timers.later(startPauseMs, resolve))
      }
    }
  }

  return {
    reach: 'shared',

    async begin(initial) {
      const before = await begin(initial)
      await freeClaims(query, await session.number())
      return before
    },
    reset: telling(beginning.reset),

    ...orders,
    insertOrder: telling(orders.insertOrder),
    transition: telling(orders.transition),

    ...deliveries,
    addDelivery: telling(deliveries.addDelivery),
    recordAttempt: telling(deliveries.recordAttempt),
    ...createDueStore(query, options.keysOf, claims),

    ...accounts,
    putAccount: telling(accounts.putAccount),
    updateAccount: telling(accounts.updateAccount),
    resetAccount: telling(accounts.resetAccount),
    removeAccount: telling(accounts.removeAccount),
    ...createCallStore(query),

    ...values,
    writeValue: telling(values.writeValue),
    ...journal,
    appendJournal: telling(journal.appendJournal),
    ...createPruning(query),

    onNews: session.onNews,

    async close() {
      await news.close()
      await session.close()
      await database.end()
    },
  }
}
