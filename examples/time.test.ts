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

test('an order expires after five minutes', async () => {
  const id = await shop.checkout(10_000)
  expect(await pay.clock.advance('299s')).toEqual([])
  const fired = await pay.clock.advance('1s')
  expect(fired).toMatchObject([{ kind: 'expired', order: { id, status: 'expired' } }])
})

test('what falls due on the way happens, in its order', async () => {
  const start = pay.clock.now()
  pay.faults.add({ provider: 'its500', pay: { after: '3m' } })
  const id = await shop.checkout(10_000)
  const fired = await pay.clock.advance('1h')
  expect(fired).toMatchObject([
    { kind: 'acted', at: start + 180_000, order: { id, status: 'paid' } },
    { kind: 'attempted', at: start + 180_000, delivery: { order: id, status: 'delivered' } },
  ])
  expect(pay.clock.now()).toBe(start + 3_600_000)
})

test('a clock that runs needs nobody to move it', async () => {
  pay.clock.resume()
  pay.faults.add({ provider: 'its500', pay: { after: '50ms' } })
  const id = await shop.checkout(10_000)
  await pay.callbacks.waitFor({ order: id })
  expect(shop.credits(id)).toBe(1)
})
