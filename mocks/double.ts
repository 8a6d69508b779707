import type { RequestHandler } from 'msw'
import { deliverPastMsw, toHandlers } from '../src/doors/msw.ts'
import type { Deliver } from '../src/double/callbacks.ts'
import { type AssembleOptions, assembleDouble, type Double } from '../src/double/double.ts'
import type { Simulator } from '../src/double/simulator.ts'
import { createMemoryStore, type MemoryDatabase } from '../src/store/memory.ts'
import { simulators as all } from './index.ts'

/** A double inside of a test: its handlers go into MSW, its collections can be queried and seeded. */
export interface TestDouble extends Double {
  /** MSW handlers for all hosts of the providers. No request to them falls through. */
  readonly handlers: RequestHandler[]
  /** The `@msw/data` collections: `orders`, `deliveries`, `accounts`. */
  readonly db: MemoryDatabase
}

export interface CreateDoubleOptions
  extends Pick<
    AssembleOptions,
    | 'seed'
    | 'clock'
    | 'rateLimits'
    | 'allowedCallbackHosts'
    | 'accounts'
    | 'markers'
    | 'callbackMode'
    | 'faults'
    | 'retention'
  > {
  /** Default: the four providers. */
  readonly simulators?: readonly Simulator[]
  /** How callbacks reach the code under test. Default: `fetch`, past MSW. */
  readonly deliver?: Deliver
}

/**
 * Creates a double for a test, with a manual clock and seed 1 unless told otherwise.
 *
 * @example
 * const pay = createDouble({ seed: 7 })
 * const server = setupServer(...pay.handlers)
 */
export function createDouble(options: CreateDoubleOptions = {}): TestDouble {
  const { simulators = all, deliver = deliverPastMsw, ...rest } = options
  let db: MemoryDatabase | undefined
  const double = assembleDouble({
    ...rest,
    simulators,
    deliver,
    createStore(storeOptions) {
      const store = createMemoryStore(storeOptions)
      db = store.db
      return store
    },
  })
  return Object.assign(double, { handlers: toHandlers(double), db: db as unknown as MemoryDatabase })
}
