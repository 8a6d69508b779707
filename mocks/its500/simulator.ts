import { its500 } from '../../contracts/its500/contract.ts'
import type { PayType } from '../../contracts/its500/fields.ts'
import { hexDigits } from '../../src/double/random.ts'
import { defineSimulator } from '../../src/double/simulator.ts'
import { callbacksOf } from './callback.ts'
import { createOrder } from './create-order.ts'
import { onlinePayFindResult } from './online-pay-find-result.ts'
import { fieldsOf } from './orders.ts'
import { randomCode } from './random-code.ts'
import { codesOf } from './receiving-codes.ts'

export const its500Simulator = defineSimulator(its500, {
  accounts: [
    {
      id: 'demo',
      appKey: 'de30000000000500',
      appSecret: 'de300000000000000000000000000500',
      callbackUrls: ['http://127.0.0.1:8080/its500/callback'],
    },
  ],

  inventCredentials: random => ({
    appKey: random.text(16, hexDigits),
    appSecret: random.text(32, hexDigits),
  }),

  // The amount is what tells open orders apart, for each pay type by itself.
  keysOf(order) {
    if (order.status !== 'pending') return {}
    return Object.fromEntries(fieldsOf(order).payTypes.map(type => [amountKind(type), String(order.amount)]))
  },

  codesOf,

  async matchPayment({ account, order, amount, channel }, { findOrder }) {
    const types = channel === undefined ? fieldsOf(order).payTypes : [channel as PayType]
    for (const type of types) {
      const match = await findOrder(account, amountKind(type), String(amount))
      if (match) return match
    }
    return undefined
  },

  callbacksOf,

  operations: { createOrder, onlinePayFindResult, randomCode },
})

function amountKind(type: PayType): string {
  return `amount-${type}`
}
