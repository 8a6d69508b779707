import { setupServer } from 'msw/node'
import { createDouble } from 'paydouble/msw'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openShop } from './shop.ts'

const pay = createDouble({ retention: { orders: 10_000, age: '7d' } })
const server = setupServer(...pay.handlers)
const shop = openShop()
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterAll(() => server.close())

test('a state can be kept, and every test can begin with it', async () => {
  const id = await shop.checkout(10_000)
  const dump: string[] = []
  for await (const text of pay.state.dump('1.0.0')) dump.push(text)
  await pay.payer.pay(id)
  await pay.state.load(
    async function* () {
      yield* dump
    },
    { replace: true },
  )
  expect(await pay.orders.get(id)).toMatchObject({ status: 'pending' })
})

test('orders are let go of after a week', async () => {
  const id = await shop.checkout(10_000)
  await pay.clock.advance('8d')
  await expect.poll(() => pay.orders.get(id)).toBeUndefined()
})
