// dms (66智修): a payment QR code over allinpay (通联).
import * as z from 'zod'
import {
  assumed,
  defineContract,
  defineOperation,
  documented,
  errorCodesSetting,
  errorMessagesSetting,
  expirySetting,
  fact,
  observed,
  refusalStatusSetting,
} from '../../src/contract/index.ts'
import { wire } from './wire.ts'

export const payWays = ['SCAN_WEIXIN', 'SCAN_ALIPAY'] as const

const request = z.looseObject({
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
})

const text = (name: string, about: string) =>
  fact(z.string(), documented(`payment.response.data.${name}`), about)

const data = z.looseObject({
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
})

const payment = defineOperation({
  methods: ['POST'],
  path: '/dms/cash-out/payment',
  summary: 'Makes an order and answers with the QR code for the payer.',
  provenance: documented('payment'),
  orderNumber: 'bz_order',
  request: {
    in: 'body',
    contentTypes: ['application/json', 'application/x-www-form-urlencoded'],
    schema: request,
  },
  response: z.looseObject({
    errCode: fact(z.literal(1000), documented('payment.response.errCode'), '1000 is success.'),
    errMsg: fact(z.string(), documented('payment.response.errMsg'), 'Text of the answer.'),
    data: fact(data, documented('payment.response.data'), 'The order.'),
  }),
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

const errCode = fact(z.literal(1000), documented('payment.response.errCode'), '1000 is success.')
const errMsg = fact(z.string(), documented('payment.response.errMsg'), 'Text of the answer.')

const undescribed = 'the document names this interface and does not describe it'

/** Narrows a directory to one account; without it the directory is that of the first account. */
const whose = fact(
  z.string().min(1).optional(),
  assumed(`${undescribed}; with several accounts something must say whose directory it is`),
  'Account that pays, to see what belongs to it.',
)

const getPayWayTonglian = defineOperation({
  methods: ['GET'],
  path: '/dms/payment/get-pay-way-tonglian',
  summary: 'The accounts that can receive: their ids are what reciever_id takes.',
  provenance: assumed(`${undescribed}: its method is a guess, its path is that of the document`),
  request: { in: 'query', schema: z.looseObject({ payer_id: whose }) },
  response: z.looseObject({
    errCode,
    errMsg,
    data: fact(
      z.array(
        z.looseObject({
          id: fact(
            z.string().min(1),
            documented('rule.receiver-id-source'),
            'Takes the place of reciever_id.',
          ),
          name: fact(z.string(), assumed(undescribed), 'Name of the account.'),
          pay_way: fact(z.array(z.string()), assumed(undescribed), 'Ways in which it can be paid.'),
        }),
      ),
      assumed(undescribed),
      'The accounts.',
    ),
  }),
  examples: [
    {
      name: 'receivers',
      provenance: assumed(undescribed),
      request: { payer_id: 'testtlzf' },
      response: {
        errCode: 1000,
        errMsg: '请求成功',
        data: [{ id: '100001', name: 'demo', pay_way: ['SCAN_WEIXIN', 'SCAN_ALIPAY'] }],
      },
    },
  ],
})

const bizUser = defineOperation({
  methods: ['GET'],
  path: '/fin-account/biz-user',
  summary: 'The accounts that can pay: their biz_user_id is what payer_id takes.',
  provenance: assumed(`${undescribed}: its method is a guess, its path is that of the document`),
  request: { in: 'query', schema: z.looseObject({ payer_id: whose }) },
  response: z.looseObject({
    errCode,
    errMsg,
    data: fact(
      z.array(
        z.looseObject({
          biz_user_id: fact(
            z.string().min(1),
            documented('rule.payer-id-source'),
            'Takes the place of payer_id.',
          ),
          name: fact(z.string(), assumed(undescribed), 'Name of the account.'),
        }),
      ),
      assumed(undescribed),
      'The accounts.',
    ),
  }),
  examples: [
    {
      name: 'payers',
      provenance: assumed(undescribed),
      request: { payer_id: 'testtlzf' },
      response: {
        errCode: 1000,
        errMsg: '请求成功',
        data: [{ biz_user_id: 'testtlzf', name: 'demo' }],
      },
    },
  ],
})

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

const getOrderDetail = defineOperation({
  methods: ['GET'],
  path: '/dms/cash-out/get-order-detail',
  summary: 'Tells the state of an order, in the words of allinpay.',
  provenance: assumed(`${noQuery}; named after getOrderDetail of allinpay`),
  orderNumber: 'bz_order',
  request: {
    in: 'query',
    schema: z.looseObject({
      payer_id: fact(z.string().min(1), assumed(`${noQuery}; as in payment`), 'Account that pays.'),
      bz_order: fact(
        z.string().min(1).max(255),
        assumed(`${noQuery}; as in payment`),
        'Order number of the merchant.',
      ),
    }),
  },
  response: z.looseObject({
    errCode,
    errMsg,
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
  }),
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

const noTable = "the error table is on the document's home page, which is not part of it"

const refused = (code: string, message: string, meaning: string) =>
  ({ code, message, meaning, outcome: 'failed', provenance: assumed(noTable, 'errorCodes') }) as const

/** The rows of the error table whose code and text an account may change: all but that of success. */
const assumedRows = [
  'malformed',
  'invalidParameter',
  'unknownPayer',
  'unknownReceiver',
  'duplicateOrder',
  'orderUnknown',
] as const

export const dms = defineContract({
  id: 'dms',
  title: 'dms (66智修)',
  summary: 'Payment QR codes over allinpay (通联).',
  servers: [
    {
      url: 'http://xx.com',
      description: 'Placeholder of the document: every installation has its own host',
      provenance: documented('rule.host-placeholder'),
      placeholder: true,
    },
  ],
  basePaths: ['/dms/', '/fin-account/'],
  utcOffsetMinutes: 480,
  account: {
    credentials: z.object({
      payerId: fact(z.string().min(1), documented('rule.payer-id-source'), 'Id of the account that pays.'),
      receiverId: fact(
        z.string().min(1),
        documented('rule.receiver-id-source'),
        'Id of the account that receives.',
      ),
    }),
    settings: z.object({
      duplicateOrders: fact(
        z.enum(['refuse', 'allow']),
        assumed('the document does not say; the layer below, allinpay, refuses them', 'duplicateOrders'),
        'Whether a repeated bz_order is refused or makes another order.',
      ),
      waitingState: fact(
        z.literal([orderStates.unpaid, orderStates.underWay]),
        assumed(
          'which of the two an order has while the payer has yet to scan, no source says',
          'waitingState',
        ),
        'How a query calls an order that waits for the payer: 1 not paid, or 99 under way.',
      ),
      expiryMinutes: expirySetting(),
      refusalStatus: refusalStatusSetting(),
      errorCodes: errorCodesSetting(assumedRows),
      errorMessages: errorMessagesSetting(assumedRows),
    }),
    defaults: {
      duplicateOrders: 'refuse',
      waitingState: orderStates.unpaid,
      expiryMinutes: null,
      refusalStatus: 200,
      errorCodes: {},
      errorMessages: {},
    },
    identifiedBy: 'payerId',
    secrets: [],
  },
  operations: { payment, getPayWayTonglian, bizUser, getOrderDetail },
  callbacks: {},
  errors: {
    success: {
      code: '1000',
      message: '请求成功',
      meaning: 'Success.',
      outcome: 'success',
      provenance: documented('code.1000'),
    },
    malformed: refused('1001', '请求格式错误', 'The body cannot be read.'),
    invalidParameter: refused('1002', '参数错误', 'A parameter is missing or wrong.'),
    unknownPayer: refused('1003', '付款账户不存在', 'No account has this payer_id.'),
    unknownReceiver: refused('1004', '收款账户不存在', 'The reciever_id does not belong to the account.'),
    duplicateOrder: refused('1005', '订单已经存在', 'The bz_order was used before.'),
    orderUnknown: refused('1006', '订单不存在', 'The account has no order with this bz_order.'),
  },
  refusals: { malformed: 'malformed', unknownAccount: 'unknownPayer', invalid: 'invalidParameter' },
  refusal: z.looseObject({
    errCode: fact(z.int(), documented('payment.response.errCode'), 'Code; see the error table.'),
    errMsg: fact(z.string(), documented('payment.response.errMsg'), 'Text of the refusal.'),
    data: fact(
      z.array(z.unknown()),
      assumed('no refusal is shown; an empty list is how the sample writes an empty object'),
      'Empty.',
    ),
  }),
  rateLimits: [],
  rules: {
    envelope: {
      value: ['errCode', 'errMsg', 'data'],
      description: 'The fields of every answer.',
      provenance: documented('rule.answer-envelope'),
    },
    emptyFields: {
      value: {
        weChatAPPInfo: [],
        payFailMessage: '',
        tradeNo: '',
        payCode: '',
        extendInfo: '',
        payStatus: '',
      },
      description: 'Fields of data that are there with nothing in them while the payer has yet to scan.',
      provenance: documented('rule.empty-fields-kept'),
    },
    orderNo: {
      value: '^\\d{19}$',
      description: "Form of orderNo, allinpay's number.",
      provenance: observed('rule.order-no-19-digits'),
    },
    alipayCode: {
      value: 'https://qr.alipay.com/',
      description: 'How payInfo begins for SCAN_ALIPAY.',
      provenance: documented('rule.pay-info-alipay-prefix'),
    },
    wechatCode: {
      value: 'weixin://wxpay/bizpayurl?pr=',
      description: 'How payInfo begins for SCAN_WEIXIN.',
      provenance: assumed('the sample is one of Alipay; WeChat codes look so at other providers'),
    },
    orderNumberLength: {
      value: 255,
      description: 'Characters of the longest bz_order.',
      provenance: assumed('no limit is documented'),
    },
    largestAmount: {
      value: '999999999999999',
      description: 'Amounts in a form have at most 15 digits.',
      provenance: assumed('no limit is documented; beyond it fen would not be exact numbers'),
    },
    orderStates: {
      value: {
        '1': '未支付',
        '3': '交易失败',
        '4': '交易成功',
        '5': '交易成功-发生退款',
        '6': '关闭',
        '99': '进行中',
      },
      description: 'The states of an order at allinpay.',
      provenance: observed('rule.allinpay-order-status'),
    },
    expiredState: {
      value: orderStates.closed,
      description: 'An order that has expired is closed.',
      provenance: assumed('allinpay has no other state for it'),
    },
    declinedState: {
      value: orderStates.failed,
      description: 'An order that the payer has declined has failed.',
      provenance: assumed('allinpay has a state for failed orders; when scan orders get it, no source says'),
    },
    directoryOfOneAccount: {
      value: true,
      description: 'The directories list the ids of one account: that of payer_id, or else the first one.',
      provenance: assumed('the document describes neither of them'),
    },
    bodyForms: {
      value: ['application/json', 'application/x-www-form-urlencoded'],
      description: 'Bodies that are read.',
      provenance: assumed('the document names the method, but no content type'),
    },
    noCredential: {
      value: true,
      description: 'Requests carry no credential; the account is told by payer_id.',
      provenance: assumed('the document names none'),
    },
    noCallback: {
      value: true,
      description: 'The double sends no callback for dms.',
      provenance: assumed(
        'the document has none; how the layer below notifies dms is not how dms notifies a merchant',
      ),
    },
  },
  security: {},
  wire,
})
