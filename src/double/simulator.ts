import type * as z from 'zod'
import type { Contract, Finding } from '../contract/index.ts'
import type { Order, OrderStatus } from '../store/records.ts'
import type { OrderFilter, Page, PageRequest, TransitionEffects } from '../store/store.ts'
import type { RandomStream } from './random.ts'

/** How one provider behaves: an async function per operation, and what follows when an order is paid. */
export interface Simulator<C extends Contract = Contract> {
  readonly contract: C
  /** The accounts of a new double. Their credentials are invented, constant and public. */
  readonly accounts: readonly AccountSeed[]
  /** Invents the credentials of a further account. */
  readonly inventCredentials: (random: RandomStream) => Record<string, unknown>
  readonly operations: {
    readonly [K in keyof C['operations'] & string]: (
      params: ParamsOf<C, K>,
      context: Context<C>,
    ) => Promise<BodyOf<C, K> | PageAnswer>
  }
  /**
   * What must be unique about an order, by kind. A key is held for as long as the order's state
   * yields it. Keys need no provider or account in them.
   */
  readonly keysOf: (order: Order) => Readonly<Record<string, string>>
  /**
   * Which order a payment is for, where the provider goes by the amount and not by the QR code.
   * Without it, the order whose code was scanned is the one that is paid.
   */
  readonly matchPayment?: (payment: Transfer, context: MatchContext) => Promise<Order | undefined>
  /** The texts of QR codes by which an order can be paid, each with its channel, where it is more than `order.qr`. */
  readonly codesOf?: (order: Order) => Readonly<Record<string, string>>
  /**
   * Whether the provider learns of it when the payer declines, so that the order fails. Otherwise the
   * order goes on waiting.
   */
  readonly failsWhenDeclined?: boolean
  /** The callbacks that follow when an order is paid, or when a refund has come through. */
  readonly callbacksOf?: (
    order: Order,
    settings: SettingsOf<C>,
    channel: string | undefined,
  ) => readonly OutgoingCallback[]
}

/** An account to begin with: its id, and those credentials and settings that are not invented or default. */
export interface AccountSeed {
  readonly id: string
  readonly [field: string]: unknown
}

/** What an operation is given besides its parameters. */
export interface Context<C extends Contract = Contract> {
  readonly account: {
    readonly id: string
    readonly credentials: z.output<C['account']['credentials']>
    readonly settings: SettingsOf<C>
  }
  /** Epoch milliseconds; the same all through one request. */
  readonly now: number
  /** Milliseconds that the request has taken so far, on the double's clock. */
  elapsedMs(): number
  random(stream: string): RandomStream
  /**
   * Stores a new order. The draft is made again, from fresh random values, where another order
   * happens to have its id.
   */
  createOrder(draft: () => OrderDraft): Promise<{ order: Order } | { conflict: string }>
  /** The account's order with this id. */
  findOrder(id: string): Promise<Order | undefined>
  /** The account's newest order with the merchant's number. */
  findByOrderNumber(orderNumber: string): Promise<Order | undefined>
  /** The account's orders, newest first. */
  listOrders(filter: Omit<OrderFilter, 'provider' | 'account'>, page?: PageRequest): Promise<Page<Order>>
  /**
   * Changes the status of an order, and sends the callbacks that follow once the answer is out.
   *
   * @param effects.when what must be so besides the status, where the change builds on what was read
   * @returns the order after the change, or undefined where it was no longer as `order` or `when` says
   */
  transition(
    order: Order,
    to: OrderStatus,
    effects?: Pick<TransitionEffects, 'when' | 'patch'>,
  ): Promise<Order | undefined>
  /**
   * The order as a query finds it now: a plan may have the query lag behind. An order that was shown
   * counts as queried.
   */
  show(order: Order): Promise<Order>
  /** Changes the account's settings as one step; `update` may run more than once. */
  updateSettings(update: (settings: SettingsOf<C>) => Partial<SettingsOf<C>>): Promise<void>
  /** Lowers a numeric setting of the account by one; false if nothing was left. */
  spend(setting: keyof SettingsOf<C> & string): Promise<boolean>
  /** Whether a callback may be sent to this address. */
  mayCall(url: string): boolean
  /** Answers with a row of the error table. */
  fail(errorName: keyof C['errors'] & string, finding?: Finding): never
  /** Leaves a finding in the journal. */
  note(finding: Finding): void
}

/** What a simulator says of a new order; the engine adds provider, account, status and time. */
export type OrderDraft = Pick<Order, 'id' | 'orderNumber' | 'amount' | 'qr'> &
  Partial<Pick<Order, 'currency' | 'expiresAt' | 'fields' | 'kind' | 'original' | 'acts'>>

/** Marks a page: no field of a provider's answer can be it, also where this package is there twice. */
const pageKey: unique symbol = Symbol.for('paydouble.page')

/** An answer that is a page for the payer's browser. */
export interface PageAnswer {
  readonly [pageKey]: string
}

/** @param html the whole document */
export function toPage(html: string): PageAnswer {
  return { [pageKey]: html }
}

/** The document of an answer that is a page; undefined where it is none. */
export function pageOf(answer: unknown): string | undefined {
  return (answer as Partial<PageAnswer>)[pageKey]
}

/** Money that a payer sends: who gets it, by which code, how much in minor units. */
export interface Transfer {
  readonly account: string
  readonly order: Order
  readonly amount: number
  /** The channel of the code that was scanned, if one was; see {@link Simulator.codesOf}. */
  readonly channel: string | undefined
}

export interface MatchContext {
  findOrder(account: string, kind: string, key: string): Promise<Order | undefined>
}

export interface OutgoingCallback {
  /** Its name in the contract. */
  readonly callback: string
  readonly url: string
  readonly payload: Readonly<Record<string, unknown>>
}

export type ParamsOf<C extends Contract, K extends string> = z.output<C['operations'][K]['request']['schema']>
export type BodyOf<C extends Contract, K extends string> = z.input<C['operations'][K]['response']>
export type SettingsOf<C extends Contract> = z.output<C['account']['settings']>

/** Typed identity: a simulator for a contract. */
export function defineSimulator<C extends Contract>(
  contract: C,
  rest: Omit<Simulator<C>, 'contract'>,
): Simulator {
  // The engine hands each function what its own schema has parsed, which the general type cannot say.
  return { contract, ...rest } as unknown as Simulator
}

/** When an order expires whose account has the setting `expiryMinutes`, in epoch milliseconds; null for never. */
export function expiryOf(settings: { readonly expiryMinutes: number | null }, now: number): number | null {
  return settings.expiryMinutes === null ? null : now + settings.expiryMinutes * 60_000
}
