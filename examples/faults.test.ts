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

test('a documented refusal, for the first call alone', async () => {
  pay.faults.add({ provider: 'its500', error: '10007' })
  await expect(shop.checkout(10_000)).rejects.toThrow('10007 下单失败,您的账户被冻结')
  await shop.checkout(10_000)
})

test('the connection is lost after the order was made', async () => {
  pay.faults.add({ provider: 'its500', network: { do: 'reset', phase: 'after' } })
  await expect(shop.checkout(10_000)).rejects.toThrow()
  const { items } = await pay.orders.list()
  expect(items).toMatchObject([{ provider: 'its500', status: 'pending' }])
})

test('the payer is so fast that the callback overtakes the answer to the order', async () => {
  await pay.accounts.put('its500', 'demo', { retryDelaysMs: [60_000] })
  pay.faults.add({ provider: 'its500', pay: { at: 'once' } })
  const id = await shop.checkout(10_000)
  expect(shop.credits(id)).toBe(0)
  await pay.clock.advance('1m')
  expect(shop.credits(id)).toBe(1)
})

test('the answer has numbers where it should have texts', async () => {
  pay.faults.add({ provider: 'its500', answer: { hostile: 'textsAsNumbers' } })
  await expect(shop.checkout(10_000)).rejects.toThrow('its500 refuses: 10001 下单成功')
})

test('one order in ten is refused, with the same seed always the same ones', async () => {
  const refused = async () => {
    await pay.reset()
    pay.faults.add({ provider: 'its500', error: '10008', probability: 0.1 })
    const tries = Array.from({ length: 50 }, () => shop.checkout(10_000))
    return (await Promise.allSettled(tries)).flatMap(({ status }, i) => (status === 'rejected' ? [i] : []))
  }
  expect(await refused()).toEqual(await refused())
})
