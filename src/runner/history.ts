// What only several exchanges together show: numbers used twice, callbacks that are missing, come again or too early.
import type { Contract, Finding, OrderFields, Severity } from '../contract/index.ts'
import type { CapturedExchange } from './exchange.ts'
import type { LocatedFinding, Part, Party } from './findings.ts'
import type { JudgedCallback } from './judge-callback.ts'
import type { JudgedRequest } from './judge-request.ts'
import type { JudgedResponse } from './judge-response.ts'
import type { MatchedCallback, MatchedOperation } from './match.ts'

export type Seen = Pick<CapturedExchange, 'at' | 'place'>
export type Report = (finding: LocatedFinding, seen: Seen) => void

/** How many orders are remembered; older ones are forgotten, so that memory does not grow. */
const mostOrders = 20_000

/** What is known of one order, from its own exchange, from queries, and from its callbacks. */
interface KnownOrder {
  readonly contract: Contract
  /** The merchant's number, and what names the account whose it is. */
  readonly merchant: string | undefined
  readonly whose: string | undefined
  /** The provider's number. */
  readonly own: string | undefined
  /** Another order with the same number of the merchant, of another account or older. */
  sameNumber: KnownOrder | undefined
  /** The operation that made it; undefined where that was not seen. */
  operation: string | undefined
  /** In minor units, as it was asked for. */
  amount: number | undefined
  /** When its answer was out, in epoch milliseconds. */
  madeAt: number | undefined
  /** Where an answer said that it is paid. */
  paidShown: Seen | undefined
  /** The first callback, where the order itself was not seen before it. */
  early: { readonly seen: Seen; readonly name: string } | undefined
  callbacks: number
  acknowledged: number
}

/** The orders of a provider, by the merchant's number (the newest one) and by its own. */
interface ByNumber {
  readonly merchant: Map<string, KnownOrder>
  readonly own: Map<string, KnownOrder>
}

export interface History {
  call(
    exchange: CapturedExchange,
    match: MatchedOperation,
    judged: { readonly request: JudgedRequest; readonly response: JudgedResponse },
  ): void
  callback(exchange: CapturedExchange, match: MatchedCallback, judged: JudgedCallback): void
  /** Says what is still missing, once all was seen. */
  end(): void
}

type Values = Readonly<Record<string, unknown>>

const noFields: OrderFields = {}

/** @param options.most how many orders are remembered; default 20,000 */
export function createHistory(
  report: Report,
  { most = mostOrders }: { readonly most?: number } = {},
): History {
  const numbers = new Map<Contract, ByNumber>()
  /** A ring: the oldest makes room for the newest. */
  const ring: KnownOrder[] = []
  let next = 0
  const withCallbacks = new Set<Contract>()

  function remember(order: KnownOrder): void {
    const oldest = ring[next]
    if (oldest) forget(oldest)
    ring[next] = order
    next = (next + 1) % most
    const { merchant, own } = order
    const known = numbersOf(order.contract)
    if (own !== undefined) known.own.set(own, order)
    if (merchant === undefined) return
    order.sameNumber = known.merchant.get(merchant)
    known.merchant.set(merchant, order)
  }

  function forget(order: KnownOrder): void {
    reportMissing(order)
    const { merchant, own } = order
    const known = numbersOf(order.contract)
    if (own !== undefined && known.own.get(own) === order) known.own.delete(own)
    if (merchant === undefined) return
    // It is the oldest, and therefore the last of those with its number.
    let newer = known.merchant.get(merchant)
    if (newer === order) known.merchant.delete(merchant)
    while (newer && newer.sameNumber !== order) newer = newer.sameNumber
    if (newer) newer.sameNumber = undefined
  }

  function numbersOf(contract: Contract): ByNumber {
    const known = numbers.get(contract)
    if (known) return known
    const made = { merchant: new Map<string, KnownOrder>(), own: new Map<string, KnownOrder>() }
    numbers.set(contract, made)
    return made
  }

  function reportMissing({ contract, operation, paidShown, callbacks }: KnownOrder): void {
    // Where no callback was captured at all, none can be missing.
    if (!paidShown || callbacks > 0 || !withCallbacks.has(contract)) return
    const due = Object.entries(contract.callbacks).find(([, { after }]) => after === operation)
    if (!due) return
    const message =
      'An answer shows the order as paid, and no callback came for it in all that was seen, as for others it did.'
    reportCallback(contract, due[0], { kind: 'missingCallback', severity: 'breaking', message }, paidShown)
  }

  function reportCallback(
    contract: Contract,
    name: string,
    { kind, severity, message }: { kind: string; severity: Severity; message: string },
    seen: Seen,
  ): void {
    report(locate({ kind, severity, pointer: '', message }, contract, { name, part: 'callback' }), seen)
  }

  function reportOutOfOrder(contract: Contract, name: string, seen: Seen, when: string): void {
    const message = `The callback came ${when}: an app may not know yet what it is about.`
    reportCallback(contract, name, { kind: 'callbackOutOfOrder', severity: 'additive', message }, seen)
  }

  function make(
    exchange: CapturedExchange,
    { contract, name, operation }: MatchedOperation,
    { request, response }: { readonly request: JudgedRequest; readonly response: JudgedResponse },
  ): void {
    const asked = operation.orders?.request ?? noFields
    const answered = operation.orders?.response ?? noFields
    const params = request.params ?? {}
    const answer = response.answer ?? {}
    const merchant = numberOf(params, asked.orderNumber)
    const own = numberOf(answer, answered.providerNumber)
    const amount = amountOf(params, asked)
    const whose = request.account?.id ?? request.identity
    const before = merchant === undefined ? undefined : findOf(contract, merchant, whose)
    if (before?.operation === name) {
      // The same answer once more is an exchange that was captured twice.
      if (own !== undefined && before.own === own) return
      reportDuplicate(exchange, contract, { name, pointer: asked.orderNumber ?? '', number: merchant })
    }
    compareAmounts(exchange, contract, {
      asked: amount,
      fields: answered,
      values: answer,
      name,
      part: 'response',
    })
    if (merchant === undefined && own === undefined) return
    const known = find(contract, { merchant, own })
    const isEarly = known !== undefined && known.operation === undefined
    const order: KnownOrder = {
      contract,
      merchant,
      whose,
      own,
      sameNumber: undefined,
      operation: name,
      amount,
      madeAt: exchange.at === undefined ? undefined : exchange.at + (exchange.durationMs ?? 0),
      paidShown: isEarly ? known.paidShown : undefined,
      early: undefined,
      callbacks: isEarly ? known.callbacks : 0,
      acknowledged: isEarly ? known.acknowledged : 0,
    }
    remember(order)
    if (!isEarly || !known.early) return
    const { seen, name: callback } = known.early
    // Captures need not be in the order of time.
    const isBefore = seen.at === undefined || order.madeAt === undefined || seen.at < order.madeAt
    if (isBefore) reportOutOfOrder(contract, callback, seen, beforeAnswer)
  }

  function reportDuplicate(
    exchange: CapturedExchange,
    contract: Contract,
    { name, pointer, number }: { name: string; pointer: string; number: string | undefined },
  ): void {
    const finding: Finding = {
      kind: 'duplicateOrderNumber',
      severity: 'breaking',
      pointer,
      message: 'The order number was used before, and the provider has made another order: both can be paid.',
      expected: 'a number of its own for each order',
      received: JSON.stringify(number),
    }
    report(locate(finding, contract, { name, part: 'request', by: 'client' }), exchange)
  }

  /** An amount that is a hundred times as much, or a hundredth, was written in another unit. */
  function compareAmounts(
    seen: Seen,
    contract: Contract,
    at: {
      readonly asked: number | undefined
      readonly fields: OrderFields
      readonly values: Values
      readonly name: string
      readonly part: Part
      readonly item?: string
    },
  ): void {
    const { asked, fields, values, item = '' } = at
    if (asked === undefined || !fields.amount) return
    const received = read(values, fields.amount.at)
    const amount = amountOf(values, fields) ?? (isYuan(received) ? Number(received) : undefined)
    if (amount === undefined || amount === asked) return
    const isUnit = amount === asked * 100 || asked === amount * 100
    const ratio = amount > asked ? 'a hundred times' : 'a hundredth of'
    const finding: Finding = {
      kind: isUnit ? 'currencyUnit' : 'differentAmount',
      severity: 'breaking',
      pointer: `${item}${fields.amount.at}`,
      message: isUnit
        ? `The amount is ${ratio} what was asked for: yuan may have been taken for fen, or fen for yuan.`
        : 'The amount is not the one that was asked for.',
      expected: showAmount(asked, fields.amount.unit),
      received: JSON.stringify(received),
    }
    report(locate(finding, contract, at), seen)
  }

  function show(
    exchange: CapturedExchange,
    { contract, operation, name }: MatchedOperation,
    request: JudgedRequest,
    answer: Values,
  ): void {
    const fields = operation.orders?.response
    if (!fields) return
    const asked = operation.orders?.request ?? noFields
    const list = fields.list === undefined ? [answer] : read(answer, fields.list)
    if (!Array.isArray(list)) return
    for (const [i, row] of list.entries()) {
      if (typeof row !== 'object' || row === null) continue
      const params = request.params ?? {}
      const order = find(contract, {
        merchant: numberOf(row, fields.orderNumber) ?? numberOf(params, asked.orderNumber),
        own: numberOf(row, fields.providerNumber) ?? numberOf(params, asked.providerNumber),
        whose: request.account?.id ?? request.identity,
      })
      if (!order) continue
      const item = fields.list === undefined ? '' : `${fields.list}/${i}`
      compareAmounts(exchange, contract, {
        asked: order.amount,
        fields,
        values: row,
        name,
        part: 'response',
        item,
      })
      if (!order.paidShown && fields.isPaid?.(row)) order.paidShown = seenOf(exchange)
    }
  }

  function find(
    contract: Contract,
    numbers: {
      readonly merchant: string | undefined
      readonly own: string | undefined
      readonly whose?: string | undefined
    },
  ): KnownOrder | undefined {
    const { merchant, own, whose } = numbers
    // The provider's number is of one order alone; the merchant's may have been used twice.
    const byOwn = own === undefined ? undefined : numbersOf(contract).own.get(own)
    if (byOwn || merchant === undefined) return byOwn
    const order = findOf(contract, merchant, whose)
    return order?.own !== undefined && own !== undefined && order.own !== own ? undefined : order
  }

  /** The newest order of an account with a number of the merchant; of any account, where nothing names it. */
  function findOf(contract: Contract, merchant: string, whose: string | undefined): KnownOrder | undefined {
    let order = numbersOf(contract).merchant.get(merchant)
    if (whose !== undefined) while (order && order.whose !== whose) order = order.sameNumber
    return order
  }

  return {
    call(exchange, match, { request, response }) {
      const { orders } = match.operation
      if (!orders || response.outcome !== 'answered') return
      if (orders.creates) make(exchange, match, { request, response })
      else if (response.answer) show(exchange, match, request, response.answer)
    },

    callback(exchange, { contract, name, callback }, { payload, isAcknowledged }) {
      withCallbacks.add(contract)
      const fields = callback.order
      if (!fields || !payload) return
      const merchant = numberOf(payload, fields.orderNumber)
      const own = numberOf(payload, fields.providerNumber)
      const known = find(contract, { merchant, own })
      const seen = seenOf(exchange)
      const order = known ?? unseenOrder(contract, { merchant, own, early: { seen, name } })
      if (!order) return
      if (!known) remember(order)
      const { at } = exchange
      compareAmounts(exchange, contract, {
        asked: order.amount,
        fields,
        values: payload,
        name,
        part: 'callback',
      })
      if (order.madeAt !== undefined && at !== undefined && at < order.madeAt)
        reportOutOfOrder(contract, name, exchange, beforeAnswer)
      const original = find(contract, { merchant: numberOf(payload, fields.original), own: undefined })
      if (original && original !== order && original.callbacks === 0)
        reportOutOfOrder(contract, name, exchange, 'before the callback of the payment')
      if (order.acknowledged > 0) {
        const message = 'The callback came again, although it had been acknowledged before.'
        reportCallback(contract, name, { kind: 'extraCallback', severity: 'additive', message }, exchange)
      }
      order.callbacks++
      if (isAcknowledged) order.acknowledged++
    },

    end() {
      for (const order of [...ring.slice(next), ...ring.slice(0, next)]) reportMissing(order)
      ring.length = 0
      next = 0
      numbers.clear()
    },
  }
}

const beforeAnswer = 'before the answer to the order itself'

/** An order of which nothing but a callback was seen: its own exchange may come later in the capture, or be in none. */
function unseenOrder(
  contract: Contract,
  {
    merchant,
    own,
    early,
  }: { merchant: string | undefined; own: string | undefined } & Pick<KnownOrder, 'early'>,
): KnownOrder | undefined {
  if (merchant === undefined && own === undefined) return undefined
  return {
    contract,
    merchant,
    whose: undefined,
    own,
    sameNumber: undefined,
    operation: undefined,
    amount: undefined,
    madeAt: undefined,
    paidShown: undefined,
    early,
    callbacks: 0,
    acknowledged: 0,
  }
}

function seenOf({ at, place }: CapturedExchange): Seen {
  return at === undefined ? { place } : { at, place }
}

function locate(
  finding: Finding,
  { id }: Contract,
  { name, part, by = 'provider' }: { readonly name: string; readonly part: Part; readonly by?: Party },
): LocatedFinding {
  return { ...finding, provider: id, name, part, by }
}

function numberOf(values: unknown, pointer: string | undefined): string | undefined {
  const number = pointer === undefined ? undefined : read(values, pointer)
  if (typeof number === 'number') return String(number)
  return typeof number === 'string' && number !== '' ? number : undefined
}

/** The value at a JSON pointer of plain names. */
function read(value: unknown, pointer: string): unknown {
  // Most are names of the outermost object.
  if (pointer.lastIndexOf('/') === 0) return own(value, pointer.slice(1))
  let inner = value
  for (const name of pointer.split('/').slice(1)) inner = own(inner, name)
  return inner
}

function own(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Record<string, unknown>)[name]
}

function amountOf(values: Values, { amount }: OrderFields): number | undefined {
  if (!amount) return undefined
  const value = read(values, amount.at)
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const text = String(value)
  if (amount.unit === 'minor') return /^\d{1,15}$/.test(text) ? Number(text) : undefined
  return /^\d{1,12}(\.\d{1,2})?$/.test(text) ? Math.round(Number(text) * 100) : undefined
}

/** Decimals where whole minor units belong. */
function isYuan(value: unknown): boolean {
  return (typeof value === 'string' || typeof value === 'number') && /^\d{1,12}\.\d{1,2}$/.test(String(value))
}

function showAmount(minorUnits: number, unit: 'minor' | 'major'): string {
  return unit === 'minor' ? String(minorUnits) : String(minorUnits / 100)
}
