import { setupServer } from 'msw/node'
import { createDouble } from 'paydouble/msw'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openShop } from './shop.ts'

const shop = openShop()
const pay = createDouble({ seed: 7, callbackMode: 'pull' })
const server = setupServer(...pay.handlers)
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterAll(() => server.close())

test('callbacks wait in an outbox until the test fetches them', async () => {
  const id = await shop.checkout(10_000)
  await pay.payer.pay(id)
  expect(shop.credits(id)).toBe(0)
  for (const delivery of await pay.callbacks.outbox()) {
    await pay.callbacks.reply(delivery.id, await shop.receive(delivery))
  }
  expect(shop.credits(id)).toBe(1)
  expect(await pay.deliveries.list({ order: id })).toMatchObject({ items: [{ status: 'delivered' }] })
})
