// The code under test in the examples: a shop that sells through its500, and credits an order once its callback says that it is paid.

export interface Shop {
  /** Orders something for so many fen. Resolves with its500's number of the order. */
  checkout(fen: number): Promise<string>
  /** Answers what its500 sends to the callback address. */
  receive(callback: { body: string }): Promise<{ status: number; body: string }>
  /** How often an order was credited. */
  credits(orderId: string): number
}

/** @param credentials AppKey and AppSecret; by default those of the demo account */
export function openShop(credentials: { appKey?: unknown; appSecret?: unknown } = {}): Shop {
  const { appKey = 'de30000000000500', appSecret = 'de300000000000000000000000000500' } = credentials
  const orders = new Map<string, { price: string; credits: number }>()
  return {
    async checkout(fen) {
      const answer = await fetch('https://pay.its500.com/order/createOrder', {
        method: 'POST',
        headers: { 'Payment-Key': String(appKey), 'Payment-Secret': String(appSecret) },
        body: new URLSearchParams({ price: String(fen / 100), name: 'a book', paytype: 'ali' }),
        signal: AbortSignal.timeout(2000),
      })
      const { code, msg, orderId, price } = await answer.json()
      if (code !== '10001') throw new Error(`its500 refuses: ${code} ${msg}`)
      orders.set(orderId, { price, credits: 0 })
      return orderId
    },

    async receive({ body }) {
      const { code, orderId, price } = JSON.parse(body)
      const order = orders.get(orderId)
      if (order === undefined || code !== 10001 || price !== order.price) return { status: 400, body: '' }
      // A callback may come twice.
      if (order.credits === 0) order.credits++
      return { status: 200, body: '' }
    },

    credits: orderId => orders.get(orderId)?.credits ?? 0,
  }
}
