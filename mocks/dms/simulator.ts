import { dms } from '../../contracts/dms/contract.ts'
import { orderStates } from '../../contracts/dms/get-order-detail.ts'
import { payWays } from '../../contracts/dms/payment.ts'
import { formatTime } from '../../src/contract/codec/time.ts'
import { base62, digits, type RandomStream } from '../../src/double/random.ts'
import { defineSimulator, expiryOf, type SettingsOf } from '../../src/double/simulator.ts'
import type { Order } from '../../src/store/records.ts'

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

  // allinpay has a state for orders that have failed.
  failsWhenDeclined: true,

  keysOf: order => (order.fields.repeatable === true ? {} : { number: order.orderNumber }),

  operations: {
    async payment(params, { account, now, random, ...context }) {
      if (params.reciever_id !== account.credentials.receiverId) {
        return context.fail('unknownReceiver', {
          kind: 'unknownReceiver',
          severity: 'breaking',
          pointer: '/reciever_id',
          message: `The account receives as ${account.credentials.receiverId}: send that, or set receiverId of the account.`,
        })
      }
      const created = await context.createOrder(() => ({
        // Like a snowflake number: it grows with time, and ends in digits of its own.
        id: String(now).padStart(13, '1') + random('orderNo').rising(6),
        orderNumber: params.bz_order,
        amount: Number(params.amount),
        qr: codes[params.pay_way](random('qr')),
        expiresAt: expiryOf(account.settings, now),
        fields: { ...params, repeatable: account.settings.duplicateOrders === 'allow' },
      }))
      if ('conflict' in created) {
        return context.fail('duplicateOrder', {
          kind: 'duplicateOrderNumber',
          severity: 'breaking',
          pointer: '/bz_order',
          message: `Another order of this account has this number: use a new one for each order, or set duplicateOrders of the account to "allow".`,
        })
      }
      return {
        ...success,
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

    async getPayWayTonglian(_, { account: { id, credentials } }) {
      return { ...success, data: [{ id: credentials.receiverId, name: id, pay_way: [...payWays] }] }
    },

    async bizUser(_, { account: { id, credentials } }) {
      return { ...success, data: [{ biz_user_id: credentials.payerId, name: id }] }
    },

    async getOrderDetail({ bz_order: orderNumber }, { account, ...context }) {
      const found = await context.findByOrderNumber(orderNumber)
      if (!found) return context.fail('orderUnknown')
      const order = await context.show(found)
      return {
        ...success,
        data: {
          orderNo: order.id,
          bizOrderNo: order.orderNumber,
          orderStatus: stateOf(order, account.settings),
          amount: order.amount,
          payDatetime: order.paidAt === null ? '' : formatTime(order.paidAt, dms.utcOffsetMinutes),
          buyerBizUserId: String(order.fields.payer_id),
        },
      }
    },
  },
})

const success = { errCode: 1000, errMsg: dms.errors.success.message } as const

/** How allinpay calls the state of an order. */
function stateOf(
  { status, refunded }: Order,
  { waitingState }: SettingsOf<typeof dms>,
): (typeof orderStates)[keyof typeof orderStates] {
  switch (status) {
    case 'pending':
      return waitingState
    case 'paid':
      return refunded > 0 ? orderStates.refunded : orderStates.paid
    case 'failed':
      return orderStates.failed
    case 'expired':
    case 'closed':
      return orderStates.closed
  }
}
