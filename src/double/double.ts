import * as z from 'zod'
import { type Contract, PaydoubleError } from '../contract/index.ts'
import { type Account, accountKey, type Delivery, type Order } from '../store/records.ts'
import type { DeliveryFilter, OrderFilter, Page, PageRequest, Store, StoreOptions } from '../store/store.ts'
import { type CallbackControl, createCallbackControl } from './callback-control.ts'
import { createCallbackPolicy } from './callback-policy.ts'
import { createCallbacks, type Deliver } from './callbacks.ts'
import { createChanges } from './changes.ts'
import { type Clock, checkMoment, createManualClock, toMilliseconds } from './clock.ts'
import { createFaults, type Fault, type Rule, type RuleFilter } from './faults.ts'
import { createJournal, type Journal } from './journal.ts'
import { storeOptionsFor } from './keys.ts'
import type { Answer } from './network.ts'
import { createPayer, type Payer } from './payer.ts'
import { answer } from './pipeline.ts'
import type { Plan } from './plan.ts'
import { createProgress } from './progress.ts'
import { createRandom, hexDigits, type Random } from './random.ts'
import { createRouter, type IncomingRequest } from './router.ts'
import { createScheduler, type Fired, type Perform } from './scheduler.ts'
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
    /** @throws PaydoubleError `deliveryUnknown` */
    get(id: string): Promise<Delivery>
  }
  readonly accounts: {
    list(): Promise<Account[]>
    get(provider: string, id: string): Promise<Account | undefined>
    /**
     * Changes credentials or settings of an account, or adds one.
     * @throws PaydoubleError `unknownProvider`, `badAccount`
     */
    put(provider: string, id: string, changes: Readonly<Record<string, unknown>>): Promise<Account>
    /**
     * Adds an account of its own, with an invented id and invented credentials: for a test that shares the double
     * with others, and sees nothing of them.
     * @throws PaydoubleError `unknownProvider`, `badAccount`
     */
    create(provider: string, changes?: Readonly<Record<string, unknown>>): Promise<Account>
    /**
     * Forgets what one account did: its orders, deliveries, faults and journal. Its settings are again as
     * they were at first; those of an account that was added stay.
     * @throws PaydoubleError `unknownProvider`, `accountUnknown`
     */
    reset(provider: string, id: string): Promise<Account>
  }
  readonly callbacks: CallbackControl
  readonly journal: Pick<Journal, 'list'>
  readonly faults: {
    /**
     * Has something go wrong: a plain value, or several that are taken in their order.
     * @throws PaydoubleError `unknownProvider`, `badFault`, `unknownError`
     */
    add(fault: Fault | readonly Fault[]): Rule[]
    /** The rules that are not used up. */
    list(): Rule[]
    /** Takes rules away: all, or those of an account, or one by its id. */
    remove(filter?: RuleFilter): void
  }
  /** Answers one request for a provider. Never throws. */
  handle(request: IncomingRequest): Promise<Answer>
  /**
   * Makes the double new, with the seed and the faults of a plan.
   * @throws PaydoubleError `unknownProvider`, `badFault`, `unknownError`
   */
  apply(plan: Plan): Promise<void>
  /** As it was when it was new: no orders, the accounts of the start, the same random values again. */
  reset(): Promise<void>
  close(): Promise<void>
  /** Aborted once the double is closed. */
  readonly closed: AbortSignal
}

export interface ClockControl {
  readonly kind: Clock['kind']
  /** Epoch milliseconds. */
  now(): number
  /**
   * Moves the clock on, by milliseconds or a text such as `30m`, and runs what falls due on the way, in
   * its order: expiries, acts of payers, callbacks and their retries.
   * @returns what happened
   * @throws PaydoubleError `badDuration`, `badMoment`
   */
  advance(duration: number | string): Promise<Fired[]>
  /**
   * Moves the clock on to a moment: epoch milliseconds, or a text such as `2026-01-02T09:00:00+08:00`.
   * @throws PaydoubleError `badMoment`, `clockGoesBack`
   */
  set(moment: number | string): Promise<Fired[]>
  /** Has the clock stand still. */
  freeze(): void
  /** Has the clock run with the system's time, from where it stands. */
  resume(): void
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
  /** Whether `paydouble:error=1205` in a text of a request asks for a fault, as the header does. Default false. */
  readonly markers?: boolean
  /** `push` sends callbacks; `pull` holds them in an outbox until they are fetched. Default push. */
  readonly callbackMode?: 'push' | 'pull'
  /** What goes wrong from the beginning, and again after a reset. */
  readonly faults?: readonly Fault[]
  /** Accounts by provider, instead of the simulators' own. */
  readonly accounts?: Readonly<Record<string, readonly AccountSeed[]>>
}

/** Puts a double together. It may be used at once: whatever is asked of it waits until its accounts are in the store. */
export function assembleDouble(options: AssembleOptions): Double {
  const { simulators, deliver, clock = createManualClock(), seed = 1 } = options
  const { rateLimits = true, markers = false, callbackMode: mode = 'push' } = options
  const contracts = new Map(simulators.map(simulator => [simulator.contract.id, simulator]))
  const store = options.createStore(storeOptionsFor(simulators))
  const random = createRandom(seed)
  const journal = createJournal()
  const faults = createFaults(random)
  const callbackPolicy = createCallbackPolicy(options.allowedCallbackHosts)
  const closing = new AbortController()
  const callbacks = createCallbacks({
    simulatorOf,
    store,
    clock,
    random,
    faults,
    policy: callbackPolicy,
    deliver,
    mode,
    onDue: () => scheduler.runSoon(),
  })
  const changes = createChanges({ simulatorOf, store, clock, callbacks })
  const scheduler = createScheduler(store, clock, callbacks, (order, act) => perform(order, act))
  const payer = createPayer({ simulators, store, clock, changes, scheduler, journal })
  const perform: Perform = async (order, act) => {
    if (act.do === 'settle') return (await changes.apply(order, 'paid'))?.order
    const { amount, late } = act
    // An act that comes to nothing, such as paying what was closed, is in the journal.
    const payment = await payer
      .pay(order.id, { ...(amount !== null && { amount }), late })
      .catch(() => undefined)
    return payment?.order
  }
  const progress = createProgress({ store, clock, faults, perform })
  const router = createRouter(simulators)
  const parts = {
    router,
    store,
    clock,
    random,
    faults,
    journal,
    scheduler,
    callbackPolicy,
    changes,
    progress,
    rateLimits,
    markers,
  }
  const initialAccounts = toInitialAccounts(simulators, options.accounts ?? {}, random)
  const addFaults = (given: readonly Fault[]) =>
    given.map(fault => faults.add(simulatorOf(fault.provider).contract, fault))
  let initialFaults = options.faults ?? []
  addFaults(initialFaults)
  const ready = store.reset(initialAccounts)
  const control = createCallbackControl({ simulatorOf, store, clock, callbacks, scheduler })

  function simulatorOf(provider: string): Simulator {
    const simulator = contracts.get(provider)
    if (simulator) return simulator
    throw new PaydoubleError(
      'unknownProvider',
      `Failed to find the provider ${JSON.stringify(provider)}: this double has ${[...contracts.keys()].join(', ')}.`,
    )
  }

  async function reset(): Promise<void> {
    random.reset()
    faults.remove()
    journal.reset()
    scheduler.reset()
    clock.reset()
    await store.reset(initialAccounts)
    addFaults(initialFaults)
  }

  function moveTo(moment: number): Promise<Fired[]> {
    checkMoment(moment, clock.now())
    return scheduler.advance(moment)
  }

  /** The same function, once the double is ready. */
  function whenReady<A extends unknown[], R>(run: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
    return async (...args) => {
      await ready
      return run(...args)
    }
  }

  async function putAccount(
    provider: string,
    id: string,
    given: Readonly<Record<string, unknown>>,
  ): Promise<Account> {
    const simulator = simulatorOf(provider)
    const { contract } = simulator
    const known = await store.getAccount(provider, id)
    const account = changeAccount(contract, known ?? newAccount(simulator, id, random), given)
    const identity = account.credentials[contract.account.identifiedBy]
    const holder = await store.findAccount(provider, String(identity))
    if (holder && holder.id !== id) {
      throw new PaydoubleError(
        'badAccount',
        `Failed to change the account ${provider}/${id}: the account ${holder.id} has the same ${contract.account.identifiedBy}.`,
      )
    }
    await store.putAccount(account)
    return account
  }

  return {
    simulators,
    get seed() {
      return random.seed
    },
    payer: {
      pay: whenReady(payer.pay),
      scan: whenReady(payer.scan),
      decline: whenReady(payer.decline),
      walkAway: whenReady(payer.walkAway),
    },
    journal,
    callbacks: control,
    clock: {
      get kind() {
        return clock.kind
      },
      now: () => clock.now(),
      advance: whenReady(async duration => moveTo(clock.now() + toMilliseconds(duration))),
      set: whenReady(async moment => moveTo(typeof moment === 'string' ? Date.parse(moment) : moment)),
      freeze: () => clock.freeze(),
      resume() {
        clock.resume()
        scheduler.runSoon()
      },
    },
    orders: {
      get: whenReady(id => store.getOrder(id)),
      list: whenReady((filter = {}, page) => store.listOrders(filter, page)),
    },
    deliveries: {
      list: whenReady((filter = {}, page) => store.listDeliveries(filter, page)),
      get: whenReady(control.get),
    },
    accounts: {
      list: whenReady(() => store.listAccounts()),
      get: whenReady((provider, id) => store.getAccount(provider, id)),
      put: whenReady(putAccount),
      create: whenReady((provider, changes = {}) => {
        const { contract } = simulatorOf(provider)
        const id = `acc_${random.stream(`${contract.id}/accounts`).text(12, hexDigits)}`
        return putAccount(provider, id, changes)
      }),
      reset: whenReady(async (provider, id) => {
        simulatorOf(provider)
        const known = await store.getAccount(provider, id)
        if (!known) {
          throw new PaydoubleError(
            'accountUnknown',
            `Failed to reset the account ${provider}/${id}: there is none. "paydouble accounts" lists them.`,
          )
        }
        const key = accountKey(known)
        const account = initialAccounts.find(initial => accountKey(initial) === key) ?? known
        await store.resetAccount(account)
        faults.remove({ provider, account: id })
        journal.forget(provider, id)
        random.reset(`${provider}/${id}/`)
        return account
      }),
    },
    faults: {
      add: given => addFaults('provider' in given ? [given] : given),
      list: () => faults.list(),
      remove: filter => faults.remove(filter),
    },
    async handle(request) {
      await ready
      return answer(parts, request)
    },
    async apply(plan) {
      await ready
      initialFaults = plan.faults ?? []
      if (plan.seed !== undefined) random.reseed(plan.seed)
      await reset()
    },
    reset: whenReady(reset),
    closed: closing.signal,
    async close() {
      closing.abort()
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
