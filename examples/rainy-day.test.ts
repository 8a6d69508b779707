import { setupServer } from 'msw/node'
import { createDouble, deliver } from 'paydouble/msw'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openShop } from './shop.ts'

const shop = openShop()
const pay = createDouble({ seed: 7, deliver: shop.receive })
const server = setupServer(...pay.handlers)
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterAll(() => server.close())

test('the payer takes three minutes, and the callback comes again seven minutes later', async () => {
  pay.faults.add([
    { provider: 'its500', pay: { after: '3m' } },
    { provider: 'its500', deliver: deliver('paid').twice().after('7m') },
  ])
  const id = await shop.checkout(10_000)
  const fired = await pay.clock.advance('10m')
  expect(fired.map(({ kind }) => kind)).toEqual(['acted', 'attempted', 'attempted'])
  expect(shop.credits(id)).toBe(1)
})

test('the connection is reset, and the order was made all the same', async () => {
  pay.faults.add({ provider: 'its500', network: { do: 'reset', phase: 'after' } })
  await expect(shop.checkout(20_000)).rejects.toThrow()
  expect(await pay.orders.list({ status: 'pending' })).toMatchObject({ items: [{ provider: 'its500' }] })
})
