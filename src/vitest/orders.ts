// What became of orders in a double, and of the callbacks about them.
import type { Double } from '../double/double.ts'
import type { Delivery, Order } from '../store/records.ts'
import { badArgument, hintOf, type MatcherContext, type MatcherResult } from './context.ts'
import { showDelivery, showOrder } from './show.ts'

export interface PaidOptions {
  /** How much of it, in minor units such as fen. */
  readonly amount?: number
}

export interface DeliveredOptions {
  /** The order, or its id. Default: any. */
  readonly order?: string | Pick<Order, 'id'>
  /** The callback's name in the contract, such as `paid`. Default: any. */
  readonly callback?: string
  readonly provider?: string
  /** How many of them were received. Default: at least one. */
  readonly times?: number
}

/** An order as it was when it was read. */
export function toHaveBeenPaid(
  this: MatcherContext,
  given: unknown,
  options: PaidOptions = {},
): MatcherResult {
  if (given === undefined || given === null) {
    const why = `there is no order: what was given is ${given}. Perhaps no order has that id`
    throw badArgument('toHaveBeenPaid', why)
  }
  if (typeof (given as { then?: unknown }).then === 'function')
    throw badArgument('toHaveBeenPaid', 'what was given is a promise: await it first')
  // What `payer.pay` gives has the order in it.
  const order = isOrder(given) ? given : (given as { order?: unknown }).order
  if (!isOrder(order)) {
    const why =
      'what was given is no order of a double: give what pay.orders.get(id) resolves to, or write expect(pay).toHavePaid(id)'
    throw badArgument('toHaveBeenPaid', why)
  }
  const hint = hintOf(this, 'toHaveBeenPaid', 'order', toArgument(options))
  return { pass: isPaid(order, options), message: () => `${hint}\n\n${toSentence(showOrder(order))}` }
}

/** An order of a double as it is now. @param id its id, or the merchant's number of it */
export async function toHavePaid(
  this: MatcherContext,
  given: unknown,
  id: string,
  options: PaidOptions = {},
): Promise<MatcherResult> {
  const double = toDouble(given, 'toHavePaid')
  const order = await double.orders.get(id)
  const orders = order ? [order] : (await double.orders.list({ orderNumber: id })).items
  const hint = hintOf(
    this,
    'toHavePaid',
    'pay',
    [JSON.stringify(id), toArgument(options)].filter(Boolean).join(', '),
  )
  const lines = orders.map(each => toSentence(showOrder(each)))
  if (lines.length === 0)
    lines.push(`The double has no order with the id or the number ${JSON.stringify(id)}.`)
  return {
    pass: orders.some(each => isPaid(each, options)),
    message: () => [hint, '', ...lines].join('\n'),
  }
}

/** What the merchant has received, as the provider sees it: callbacks that were acknowledged. */
export async function toHaveDelivered(
  this: MatcherContext,
  given: unknown,
  options: DeliveredOptions = {},
): Promise<MatcherResult> {
  const double = toDouble(given, 'toHaveDelivered')
  const { order, callback, provider, times } = options
  const id = typeof order === 'object' ? order.id : order
  const filter = {
    ...(id !== undefined && { order: id }),
    ...(callback !== undefined && { callback }),
    ...(provider !== undefined && { provider }),
  }
  const deliveries = await listAll(double, filter)
  const count = deliveries.filter(({ status }) => status === 'delivered').length
  const hint = hintOf(
    this,
    'toHaveDelivered',
    'pay',
    toArgument({ ...filter, ...(times !== undefined && { times }) }),
  )
  const wanted =
    times === undefined ? (this.isNot ? 'none' : 'at least one') : `${this.isNot ? 'not ' : ''}${times}`
  const found = count === 0 ? 'No callback was' : count === 1 ? 'One callback was' : `${count} callbacks were`
  const said = `${found} delivered, and ${wanted} should have been.`
  return {
    pass: times === undefined ? count > 0 : count === times,
    message: () => [hint, '', said, ...deliveries.map(delivery => `  ${showDelivery(delivery)}`)].join('\n'),
  }
}

function isPaid({ status, paidAmount }: Order, { amount }: PaidOptions): boolean {
  return status === 'paid' && (amount === undefined || paidAmount === amount)
}

function isOrder(value: unknown): value is Order {
  return (
    typeof value === 'object' &&
    value !== null &&
    'status' in value &&
    'orderNumber' in value &&
    'id' in value
  )
}

type Orders = Pick<Double, 'orders' | 'deliveries'>

function toDouble(given: unknown, matcher: string): Orders {
  const double = given as Partial<Orders> | null | undefined
  if (double?.orders && double.deliveries) return double as Orders
  throw badArgument(
    matcher,
    'what was given is no double: write expect(pay), where pay is what createDouble returned',
  )
}

/** The oldest first. */
async function listAll(double: Orders, filter: object): Promise<Delivery[]> {
  const all: Delivery[] = []
  let after: string | undefined
  do {
    const page = await double.deliveries.list(filter, { limit: 200, after })
    all.push(...page.items)
    after = page.next ?? undefined
  } while (after !== undefined)
  return all.reverse()
}

function toArgument(options: object): string {
  return Object.keys(options).length === 0 ? '' : JSON.stringify(options)
}

function toSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
