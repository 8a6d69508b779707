import { setupServer } from 'msw/node'
import { createDouble, deliver } from 'paydouble/msw'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openShop, type Shop } from './shop.ts'

const shops = new Map<string, Shop>()
const pay = createDouble({
  deliver: async callback => (await shops.get(callback.url)?.receive(callback)) ?? { status: 404, body: '' },
})
const server = setupServer(...pay.handlers)
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterAll(() => server.close())

/** A shop with an account of its own, of which no other test sees anything. */
async function openOwnShop(name: string) {
  const callbackUrl = `http://${name}.test/paid`
  const { id: account, credentials } = await pay.accounts.create('its500', { callbackUrls: [callbackUrl] })
  const shop = openShop(credentials)
  shops.set(callbackUrl, shop)
  return { account, shop }
}

test.concurrent('one test has its callback dropped', async () => {
  const { account, shop } = await openOwnShop('one')
  pay.faults.add({ provider: 'its500', account, deliver: deliver('paid').drop() })
  const id = await shop.checkout(10_000)
  await pay.payer.pay(id)
  expect(shop.credits(id)).toBe(0)
})

test.concurrent('another one, at the same time, has not', async () => {
  const { account, shop } = await openOwnShop('another')
  const id = await shop.checkout(10_000)
  await pay.payer.pay(id)
  expect(shop.credits(id)).toBe(1)
  expect((await pay.orders.list({ account })).items).toMatchObject([{ id, status: 'paid' }])
})

test.concurrent('an account is reset by itself', async () => {
  const { account, shop } = await openOwnShop('third')
  await shop.checkout(10_000)
  await pay.accounts.reset('its500', account)
  expect(await pay.orders.list({ account })).toEqual({ items: [], next: null })
})
