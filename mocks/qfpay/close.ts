import { qfpay } from '../../contracts/qfpay/contract.ts'
import { observed } from '../../src/contract/index.ts'
import type { BodyOf, ParamsOf } from '../../src/double/simulator.ts'
import type { Order } from '../../src/store/records.ts'
import { checkMchid, findPayment } from './merchant.ts'
import { amountOf, fieldsOf, newSyssn, type QfpayContext, qfpayTime, refundable } from './orders.ts'
import { answerOf, giveBack } from './refund.ts'

type Params = ParamsOf<typeof qfpay, 'close'>
type Answer = BodyOf<typeof qfpay, 'close'>

const closedAgainErrors = { '1142': 'orderClosedBefore', '1264': 'orderClosed' } as const

/** Closes an order that is not paid yet. */
export function close(params: Params, context: QfpayContext): Promise<Answer> {
  return end(params, context, context.account.settings.closePayTypes)
}

/** Cancels an order that is not paid yet. */
export function reversal(params: Params, context: QfpayContext): Promise<Answer> {
  return end(params, context, context.account.settings.reversalPayTypes)
}

async function end(params: Params, context: QfpayContext, payTypes: readonly string[]): Promise<Answer> {
  const { settings } = context.account
  checkMchid(params.mchid, context)
  if (!params.syssn && !params.out_trade_no) {
    return context.fail('invalidParameter', {
      kind: 'missingField',
      severity: 'breaking',
      pointer: '/syssn',
      message: 'Neither syssn nor out_trade_no is sent: one of them must be.',
    })
  }
  for (;;) {
    const order = await findPayment(params, context)
    if (!payTypes.includes(fieldsOf(order).pay_type)) return context.fail('bankBusy', notSupported(order))
    if (
      settings.closeAmount === 'checked' &&
      params.txamt !== undefined &&
      Number(params.txamt) !== order.amount
    )
      return context.fail('wrongAmount')
    noteEarly(order, context)
    if (order.status === 'paid') return endPaid(order, params, context)
    if (order.status !== 'pending') return context.fail(closedAgainErrors[settings.closedAgainCode])
    const closed = await context.transition(order, 'closed')
    if (closed) return toAnswer(order, newSyssn(context), params, context)
    // It was paid, or expired, just then: look again.
  }
}

async function endPaid(order: Order, params: Params, context: QfpayContext): Promise<Answer> {
  if (context.account.settings.closePaid === 'refuse') return context.fail('orderPaid')
  const left = refundable(order)
  if (left <= 0) return context.fail('orderRefunded')
  const { mchid, udid, txdtm = qfpayTime(context.now) } = params
  const refunded = await giveBack(order, context, { amount: left, fields: { mchid, udid, txdtm } })
  return { ...toAnswer(order, refunded.id, params, context), ...answerOf(refunded, context) }
}

function toAnswer(order: Order, syssn: string, params: Params, { now }: QfpayContext): Answer {
  return {
    syssn,
    orig_syssn: order.id,
    txamt: String(amountOf(order)),
    txcurrcd: order.currency,
    txdtm: params.txdtm ?? fieldsOf(order).txdtm,
    sysdtm: qfpayTime(now),
    respcd: '0000',
    resperr: 'success',
    respmsg: 'OK',
  }
}

/** WeChat does not want an order closed that was just made. */
function noteEarly(order: Order, context: QfpayContext): void {
  const minutes = qfpay.rules.closeTooSoon.value
  const isEarly = context.now - order.createdAt < minutes * 60_000
  if (fieldsOf(order).pay_type !== '800201' || order.status !== 'pending' || !isEarly) return
  context.note({
    kind: 'closeTooSoon',
    severity: 'note',
    pointer: '',
    message: `WeChat does not want an order closed within ${minutes} minutes after it was made.`,
    provenance: observed('rule.close-wechat-five-minutes'),
  })
}

function notSupported(order: Order) {
  return {
    kind: 'closeUnsupported',
    severity: 'breaking',
    pointer: '',
    message: `The pay type ${fieldsOf(order).pay_type} is not among those that this operation takes (account settings closePayTypes, reversalPayTypes).`,
  } as const
}
