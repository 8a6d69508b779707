import { defineTorture } from 'paydouble/torture'
import { merchantAt } from './merchant.ts'
import { toApp } from './server.ts'
import { openShop } from './shop.ts'

export default defineTorture({
  provider: 'qfpay',
  async app({ url }) {
    const { merchant, account } = merchantAt(url)
    const shop = await openShop(merchant)
    return { ...toApp(shop), account, close: shop.close }
  },
})
