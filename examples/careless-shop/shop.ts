// The same shop with six classic bugs. Each can be mended by itself, to see that it is found by itself.
import { createDatabase, type ShopOrder } from '../shop/database.ts'
import {
  createQfpay,
  isSigned,
  type Merchant,
  type Notification,
  type Payment,
  Refused,
} from '../shop/qfpay.ts'
import { listen, type Reply, type Shop } from '../shop/server.ts'

export const bugs = [
  'creditsOnEveryCallback',
  'trustsTheAmountItSent',
  'checksNoSignature',
  'answersSuccessTooEarly',
  'expiryOverwritesPaid',
  'refundBeforePaymentCrashes',
] as const
export type Bug = (typeof bugs)[number]

/** @param has the bugs of this shop; all of them if not given */
export async function openCarelessShop(merchant: Merchant, has: readonly Bug[] = bugs): Promise<Shop> {
  const qfpay = createQfpay(merchant)
  const database = createDatabase()
  let orders = 0

  function settle(id: string, { syssn, txamt }: Payment): void {
    database.update(id, ({ amount, credited }) => {
      // Bug: a callback that comes twice is credited twice.
      if (credited > 0 && !has.includes('creditsOnEveryCallback')) return undefined
      // Bug: whatever was paid, what was asked is credited.
      if (Number(txamt) !== amount && !has.includes('trustsTheAmountItSent')) return undefined
      return { status: 'paid', credited: credited + amount, payment: { syssn } }
    })
  }

  const server = await listen({
    async 'POST /checkout'({ body }): Promise<Reply> {
      const { amount } = JSON.parse(body.toString()) as { amount: number }
      orders++
      const order = { id: `careless-${merchant.appCode.slice(0, 4)}-${orders}`, amount, credited: 0 }
      database.insert({ ...order, status: 'pending' })
      try {
        const qr = await qfpay.pay(order, `${server.url}/notification`)
        return { status: 200, body: { id: order.id, qr } }
      } catch (error) {
        database.update(order.id, () => ({ status: 'failed' }))
        return { status: 502, body: String(error) }
      }
    },

    'POST /notification'({ body, headers }): Reply {
      // Bug: anybody can say that an order is paid.
      if (!has.includes('checksNoSignature') && !isSigned(body, headers['x-qf-sign'], merchant.clientKey))
        return { status: 401, body: 'wrong signature' }
      const told = JSON.parse(body.toString()) as Notification
      const keep = () => {
        if (told.respcd === '0000' && told.notify_type === 'payment') settle(told.out_trade_no, told)
        if (told.respcd === '0000' && told.notify_type === 'refund')
          database.update(told.orig_out_trade_no, () => ({ status: 'refunded' }))
      }
      if (has.includes('answersSuccessTooEarly')) {
        // Bug: what fails now is never sent again.
        Promise.resolve()
          .then(keep)
          .catch(() => {})
      } else keep()
      return { status: 200, body: 'SUCCESS' }
    },

    async 'POST /orders/:id/refund'({ id }): Promise<Reply> {
      const order = database.get(id)
      if (order?.status !== 'paid' && !has.includes('refundBeforePaymentCrashes'))
        return { status: 409, body: 'this order is not paid' }
      // Bug: before it is paid there is no payment.
      const { amount, payment } = order as Required<ShopOrder>
      const { syssn } = payment
      try {
        await qfpay.refund({ syssn }, amount, `${id}-refund`)
      } catch (error) {
        if (error instanceof Refused) return { status: 409, body: error.message }
        throw error
      }
      database.update(id, () => ({ status: 'refunded' }))
      return { status: 200, body: 'refunded' }
    },
  })

  return {
    url: server.url,
    database,
    close: server.close,
    order: database.show,

    async poll() {
      const open = database.all().filter(({ status }) => status === 'pending' || status === 'expired')
      for (const { id } of open) {
        try {
          const payment = await qfpay.findPayment(id)
          if (payment) settle(id, payment)
        } catch {
          // It stays open, and is asked about again next time.
        }
      }
    },

    expire(id) {
      database.update(id, ({ status }) =>
        // Bug: what was paid in the meantime expires as well.
        status === 'pending' || has.includes('expiryOverwritesPaid') ? { status: 'expired' } : undefined,
      )
    },
  }
}
