// The orders of which something was seen, by their numbers: a window, so that memory does not grow.
import type { Contract } from '../contract/index.ts'
import type { CapturedExchange } from './exchange.ts'

export type Seen = Pick<CapturedExchange, 'at' | 'place'>

/** What is known of one order, from its own exchange, from queries, and from its callbacks. */
export interface KnownOrder {
  readonly contract: Contract
  /** What names the account; undefined where nothing has. */
  readonly whose: string | undefined
  /** The merchant's number. */
  readonly merchant: string | undefined
  /** The provider's number. */
  readonly own: string | undefined
  /** The operation that made it; undefined where that was not seen. */
  readonly operation: string | undefined
  /** In minor units, as it was asked for. */
  readonly amount: number | undefined
  /** What is to be paid, in minor units, where it is another amount. */
  readonly payable: number | undefined
  /** When its answer was out, in epoch milliseconds. */
  readonly madeAt: number | undefined
  /** Where an answer said that it is paid. */
  paidShown: Seen | undefined
  /** The first callback, where the order itself was not seen before it. */
  readonly early: { readonly seen: Seen; readonly name: string } | undefined
  callbacks: number
  acknowledged: number
  /** Its callbacks by when they were sent, as far as somebody wrote it down. */
  moments: ReadonlySet<string>
}

/** What a message says of which order it is about. */
export interface OrderNumbers {
  readonly merchant: string | undefined
  readonly own: string | undefined
  readonly whose?: string | undefined
}

export interface KnownOrders {
  /** The order that a message is about, as far as that is certain. */
  find(contract: Contract, numbers: OrderNumbers): KnownOrder | undefined
  /** The newest order of an account with the merchant's number; of anybody's, where nobody says whose it is. */
  findMerchant(contract: Contract, merchant: string, whose: string | undefined): KnownOrder | undefined
  /** The order, of which nothing but callbacks was seen. */
  findEarly(contract: Contract, numbers: OrderNumbers): KnownOrder | undefined
  remember(order: KnownOrder): void
  /** All of them, the oldest first. */
  list(): KnownOrder[]
}

/** The orders of one provider by their numbers; the newest one, where several have the same. */
interface Index {
  readonly byMerchant: Map<string, KnownOrder>
  readonly byOwn: Map<string, KnownOrder>
  /** By account and the merchant's number, where accounts have used the same one. */
  readonly shared: Map<string, KnownOrder>
}

/**
 * @param most how many orders are remembered
 * @param onForgotten is told of each one that makes room for another
 */
export function createKnownOrders(most: number, onForgotten: (order: KnownOrder) => void): KnownOrders {
  const indexes = new Map<Contract, Index>()
  /** A ring: the oldest makes room for the newest. */
  const ring: KnownOrder[] = []
  let next = 0
  /** How many there are of which nothing but callbacks was seen. */
  let early = 0

  function indexOf(contract: Contract): Index {
    const known = indexes.get(contract)
    if (known) return known
    const index = { byMerchant: new Map(), byOwn: new Map(), shared: new Map() }
    indexes.set(contract, index)
    return index
  }

  function findMerchant(
    contract: Contract,
    merchant: string,
    whose: string | undefined,
  ): KnownOrder | undefined {
    const { byMerchant, shared } = indexOf(contract)
    const order = byMerchant.get(merchant)
    if (!order || whose === undefined || order.whose === undefined || order.whose === whose) return order
    return shared.get(sharedKey(merchant, whose))
  }

  function find(contract: Contract, { merchant, own, whose }: OrderNumbers): KnownOrder | undefined {
    // The provider's number is of one order alone; the merchant's may have been used twice.
    const byOwn = own === undefined ? undefined : indexOf(contract).byOwn.get(own)
    if (byOwn || merchant === undefined) return byOwn
    const order = findMerchant(contract, merchant, whose)
    return order?.own !== undefined && own !== undefined && order.own !== own ? undefined : order
  }

  function forget(order: KnownOrder): void {
    onForgotten(order)
    if (order.early) early--
    const { merchant, own, whose } = order
    const { byMerchant, byOwn, shared } = indexOf(order.contract)
    if (own !== undefined && byOwn.get(own) === order) byOwn.delete(own)
    if (merchant === undefined) return
    if (byMerchant.get(merchant) === order) byMerchant.delete(merchant)
    if (shared.size === 0) return
    const key = sharedKey(merchant, whose)
    if (shared.get(key) === order) shared.delete(key)
  }

  return {
    findMerchant,

    find,

    findEarly(contract, numbers) {
      const order = early === 0 ? undefined : find(contract, numbers)
      return order?.early && order
    },

    remember(order) {
      const oldest = ring[next]
      if (oldest) forget(oldest)
      ring[next] = order
      next = (next + 1) % most
      if (order.early) early++
      const { merchant, own } = order
      const { byMerchant, byOwn, shared } = indexOf(order.contract)
      if (own !== undefined) byOwn.set(own, order)
      if (merchant === undefined) return
      const other = byMerchant.get(merchant)
      byMerchant.set(merchant, order)
      if (!other || (other.whose === order.whose && shared.size === 0)) return
      for (const each of [other, order]) shared.set(sharedKey(merchant, each.whose), each)
    },

    list: () => [...ring.slice(next), ...ring.slice(0, next)],
  }
}

function sharedKey(merchant: string, whose: string | undefined): string {
  return `${whose} ${merchant}`
}
