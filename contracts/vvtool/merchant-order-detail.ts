// The operation merchantOrderDetail: what became of an order.
import * as z from 'zod'
import { assumed, defineOperation, fact, observed, published } from '../../src/contract/index.ts'
import { looseObject } from '../../src/contract/late-object.ts'
import { envelope } from './fields.ts'

export const merchantOrderDetail = defineOperation({
  methods: ['GET'],
  path: '/tool/accounts/merchant-order-detail',
  summary: 'Tells amount, number, payment method and state of an order.',
  provenance: published('merchantOrderDetail'),
  orderNumber: 'order_number',
  orders: {
    response: {
      orderNumber: '/data/relation_order_number',
      providerNumber: '/data/order_number',
      amount: { at: '/data/order_price', unit: 'minor' },
    },
  },
  request: {
    in: 'query',
    schema: looseObject(() => ({
      order_number: fact(
        z.string().min(1),
        published('merchantOrderDetail.request.order_number'),
        'Number of the order: whose, type says.',
      ),
      merchant_num: fact(
        z.string().min(1),
        published('merchantOrderDetail.request.merchant_num'),
        'Merchant number.',
      ),
      type: fact(
        z.enum(['1', '2'], { error: 'not 1 or 2' }),
        published('merchantOrderDetail.request.type'),
        "1: order_number is the merchant's relation_order_number. 2: it is vv-tool's order_number.",
      ),
    })),
  },
  response: looseObject(() => ({
    code: fact(z.literal(0), observed('rule.envelope'), envelope.code),
    msg: fact(z.string(), observed('rule.envelope'), envelope.msg),
    msec: fact(z.int().nonnegative(), observed('rule.envelope'), envelope.msec),
    time: fact(z.int().nonnegative(), observed('rule.envelope'), envelope.time),
    data: fact(
      z.looseObject({
        order_number: detail("vv-tool's number of the order."),
        relation_order_number: detail("The merchant's order number."),
        merchant_num: detail('Merchant number.'),
        order_price: detail('Price in fen, as a text of digits.'),
        order_title: detail('Title of the order, as sent.'),
        pay_type: detail('Payment method; empty while the order is not paid.'),
        order_status: detail('State of the order; see the account setting orderDetailStates.'),
        pay_time: detail('Time of payment, as YYYY-MM-DD hh:mm:ss; empty while the order is not paid.'),
      }),
      observed('rule.envelope', 'that the order is an object in it is assumed'),
      envelope.data,
    ),
  })),
  examples: [
    {
      name: 'detail',
      provenance: assumed('no source shows an answer'),
      request: { order_number: 'order-0001', merchant_num: '100001', type: '1' },
      response: {
        code: 0,
        msg: '成功',
        msec: 12,
        time: 1612416167,
        data: {
          order_number: '2021051813571000000001',
          relation_order_number: 'order-0001',
          merchant_num: '100001',
          order_price: '1',
          order_title: '测试',
          pay_type: '支付宝收款',
          order_status: 1,
          pay_time: '2021-02-04 13:42:30',
        },
      },
    },
  ],
})

/** Fields of the answer to an order query, as the double calls them. */
export const detailNames = [
  'order_number',
  'relation_order_number',
  'merchant_num',
  'order_price',
  'order_title',
  'pay_type',
  'order_status',
  'pay_time',
] as const

function detail(about: string) {
  return fact(
    z.union([z.string(), z.int()]).optional(),
    assumed('the page lists no fields of the answer', 'orderDetailNames'),
    about,
  )
}
