import { dms } from '../../contracts/dms/contract.ts'
import { base62, digits, type RandomStream } from '../../src/double/random.ts'
import { defineSimulator, expiryOf } from '../../src/double/simulator.ts'

/** What the QR code of each pay way looks like. */
const codes = {
  SCAN_WEIXIN: (random: RandomStream) => `weixin://wxpay/bizpayurl?pr=${random.text(7, base62)}`,
  SCAN_ALIPAY: (random: RandomStream) =>
    `https://qr.alipay.com/bax${random.text(21, '0123456789abcdefghijklmnopqrstuvwxyz')}`,
} satisfies Record<string, (random: RandomStream) => string>

export const dmsSimulator = defineSimulator(dms, {
  accounts: [{ id: 'demo', payerId: 'demo-payer', receiverId: '100001' }],

  inventCredentials: random => ({
    payerId: `payer-${random.text(8, digits)}`,
    receiverId: `1${random.text(5, digits)}`,
  }),

  keysOf: order => (order.fields.repeatable === true ? {} : { number: order.orderNumber }),

  operations: {
    async payment(params, { account, now, random, ...context }) {
      if (params.reciever_id !== account.credentials.receiverId) return context.fail('unknownReceiver')
      const created = await context.createOrder(() => ({
        // Like a snowflake number: it grows with time, and ends in digits of its own.
        id: String(now).padStart(13, '1') + random('orderNo').rising(6),
        orderNumber: params.bz_order,
        amount: Number(params.amount),
        qr: codes[params.pay_way](random('qr')),
        expiresAt: expiryOf(account.settings, now),
        fields: { ...params, repeatable: account.settings.duplicateOrders === 'allow' },
      }))
      if ('conflict' in created) return context.fail('duplicateOrder')
      return {
        errCode: 1000 as const,
        errMsg: dms.errors.success.message,
        data: {
          weChatAPPInfo: [],
          validateType: 0,
          orderNo: created.order.id,
          payFailMessage: '',
          tradeNo: '',
          payCode: '',
          extendInfo: '',
          payStatus: '',
          payInfo: created.order.qr,
          bizUserId: params.payer_id,
          bizOrderNo: params.bz_order,
        },
      }
    },
  },
})
