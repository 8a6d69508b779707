import { qfpay } from '../../contracts/qfpay/contract.ts'
import { formatCompactTime, formatTime } from '../../src/contract/codec/time.ts'
import { base62, hexDigits } from '../../src/double/random.ts'
import { defineSimulator } from '../../src/double/simulator.ts'

const { utcOffsetMinutes, rules } = qfpay

/** The row of the error table that an account has chosen for a repeated order number. */
const duplicateErrors = {
  '1251': 'duplicateOrder',
  '1102': 'duplicateRequest',
  '2011': 'serialRepeated',
} as const

export const qfpaySimulator = defineSimulator(qfpay, {
  accounts: [
    {
      id: 'demo',
      appCode: 'DEMO0APP0CODE0000000000000000001',
      clientKey: 'TESTKEY0000000000000000000000000',
      mchid: 'ZaMVg12345',
    },
  ],

  inventCredentials: random => ({
    appCode: random.text(32, hexDigits).toUpperCase(),
    clientKey: random.text(32, hexDigits).toUpperCase(),
    mchid: random.text(10, base62),
  }),

  keysOf: order => ({ number: order.orderNumber }),

  operations: {
    async payment(params, { account, now, random, ...context }) {
      if ((params.mchid ?? null) !== account.credentials.mchid) {
        return context.fail('wrongMchid', {
          kind: 'mchid',
          severity: 'breaking',
          pointer: '/mchid',
          message: account.credentials.mchid
            ? 'The account has an mchid, so each request must send it.'
            : 'The account has no mchid, so no request may send one.',
        })
      }
      if (params.rmb_tag !== undefined && params.txcurrcd !== 'CNY') {
        return context.fail('invalidParameter', {
          kind: 'renminbiTag',
          severity: 'breaking',
          pointer: '/rmb_tag',
          message: 'rmb_tag goes with txcurrcd CNY only.',
        })
      }
      const minutes =
        params.expired_time === undefined ? rules.expiryMinutes.value : Number(params.expired_time)
      const created = await context.createOrder(() => ({
        // 26 digits, as published: the date first; then the time and a rising number.
        id: formatCompactTime(now, utcOffsetMinutes) + random('syssn').rising(12),
        orderNumber: params.out_trade_no,
        amount: Number(params.txamt),
        currency: params.txcurrcd,
        qr: `weixin://wxpay/bizpayurl?pr=${random('qr').text(7, base62)}`,
        expiresAt: now + minutes * 60_000,
        fields: { ...params },
      }))
      if ('conflict' in created) return context.fail(duplicateErrors[account.settings.duplicateOrderCode])
      const { order } = created
      const systemTime = formatTime(now, utcOffsetMinutes)
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
        respcd: '0000' as const,
        chnlsn: '',
      }
    },
  },
})
