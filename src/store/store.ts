import type {
  Account,
  Attempt,
  Delivery,
  DeliveryStatus,
  JournalEntry,
  Order,
  OrderKind,
  OrderStatus,
} from './records.ts'

/**
 * Where a double keeps its state. Handlers hold no locks: each method is atomic, in memory as in a
 * database. Records that come out are copies.
 */
export interface Store {
  /**
   * Who else may see the state: nobody, and it ends with the process; processes that open it later; or
   * others that work on it at the same time.
   */
  readonly reach: 'process' | 'file' | 'shared'

  /**
   * Begins on the state that is there, or makes this one where there is none: one step, also where several
   * processes begin at once. What a process that has ended was in the middle of is free again.
   *
   * @returns how many processes have begun on this state before; 0 for the one that made it
   * @throws PaydoubleError `storeUnavailable`, `storeUnreadable`, `storeTooNew`
   */
  begin(initial: InitialState): Promise<number>
  /** Forgets everything but what is given. */
  reset(initial: InitialState): Promise<void>

  /**
   * Adds an order, unless another one has its id or one of its keys.
   * @returns the conflict, and nothing was added; or undefined
   */
  insertOrder(order: Order): Promise<Conflict | undefined>
  getOrder(id: string): Promise<Order | undefined>
  /** The order that holds a unique key; see {@link StoreOptions.keysOf}. */
  findOrder(key: string): Promise<Order | undefined>
  /** Newest first, unless the page says otherwise. */
  listOrders(filter: OrderFilter, page?: PageRequest): Promise<Page<Order>>
  /**
   * Compare-and-set: changes the status and adds the outgoing callbacks, both or neither.
   * @returns the order after the change, or undefined where its status was not `from`, or it was not as `when` says
   */
  transition(
    id: string,
    from: OrderStatus,
    to: OrderStatus,
    effects: TransitionEffects,
  ): Promise<Order | undefined>

  /** Newest first, unless the page says otherwise. */
  listDeliveries(filter: DeliveryFilter, page?: PageRequest): Promise<Page<Delivery>>
  getDelivery(id: string): Promise<Delivery | undefined>
  /** Adds a delivery that no change of an order calls for, such as one that is sent again. */
  addDelivery(delivery: Delivery): Promise<void>
  /**
   * Compare-and-set: writes down an attempt, if there was one, and what follows. It ends the claim to the delivery.
   * @returns the delivery after it, or undefined where it was not as `from` says, or another process has claimed it
   */
  recordAttempt(
    id: string,
    attempt: Attempt | undefined,
    next: DeliveryPatch,
    options?: RecordOptions,
  ): Promise<Delivery | undefined>

  /**
   * Takes what falls due first, by `until` at the latest, in the order in which it falls due; of one time
   * expiries first, then acts, then deliveries, and of each the older before the newer. That is either
   *
   * - expiries: pending orders whose life is over. They are expired by it, each at its time or, where that
   *   is past, `now`; all of them that come before anything else;
   * - or acts and deliveries that are due by `now`, or at the one moment after it that comes first. An act
   *   stays due until it is taken off its order. A delivery is claimed: nobody else gets it until its attempt is
   *   recorded, or it is released, or the process that claimed it has ended.
   */
  claimDue(until: number, options: ClaimOptions): Promise<Due[]>
  /** Gives up the claim to a delivery, which is due again as it was. */
  release(id: string): Promise<void>
  /** When the next thing falls due that nobody has claimed, or undefined. */
  nextDueAt(): Promise<number | undefined>

  /**
   * Adds an account, or replaces the one with its provider and id.
   * @throws PaydoubleError `badAccount` where another account has one of its identities, also from what follows here
   */
  putAccount(account: Account): Promise<void>
  getAccount(provider: string, id: string): Promise<Account | undefined>
  /** The account whose identifying credential has this value; see {@link StoreOptions.identitiesOf}. */
  findAccount(provider: string, identity: string): Promise<Account | undefined>
  listAccounts(): Promise<Account[]>
  /**
   * Changes an account as one step.
   *
   * @param update gives the account after the change; it may run more than once
   * @returns the account after the change, or undefined where there is none
   */
  updateAccount(
    provider: string,
    id: string,
    update: (account: Account) => Account,
  ): Promise<Account | undefined>
  /**
   * Lowers a numeric setting by one, unless it is zero. A setting that is null is without limit.
   * @returns whether there was something to spend
   */
  spend(provider: string, id: string, setting: string): Promise<boolean>

  /**
   * Counts a call, unless `limit` calls were counted within the last `windowMs`.
   *
   * @param key begins with provider and account, each followed by a slash
   * @returns whether the call is within the limit
   */
  countCall(key: string, now: number, windowMs: number, limit: number): Promise<boolean>

  /** Forgets the orders, deliveries, counted calls and journal of one account, and makes it as given. */
  resetAccount(account: Account): Promise<void>
  /** Forgets an account with its orders, deliveries, counted calls and journal. */
  removeAccount(account: Pick<Account, 'provider' | 'id'>): Promise<void>

  /**
   * The values whose version is another one than is known here: small things that all see who share the
   * store, such as its clock. By name.
   */
  readValues(known: Readonly<Record<string, number>>): Promise<StoredValue[]>
  /**
   * Compare-and-set of a value with which the state began.
   *
   * @param version the one that it had when it was read
   * @returns its version from now on, one that it never had before; undefined where it has another one than was given
   */
  writeValue(name: string, value: unknown, version: number): Promise<number | undefined>

  /** Adds to the journal, and lets go of what is beyond the newest {@link StoreOptions.journalSize}. */
  appendJournal(entries: readonly JournalEntry[]): Promise<void>
  /** Newest first, unless the page says otherwise. */
  listJournal(filter: JournalFilter, page?: PageRequest): Promise<Page<StoredEntry>>

  /**
   * Lets go of the oldest orders, with their deliveries and whatever their status: those made before a time, and
   * those beyond a number of the newest. Orders with a delivery that is not at its end stay.
   *
   * @returns how many it let go of
   */
  prune(options: PruneOptions): Promise<number>

  /** Calls back when another process has changed something. @returns a function that stops it */
  onNews(listener: () => void): () => void
  close(): Promise<void>
}

/** What a store does with accounts alone. */
export type AccountMethods = Pick<
  Store,
  | 'putAccount'
  | 'getAccount'
  | 'findAccount'
  | 'listAccounts'
  | 'updateAccount'
  | 'spend'
  | 'resetAccount'
  | 'removeAccount'
>

export interface StoreOptions {
  /**
   * The unique keys of an order, by their kind, such as `number`. They follow from the order, so a
   * key is held for as long as the order's state yields it.
   */
  readonly keysOf: (order: Order) => Readonly<Record<string, string>>
  /** The values by which requests name an account. */
  readonly identitiesOf: (account: Account) => readonly string[]
  /** How many entries the journal keeps. Default 1,000. */
  readonly journalSize?: number | undefined
}

export const defaultJournalSize = 1000

/** What a state begins with. */
export interface InitialState {
  readonly accounts: readonly Account[]
  /** By name; plain data. */
  readonly values: Readonly<Record<string, unknown>>
}

export interface StoredValue {
  readonly name: string
  readonly version: number
  readonly value: unknown
}

/** An entry of the journal, with its number in the order in which the store took it. */
export interface StoredEntry extends JournalEntry {
  readonly n: number
}

export interface JournalFilter {
  readonly provider?: string | undefined
  readonly account?: string | undefined
  /** Id of the order. */
  readonly order?: string | undefined
}

export interface PruneOptions {
  /** Epoch milliseconds. */
  readonly before?: number | undefined
  /** How many of the newest stay. */
  readonly keep?: number | undefined
  /** Lets go of at most so many. */
  readonly limit: number
}

export interface TransitionEffects {
  /** What must be so besides the status, for changes that build on what was read. */
  readonly when?: Partial<Pick<Order, 'refunded' | 'paidAt' | 'paidAmount' | 'acts'>> | undefined
  readonly patch?: OrderPatch
  readonly deliveries?: readonly Delivery[]
}

/** Whether an order is as a change expects that builds on what was read. */
export function isAs(order: Order, when: TransitionEffects['when'] = {}): boolean {
  for (const name in when) {
    const [is, expected] = [order[name as keyof typeof when], when[name as keyof typeof when]]
    if (expected !== undefined && JSON.stringify(is) !== JSON.stringify(expected)) return false
  }
  return true
}

/** What may change about an order besides its status: nothing by which it is looked for. */
export type OrderPatch = Partial<
  Pick<Order, 'expiresAt' | 'paidAt' | 'paidAmount' | 'refunded' | 'changedAt' | 'past' | 'acts' | 'fields'>
>

/** Which key was taken: `id`, or a kind of {@link StoreOptions.keysOf}. */
export interface Conflict {
  readonly kind: string
  readonly key: string
}

export interface OrderFilter {
  readonly provider?: string | undefined
  readonly account?: string | undefined
  readonly status?: OrderStatus | undefined
  readonly orderNumber?: string | undefined
  readonly qr?: string | undefined
  readonly kind?: OrderKind | undefined
  /** Of refunds: the id of the payment. */
  readonly original?: string | undefined
  /** Made at this time or later, in epoch milliseconds. */
  readonly createdFrom?: number | undefined
  /** Made at this time or earlier, in epoch milliseconds. */
  readonly createdTo?: number | undefined
}

export type DeliveryPatch = Pick<Delivery, 'status' | 'dueAt'> & Partial<Pick<Delivery, 'behind'>>

export interface RecordOptions {
  /** The delivery as it was read: it must have the same status, and no further attempts. */
  readonly from?: Pick<Delivery, 'status' | 'attempts'> | undefined
}

/** Whether a delivery is as it was read. */
export function isSince(delivery: Delivery, { from = delivery }: RecordOptions = {}): boolean {
  return delivery.status === from.status && delivery.attempts.length === from.attempts.length
}

export interface DeliveryFilter {
  /** Id of the order. */
  readonly order?: string | undefined
  readonly status?: DeliveryStatus | undefined
  readonly callback?: string | undefined
  readonly provider?: string | undefined
  readonly account?: string | undefined
}

export interface PageRequest {
  /** At most this many items. */
  readonly limit?: number | undefined
  /** What the page before gave as `next`. */
  readonly after?: string | undefined
  /** Default: the newest. */
  readonly first?: 'newest' | 'oldest' | undefined
}

export interface Page<T> {
  readonly items: T[]
  /** Cursor of the next page, or null. */
  readonly next: string | null
}

export interface ClaimOptions {
  /** Epoch milliseconds. */
  readonly now: number
  /** At most so many. */
  readonly limit: number
}

/** Something that has fallen due. The order of an expiry is as it is after it. */
export type Due =
  | { readonly kind: 'expiry'; readonly dueAt: number; readonly order: Order }
  | { readonly kind: 'act'; readonly dueAt: number; readonly order: Order }
  | { readonly kind: 'delivery'; readonly dueAt: number; readonly delivery: Delivery }

export const defaultPageSize = 50

/**
 * The items of all pages, in the order of the pages; a further page is read only when it is asked for.
 *
 * @example
 * for await (const order of itemsOf(page => store.listOrders({ status: 'pending' }, page))) …
 */
export async function* itemsOf<T>(list: (page: PageRequest) => Promise<Page<T>>): AsyncGenerator<T> {
  let after: string | null | undefined
  while (after !== null) {
    const page: Page<T> = await list({ limit: largestPage, after })
    yield* page.items
    after = page.next
  }
}

/** How many items are read in one go where all of them are wanted. */
const largestPage = 500
