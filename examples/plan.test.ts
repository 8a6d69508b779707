import { setupServer } from 'msw/node'
import type { Plan } from 'paydouble'
import { createDouble, deliver } from 'paydouble/msw'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openShop } from './shop.ts'

const shop = openShop()
const pay = createDouble({ deliver: shop.receive })
const server = setupServer(...pay.handlers)
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterAll(() => server.close())

const plan: Plan = {
  seed: 7,
  faults: [
    { provider: 'its500', pay: { after: '3m' }, times: 'always' },
    { provider: 'its500', deliver: deliver('paid').twice().after('7m'), times: 'always' },
    { provider: 'its500', error: '10008', probability: 0.1 },
  ],
}

/** What became of ten orders, as text. */
async function history(line: string): Promise<string> {
  await pay.apply(JSON.parse(line))
  for (let i = 1; i <= 10; i++) await shop.checkout(10_000).catch(() => undefined)
  await pay.clock.advance('1h')
  const [orders, deliveries] = [await pay.orders.list(), await pay.deliveries.list()]
  return JSON.stringify({ orders, deliveries })
}

test('the same plan gives the same history, to the byte', async () => {
  const line = JSON.stringify(plan)
  expect(await history(line)).toBe(await history(line))
})
