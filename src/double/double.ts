import { PaydoubleError } from '../contract/index.ts'
import type { Delivery, Order } from '../store/records.ts'
import type { DeliveryFilter, OrderFilter, Page, PageRequest, Store, StoreOptions } from '../store/store.ts'
import { type Accounts, createAccounts, toInitialAccounts } from './accounts.ts'
import { type CallbackControl, createCallbackControl } from './callback-control.ts'
import { createCallbackPolicy } from './callback-policy.ts'
import { createCallbacks, type Deliver } from './callbacks.ts'
import { createChanges } from './changes.ts'
import { type Clock, createManualClock } from './clock.ts'
import { type ClockControl, createClockControl } from './clock-control.ts'
import { checkFault, type Fault } from './fault.ts'
import { createFaults, type Rule, type RuleFilter } from './faults.ts'
import { createJournal, type Journal } from './journal.ts'
import { storeOptionsFor } from './keys.ts'
import type { Answer } from './network.ts'
import { createPayer, type Payer } from './payer.ts'
import { answer, type PipelineParts } from './pipeline.ts'
import type { Plan } from './plan.ts'
import { createProgress } from './progress.ts'
import { createRandom } from './random.ts'
import { createRouter, type IncomingRequest } from './router.ts'
import { createScheduler, type Perform } from './scheduler.ts'
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
  readonly accounts: Accounts
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
    /**
     * Takes rules away: all, or those of an account, or one by its id.
     * @throws PaydoubleError `faultUnknown`
     */
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
    rateLimits,
    markers,
  }
  const inventAccounts = () => toInitialAccounts(simulators, options.accounts ?? {}, random)
  const checkFaults = (given: readonly Fault[]) =>
    given.map(fault => checkFault(simulatorOf(fault.provider).contract, fault))
  const addFaults = (checked: readonly Fault[]) => checked.map(fault => faults.add(fault))
  let initialFaults = checkFaults(options.faults ?? [])
  addFaults(initialFaults)
  let initialAccounts = inventAccounts()
  const ready = store.reset(initialAccounts)
  const { signal: closed } = closing
  const control = createCallbackControl({ simulatorOf, store, clock, callbacks, scheduler, closed })
  const accounts = createAccounts({
    simulatorOf,
    store,
    random,
    initial: () => initialAccounts,
    forget(provider, id) {
      callbacks.breakOff(provider, id)
      faults.forget(provider, id)
      journal.forget(provider, id)
      random.reset(`${provider}/${id}/`)
    },
  })

  function simulatorOf(provider: string): Simulator {
    const simulator = contracts.get(provider)
    if (simulator) return simulator
    throw new PaydoubleError(
      'unknownProvider',
      `Failed to find the provider ${JSON.stringify(provider)}: this double has ${[...contracts.keys()].join(', ')}.`,
    )
  }

  async function reset(): Promise<void> {
    callbacks.breakOff()
    random.reset()
    faults.reset()
    journal.reset()
    scheduler.reset()
    clock.reset()
    await store.reset(initialAccounts)
    addFaults(initialFaults)
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
    async handle(request) {
      await ready
      return answer(parts, request)
    },
    async apply(plan) {
      await ready
      initialFaults = checkFaults(plan.faults ?? [])
      random.reseed(plan.seed ?? random.seed)
      initialAccounts = inventAccounts()
      await reset()
    },
    reset: whenReady(reset),
    closed,
    async close() {
      closing.abort()
      scheduler.reset()
      callbacks.breakOff()
      await scheduler.idle()
      clock.reset()
      await store.close()
    },
  }
}
