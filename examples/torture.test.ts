import { openHttpDoor } from 'paydouble'
import { createDouble } from 'paydouble/msw'
import { expectUnbroken, torture } from 'paydouble/torture'
import { afterAll, test } from 'vitest'
import { openShop } from './shop/shop.ts'

const merchant = { appCode: 'SHOP', clientKey: 'SHOPKEY', mchid: 'shop01' }
const pay = createDouble()
const door = await openHttpDoor(pay)
const shop = await openShop({ url: door.url, ...merchant })
afterAll(async () => {
  shop.close()
  await door.close()
})

test('the shop credits what is paid, whatever happens', async () => {
  const report = await torture(pay, {
    provider: 'qfpay',
    account: merchant,
    runs: 200,
    async placeOrder({ amount }) {
      const answer = await fetch(`${shop.url}/checkout`, { method: 'POST', body: JSON.stringify({ amount }) })
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`)
      return (await answer.json()) as { id: string }
    },
    getOrder: id => shop.order(id),
    poll: () => shop.poll(),
    expire: id => shop.expire(id),
    reset: () => shop.database.clear(),
  })
  expectUnbroken(report)
})
