import 'paydouble/vitest'
import { setupServer } from 'msw/node'
import { createDouble } from 'paydouble/msw'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openShop } from './shop.ts'

let shop = openShop()
const pay = createDouble({ seed: 7, deliver: callback => shop.receive(callback) })
const server = setupServer(...pay.handlers)
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
beforeEach(async () => {
  shop = openShop()
  await pay.reset()
})
afterAll(() => server.close())

test('an order is paid, and the shop is told once', async () => {
  const order = await shop.checkout(10_000)
  await expect(pay).not.toHavePaid(order)
  await pay.payer.pay(order)
  await expect(pay).toHavePaid(order)
  await expect(pay).toHaveDelivered({ order, times: 1 })
})

test('what goes over the wire is as its500 describes it', async () => {
  const response = await fetch('https://pay.its500.com/order/createOrder', {
    method: 'POST',
    headers: { 'Payment-Key': 'de30000000000500', 'Payment-Secret': 'de300000000000000000000000000500' },
    body: new URLSearchParams({ price: '1', name: 'a book', paytype: 'ali' }),
  })
  await expect(response).toMatchContract('its500.createOrder')
  const answer = await response.json()
  await expect(answer).toMatchContract('its500.createOrder')
  await expect({ ...answer, orderId: 17 }).not.toMatchContract('its500.createOrder')
})

test('what comes to the callback address is as its500 describes it', async () => {
  const order = await shop.checkout(10_000)
  const { deliveries } = await pay.payer.pay(order)
  for (const delivery of deliveries) await expect(delivery).toMatchCallback('its500.paid')
})
