// A shop that takes payments by QFPay, and gets them right.
import { createDatabase } from './database.ts'
import { createQfpay, isSigned, type Merchant, type Notification, type Payment, Refused } from './qfpay.ts'
import { listen, type Reply, type Shop } from './server.ts'

export async function openShop(merchant: Merchant): Promise<Shop> {
  const qfpay = createQfpay(merchant)
  const database = createDatabase()
  let orders = 0

  /** Credits what was paid: once, however often it is told, and nothing if it is not the right amount. */
  function settle(id: string, { syssn, txamt }: Payment): void {
    database.update(id, ({ amount, credited }) => {
      if (credited > 0 || Number(txamt) !== amount) return undefined
      return { status: 'paid', credited: amount, payment: { syssn } }
    })
  }

  const server = await listen({
    async 'POST /checkout'({ body }): Promise<Reply> {
      const { amount } = JSON.parse(body.toString()) as { amount: number }
      orders++
      const order = { id: `shop-${merchant.appCode.slice(0, 4)}-${orders}`, amount, credited: 0 }
      database.insert({ ...order, status: 'pending' })
      try {
        const qr = await qfpay.pay(order, `${server.url}/notification`)
        return { status: 200, body: { id: order.id, qr } }
      } catch (error) {
        // The customer has seen no code, so nobody can pay it.
        database.update(order.id, () => ({ status: 'failed' }))
        return { status: 502, body: String(error) }
      }
    },

    'POST /notification'({ body, headers }): Reply {
      if (!isSigned(body, headers['x-qf-sign'], merchant.clientKey))
        return { status: 401, body: 'wrong signature' }
      const told = JSON.parse(body.toString()) as Notification
      if (told.respcd === '0000' && told.notify_type === 'payment') settle(told.out_trade_no, told)
      if (told.respcd === '0000' && told.notify_type === 'refund')
        database.update(told.orig_out_trade_no, () => ({ status: 'refunded' }))
      // Not before all is written: after this it is not sent again.
      return { status: 200, body: 'SUCCESS' }
    },

    async 'POST /orders/:id/refund'({ id }): Promise<Reply> {
      const order = database.get(id)
      if (order?.status !== 'paid' || !order.payment) return { status: 409, body: 'this order is not paid' }
      try {
        await qfpay.refund(order.payment, order.amount, `${id}-refund`)
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
      // Also those that have expired: the money may have been on its way.
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
      database.update(id, ({ status }) => (status === 'pending' ? { status: 'expired' } : undefined))
    },
  }
}
