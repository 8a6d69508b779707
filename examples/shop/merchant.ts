import type { Merchant } from './qfpay.ts'

/** The credentials of the shop, which it has from its environment in real life. */
const account = {
  appCode: 'SHOP0APP0CODE0000000000000000001',
  clientKey: 'SHOPKEY0000000000000000000000000',
  mchid: 'shop01',
}

/** The shop's merchant at a QFPay, and the same as an account of the double. */
export function merchantAt(url: string): { merchant: Merchant; account: typeof account } {
  return { merchant: { url, ...account }, account }
}
