import type { OutgoingCallback } from '../../src/double/simulator.ts'
import type { Order } from '../../src/store/records.ts'
import {
  amountOf,
  cancelOf,
  channelNumber,
  type Fields,
  fieldsOf,
  paidAt,
  type QfpaySettings,
  qfpayTime,
} from './orders.ts'

/** What is notified once an order is paid, or a refund has come through. */
export function notificationsOf(order: Order, settings: QfpaySettings): OutgoingCallback[] {
  const fields = fieldsOf(order)
  const url = addressOf(fields, settings)
  return url ? [{ callback: order.kind, url, payload: payloadOf(order, fields) }] : []
}

function addressOf({ notify_url }: Fields, { notifyUrl, notifyUrlParam }: QfpaySettings): string | null {
  return (notifyUrlParam === 'overrides' && notify_url) || notifyUrl
}

function payloadOf(order: Order, fields: Fields): Record<string, unknown> {
  const { pay_type, txdtm, mchid, goods_name, orig_out_trade_no } = fields
  return {
    status: '1',
    pay_type,
    sysdtm: qfpayTime(order.createdAt),
    paydtm: qfpayTime(paidAt(order) ?? order.createdAt),
    txcurrcd: order.currency,
    txdtm,
    txamt: String(amountOf(order)),
    out_trade_no: order.orderNumber,
    syssn: order.id,
    cancel: cancelOf(order),
    respcd: '0000',
    notify_type: order.kind,
    ...(mchid !== undefined && { mchid }),
    ...(goods_name !== undefined && { goods_name }),
    chnlsn: channelNumber(order),
    cardcd: '',
    cash_fee: '0',
    cash_fee_type: '',
    ...(order.kind === 'refund' && { orig_out_trade_no }),
  }
}
