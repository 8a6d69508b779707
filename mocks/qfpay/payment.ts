import { qfpay } from '../../contracts/qfpay/contract.ts'
import { expiredTimeCodes, type MpmCode, payTypes } from '../../contracts/qfpay/pay-types.ts'
import type { BodyOf, ParamsOf } from '../../src/double/simulator.ts'
import { checkMchid, checkNotifyUrl, refuseDuplicate } from './merchant.ts'
import { newSyssn, type QfpayContext, qfpayTime } from './orders.ts'
import { qrCodeOf } from './qr-codes.ts'

type Params = ParamsOf<typeof qfpay, 'payment'>

/** Orders a payment. */
export async function payment(
  params: Params,
  context: QfpayContext,
): Promise<BodyOf<typeof qfpay, 'payment'>> {
  const { account, now, random } = context
  checkMchid(params.mchid, context)
  // The schema lets no others through.
  const payType = params.pay_type as MpmCode
  if (!account.settings.payTypes.includes(payType)) return context.fail('payTypeNotEnabled')
  if (params.rmb_tag !== undefined && params.txcurrcd !== 'CNY') {
    return context.fail('invalidParameter', {
      kind: 'renminbiTag',
      severity: 'breaking',
      pointer: '/rmb_tag',
      message: 'rmb_tag goes with txcurrcd CNY only.',
    })
  }
  const minutes = lifeInMinutes(params, context)
  checkNotifyUrl(params.notify_url, context)
  const created = await context.createOrder(() => ({
    id: newSyssn(context),
    orderNumber: params.out_trade_no,
    amount: Number(params.txamt),
    currency: params.txcurrcd,
    qr: qrCodeOf(payTypes[payType].wallet, random('qr'), Number(params.txamt)),
    expiresAt: minutes === null ? null : now + minutes * 60_000,
    fields: { ...params },
  }))
  if ('conflict' in created) return refuseDuplicate(context)
  const { order } = created
  const systemTime = qfpayTime(now)
  return {
    sysdtm: systemTime,
    paydtm: systemTime,
    txcurrcd: params.txcurrcd,
    respmsg: 'OK',
    qrcode: order.qr,
    pay_type: params.pay_type,
    cardcd: '',
    udid: params.udid ?? '',
    txdtm: params.txdtm,
    txamt: params.txamt,
    resperr: 'success',
    out_trade_no: params.out_trade_no,
    syssn: order.id,
    respcd: '0000',
    chnlsn: '',
  }
}

/** How long the QR code lives; null for ever. */
function lifeInMinutes({ pay_type, expired_time }: Params, { account, fail }: QfpayContext): number | null {
  if (expiredTimeCodes.some(code => code === pay_type)) {
    return expired_time === undefined ? qfpay.rules.expiryMinutes.value : Number(expired_time)
  }
  const { expiredTimeElsewhere, otherExpiryMinutes } = account.settings
  if (expired_time === undefined || expiredTimeElsewhere === 'ignore') return otherExpiryMinutes
  return fail('invalidParameter', {
    kind: 'expiredTimeElsewhere',
    severity: 'breaking',
    pointer: '/expired_time',
    message: `The code of ${pay_type} takes no expired_time; those of ${expiredTimeCodes.join(', ')} do.`,
  })
}
