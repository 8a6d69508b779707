// Orders in QFPay's own words: what they hold besides our fields, their state, their numbers.
import { qfpay } from '../../contracts/qfpay/contract.ts'
import { formatCompactTime, formatTime } from '../../src/contract/codec/time.ts'
import type { Context, SettingsOf } from '../../src/double/simulator.ts'
import type { Order } from '../../src/store/records.ts'

export type QfpayContext = Context<typeof qfpay>
export type QfpaySettings = SettingsOf<typeof qfpay>

const { errors, rules, utcOffsetMinutes } = qfpay

/** What an order keeps as the merchant sent it; a refund has some of it from its payment. */
export interface Fields {
  readonly pay_type: string
  readonly txdtm: string
  readonly mchid?: string | undefined
  readonly udid?: string | undefined
  readonly goods_name?: string | undefined
  readonly notify_url?: string | undefined
  /** Of a refund, the merchant's number of the payment. */
  readonly orig_out_trade_no?: string | undefined
}

export function fieldsOf(order: Order): Fields {
  return { pay_type: '800201', txdtm: qfpayTime(order.createdAt), ...order.fields } as Fields
}

/** A time as QFPay writes it, in UTC+8. */
export function qfpayTime(epochMs: number): string {
  return formatTime(epochMs, utcOffsetMinutes)
}

/** A new number of QFPay. 26 digits, as published: the date first; then the time and a rising number. */
export function newSyssn({ now, random }: Pick<QfpayContext, 'now' | 'random'>): string {
  return formatCompactTime(now, utcOffsetMinutes) + random('syssn').rising(12)
}

/**
 * What was paid, in minor units: what the payer paid, where it was not what the order asks for. An
 * order that was paid twice was paid twice the same amount.
 */
export function amountOf({ amount, paidAmount }: Order): number {
  return paidAmount === null || paidAmount % amount === 0 ? amount : paidAmount
}

/** How much of a payment can still be given back. */
export function refundable(order: Order): number {
  return (order.paidAmount ?? 0) - order.refunded
}

/** When it was paid, or the refund came through; undefined before. */
export function paidAt({ status, paidAt: at, changedAt }: Order): number | undefined {
  return status === 'paid' ? (at ?? changedAt ?? undefined) : undefined
}

/** The wallet's number of what is paid. */
export function channelNumber(order: Order): string {
  return order.status === 'paid' ? `42${order.id}` : ''
}

/** `cancel`: what became of a payment besides being paid. */
export function cancelOf(order: Order): '0' | '2' | '3' | '5' {
  if (order.status === 'closed') return '2'
  if (order.kind === 'refund' || order.refunded === 0) return '0'
  return refundable(order) <= 0 ? '3' : '5'
}

/** The state of a payment or refund as a query shows it. */
export function stateOf(order: Order, settings: QfpaySettings): { respcd: string; errmsg: string } {
  if (order.kind === 'refund' && order.status === 'pending') return rules.queryRefundPendingRow.value
  switch (order.status) {
    case 'pending':
      return state(errors.notPaidYet.code)
    case 'paid':
      return { respcd: errors.success.code, errmsg: rules.querySuccessText.value }
    case 'expired':
      return state(settings.expiredCode)
    case 'closed':
      return state(settings.closedCode)
    case 'failed':
      return state(errors.failedRetryLater.code)
  }
}

function state(respcd: string): { respcd: string; errmsg: string } {
  const row = Object.values(errors).find(({ code }) => code === respcd)
  return { respcd, errmsg: row?.message ?? '' }
}
