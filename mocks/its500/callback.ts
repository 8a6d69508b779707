import { callbackPayTypes } from '../../contracts/its500/callback.ts'
import type { PayType } from '../../contracts/its500/fields.ts'
import type { OutgoingCallback } from '../../src/double/simulator.ts'
import type { Order } from '../../src/store/records.ts'
import { fieldsOf, type Its500Settings } from './orders.ts'

/** What is called back once an order is paid. */
export function callbacksOf(
  order: Order,
  settings: Its500Settings,
  channel: string | undefined,
): OutgoingCallback[] {
  const {
    payTypes: types,
    callbackUrl,
    price,
    originalprice,
    name,
    reurl,
    thirduid,
    other,
    remarks,
  } = fieldsOf(order)
  const url = callbackUrl || settings.callbackUrls[0]
  if (url === undefined) return []
  const paytype = callbackPayTypes[(channel as PayType | undefined) ?? types[0] ?? 'wx']
  const texts = { price, originalprice, name, reurl, thirduid, paytype, remarks }
  return [
    {
      callback: 'paid',
      url,
      payload: { code: 10001, msg: '回调成功', other, orderId: order.id, ...texts },
    },
  ]
}
