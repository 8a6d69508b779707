import type { z } from 'zod'
import { qfpay } from '../../contracts/qfpay/contract.ts'
import type { queryRow } from '../../contracts/qfpay/query.ts'
import { readTime } from '../../src/contract/codec/time.ts'
import type { BodyOf, ParamsOf } from '../../src/double/simulator.ts'
import type { Order } from '../../src/store/records.ts'
import { itemsOf, type OrderFilter } from '../../src/store/store.ts'
import { checkMchid } from './merchant.ts'
import {
  amountOf,
  cancelOf,
  channelNumber,
  fieldsOf,
  paidAt,
  type QfpayContext,
  type QfpaySettings,
  qfpayTime,
  stateOf,
} from './orders.ts'

type Params = ParamsOf<typeof qfpay, 'query'>
type Row = z.input<typeof queryRow>

const { queryDefaults } = qfpay.rules
const zoneMs = qfpay.utcOffsetMinutes * 60_000

/** Shows what became of payments and refunds. */
export async function query(params: Params, context: QfpayContext): Promise<BodyOf<typeof qfpay, 'query'>> {
  checkMchid(params.mchid, context)
  const page = Number(params.page || queryDefaults.value.page)
  const size = Number(params.page_size || queryDefaults.value.page_size)
  const data: Row[] = []
  let before = (page - 1) * size
  for await (const order of found(params, context)) {
    // Without a filter by state, only what is shown counts as queried.
    if (before > 0 && !params.respcd) {
      before--
      continue
    }
    const row = toRow(await context.show(order), context.account.settings)
    if (params.respcd && row.respcd !== params.respcd) continue
    if (before > 0) {
      before--
      continue
    }
    data.push(row)
    if (data.length === size) break
  }
  return { respcd: '0000', resperr: 'success', respmsg: '', page, page_size: size, data }
}

/** The orders that a query is about, in the order in which the account sees them. */
async function* found(params: Params, context: QfpayContext): AsyncGenerator<Order> {
  const payTypes = listOf(params.pay_type)
  const isMeant = (order: Order) =>
    !isRefused(order) && (payTypes.length === 0 || payTypes.includes(fieldsOf(order).pay_type))
  if (context.account.settings.queryOrder === 'newestFirst') {
    for await (const order of candidates(params, context)) if (isMeant(order)) yield order
    return
  }
  const all: Order[] = []
  for await (const order of candidates(params, context)) if (isMeant(order)) all.unshift(order)
  yield* all
}

/** Newest first. */
async function* candidates(params: Params, context: QfpayContext): AsyncGenerator<Order> {
  const syssns = listOf(params.syssn)
  const numbers = listOf(params.out_trade_no)
  const isTimed =
    syssns.length === 0 && (numbers.length === 0 || context.account.settings.timesByOrderNumber === 'kept')
  const times = isTimed ? timesOf(params, context.now) : {}
  if (syssns.length > 0) {
    const orders = await Promise.all(syssns.map(id => context.findOrder(id)))
    const known = orders.filter(order => order !== undefined)
    yield* known
      .filter(order => numbers.length === 0 || numbers.includes(order.orderNumber))
      .sort(newestFirst)
  } else if (numbers.length > 0) {
    const lists = numbers.map(orderNumber => collect(list({ ...times, orderNumber }, context)))
    yield* (await Promise.all(lists)).flat().sort(newestFirst)
  } else {
    yield* list(times, context)
  }
}

function list(filter: OrderFilter, context: QfpayContext): AsyncGenerator<Order> {
  return itemsOf(page => context.listOrders(filter, page))
}

/** From when to when, in epoch milliseconds: as sent, or the calendar month in UTC+8. */
function timesOf(
  { start_time, end_time, txzone }: Params,
  now: number,
): Required<Pick<OrderFilter, 'createdFrom' | 'createdTo'>> {
  const today = new Date(now + zoneMs)
  const [year, month] = [today.getUTCFullYear(), today.getUTCMonth()]
  const offset = txzone ? minutesOf(txzone) : qfpay.utcOffsetMinutes
  return {
    createdFrom: start_time ? readTime(start_time, offset) : Date.UTC(year, month, 1) - zoneMs,
    // To the end of the second, or of the month.
    createdTo: end_time ? readTime(end_time, offset) + 999 : Date.UTC(year, month + 1, 1) - zoneMs - 1,
  }
}

/** `+0530` is 330 minutes. */
function minutesOf(zone: string): number {
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3))
  return zone.startsWith('-') ? -minutes : minutes
}

/** A refund that came to nothing: for the merchant there never was one. */
function isRefused({ kind, status }: Order): boolean {
  return kind === 'refund' && status === 'failed'
}

function toRow(order: Order, settings: QfpaySettings): Row {
  const { pay_type, txdtm, udid, goods_name } = fieldsOf(order)
  const at = paidAt(order)
  return {
    syssn: order.id,
    out_trade_no: order.orderNumber,
    chnlsn: channelNumber(order),
    chnlsn2: '',
    goods_name: goods_name ?? '',
    goods_info: '',
    goods_detail: '',
    txcurrcd: order.currency,
    origssn: order.original,
    pay_type,
    order_type: order.kind,
    txdtm,
    txamt: String(amountOf(order)),
    sysdtm: qfpayTime(order.createdAt),
    paydtm: at === undefined ? '' : qfpayTime(at),
    cancel: cancelOf(order),
    cardcd: '',
    cardtp: '',
    clisn: '',
    udid: udid ?? '',
    userid: '',
    ...stateOf(order, settings),
    exchange_rate: '',
    cash_fee: '',
    cash_fee_type: '',
    cash_refund_fee: '',
    cash_refund_fee_type: '',
  }
}

function listOf(text: string | undefined): string[] {
  return [...new Set((text ?? '').split(',').filter(item => item !== ''))]
}

async function collect(orders: AsyncIterable<Order>): Promise<Order[]> {
  const all: Order[] = []
  for await (const order of orders) all.push(order)
  return all
}

/** Ids rise with time. */
function newestFirst(a: Order, b: Order): number {
  return b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1)
}
