import type { Account, Attempt, Delivery, DeliveryStatus, Order, OrderKind, OrderStatus } from './records.ts'

/**
 * Where a double keeps its state. Handlers hold no locks: each method is atomic, in memory as in a
 * database. Records that come out are copies.
 */
export interface Store {
  /**
   * Adds an order, unless another one has its id or one of its keys.
   * @returns the conflict, and nothing was added; or undefined
   */
  insertOrder(order: Order): Promise<Conflict | undefined>
  getOrder(id: string): Promise<Order | undefined>
  /** The order that holds a unique key; see {@link StoreOptions.keysOf}. */
  findOrder(key: string): Promise<Order | undefined>
  /** Newest first. */
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

  /** Newest first. */
  listDeliveries(filter: DeliveryFilter, page?: PageRequest): Promise<Page<Delivery>>
  getDelivery(id: string): Promise<Delivery | undefined>
  /** Adds a delivery that no change of an order calls for, such as one that is sent again. */
  addDelivery(delivery: Delivery): Promise<void>
  /** Writes down an attempt, if there was one, and what follows. */
  recordAttempt(id: string, attempt: Attempt | undefined, next: DeliveryPatch): Promise<Delivery | undefined>

  /**
   * Takes what falls due first, by `until` at the latest, in the order in which it falls due; of one time
   * expiries first, then acts, then deliveries, and of each the older before the newer. That is either
   *
   * - expiries: pending orders whose life is over. They are expired by it, each at its time or, where that
   *   is past, `now`; all of them that come before anything else;
   * - or acts and deliveries that are due by `now`, or at the one moment after it that comes first. An act
   *   stays due until it is taken off its order; the next attempt of a delivery moves `leaseMs` on, so that
   *   nobody else takes it meanwhile.
   */
  claimDue(until: number, options: ClaimOptions): Promise<Due[]>
  /** When the next thing falls due, or undefined. */
  nextDueAt(): Promise<number | undefined>

  /** Adds an account, or replaces the one with its provider and id. */
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

  /** Forgets everything but the accounts given. */
  reset(accounts: readonly Account[]): Promise<void>
  /** Forgets the orders, deliveries and counted calls of one account, and makes it as given. */
  resetAccount(account: Account): Promise<void>
  /** Forgets an account with its orders, deliveries and counted calls. */
  removeAccount(account: Pick<Account, 'provider' | 'id'>): Promise<void>
  close(): Promise<void>
}

export interface StoreOptions {
  /**
   * The unique keys of an order, by their kind, such as `number`. They follow from the order, so a
   * key is held for as long as the order's state yields it.
   */
  readonly keysOf: (order: Order) => Readonly<Record<string, string>>
  /** The values by which requests name an account. */
  readonly identitiesOf: (account: Account) => readonly string[]
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
}

export interface Page<T> {
  readonly items: T[]
  /** Cursor of the next page, or null. */
  readonly next: string | null
}

export interface ClaimOptions {
  /** Epoch milliseconds. */
  readonly now: number
  readonly leaseMs: number
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
