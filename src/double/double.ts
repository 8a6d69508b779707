import * as z from 'zod'
import { type Contract, PaydoubleError, type WireResponse } from '../contract/index.ts'
import type { Account, Delivery, Order } from '../store/records.ts'
import type { DeliveryFilter, OrderFilter, Page, PageRequest, Store, StoreOptions } from '../store/store.ts'
import { createCallbackPolicy } from './callback-policy.ts'
import { createCallbacks, type Deliver } from './callbacks.ts'
import { type Clock, createManualClock, toMilliseconds } from './clock.ts'
import { createFaults, type Fault } from './faults.ts'
import { createJournal, type Journal } from './journal.ts'
import { storeOptionsFor } from './keys.ts'
import { createPayer, type Payer } from './payer.ts'
import { answer } from './pipeline.ts'
import { createRandom, type Random } from './random.ts'
import { createRouter, type IncomingRequest } from './router.ts'
import { createScheduler, type Fired } from './scheduler.ts'
import type { AccountSeed, Simulator } from './simulator.ts'

/** A running set of simulators with one store, one clock and one seed. */
export interface Double {
  readonly simulators: readonly Simulator[]
  readonly seed: number
  readonly clock: ClockControl
  readonly payer: Payer
  readonly orders: {
    /** The order with this id, which is the provider's own number of it. */
    get(id: string): Promise<Order | undefined>
    /** Newest first. */
    list(filter?: OrderFilter, page?: PageRequest): Promise<Page<Order>>
  }
  readonly deliveries: {
    /** Newest first. */
    list(filter?: DeliveryFilter, page?: PageRequest): Promise<Page<Delivery>>
  }
  readonly accounts: {
    list(): Promise<Account[]>
    get(provider: string, id: string): Promise<Account | undefined>
    /**
     * Changes credentials or settings of an account, or adds one.
     * @throws PaydoubleError `unknownProvider`, `badAccount`
     */
    put(provider: string, id: string, changes: Readonly<Record<string, unknown>>): Promise<Account>
  }
  readonly journal: Pick<Journal, 'list'>
  readonly faults: {
    /**
     * Makes the next calls answer with a row of the provider's error table.
     * @throws PaydoubleError `unknownProvider`, `unknownError`
     */
    add(fault: Fault): void
  }
  /** Answers one request for a provider. Never throws. */
  handle(request: IncomingRequest): Promise<WireResponse>
  /** As it was when it was new: no orders, the accounts of the start, the same random values again. */
  reset(): Promise<void>
  close(): Promise<void>
}

export interface ClockControl {
  readonly kind: Clock['kind']
  /** Epoch milliseconds. */
  now(): number
  /**
   * Moves a manual clock on, by milliseconds or a text such as `30m`, and runs what falls due on the
   * way, in its order.
   * @throws PaydoubleError `clockIsSystem`, `badDuration`
   */
  advance(duration: number | string): Promise<Fired[]>
}

export interface AssembleOptions {
  readonly simulators: readonly Simulator[]
  readonly createStore: (options: StoreOptions) => Store
  readonly deliver: Deliver
  /** Default: a manual clock. */
  readonly clock?: Clock
  /** A 32-bit whole number. Default 1. */
  readonly seed?: number
  /** Whether documented rate limits are kept. Default true. */
  readonly rateLimits?: boolean
  /** Hosts other than private ones to which callbacks may go. */
  readonly allowedCallbackHosts?: readonly string[]
  /** Accounts by provider, instead of the simulators' own. */
  readonly accounts?: Readonly<Record<string, readonly AccountSeed[]>>
}

/** Puts a double together. It may be used at once: whatever is asked of it waits until its accounts are in the store. */
export function assembleDouble(options: AssembleOptions): Double {
  const { simulators, deliver, clock = createManualClock(), seed = 1, rateLimits = true } = options
  const contracts = new Map(simulators.map(simulator => [simulator.contract.id, simulator]))
  const store = options.createStore(storeOptionsFor(simulators))
  const random = createRandom(seed)
  const journal = createJournal()
  const faults = createFaults()
  const callbackPolicy = createCallbackPolicy(options.allowedCallbackHosts)
  const callbacks = createCallbacks({
    contracts: simulators.map(simulator => simulator.contract),
    store,
    clock,
    random,
    policy: callbackPolicy,
    deliver,
  })
  const scheduler = createScheduler(store, clock, callbacks)
  const payer = createPayer({ simulators, store, clock, callbacks, scheduler, journal })
  const router = createRouter(simulators)
  const parts = { router, store, clock, random, faults, journal, scheduler, callbackPolicy, rateLimits }
  const initialAccounts = toInitialAccounts(simulators, options.accounts ?? {}, random)
  const ready = store.reset(initialAccounts)

  function simulatorOf(provider: string): Simulator {
    const simulator = contracts.get(provider)
    if (simulator) return simulator
    throw new PaydoubleError(
      'unknownProvider',
      `Failed to find the provider ${JSON.stringify(provider)}: this double has ${[...contracts.keys()].join(', ')}.`,
    )
  }

  /** The same function, once the double is ready. */
  function whenReady<A extends unknown[], R>(run: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
    return async (...args) => {
      await ready
      return run(...args)
    }
  }

  return {
    simulators,
    seed,
    payer: { pay: whenReady(payer.pay), scan: whenReady(payer.scan) },
    journal,
    clock: {
      kind: clock.kind,
      now: () => clock.now(),
      async advance(duration) {
        const ms = toMilliseconds(duration)
        if (clock.kind === 'system') clock.set(0)
        return scheduler.advance(clock.now() + ms)
      },
    },
    orders: {
      get: whenReady(id => store.getOrder(id)),
      list: whenReady((filter = {}, page) => store.listOrders(filter, page)),
    },
    deliveries: { list: whenReady((filter = {}, page) => store.listDeliveries(filter, page)) },
    accounts: {
      list: whenReady(() => store.listAccounts()),
      get: whenReady((provider, id) => store.getAccount(provider, id)),
      async put(provider, id, changes) {
        await ready
        const simulator = simulatorOf(provider)
        const known = await store.getAccount(provider, id)
        const account = changeAccount(simulator.contract, known ?? newAccount(simulator, id, random), changes)
        const identity = account.credentials[simulator.contract.account.identifiedBy]
        const holder = await store.findAccount(provider, String(identity))
        if (holder && holder.id !== id) {
          throw new PaydoubleError(
            'badAccount',
            `Failed to change the account ${provider}/${id}: the account ${holder.id} has the same ${simulator.contract.account.identifiedBy}.`,
          )
        }
        await store.putAccount(account)
        return account
      },
    },
    faults: { add: fault => faults.add(simulatorOf(fault.provider).contract, fault) },
    async handle(request) {
      await ready
      return answer(parts, request)
    },
    async reset() {
      await ready
      random.reset()
      faults.reset()
      journal.reset()
      scheduler.reset()
      clock.reset()
      await store.reset(initialAccounts)
    },
    async close() {
      callbacks.close()
      await scheduler.idle()
      scheduler.reset()
      clock.reset()
      await store.close()
    },
  }
}

/**
 * The accounts with which a double begins.
 *
 * @param given accounts by provider, instead of the simulators' own
 * @throws PaydoubleError `badAccount`, `unknownProvider`
 */
export function toInitialAccounts(
  simulators: readonly Simulator[],
  given: Readonly<Record<string, readonly AccountSeed[]>>,
  random: Random,
): Account[] {
  const known = simulators.map(({ contract }) => contract.id)
  const stranger = Object.keys(given).find(provider => !known.includes(provider))
  if (stranger !== undefined) {
    throw new PaydoubleError(
      'unknownProvider',
      `Failed to add the accounts of ${JSON.stringify(stranger)}: this double has ${known.join(', ')}.`,
    )
  }
  return simulators.flatMap(simulator => {
    const { contract } = simulator
    const accounts = (given[contract.id] ?? simulator.accounts).map(({ id, ...fields }) =>
      changeAccount(contract, newAccount(simulator, id, random), fields),
    )
    const { identifiedBy } = contract.account
    const id = repeated(accounts.map(account => account.id))
    const identity = repeated(accounts.map(account => String(account.credentials[identifiedBy])))
    if (id === undefined && identity === undefined) return accounts
    const what =
      id === undefined
        ? `two of them have the same ${identifiedBy}`
        : `the id ${JSON.stringify(id)} comes twice`
    throw new PaydoubleError('badAccount', `Failed to add the accounts of ${contract.id}: ${what}.`)
  })
}

/** An account as the simulator knows it by this id, or with invented credentials. */
function newAccount(
  { contract, accounts, inventCredentials }: Simulator,
  id: string,
  random: Random,
): Account {
  const invented = inventCredentials(random.stream(`${contract.id}/accounts/${id}`))
  const account = { provider: contract.id, id, credentials: invented, settings: contract.account.defaults }
  const { id: _, ...fields } = accounts.find(seeded => seeded.id === id) ?? { id }
  return changeAccount(contract, account, fields)
}

function repeated(values: readonly string[]): string | undefined {
  return values.find((value, i) => values.indexOf(value) !== i)
}

/**
 * The account with some fields changed.
 * @throws PaydoubleError `badAccount`
 */
function changeAccount(
  contract: Contract,
  account: Account,
  changes: Readonly<Record<string, unknown>>,
): Account {
  const { credentials, settings } = contract.account
  const known = [...Object.keys(credentials.shape), ...Object.keys(settings.shape)]
  const unknown = Object.keys(changes).find(name => !known.includes(name))
  const failure = (why: string) =>
    new PaydoubleError(
      'badAccount',
      `Failed to change the account ${account.provider}/${account.id}: ${why}. Its fields are ${known.join(', ')}.`,
    )
  if (unknown !== undefined) throw failure(`there is no field ${JSON.stringify(unknown)}`)
  const merged = { ...account.credentials, ...account.settings, ...changes }
  const parsed = z.object({ ...credentials.shape, ...settings.shape }).safeParse(merged)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw failure(`${issue?.path.join('.')} is not right (${issue?.message})`)
  }
  const pick = (names: readonly string[]) => Object.fromEntries(names.map(name => [name, parsed.data[name]]))
  return {
    ...account,
    credentials: pick(Object.keys(credentials.shape)),
    settings: pick(Object.keys(settings.shape)),
  }
}
