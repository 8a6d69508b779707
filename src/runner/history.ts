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
export const mostOrders = 50_000

interface KnownOrder {
  readonly provider: string
  readonly operation: string
  readonly identity: string | undefined
  readonly numbers: readonly string[]
  /** In minor units, as it was asked for. */
  readonly amount: number | undefined
  /** When its answer was out, in epoch milliseconds. */
  readonly madeAt: number | undefined
  readonly contract: Contract
  /** Where an answer said that it is paid. */
  paidShown?: Seen
  callbacks: number
  acknowledged: number
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

export function createHistory(report: Report): History {
  const byNumber = new Map<string, KnownOrder>()
  /** A ring: the oldest makes room for the newest. */
  const orders: KnownOrder[] = []
  let next = 0
  /** Callbacks of orders that were not known yet. */
  const early = new Map<string, { readonly seen: Seen; readonly name: string }>()
  const withCallbacks = new Set<string>()

  function remember(order: KnownOrder): void {
    const oldest = orders[next]
    if (oldest) forget(oldest)
    orders[next] = order
    next = (next + 1) % mostOrders
    for (const number of order.numbers) byNumber.set(number, order)
  }

  function forget(order: KnownOrder): void {
    reportMissing(order)
    for (const number of order.numbers) if (byNumber.get(number) === order) byNumber.delete(number)
  }

  function reportMissing({ contract, operation, paidShown, callbacks, provider }: KnownOrder): void {
    // Where no callback was captured at all, none can be missing.
    if (!paidShown || callbacks > 0 || !withCallbacks.has(provider)) return
    const due = Object.entries(contract.callbacks).find(([, { after }]) => after === operation)
    if (!due) return
    const finding = callbackFinding(
      'missingCallback',
      'breaking',
      'An answer shows the order as paid, and no callback came for it.',
    )
    report(locate(finding, contract, { name: due[0], part: 'callback' }), paidShown)
  }

  function make(
    exchange: CapturedExchange,
    { contract, name, operation }: MatchedOperation,
    { request, response }: { readonly request: JudgedRequest; readonly response: JudgedResponse },
  ): void {
    const asked = operation.orders?.request ?? {}
    const answered = operation.orders?.response ?? {}
    const params = request.params ?? {}
    const answer = response.answer ?? {}
    const number = numberKey(contract, 'merchant', read(params, asked.orderNumber))
    const own = numberKey(contract, 'provider', read(answer, answered.providerNumber))
    const amount = amountOf(params, asked)
    if (number !== undefined) {
      const before = byNumber.get(number)
      if (before?.operation === name && before.identity === request.identity) {
        const message = `The order number was used before, and the provider has made another order: both can be paid.`
        const pointer = asked.orderNumber ?? ''
        const received = JSON.stringify(read(params, pointer))
        const finding = {
          kind: 'duplicateOrderNumber',
          severity: 'breaking',
          pointer,
          message,
          received,
        } as const
        report(locate(finding, contract, { name, part: 'request', by: 'client' }), exchange)
      }
    }
    compareAmounts(exchange, contract, {
      asked: amount,
      fields: answered,
      values: answer,
      name,
      part: 'response',
    })
    const numbers = [number, own].filter(each => each !== undefined)
    if (numbers.length === 0) return
    const order: KnownOrder = {
      provider: contract.id,
      operation: name,
      identity: request.identity,
      numbers,
      amount,
      madeAt: exchange.at === undefined ? undefined : exchange.at + (exchange.durationMs ?? 0),
      contract,
      callbacks: 0,
      acknowledged: 0,
    }
    remember(order)
    for (const each of numbers) {
      const tooEarly = early.get(each)
      if (!tooEarly) continue
      early.delete(each)
      order.callbacks++
      reportOutOfOrder(contract, tooEarly.name, tooEarly.seen, 'before the answer to the order itself')
    }
  }

  function reportOutOfOrder(contract: Contract, name: string, seen: Seen, when: string): void {
    const message = `The callback came ${when}: an app may not know yet what it is about.`
    report(
      locate(callbackFinding('callbackOutOfOrder', 'additive', message), contract, {
        name,
        part: 'callback',
      }),
      seen,
    )
  }

  /** An amount that is a hundred times as much, or a hundredth, was written in another unit. */
  function compareAmounts(
    seen: Seen,
    contract: Contract,
    at: { asked: number | undefined; fields: OrderFields; values: Values; name: string; part: Part },
  ): void {
    const received = amountOf(at.values, at.fields)
    const { asked } = at
    if (asked === undefined || received === undefined || received === asked) return
    const isUnit = received === asked * 100 || asked === received * 100
    const pointer = `${at.fields.amount?.at ?? ''}`
    const finding: Finding = {
      kind: isUnit ? 'currencyUnit' : 'differentAmount',
      severity: 'breaking',
      pointer,
      message: isUnit
        ? 'The amount is a hundred times, or a hundredth of, what was asked for: yuan may have been taken for fen.'
        : 'The amount is not the one that was asked for.',
      expected: `${asked} minor units`,
      received: `${received} minor units`,
    }
    report(locate(finding, contract, at), seen)
  }

  function show(
    exchange: CapturedExchange,
    match: MatchedOperation,
    request: JudgedRequest,
    answer: Values,
  ): void {
    const { contract, operation, name } = match
    const fields = operation.orders?.response
    if (!fields || operation.orders?.creates) return
    const list = fields.list === undefined ? [answer] : read(answer, fields.list)
    if (!Array.isArray(list)) return
    for (const row of list) {
      if (typeof row !== 'object' || row === null) continue
      const asked = operation.orders?.request ?? {}
      const keys = [
        numberKey(
          contract,
          'merchant',
          read(row, fields.orderNumber) ?? read(request.params ?? {}, asked.orderNumber),
        ),
        numberKey(
          contract,
          'provider',
          read(row, fields.providerNumber) ?? read(request.params ?? {}, asked.providerNumber),
        ),
      ]
      const order = find(keys)
      if (!order) continue
      compareAmounts(exchange, contract, { asked: order.amount, fields, values: row, name, part: 'response' })
      if (fields.isPaid?.(row)) order.paidShown ??= { at: exchange.at, place: exchange.place } as Seen
    }
  }

  function find(keys: readonly (string | undefined)[]): KnownOrder | undefined {
    // The provider's number is of one order alone; the merchant's may have been used twice.
    for (const key of keys.toReversed()) {
      const order = key === undefined ? undefined : byNumber.get(key)
      if (order) return order
    }
    return undefined
  }

  return {
    call(exchange, match, { request, response }) {
      if (response.outcome !== 'answered') return
      if (match.operation.orders?.creates) make(exchange, match, { request, response })
      else if (response.answer) show(exchange, match, request, response.answer)
    },

    callback(exchange, { contract, name }, { payload, isAcknowledged }) {
      withCallbacks.add(contract.id)
      const fields = contract.callbacks[name]?.order
      if (!fields || !payload) return
      const keys = [
        numberKey(contract, 'merchant', read(payload, fields.orderNumber)),
        numberKey(contract, 'provider', read(payload, fields.providerNumber)),
      ]
      const order = find(keys)
      const { at, place } = exchange
      if (!order) {
        if (early.size >= mostOrders) early.clear()
        for (const key of keys) if (key !== undefined) early.set(key, { seen: { at, place } as Seen, name })
        return
      }
      compareAmounts(exchange, contract, {
        asked: order.amount,
        fields,
        values: payload,
        name,
        part: 'callback',
      })
      if (order.madeAt !== undefined && at !== undefined && at < order.madeAt)
        reportOutOfOrder(contract, name, exchange, 'before the answer to the order itself')
      const original = byNumber.get(numberKey(contract, 'merchant', read(payload, fields.original)) ?? '')
      if (original && original !== order && original.callbacks === 0)
        reportOutOfOrder(contract, name, exchange, 'before the callback of the payment')
      if (order.acknowledged > 0) {
        const message = 'The callback came again, although it had been acknowledged before.'
        const finding = callbackFinding('extraCallback', 'additive', message)
        report(locate(finding, contract, { name, part: 'callback' }), exchange)
      }
      order.callbacks++
      if (isAcknowledged) order.acknowledged++
    },

    end() {
      for (const order of [...orders.slice(next), ...orders.slice(0, next)]) reportMissing(order)
      orders.length = 0
      byNumber.clear()
    },
  }
}

function callbackFinding(kind: string, severity: Severity, message: string): Finding {
  return { kind, severity, pointer: '', message }
}

function locate(
  finding: Finding,
  { id }: Contract,
  { name, part, by = 'provider' }: { readonly name: string; readonly part: Part; readonly by?: Party },
): LocatedFinding {
  return { ...finding, provider: id, name, part, by }
}

function numberKey({ id }: Contract, whose: 'merchant' | 'provider', number: unknown): string | undefined {
  if ((typeof number !== 'string' && typeof number !== 'number') || number === '') return undefined
  return `${id} ${whose} ${number}`
}

/** The value at a JSON pointer of plain names. */
function read(value: unknown, pointer: string | undefined): unknown {
  if (pointer === undefined) return undefined
  let inner = value
  for (const name of pointer.split('/').slice(1)) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, name)) return undefined
    inner = (inner as Record<string, unknown>)[name]
  }
  return inner
}

function amountOf(values: Values, { amount }: OrderFields): number | undefined {
  if (!amount) return undefined
  const value = String(read(values, amount.at) ?? '')
  if (amount.unit === 'minor') return /^\d{1,15}$/.test(value) ? Number(value) : undefined
  return /^\d{1,12}(\.\d{1,2})?$/.test(value) ? Math.round(Number(value) * 100) : undefined
}
