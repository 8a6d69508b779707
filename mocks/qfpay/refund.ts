import { qfpay } from '../../contracts/qfpay/contract.ts'
import type { BodyOf, ParamsOf } from '../../src/double/simulator.ts'
import type { Order } from '../../src/store/records.ts'
import { itemsOf } from '../../src/store/store.ts'
import { checkMchid, checkNotifyUrl, findPayment, refuseDuplicate } from './merchant.ts'
import {
  channelNumber,
  type Fields,
  fieldsOf,
  newSyssn,
  paidAt,
  type QfpayContext,
  qfpayTime,
  refundable,
} from './orders.ts'

type Refusal = keyof typeof qfpay.errors & string

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const zoneMs = qfpay.utcOffsetMinutes * minuteMs

/** Two refunds of one payment were seen refused that were about so far apart. */
const atOnceMs = 1000

/** Gives back a payment, or a part of it. */
export async function refund(
  params: ParamsOf<typeof qfpay, 'refund'>,
  context: QfpayContext,
): Promise<BodyOf<typeof qfpay, 'refund'>> {
  checkMchid(params.mchid, context)
  const payment = await findPayment({ syssn: params.syssn }, context)
  const same = await context.findByOrderNumber(params.out_trade_no)
  if (same && same.status !== 'failed') return refuseDuplicate(context)
  checkNotifyUrl(params.notify_url, context)
  const refunded = await giveBack(payment, context, {
    amount: Number(params.txamt),
    orderNumber: params.out_trade_no,
    fields: { txdtm: params.txdtm, mchid: params.mchid, udid: params.udid, notify_url: params.notify_url },
  })
  const at = paidAt(refunded)
  return {
    syssn: refunded.id,
    orig_syssn: payment.id,
    txamt: params.txamt,
    sysdtm: qfpayTime(context.now),
    paydtm: at === undefined ? '' : qfpayTime(at),
    txdtm: params.txdtm,
    txcurrcd: payment.currency,
    ...answerOf(refunded, context),
    chnlsn: channelNumber(refunded),
    cardcd: '',
    udid: params.udid ?? '',
  }
}

/** Code and texts that answer what asked for a refund. */
export function answerOf(
  refunded: Order,
  { account }: QfpayContext,
): { respcd: '0000' | '1143' | '1145'; resperr: string; respmsg: string } {
  const code = refunded.status === 'paid' ? '0000' : account.settings.refundPendingCode
  if (code === '0000') return { respcd: code, resperr: 'success', respmsg: 'OK' }
  const row = code === '1143' ? qfpay.errors.notPaidYet : qfpay.errors.processing
  return { respcd: code, resperr: `${row.message}(${code})`, respmsg: '' }
}

export interface GivenBack {
  readonly amount: number
  /** The merchant's number of the refund; QFPay's own where the merchant gave none. */
  readonly orderNumber?: string
  readonly fields: Partial<Fields>
}

/**
 * Makes a refund of a payment. However many are made at the same time, no more is given back than was
 * paid: the refund is there first, then takes its part of the payment as one compare-and-set, and is
 * undone where nothing is left for it.
 */
export async function giveBack(payment: Order, context: QfpayContext, asked: GivenBack): Promise<Order> {
  const { account, now } = context
  const { amount, orderNumber, fields } = asked
  refuse(obstacleOf(payment, amount, context) ?? obstacleNow(payment, context), context)
  const { refundSettlementMs } = account.settings
  const settle = {
    do: 'settle',
    at: now + refundSettlementMs,
    queries: null,
    amount: null,
    late: false,
  } as const
  const { pay_type, goods_name, notify_url } = fieldsOf(payment)
  const created = await context.createOrder(() => {
    const id = newSyssn(context)
    return {
      id,
      orderNumber: orderNumber ?? id,
      kind: 'refund',
      original: payment.id,
      amount,
      currency: payment.currency,
      qr: '',
      acts: refundSettlementMs > 0 ? [settle] : [],
      fields: {
        pay_type,
        goods_name,
        orig_out_trade_no: payment.orderNumber,
        ...fields,
        notify_url: fields.notify_url || notify_url,
      },
    }
  })
  if ('conflict' in created) return refuseDuplicate(context)
  const { order } = created
  const refusal = await reserve(payment, order, context)
  if (refusal) {
    await context.transition(order, 'failed', { patch: { acts: [] } })
    refuse(refusal, context)
  }
  if (refundSettlementMs > 0) return order
  const settled = await context.transition(order, 'paid', { patch: { paidAt: now, paidAmount: amount } })
  return settled ?? order
}

/** Takes its part of the payment for a refund. @returns the refusal where that does not go */
async function reserve(payment: Order, refunded: Order, context: QfpayContext): Promise<Refusal | undefined> {
  if (await isTooSoon(refunded, context)) return 'refundUnderWay'
  if (!(await spendBalance(refunded, context))) return 'unsettledBalance'
  let current: Order | undefined = payment
  while (current) {
    const refusal = obstacleOf(current, refunded.amount, context)
    if (refusal) {
      await returnBalance(refunded, context)
      return refusal
    }
    const reserved = await context.transition(current, 'paid', {
      when: { refunded: current.refunded },
      patch: { refunded: current.refunded + refunded.amount },
    })
    if (reserved) return undefined
    // Another refund was faster: look again.
    current = await context.findOrder(payment.id)
  }
  return 'orderUnknown'
}

const refundAgainErrors = {
  '1125': 'alreadyRefunded',
  '1264': 'refundClosed',
  '1262': 'orderRefunded',
} as const

/** Why so much of a payment cannot be given back, as it is. */
function obstacleOf(payment: Order, amount: number, { account }: QfpayContext): Refusal | undefined {
  if (payment.status === 'closed') return 'refundClosed'
  if (payment.status !== 'paid') return 'orderNotPaid'
  const left = refundable(payment)
  if (left <= 0) return refundAgainErrors[account.settings.refundAgainCode]
  return amount > left ? 'refundTooHigh' : undefined
}

/** Why nothing of a payment can be given back at this time. */
function obstacleNow(payment: Order, { account, now }: QfpayContext): Refusal | undefined {
  const { refundNightStop, refundWindowDays } = account.settings
  if (refundNightStop && isNight(now)) return 'refundForbidden'
  const { pay_type } = fieldsOf(payment)
  const chosen = refundWindowDays[pay_type]
  const days = chosen === undefined ? qfpay.rules.refundWindowDays.value[pay_type] : chosen
  if (days === undefined || days === null) return undefined
  return now - (payment.paidAt ?? now) >= days * dayMs ? 'refundForbidden' : undefined
}

/** Between 23:30 and 00:30 in Hong Kong. */
function isNight(now: number): boolean {
  const { from, to } = qfpay.rules.refundNightWindow.value
  const time = (now + zoneMs) % dayMs
  return time >= timeOfDay(from) || time < timeOfDay(to)
}

/** `23:30` in milliseconds since midnight. */
function timeOfDay(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number)
  return (hours * 60 + minutes) * minuteMs
}

/** Whether another refund of the payment, made before this one, is under way or was just made. */
async function isTooSoon(refunded: Order, context: QfpayContext): Promise<boolean> {
  if (context.account.settings.refundsAtOnce === 'allow') return false
  const others = await olderThan(refunded, { original: refunded.original ?? '' }, context)
  return others.some(
    other =>
      other.status === 'pending' ||
      (other.status === 'paid' && refunded.createdAt - other.createdAt < atOnceMs),
  )
}

/** Takes a refund out of what the account can give back. @returns whether there was as much */
async function spendBalance(refunded: Order, context: QfpayContext): Promise<boolean> {
  const { refundBalance } = context.account.settings
  if (refundBalance === null) return true
  if (refundBalance === 'takings') return (await takings(refunded, context)) >= refunded.amount
  let suffices = true
  await context.updateSettings(({ refundBalance: balance }) => {
    suffices = typeof balance !== 'number' || balance >= refunded.amount
    return suffices && typeof balance === 'number' ? { refundBalance: balance - refunded.amount } : {}
  })
  return suffices
}

async function returnBalance(refunded: Order, context: QfpayContext): Promise<void> {
  if (typeof context.account.settings.refundBalance !== 'number') return
  await context.updateSettings(({ refundBalance: balance }) =>
    typeof balance === 'number' ? { refundBalance: balance + refunded.amount } : {},
  )
}

/** What was paid since midnight in Hong Kong, less what was given back before this refund. */
async function takings(refunded: Order, context: QfpayContext): Promise<number> {
  const { now } = context
  const midnight = now - ((now + zoneMs) % dayMs)
  const others = await olderThan(refunded, {}, context)
  let sum = 0
  for (const { kind, status, createdAt, amount, paidAmount, paidAt: at } of others) {
    if (kind === 'payment' && at !== null && at >= midnight) sum += paidAmount ?? 0
    if (kind === 'refund' && status !== 'failed' && createdAt >= midnight) sum -= amount
  }
  return sum
}

/** The orders that were made before a refund, as far as they matter to it. */
async function olderThan(
  refunded: Order,
  filter: { original?: string },
  { listOrders }: QfpayContext,
): Promise<Order[]> {
  const older: Order[] = []
  let isOlder = false
  for await (const order of itemsOf(page => listOrders(filter, page))) {
    if (isOlder) older.push(order)
    if (order.id === refunded.id) isOlder = true
  }
  return older
}

function refuse(refusal: Refusal | undefined, { fail }: QfpayContext): void {
  if (refusal) fail(refusal)
}
