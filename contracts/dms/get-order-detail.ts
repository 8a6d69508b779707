// The operation getOrderDetail: the state of an order.
import * as z from 'zod'
import { assumed, defineOperation, fact, observed } from '../../src/contract/index.ts'
import { looseObject } from '../../src/contract/late-object.ts'
import { errCode, errMsg } from './fields.ts'

/** The states that allinpay, the layer below, has for an order. */
export const orderStates = {
  unpaid: 1,
  failed: 3,
  paid: 4,
  refunded: 5,
  closed: 6,
  underWay: 99,
} as const

const noQuery = 'no source describes a query of dms'
const asNotified = `${noQuery}; named as in the notification of allinpay`

export const getOrderDetail = defineOperation({
  methods: ['GET'],
  path: '/dms/cash-out/get-order-detail',
  summary: 'Tells the state of an order, in the words of allinpay.',
  provenance: assumed(`${noQuery}; named after getOrderDetail of allinpay`),
  orderNumber: 'bz_order',
  orders: {
    response: {
      orderNumber: '/data/bizOrderNo',
      providerNumber: '/data/orderNo',
      amount: { at: '/data/amount', unit: 'minor' },
    },
  },
  request: {
    in: 'query',
    schema: looseObject(() => ({
      payer_id: fact(z.string().min(1), assumed(`${noQuery}; as in payment`), 'Account that pays.'),
      bz_order: fact(
        z.string().min(1).max(255),
        assumed(`${noQuery}; as in payment`),
        'Order number of the merchant.',
      ),
    })),
  },
  response: looseObject(() => ({
    errCode: errCode(),
    errMsg: errMsg(),
    data: fact(
      z.looseObject({
        orderNo: fact(z.string(), assumed(asNotified), "allinpay's number of the order."),
        bizOrderNo: fact(z.string(), assumed(asNotified), 'Order number of the merchant.'),
        orderStatus: fact(
          z.literal(Object.values(orderStates)),
          observed('rule.allinpay-order-status', 'that dms passes it on is assumed'),
          '1 not paid, 3 failed, 4 paid, 5 paid and refunded, 6 closed, 99 under way.',
        ),
        amount: fact(z.int().positive(), assumed(asNotified), 'Amount in fen.'),
        payDatetime: fact(
          z.string(),
          assumed(asNotified),
          'Time of payment, as YYYY-MM-DD hh:mm:ss; empty while the order is not paid.',
        ),
        buyerBizUserId: fact(z.string(), assumed(asNotified), 'Account that pays.'),
      }),
      assumed(noQuery),
      'The order.',
    ),
  })),
  examples: [
    {
      name: 'detail',
      provenance: assumed(noQuery),
      request: { payer_id: 'testtlzf', bz_order: '2020072100000257' },
      response: {
        errCode: 1000,
        errMsg: '请求成功',
        data: {
          orderNo: '1285453080879468544',
          bizOrderNo: '2020072100000257',
          orderStatus: 4,
          amount: 100,
          payDatetime: '2020-07-21 13:00:00',
          buyerBizUserId: 'testtlzf',
        },
      },
    },
  ],
})
