// What each operation checks of the merchant, and of the order that a request is about.
import type { Order } from '../../src/store/records.ts'
import type { QfpayContext } from './orders.ts'

/** Refuses a request whose `mchid` is not that of the account. @param sent one, or several by commas */
export function checkMchid(sent: string | undefined, { account, fail }: QfpayContext): void {
  const { mchid } = account.credentials
  if (mchid === null ? sent === undefined : sent === mchid || sent?.split(',').includes(mchid)) return
  fail('wrongMchid', {
    kind: 'mchid',
    severity: 'breaking',
    pointer: '/mchid',
    message: mchid
      ? 'The account has an mchid, so each request must send it.'
      : 'The account has no mchid, so no request may send one.',
  })
}

const unknownOrderErrors = { '1268': 'orderUnknown', '1136': 'notOperable' } as const

/** The payment that a request is about: by QFPay's number, by the merchant's, or both. */
export async function findPayment(
  { syssn, out_trade_no }: { syssn?: string | undefined; out_trade_no?: string | undefined },
  context: QfpayContext,
): Promise<Order> {
  const order = syssn ? await context.findOrder(syssn) : await context.findByOrderNumber(out_trade_no ?? '')
  if (order?.kind !== 'payment') {
    return context.fail(unknownOrderErrors[context.account.settings.unknownOrderCode], {
      kind: 'unknownOrder',
      severity: 'breaking',
      pointer: syssn ? '/syssn' : '/out_trade_no',
      message: order ? 'This is a refund, and no payment.' : 'The account has no payment of this number.',
    })
  }
  if (syssn && out_trade_no && order.orderNumber !== out_trade_no) {
    return context.fail('orderMismatch', {
      kind: 'orderMismatch',
      severity: 'breaking',
      pointer: '/out_trade_no',
      message: `The payment ${syssn} has another out_trade_no.`,
    })
  }
  return order
}

/** The row of the error table that an account has chosen for a repeated order number. */
const duplicateErrors = {
  '1251': 'duplicateOrder',
  '1102': 'duplicateRequest',
  '2011': 'serialRepeated',
} as const

export function refuseDuplicate({ account, fail }: QfpayContext): never {
  return fail(duplicateErrors[account.settings.duplicateOrderCode])
}

/** Leaves a finding where a notification can not reach the address that a request gives. */
export function checkNotifyUrl(url: string | undefined, context: QfpayContext): void {
  if (!url || context.account.settings.notifyUrlParam === 'ignored' || context.mayCall(url)) return
  context.note({
    kind: 'notifyUrl',
    severity: 'breaking',
    pointer: '/notify_url',
    message: `${url} is no http address on a host to which callbacks may go (allowedCallbackHosts): it will not be notified.`,
  })
}
