// The operation paymentQrCode: an order, answered with the QR code that the payer scans.
import * as z from 'zod'
import { defineOperation, documented, fact } from '../../src/contract/index.ts'
import { looseObject } from '../../src/contract/late-object.ts'
import { envelope, field } from './fields.ts'

const request = looseObject(() => ({
  order_price: fact(
    z.string().regex(/^(?!0+$)\d{1,15}$/, 'not a positive whole number of at most 15 digits'),
    documented('paymentQrCode.request.order_price', 'the limit of 15 digits is assumed'),
    'Price in fen, as a text of digits.',
  ),
  merchant_num: fact(
    z.string().min(1),
    documented('paymentQrCode.request.merchant_num'),
    'Merchant number; decides how the money is received.',
  ),
  relation_order_number: fact(
    z.string().min(6).max(32),
    documented('paymentQrCode.request.relation_order_number'),
    "The merchant's order number, 6 to 32 characters. A repeated one makes another order.",
  ),
  order_title: fact(
    z.string().optional(),
    documented('paymentQrCode.request.order_title'),
    'Title of the order.',
  ),
}))

const data = looseObject(() => ({
  qrcode_url: fact(
    z.string().min(1),
    documented('paymentQrCode.response.data.qrcode_url'),
    'The text of the QR code that the payer scans.',
  ),
  order_number: fact(
    z.string().min(1),
    documented('paymentQrCode.response.data.order_number'),
    "vv-tool's number of the order; later queries need it.",
  ),
  withholding_money: fact(
    z.int().nonnegative(),
    documented('paymentQrCode.response.data.withholding_money'),
    'Fee of this call, in points.',
  ),
}))

export const paymentQrCode = defineOperation({
  methods: ['GET'],
  path: '/tool/accounts/payment-qr-code',
  summary: 'Makes an order and answers with its QR code.',
  provenance: documented('paymentQrCode'),
  orderNumber: 'relation_order_number',
  orders: {
    creates: true,
    request: { orderNumber: '/relation_order_number', amount: { at: '/order_price', unit: 'minor' } },
    response: { providerNumber: '/data/order_number' },
  },
  request: { in: 'query', schema: request },
  response: looseObject(() => ({
    code: field('code', z.literal(0)),
    msg: field('msg', z.string()),
    msec: field('msec', z.int().nonnegative()),
    time: field('time', z.int().nonnegative()),
    data: fact(data, documented('paymentQrCode.response.data'), envelope.data),
  })),
  examples: [
    {
      name: 'order',
      provenance: documented('paymentQrCode.response.data', 'values after the sample of the document'),
      request: {
        order_price: '1',
        merchant_num: '100001',
        relation_order_number: 'order-0001',
        order_title: '测试',
      },
      response: {
        code: 0,
        msg: '成功',
        msec: 1193,
        time: 1612416107,
        data: {
          qrcode_url: 'https://qr.alipay.com/bax071438zy1ckv6sfum503a',
          order_number: '2021051813571000000001',
          withholding_money: 0,
        },
      },
    },
  ],
})
