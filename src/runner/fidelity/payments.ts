// Orders of the double: which one a captured message is about, and when it is paid.
import { type Contract, type OrderFields, PaydoubleError, readAt } from '../../contract/index.ts'
import type { Double } from '../../double/double.ts'
import type { Order } from '../../store/records.ts'
import type { Judgement } from '../check.ts'
import type { MatchedOperation } from '../match.ts'
import type { Numbers } from './numbers.ts'

/** Where the orders of one provider are found. */
export interface Ledger {
  readonly contract: Contract
  readonly double: Double
  readonly numbers: Numbers
}

/** Has those orders paid that an answer shows as paid, or gives back. */
export async function payWhatIsPaid(
  stage: Ledger,
  {
    match: { operation },
    params,
    answer = {},
    named,
  }: {
    readonly match: MatchedOperation
    readonly params: Readonly<Record<string, unknown>>
    readonly answer: Judgement['answer']
    /** The numbers of {@link namedOrders}. */
    readonly named: readonly unknown[]
  },
): Promise<void> {
  if (operation.orders?.creates) {
    // What makes an order and names another one gives that back.
    for (const number of named) await pay(stage.double, await findOrder(stage, { providerNumber: number }))
    return
  }
  const { request = {}, response = {} } = operation.orders ?? {}
  const rows = response.list === undefined ? [answer] : readAt(answer, response.list)
  if (!Array.isArray(rows) || !response.isPaid) return
  const asked = {
    ...numbersOf(params, request),
    ...(operation.orderNumber && { orderNumber: params[operation.orderNumber] }),
  }
  for (const row of rows) {
    if (typeof row !== 'object' || row === null || !response.isPaid(row)) continue
    const shown = numbersOf(row, response)
    const numbers = {
      providerNumber: shown.providerNumber ?? asked.providerNumber,
      orderNumber: shown.orderNumber ?? asked.orderNumber,
    }
    await pay(stage.double, await findOrder(stage, numbers))
  }
}

interface OrderNumbers {
  readonly providerNumber?: unknown
  readonly orderNumber?: unknown
}

export function numbersOf(values: unknown, { providerNumber, orderNumber }: OrderFields): OrderNumbers {
  return { providerNumber: readAt(values, providerNumber), orderNumber: readAt(values, orderNumber) }
}

/** The double's order, by the provider's number of the real one or else by the merchant's. */
export async function findOrder(
  { contract, double, numbers }: Ledger,
  { providerNumber, orderNumber }: OrderNumbers,
): Promise<Order | undefined> {
  const stand = numbers.find(providerNumber)
  const order = stand && (await double.orders.get(stand.own))
  if (order || orderNumber === undefined || orderNumber === '') return order
  const filter = { provider: contract.id, orderNumber: String(orderNumber) }
  return (await double.orders.list(filter, { limit: 1 })).items[0]
}

/** Has a payer pay an order, unless it is paid or is a refund. */
export async function pay(double: Double, order: Order | undefined): Promise<void> {
  if (order?.kind !== 'payment' || order.status === 'paid') return
  try {
    await double.payer.pay(order.id, { late: order.status !== 'pending' })
  } catch (error) {
    // Then it stays unpaid, which shows in what is compared.
    if (!(error instanceof PaydoubleError)) throw error
  }
}

/** The numbers of orders that a request is about, and does not make. */
export function namedOrders(
  { contract, operation }: MatchedOperation,
  params: Readonly<Record<string, unknown>>,
): string[] {
  const pointers = Object.values(contract.operations).flatMap(({ orders }) => [
    orders?.request?.providerNumber,
    orders?.response?.providerNumber,
  ])
  const names = new Set(pointers.map(lastName))
  const { creates, request } = operation.orders ?? {}
  names.add(operation.orderNumber ?? lastName(request?.orderNumber))
  if (creates) for (const own of [operation.orderNumber, lastName(request?.orderNumber)]) names.delete(own)
  return [...names].flatMap(name => {
    const value = name === undefined ? undefined : params[name]
    const isGiven = typeof value === 'string' || typeof value === 'number'
    return isGiven
      ? String(value)
          .split(',')
          .filter(item => item !== '')
      : []
  })
}

function lastName(pointer: string | undefined): string | undefined {
  return pointer?.slice(pointer.lastIndexOf('/') + 1)
}
