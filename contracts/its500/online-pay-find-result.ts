// The operation onlinePayFindResult: whether an order is paid.
import * as z from 'zod'
import { defineOperation, fact, observed, refusalKey } from '../../src/contract/index.ts'
import { looseObject } from '../../src/contract/late-object.ts'

export const onlinePayFindResult = defineOperation({
  methods: ['POST', 'GET'],
  path: '/order/onlinePayFindResult',
  summary: 'Tells whether an order is paid: 10001 paid, 10003 expired, any other code still waiting.',
  provenance: observed('onlinePayFindResult'),
  credentials: 'optional',
  orders: { request: { providerNumber: '/orderId' }, response: { isPaid: () => true } },
  request: {
    in: 'body',
    contentTypes: ['application/x-www-form-urlencoded'],
    schema: looseObject(() => ({
      orderId: fact(
        z
          .string()
          .min(1)
          .meta({ [refusalKey]: 'orderUnknown' }),
        observed('onlinePayFindResult.request.orderId'),
        "its500's number of the order.",
      ),
    })),
  },
  response: looseObject(() => ({
    msg: fact(z.string(), observed('onlinePayFindResult.response.msg'), 'Text of the answer.'),
    code: fact(
      z.literal('10001'),
      observed('onlinePayFindResult.response.code'),
      '10001: the order is paid. Orders that are not get a row of the error table.',
    ),
    state: fact(z.string(), observed('onlinePayFindResult.response.state'), '0 in the answer that was seen.'),
  })),
  examples: [
    {
      name: 'query',
      provenance: observed('rule.query-paid-answer'),
      request: { orderId: 'oderpay-7ae379d1-e4c1-4acd-8d9a-584a208b28b7' },
      response: { msg: '订单支付完成', code: '10001', state: '0' },
    },
  ],
})
