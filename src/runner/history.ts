// What only several exchanges together show: numbers used twice, callbacks that are missing, come again or too early.
import { type Contract, type Finding, type OrderFields, readAt } from '../contract/index.ts'
import type { CapturedExchange } from './exchange.ts'
import type { LocatedFinding, Part, Party } from './findings.ts'
import type { JudgedCallback } from './judge-callback.ts'
import type { JudgedRequest } from './judge-request.ts'
import type { JudgedResponse } from './judge-response.ts'
import { createKnownOrders, type KnownOrder, type Seen } from './known-orders.ts'
import type { MatchedCallback, MatchedOperation } from './match.ts'
import {
  amountOf,
  differentAmount,
  differentPayable,
  numberOf,
  payableOf,
  type Values,
} from './order-values.ts'

export type Report = (finding: LocatedFinding, seen: Seen) => void

/** How many orders are remembered; older ones are forgotten, so that memory does not grow. */
const mostOrders = 20_000

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

const noFields: OrderFields = {}
const noValues: Values = {}

/** @param options.most how many orders are remembered; default 20,000 */
export function createHistory(
  report: Report,
  { most = mostOrders }: { readonly most?: number } = {},
): History {
  const orders = createKnownOrders(most, reportMissing)
  const withCallbacks = new Set<Contract>()

  function reportMissing({ contract, operation, paidShown, callbacks }: KnownOrder): void {
    // Where no callback was captured at all, none can be missing.
    if (!paidShown || callbacks > 0 || !withCallbacks.has(contract)) return
    const due = Object.entries(contract.callbacks).find(([, { after }]) => after === operation)
    if (due) report(aboutCallback(contract, due[0], missingCallback), paidShown)
  }

  function reportOutOfOrder(contract: Contract, name: string, seen: Seen, when: string): void {
    const message = `The callback came ${when}: an app may not know yet what it is about.`
    report(aboutCallback(contract, name, { kind: 'callbackOutOfOrder', severity: 'additive', message }), seen)
  }

  function make(
    exchange: CapturedExchange,
    { contract, name, operation }: MatchedOperation,
    { request, response }: { readonly request: JudgedRequest; readonly response: JudgedResponse },
  ): void {
    const asked = operation.orders?.request ?? noFields
    const answered = operation.orders?.response ?? noFields
    const { params = noValues } = request
    const { answer = noValues } = response
    const merchant = numberOf(params, asked.orderNumber)
    const own = numberOf(answer, answered.providerNumber)
    const whose = whoseOf(request)
    const before = merchant === undefined ? undefined : orders.findMerchant(contract, merchant, whose)
    if (before?.operation === name && before.whose === whose) {
      // The same answer once more is an exchange that was captured twice.
      if (own !== undefined && isSame(orders.find(contract, { merchant: undefined, own }), before)) return
      const duplicate = duplicateNumber(asked.orderNumber ?? '', merchant)
      report(locate(duplicate, contract, { name, part: 'request', by: 'client' }), exchange)
    }
    const amount = amountOf(params, asked)
    const other = differentAmount(amount, answer, answered)
    if (other) report(locate(other, contract, { name, part: 'response' }), exchange)
    const due = differentPayable(amount, answer, answered)
    if (due) report(locate(due, contract, { name, part: 'response' }), exchange)
    if (merchant === undefined && own === undefined) return
    const early = orders.findEarly(contract, { merchant, own })
    const madeAt = exchange.at === undefined ? undefined : exchange.at + (exchange.durationMs ?? 0)
    orders.remember({
      contract,
      whose,
      merchant,
      own,
      operation: name,
      amount,
      payable: due ? undefined : payableOf(answer, answered),
      madeAt,
      paidShown: undefined,
      early: undefined,
      callbacks: early?.callbacks ?? 0,
      acknowledged: early?.acknowledged ?? 0,
      moments: early?.moments ?? noMoments,
    })
    if (!early?.early) return
    const { seen, name: callback } = early.early
    // Captures need not be in the order of time.
    const isBefore = seen.at === undefined || madeAt === undefined || seen.at < madeAt
    if (isBefore) reportOutOfOrder(contract, callback, seen, beforeAnswer)
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
    const { params = noValues } = request
    const list = fields.list === undefined ? [answer] : readAt(answer, fields.list)
    if (!Array.isArray(list)) return
    for (const [i, row] of list.entries()) {
      if (typeof row !== 'object' || row === null) continue
      const order = orders.find(contract, {
        merchant: numberOf(row, fields.orderNumber) ?? numberOf(params, asked.orderNumber),
        own: numberOf(row, fields.providerNumber) ?? numberOf(params, asked.providerNumber),
        whose: whoseOf(request),
      })
      if (!order) continue
      const other = differentAmount(order.amount, row, fields)
      if (other) {
        const pointer = fields.list === undefined ? other.pointer : `${fields.list}/${i}${other.pointer}`
        report(locate({ ...other, pointer }, contract, { name, part: 'response' }), exchange)
      }
      if (!order.paidShown && fields.isPaid?.(row)) order.paidShown = seenOf(exchange)
    }
  }

  return {
    call(exchange, match, { request, response }) {
      if (!match.operation.orders || response.outcome !== 'answered') return
      if (match.operation.orders.creates) make(exchange, match, { request, response })
      else if (response.answer) show(exchange, match, request, response.answer)
    },

    callback(exchange, { contract, name, callback }, { payload, isAcknowledged }) {
      withCallbacks.add(contract)
      const fields = callback.order
      if (!fields || !payload) return
      const merchant = numberOf(payload, fields.orderNumber)
      const own = numberOf(payload, fields.providerNumber)
      if (merchant === undefined && own === undefined) return
      const known = orders.find(contract, { merchant, own })
      const moment = momentOf(exchange, name)
      // The same moment once more is a callback that was captured twice.
      if (moment !== undefined && known?.moments.has(moment)) return
      const early = { seen: seenOf(exchange), name }
      const order = known ?? { ...unseen, contract, merchant, own, early }
      if (!known) orders.remember(order)
      const { at } = exchange
      const other = differentAmount(order.amount, payload, fields)
      if (other) report(locate(other, contract, { name, part: 'callback' }), exchange)
      const paid = fields.payable && differentAmount(order.payable, payload, { amount: fields.payable })
      if (paid) report(locate(paid, contract, { name, part: 'callback' }), exchange)
      if (order.madeAt !== undefined && at !== undefined && at < order.madeAt)
        reportOutOfOrder(contract, name, exchange, beforeAnswer)
      const original = orders.find(contract, {
        merchant: numberOf(payload, fields.original),
        own: undefined,
      })
      if (original && original !== order && original.callbacks === 0)
        reportOutOfOrder(contract, name, exchange, 'before the callback of the payment')
      if (order.acknowledged > 0) report(aboutCallback(contract, name, extraCallback), exchange)
      order.callbacks++
      if (moment !== undefined) order.moments = new Set([...order.moments, moment].slice(-mostMoments))
      if (isAcknowledged) order.acknowledged++
    },

    end() {
      for (const order of orders.list()) {
        reportMissing(order)
        order.paidShown = undefined
      }
    },
  }
}

/** How many callbacks of one order are known again. */
const mostMoments = 20
const noMoments: ReadonlySet<string> = new Set()

/** When a callback came; no provider sends the same one twice at once. */
function momentOf({ at, durationMs }: CapturedExchange, name: string): string | undefined {
  return at === undefined ? undefined : `${name} ${at} ${durationMs}`
}

/** Whether an answer was seen before, although the number may have been used again since. */
function isSame(known: KnownOrder | undefined, { operation, whose, merchant }: KnownOrder): boolean {
  if (!known) return false
  return known.operation === operation && known.whose === whose && known.merchant === merchant
}

/** An order of which nothing but a callback was seen: its own exchange may come later in the capture, or be in none. */
const unseen = {
  whose: undefined,
  operation: undefined,
  amount: undefined,
  payable: undefined,
  madeAt: undefined,
  paidShown: undefined,
  callbacks: 0,
  acknowledged: 0,
  moments: noMoments,
}

const beforeAnswer = 'before the answer to the order itself'

type Said = Pick<Finding, 'kind' | 'severity' | 'message'>

const missingCallback = {
  kind: 'missingCallback',
  severity: 'breaking',
  message:
    'An answer shows the order as paid, and no callback came for it in all that was seen, as for others it did.',
} as const satisfies Said

const extraCallback = {
  kind: 'extraCallback',
  severity: 'additive',
  message: 'The callback came again, although it had been acknowledged before.',
} as const satisfies Said

function duplicateNumber(pointer: string, number: string | undefined): Finding {
  return {
    kind: 'duplicateOrderNumber',
    severity: 'breaking',
    pointer,
    message: 'The order number was used before, and the provider has made another order: both can be paid.',
    expected: 'a number of its own for each order',
    received: JSON.stringify(number),
  }
}

/** What names the account: an account that is known has one name, and perhaps many tokens. */
function whoseOf({ account, identity }: JudgedRequest): string | undefined {
  return account?.id ?? identity
}

function seenOf({ at, place }: CapturedExchange): Seen {
  return at === undefined ? { place } : { at, place }
}

function aboutCallback(contract: Contract, name: string, said: Said): LocatedFinding {
  return locate({ ...said, pointer: '' }, contract, { name, part: 'callback' })
}

function locate(
  finding: Finding,
  { id }: Contract,
  { name, part, by = 'provider' }: { readonly name: string; readonly part: Part; readonly by?: Party },
): LocatedFinding {
  return { ...finding, provider: id, name, part, by }
}
