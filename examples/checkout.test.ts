import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setupServer } from 'msw/node'
import { createDouble } from 'paydouble/msw'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

const shop = await openShop()
const pay = createDouble({
  seed: 7,
  accounts: { its500: [{ id: 'demo', callbackUrls: [shop.callbackUrl] }] },
})
const server = setupServer(...pay.handlers)
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterEach(() => pay.reset())
afterAll(() => {
  server.close()
  shop.close()
})

test('a checkout is credited when the payer has paid', async () => {
  const order = await shop.checkout(10_000)
  await pay.payer.scan(order.qr)
  expect(await shop.status(order.id)).toBe('paid')
})

test('a checkout that is paid with the original price is not credited', async () => {
  const order = await shop.checkout(10_000)
  const payment = await pay.payer.scan(order.qr, { amount: 10_000 })
  expect(payment.findings).toMatchObject([{ kind: 'paymentLost' }])
  expect(await shop.status(order.id)).toBe('open')
})

/** The code under test: a shop that calls the provider's real URL and listens for its callback. */
async function openShop() {
  const orders = new Map<string, 'open' | 'paid'>()
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    orders.set(JSON.parse(body).orderId, 'paid')
    response.end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    callbackUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/paid`,
    async checkout(fen: number) {
      const answer = await fetch('https://pay.its500.com/order/createOrder', {
        method: 'POST',
        headers: { 'Payment-Key': 'de30000000000500', 'Payment-Secret': 'de300000000000000000000000000500' },
        body: new URLSearchParams({ price: String(fen / 100), name: 'a book', paytype: 'ali' }),
      })
      const { orderId, zfbcode } = await answer.json()
      orders.set(orderId, 'open')
      return { id: orderId as string, qr: zfbcode as string }
    },
    status: async (id: string) => orders.get(id),
    close: () => server.close(),
  }
}
