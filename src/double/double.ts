import { PaydoubleError } from '../contract/index.ts'
import { type Account, accountKey, type Delivery, type Order } from '../store/records.ts'
import type { Counts } from '../store/state-record.ts'
import type { DeliveryFilter, OrderFilter, Page, PageRequest, Store, StoreOptions } from '../store/store.ts'
import { type Accounts, createAccounts, toInitialAccounts } from './accounts.ts'
import { type CallbackControl, createCallbackControl } from './callback-control.ts'
import { createCallbackPolicy } from './callback-policy.ts'
import { createCallbacks, type Deliver } from './callbacks.ts'
import { createChanges } from './changes.ts'
import { checkWhole } from './check-whole.ts'
import {
  againAndAgain,
  type Clock,
  type ClockState,
  createManualClock,
  furtherOf,
  toMilliseconds,
} from './clock.ts'
import { type ClockControl, createClockControl } from './clock-control.ts'
import { checkFault, type Fault } from './fault.ts'
import { createFaults, type Rule, type RuleFilter } from './faults.ts'
import { createJournal, type Exchange, type Journal } from './journal.ts'
import { storeOptionsFor } from './keys.ts'
import type { Answer } from './network.ts'
import { createPayer, type Payer } from './payer.ts'
import { answer, type PipelineParts } from './pipeline.ts'
import type { Plan } from './plan.ts'
import { createProgress } from './progress.ts'
import { createRandom } from './random.ts'
import { createRetention } from './retention.ts'
import { createRouter, type IncomingRequest } from './router.ts'
import { createScheduler, type Perform } from './scheduler.ts'
import { createSharedState } from './shared.ts'
import type { AccountSeed, Simulator } from './simulator.ts'
import { createStateControl, type StateControl } from './state-control.ts'

/** A running set of simulators with one store, one clock and one seed. */
export interface Double {
  /** Whether other processes may work on the same state at this moment. */
  readonly isShared: boolean
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
  readonly accounts: Accounts
  readonly callbacks: CallbackControl
  readonly journal: Pick<Journal, 'list' | 'read'>
  readonly faults: {
    /**
     * Has something go wrong: a plain value, or several that are taken in their order.
     * @throws PaydoubleError `unknownProvider`, `badFault`, `unknownError`
     */
    add(fault: Fault | readonly Fault[]): Rule[]
    /** The rules that are not used up. */
    list(): Rule[]
    /**
     * Takes rules away: all, or those of an account, or one by its id.
     * @throws PaydoubleError `faultUnknown`
     */
    remove(filter?: RuleFilter): void
  }
  readonly state: StateControl
  /** Answers one request for a provider. Never throws. */
  handle(request: IncomingRequest): Promise<Answer>
  /**
   * Makes the double new, with the seed and the faults of a plan.
   * @throws PaydoubleError `unknownProvider`, `badFault`, `unknownError`
   */
  apply(plan: Plan): Promise<void>
  /** As it was when it was new: no orders, the accounts of the start, the same random values again. */
  reset(): Promise<void>
  /**
   * Resolves when what was changed here is where other processes see it, and what they have changed is known
   * here. Whatever gives a promise waits for that by itself.
   */
  sync(): Promise<void>
  close(): Promise<void>
  /** Aborted once the double is closed. */
  readonly closed: AbortSignal
}

export interface AssembleOptions {
  readonly simulators: readonly Simulator[]
  readonly createStore: (options: StoreOptions) => Store
  readonly deliver: Deliver
  /** Default: a manual clock. */
  readonly clock?: Clock
  /** A 32-bit whole number. Default 1. */
  readonly seed?: number
  /** Whether a state that is there, and was begun with another seed, is an error. Default false: its seed holds. */
  readonly refuseOtherSeed?: boolean
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
  /** Called with each exchange that is over, before its answer is out: it must not take long, or throw. */
  readonly onExchange?: ((exchange: Exchange) => void) | undefined
  /** Called with each delivery that was tried. It must not throw either. */
  readonly onAttempt?: ((delivery: Delivery) => void) | undefined
  /** What is let go of by and by. Default: no order, and all but the last 1,000 requests. */
  readonly retention?: RetentionOptions
}

export interface RetentionOptions {
  /** How many of the newest orders stay, with their callbacks; there may be some more, a tenth or a hundred. */
  readonly orders?: number | undefined
  /** How long orders stay, on the clock of the double: milliseconds, or a text such as `7d`. */
  readonly age?: number | string | undefined
  /** How many requests the journal keeps. */
  readonly requests?: number | undefined
}

/** What a double begins with, each time that it is made new. */
interface Life {
  /** Grows with each reset. */
  readonly n: number
  readonly seed: number
  readonly accounts: readonly Account[]
  readonly faults: readonly Fault[]
  /** Of which state it goes on, if it was loaded: it must not draw the values of that one again. */
  readonly loaded?: string
  /** How often an account was reset or removed meanwhile, by its key: for others who share the store. */
  readonly forgotten?: Readonly<Record<string, number>>
}

/** How often a double that shares its state looks whether others have left something undone, in real milliseconds. */
const lookRoundMs = 1000

/** Puts a double together. It may be used at once: whatever is asked of it waits until its accounts are in the store. */
export function assembleDouble(options: AssembleOptions): Double {
  const { simulators, deliver, clock = createManualClock(), seed = 1 } = options
  const { rateLimits = true, markers = false, callbackMode: mode = 'push' } = options
  const contracts = new Map(simulators.map(simulator => [simulator.contract.id, simulator]))
  const random = createRandom(seed)
  const checkFaults = (given: readonly Fault[]) =>
    given.map(fault => checkFault(simulatorOf(fault.provider).contract, fault))
  // From a source of its own, so that all who begin on one state know them by its seed.
  const inventAccounts = (from: number) =>
    toInitialAccounts(simulators, options.accounts ?? {}, createRandom(from))
  let life: Life = { n: 1, seed, accounts: inventAccounts(seed), faults: checkFaults(options.faults ?? []) }

  const { orders, age, requests: journalSize } = options.retention ?? {}
  const kept = options.createStore({ ...storeOptionsFor(simulators), journalSize })
  const retention = createRetention(kept, clock, {
    orders,
    ageMs: age === undefined ? undefined : toMilliseconds(age),
    expect: at => scheduler.expect(at),
  })
  const { store } = retention
  const isShared = store.reach === 'shared'
  const shared = createSharedState(store)
  const sharedLife = shared.add('life', () => life, live)
  const sharedClock = shared.add<ClockState>('clock', () => clock.state(), clock.adopt)
  const stopMoves = clock.onMove(() => {
    const state = clock.state()
    sharedClock.change(before => furtherOf(before, state))
  })
  const journal = createJournal(journalSize, store, options.onExchange)
  const faults = createFaults(random, shared, () => life.faults)
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
    onTried: options.onAttempt,
  })
  const changes = createChanges({ simulatorOf, store, clock, callbacks })
  const perform: Perform = async (order, act) => {
    if (act.do === 'settle') return (await changes.apply(order, 'paid'))?.order
    const { amount, late } = act
    // An act that comes to nothing, such as paying what was closed, is in the journal.
    const payment = await payer
      .pay(order.id, { ...(amount !== null && { amount }), late })
      .catch(() => undefined)
    return payment?.order
  }
  const scheduler = createScheduler(store, clock, callbacks, {
    perform,
    onMoved: isShared ? shared.sync : undefined,
  })
  const payer = createPayer({ simulators, store, clock, changes, scheduler, journal })
  const progress = createProgress({ store, clock, perform, onDue: at => scheduler.expect(at) })
  const router = createRouter(simulators)
  const parts: PipelineParts = {
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
    catchUp: isShared ? shared.sync : undefined,
    rateLimits,
    markers,
  }
  const addFaults = (checked: readonly Fault[]) => checked.map(fault => faults.add(fault))
  const { signal: closed } = closing
  const control = createCallbackControl({ simulatorOf, store: kept, clock, callbacks, scheduler, closed })
  const accounts = createAccounts({
    simulatorOf,
    store,
    random,
    shared,
    initial: () => life.accounts,
    forget(provider, id) {
      faults.forget(provider, id)
      leaveOffAccount(provider, id)
    },
    forgotten(provider, id) {
      if (!isShared) return
      const key = accountKey({ provider, id })
      sharedLife.change(before => ({
        ...before,
        forgotten: { ...before.forgotten, [key]: (before.forgotten?.[key] ?? 0) + 1 },
      }))
      life = sharedLife.current
    },
  })
  let isReady = false
  let ready = untilReady(begin())
  // A failure is told to whoever uses the double.
  ready.catch(() => {})
  const stopNews = store.onNews(() => {
    shared.sync().then(callbacks.tellAttempt, () => {})
  })
  const state = createStateControl({
    simulators,
    store: kept,
    journal,
    shared,
    prepare() {
      const before = life
      return { n: before.n + 1, empty: () => restart(before) }
    },
    onReset() {
      life = sharedLife.current
      leaveOff(life)
      // What is not due yet must not fall due while it is being loaded.
      clock.adopt(sharedClock.current)
    },
    onLoaded(loaded) {
      life = { ...life, loaded }
      random.reseed(life.seed, isShared ? random.begun : 0, loaded)
      sharedLife.change(before => ({ ...before, loaded }))
      scheduler.runSoon()
      retention.run()
    },
  })
  const rounds = isShared ? againAndAgain(lookRoundMs, lookRound) : undefined

  function simulatorOf(provider: string): Simulator {
    const simulator = contracts.get(provider)
    if (simulator) return simulator
    throw new PaydoubleError(
      'unknownProvider',
      `Failed to find the provider ${JSON.stringify(provider)}: this double has ${[...contracts.keys()].join(', ')}.`,
    )
  }

  async function begin(): Promise<void> {
    const configured = life
    const before = await shared.begin(configured.accounts)
    if (before === 0) return
    checkWhole(life)
    if (options.refuseOtherSeed && life.seed !== seed) {
      throw new PaydoubleError(
        'otherSeed',
        `Failed to begin with the seed ${seed}: the state that is there was begun with ${life.seed}. Leave the seed out, or begin on another state.`,
      )
    }
    random.reseed(life.seed, before, life.loaded)
    await configure(configured)
    scheduler.runSoon()
    retention.run()
  }

  /**
   * Has a state that is there take over what was configured otherwise since it was made. Where others work on it
   * at this moment it stays as it is, but for accounts that are new.
   */
  async function configure(configured: Life): Promise<void> {
    const known = new Map(life.accounts.map(account => [accountKey(account), account]))
    const wanted = inventAccounts(life.seed).filter(account => {
      const before = known.get(accountKey(account))
      return before === undefined || (!isShared && !isSame(before, account))
    })
    for (const account of wanted) await store.putAccount(account)
    const isOtherPlan = !isShared && !isSame(life.faults, configured.faults)
    if (isOtherPlan) faults.restart(configured.faults)
    if (wanted.length === 0 && !isOtherPlan) return
    for (const account of wanted) known.set(accountKey(account), account)
    const next = { accounts: [...known.values()], ...(isOtherPlan && { faults: configured.faults }) }
    sharedLife.change(before => ({ ...before, ...next }))
    life = sharedLife.current
    await shared.sync()
  }

  /** The accounts with which a double of this seed begins, and those of providers that others serve. */
  function accountsFrom(from: number): Account[] {
    return [...life.accounts.filter(({ provider }) => !contracts.has(provider)), ...inventAccounts(from)]
  }

  /** Another process has made the double new, or this one has begun on a state that was there. */
  function live(next: Life): void {
    const isNew = next.n !== life.n || next.seed !== life.seed || next.loaded !== life.loaded
    const { forgotten = {} } = life
    life = next
    if (!isNew) {
      for (const key in next.forgotten) {
        const [provider = ''] = key.split('/', 1)
        if (next.forgotten[key] !== forgotten[key]) leaveOffAccount(provider, key.slice(provider.length + 1))
      }
      return
    }
    leaveOff(next)
    clock.adopt(sharedClock.current)
  }

  /** Forgets what this process knows of what an account did. */
  function leaveOffAccount(provider: string, id: string): void {
    callbacks.breakOff(provider, id)
    journal.forget(provider, id)
    random.reset(`${provider}/${id}/`)
  }

  /** Forgets what this process knows of the life before. */
  function leaveOff({ seed, loaded }: Pick<Life, 'seed' | 'loaded'>): void {
    callbacks.breakOff()
    random.reseed(seed, isShared ? random.begun : 0, loaded)
    journal.reset()
    scheduler.reset()
    clock.reset()
  }

  async function restart({ seed, accounts, faults }: Omit<Life, 'n' | 'loaded'>): Promise<void> {
    life = { seed, accounts, faults, n: life.n + 1 }
    leaveOff(life)
    await shared.reset(life.accounts)
  }

  /** Goes on with a state that was loaded. Whatever is asked meanwhile waits until it is there. */
  function load(...given: Parameters<StateControl['load']>): Promise<Counts> {
    const loading = ready.then(() => state.load(...given))
    ready = untilReady(loading.catch(() => {}))
    return loading
  }

  /** Another one may have begun meanwhile: then it is for that to say so. */
  function untilReady(work: Promise<unknown>): Promise<void> {
    isReady = false
    const done = work.then(() => {
      isReady = ready === done
    })
    return done
  }

  async function lookRound(): Promise<void> {
    await ready
    await shared.sync()
    await scheduler.runDue()
  }

  /** The same function, once the double is ready and knows what others have done; others then know of it as well. */
  function whenReady<A extends unknown[], R>(run: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
    return async (...args) => {
      await ready
      if (isShared) await shared.sync()
      const result = await run(...args)
      await shared.sync()
      return result
    }
  }

  return {
    isShared,
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
    journal: { list: journal.list, read: whenReady(journal.read) },
    callbacks: control,
    clock: createClockControl(clock, scheduler, () => ready),
    orders: {
      get: whenReady(id => store.getOrder(id)),
      list: whenReady((filter = {}, page) => store.listOrders(filter, page)),
    },
    deliveries: {
      list: whenReady((filter = {}, page) => store.listDeliveries(filter, page)),
      get: whenReady(control.get),
    },
    accounts: {
      list: whenReady(accounts.list),
      get: whenReady(accounts.get),
      put: whenReady(accounts.put),
      create: whenReady(accounts.create),
      reset: whenReady(accounts.reset),
      remove: whenReady(accounts.remove),
    },
    faults: {
      add: given => addFaults(checkFaults('provider' in given ? [given] : given)),
      list: () => faults.list(),
      remove: filter => faults.remove(filter),
    },
    state: {
      async *dump(version) {
        await ready
        yield* state.dump(version)
      },
      load: whenReady(load),
    },
    handle: request => (isReady ? answer(parts, request) : ready.then(() => answer(parts, request))),
    async apply(plan) {
      await ready
      const checked = checkFaults(plan.faults ?? [])
      const from = plan.seed ?? random.seed
      await restart({ seed: from, accounts: accountsFrom(from), faults: checked })
    },
    reset: whenReady(() => restart(life)),
    async sync() {
      await ready
      await shared.sync()
    },
    closed,
    async close() {
      closing.abort()
      rounds?.cancel()
      stopNews()
      stopMoves()
      retention.close()
      scheduler.reset()
      callbacks.breakOff()
      await scheduler.idle()
      await ready.then(journal.flush).catch(() => {})
      clock.reset()
      await store.close()
    },
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
