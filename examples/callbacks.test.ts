import { setupServer } from 'msw/node'
import { createDouble, deliver } from 'paydouble/msw'
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

test('a callback that comes again seven minutes later is credited once', async () => {
  pay.faults.add({ provider: 'its500', deliver: deliver('paid').twice().after('7m') })
  const id = await shop.checkout(10_000)
  await pay.payer.pay(id)
  await pay.clock.advance('7m')
  const { items } = await pay.deliveries.list({ order: id })
  expect(items).toMatchObject([{ status: 'delivered' }, { status: 'delivered' }])
  expect(shop.credits(id)).toBe(1)
})

test('a callback that tells of one fen is refused, and the right one after it is taken', async () => {
  pay.faults.add({ provider: 'its500', deliver: deliver('paid').amount(1).again() })
  const id = await shop.checkout(10_000)
  const { deliveries } = await pay.payer.pay(id)
  expect(deliveries).toMatchObject([{ status: 'failed' }, { status: 'delivered' }])
  expect(shop.credits(id)).toBe(1)
})

test('an answer that comes too late does not count, so the callback is sent again', async () => {
  await pay.accounts.put('its500', 'demo', { retryDelaysMs: [60_000] })
  pay.faults.add({ provider: 'its500', deliver: deliver('paid').slow() })
  const id = await shop.checkout(10_000)
  await pay.payer.pay(id)
  await pay.clock.advance('1m')
  const [delivery] = await pay.callbacks.waitFor({ order: id, times: 2 })
  expect(delivery?.attempts).toMatchObject([{ error: 'the answer (HTTP 200) counts as too late' }, {}])
  expect(shop.credits(id)).toBe(1)
})

test('a callback is sent once more by hand', async () => {
  const id = await shop.checkout(10_000)
  const { deliveries } = await pay.payer.pay(id)
  const again = await pay.callbacks.resend(deliveries[0]?.id ?? '')
  expect(again).toMatchObject({ order: id, status: 'delivered' })
  expect(shop.credits(id)).toBe(1)
})

test('its500 signs nothing, so a shop that believes its callbacks believes a forger too', async () => {
  const id = await shop.checkout(10_000)
  await pay.callbacks.send(id)
  expect(await pay.orders.get(id)).toMatchObject({ status: 'pending' })
  expect(shop.credits(id)).toBe(1)
})
