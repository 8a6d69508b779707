import { defineTorture } from 'paydouble/torture'
import { merchantAt } from '../shop/merchant.ts'
import { toApp } from '../shop/server.ts'
import { openCarelessShop } from './shop.ts'

export default defineTorture({
  provider: 'qfpay',
  async app({ url }) {
    const { merchant, account } = merchantAt(url)
    const shop = await openCarelessShop(merchant)
    return { ...toApp(shop), account, close: shop.close }
  },
})
