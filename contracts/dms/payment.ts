// The operation payment: an order, answered with the QR code that the payer scans.
import * as z from 'zod'
import { defineOperation, documented, fact } from '../../src/contract/index.ts'
import { looseObject } from '../../src/contract/late-object.ts'
import { errCode, errMsg } from './fields.ts'

export const payWays = ['SCAN_WEIXIN', 'SCAN_ALIPAY'] as const

const request = looseObject(() => ({
  bz_order: fact(
    z.string().min(1).max(255),
    documented('payment.request.bz_order', 'its length is assumed'),
    'Order number of the merchant.',
  ),
  amount: fact(
    z.union([z.int().positive(), z.string().regex(/^[1-9]\d{0,14}$/)], {
      error: 'not a positive whole number',
    }),
    documented('payment.request.amount', 'a form can only send it as text: both are accepted'),
    'Amount in fen, a whole number.',
  ),
  pay_way: fact(
    z.enum(payWays, { error: 'not SCAN_WEIXIN or SCAN_ALIPAY' }),
    documented('payment.request.pay_way'),
    'SCAN_WEIXIN is WeChat, SCAN_ALIPAY is Alipay; the payer scans.',
  ),
  payer_id: fact(
    z.string().min(1),
    documented('payment.request.payer_id'),
    'Account that pays: biz_user_id of fin-account/biz-user.',
  ),
  reciever_id: fact(
    z.string().min(1),
    documented('payment.request.reciever_id', 'spelled so on the wire'),
    'Account that receives: id of dms/payment/get-pay-way-tonglian.',
  ),
}))

const text = (name: string, about: string) =>
  fact(z.string(), documented(`payment.response.data.${name}`), about)

const data = looseObject(() => ({
  weChatAPPInfo: fact(
    z.union([z.array(z.unknown()), z.looseObject({})]),
    documented(
      'payment.response.data.weChatAPPInfo',
      'the sample has the empty list; with content it is an object',
    ),
    'Data for payments within the WeChat app; empty for QR codes.',
  ),
  validateType: fact(
    z.int(),
    documented('payment.response.data.validateType'),
    'Further check of the payer; 0 is none.',
  ),
  orderNo: fact(
    z.string().regex(/^\d{19}$/, 'not 19 digits'),
    documented('payment.response.data.orderNo', 'as many digits as in the sample'),
    "allinpay's number of the order.",
  ),
  payFailMessage: text('payFailMessage', 'Why a payment failed.'),
  tradeNo: text('tradeNo', 'Number needed to confirm a payment.'),
  payCode: text('payCode', 'Code for payment terminals.'),
  extendInfo: text('extendInfo', 'Further text.'),
  payStatus: text('payStatus', 'State of the payment; empty while the payer has yet to scan.'),
  payInfo: text('payInfo', 'The text of the QR code that the payer scans.'),
  bizUserId: text('bizUserId', "The payer's id in the merchant's system."),
  bizOrderNo: text('bizOrderNo', 'Order number of the merchant, as sent.'),
}))

export const payment = defineOperation({
  methods: ['POST'],
  path: '/dms/cash-out/payment',
  summary: 'Makes an order and answers with the QR code for the payer.',
  provenance: documented('payment'),
  orderNumber: 'bz_order',
  orders: {
    creates: true,
    request: { orderNumber: '/bz_order', amount: { at: '/amount', unit: 'minor' } },
    response: { orderNumber: '/data/bizOrderNo', providerNumber: '/data/orderNo' },
  },
  request: {
    in: 'body',
    contentTypes: ['application/json', 'application/x-www-form-urlencoded'],
    schema: request,
  },
  response: looseObject(() => ({
    errCode: errCode(),
    errMsg: errMsg(),
    data: fact(data, documented('payment.response.data'), 'The order.'),
  })),
  examples: [
    {
      name: 'order',
      provenance: documented('payment.response.data', 'values as in the sample of the document'),
      request: {
        bz_order: '2020072100000257',
        amount: 100,
        pay_way: 'SCAN_ALIPAY',
        payer_id: 'testtlzf',
        reciever_id: '100001',
      },
      response: {
        errCode: 1000,
        errMsg: '请求成功',
        data: {
          weChatAPPInfo: [],
          validateType: 0,
          orderNo: '1285453080879468544',
          payFailMessage: '',
          tradeNo: '',
          payCode: '',
          extendInfo: '',
          payStatus: '',
          payInfo: 'https://qr.alipay.com/bax071438zy1ckv6sfum503a',
          bizUserId: 'testtlzf',
          bizOrderNo: '2020072100000257',
        },
      },
    },
  ],
})
