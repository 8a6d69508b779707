// The operation payment: an order, answered with the QR code that the payer scans.
import * as z from 'zod'
import {
  defineOperation,
  documented,
  fact,
  jsonText,
  published,
  refuseUnless,
} from '../../src/contract/index.ts'
import { looseObject } from '../../src/contract/late-object.ts'
import { amountOut, amountText, asked, currencies, goodsName, headers, timeOut, timeText } from './fields.ts'
import { type MpmCode, mpmCodes, payTypes } from './pay-types.ts'

const digits = (text: string) => /^[1-9]\d*$/.test(text)

/** The real-name fields inside `extend_info`. */
const realName = looseObject(() => ({
  user_creid: fact(
    z.string().min(1),
    documented('payment.request.extend_info.user_creid'),
    "The payer's ID card number (mainland China).",
  ),
  user_truename: fact(
    z.string().min(1),
    documented('payment.request.extend_info.user_truename'),
    "The payer's real name, as characters or JSON escapes.",
  ),
}))

const request = looseObject(() => ({
  txamt: fact(
    amountText(),
    documented('payment.request.txamt'),
    'Amount in minor units of the currency (100 is 1.00). Whole numbers only.',
  ),
  txcurrcd: fact(
    z.enum(currencies, { error: 'not a currency of the table' }),
    documented('payment.request.txcurrcd', 'the currency table itself is published, not in the document'),
    'Currency, three letters.',
  ),
  pay_type: fact(
    refuseUnless(
      z.string().length(6),
      'payTypeNotEnabled',
      'no pay type of the table whose QR code the merchant shows',
      isMpmCode,
    ).meta({ enum: [...mpmCodes] }),
    documented('payment.request.pay_type', 'the pay types besides 800201 are published'),
    'Pay type: 800201 is the WeChat merchant-presented QR code. Those whose code the merchant shows are played.',
  ),
  out_trade_no: fact(
    z.string().min(1).max(128),
    documented('payment.request.out_trade_no'),
    "The merchant's order number, unique among all payments and refunds of the account.",
  ),
  txdtm: fact(
    timeText(),
    documented('payment.request.txdtm'),
    'Time of the request, YYYY-MM-DD hh:mm:ss. Answered as sent.',
  ),
  expired_time: fact(
    z
      .string()
      .max(3)
      .refine(text => digits(text) && Number(text) >= 5 && Number(text) <= 120, 'not 5 to 120 minutes')
      .meta({ pattern: '^([5-9]|[1-9]\\d|1[01]\\d|120)$' })
      .optional(),
    documented('payment.request.expired_time'),
    'Life of the QR code in minutes, 5 to 120. 30 where it is not sent.',
  ),
  goods_name: fact(
    goodsName().optional(),
    documented(
      'payment.request.goods_name',
      'the table says String(64), its text says at most 20 characters: both hold',
    ),
    'Name of the goods, at most 20 characters, UTF-8.',
  ),
  mchid: fact(
    z.string().max(16).optional(),
    documented('payment.request.mchid'),
    'Number of the merchant under an agent: required if the account has one, forbidden if it has none.',
  ),
  udid: fact(
    z.string().max(40).optional(),
    documented('payment.request.udid'),
    'Device number, shown in the back office.',
  ),
  rmb_tag: fact(
    z.enum(['Y'], { error: 'only Y is allowed' }).optional(),
    documented('payment.request.rmb_tag'),
    'Y, along with txcurrcd CNY, marks a payment in renminbi (WeChat in Hong Kong).',
  ),
  extend_info: fact(
    jsonText(realName, 'not a JSON object with the texts user_creid and user_truename').optional(),
    documented('payment.request.extend_info'),
    'JSON with user_creid (ID card number) and user_truename: who must pay.',
  ),
  notify_url: fact(
    z.string().max(256).optional(),
    published('payment.request.notify_url'),
    'Where to notify, instead of the registered address. The account setting notifyUrlParam decides.',
  ),
  limit_pay: fact(
    z.enum(['no_credit'], { error: 'only no_credit is allowed' }).optional(),
    published('payment.request.limit_pay'),
    'no_credit: the payer may not use a credit card.',
  ),
  pay_tag: fact(
    z.enum(['ALIPAYHK', 'ALIPAYCN'], { error: 'neither ALIPAYHK nor ALIPAYCN' }).optional(),
    published('rule.pay-tag-alipay-only'),
    'Which Alipay wallet; ALIPAYHK where it is not sent. For Alipay only.',
  ),
  txzone: fact(
    z.string().max(5).optional(),
    published('payment.request.txzone'),
    'Time zone of txdtm; +0800 where it is not sent. txdtm is answered as sent all the same.',
  ),
}))

const response = looseObject(() => ({
  sysdtm: fact(
    timeOut(),
    documented('payment.response.sysdtm'),
    'Time at QFPay (UTC+8); decides the settlement day.',
  ),
  paydtm: fact(
    z.string(),
    documented('payment.response.paydtm'),
    'Time of payment; the sample repeats sysdtm.',
  ),
  txcurrcd: fact(z.string().length(3), documented('payment.response.txcurrcd'), 'Currency, as sent.'),
  respmsg: fact(z.string().max(128), documented('payment.response.respmsg'), 'Further text.'),
  qrcode: fact(
    z.string().min(1),
    documented('payment.response.qrcode'),
    'The text of the QR code that the payer scans.',
  ),
  pay_type: fact(
    z.string().regex(new RegExp(`^(${mpmCodes.join('|')})$`), 'no pay type whose QR code the merchant shows'),
    documented('payment.response.pay_type', 'the pay types besides 800201 are published'),
    'Pay type, as sent.',
  ),
  cardcd: fact(z.string(), documented('payment.response.cardcd'), 'Card number; empty here.'),
  udid: fact(z.string().max(40), documented('payment.response.udid'), 'Device number, as sent.'),
  txdtm: fact(timeOut(), documented('payment.response.txdtm'), 'Time of the request, as sent.'),
  txamt: fact(
    amountOut(),
    documented(
      'payment.response.txamt',
      'the table says Int(11), the sample sends the text "300": both are accepted',
    ),
    'Amount in minor units.',
  ),
  resperr: fact(z.string().max(128), documented('payment.response.resperr'), 'Text of the answer.'),
  out_trade_no: fact(
    z.string().max(128),
    documented('payment.response.out_trade_no'),
    "The merchant's order number.",
  ),
  syssn: fact(
    z.string().min(1).max(40),
    documented('payment.response.syssn'),
    "QFPay's number of the transaction.",
  ),
  respcd: fact(z.literal('0000'), documented('payment.response.respcd'), 'Response code: 0000 is success.'),
  chnlsn: fact(z.string(), documented('payment.response.chnlsn'), "The wallet's number; empty until paid."),
  chnlsn2: fact(
    z.string().optional(),
    published('payment.response.chnlsn2'),
    'A second number of the wallet. Not sent by the double.',
  ),
  surcharge_fee: fact(
    z.union([z.string(), z.number()]).optional(),
    published('payment.response.surcharge_fee'),
    'Surcharge. Not sent by the double.',
  ),
  surcharge_rate: fact(
    z.union([z.string(), z.number()]).optional(),
    published('payment.response.surcharge_rate'),
    'Rate of the surcharge. Not sent by the double.',
  ),
}))

export const payment = defineOperation({
  methods: ['POST'],
  path: '/trade/v1/payment',
  summary: 'Orders a payment and answers with the QR code for the payer.',
  provenance: documented('payment'),
  headers,
  orderNumber: 'out_trade_no',
  orders: { creates: true, request: asked, response: { ...asked, providerNumber: '/syssn' } },
  request: { in: 'body', contentTypes: ['application/x-www-form-urlencoded'], schema: request },
  response,
  advice: [
    {
      kind: 'amountAtRisk',
      pointer: '/txamt',
      message:
        'Amounts under 200 minor units may be stopped by risk control; the document advises larger ones.',
      provenance: documented('rule.amount-risk'),
      applies: params => Number(params.txamt) < 200,
    },
    {
      kind: 'orderNumberCharacters',
      pointer: '/out_trade_no',
      message:
        'QFPay publishes letters, digits, _, | and * as the characters of an order number; others may be refused.',
      provenance: published('rule.order-number-charset'),
      applies: params => !/^[\w|*]*$/.test(String(params.out_trade_no)),
    },
    {
      kind: 'goodsNameCharacters',
      pointer: '/goods_name',
      message:
        'The document forbids special characters in goods_name without listing them; this one may be refused.',
      provenance: documented('rule.goods-name-no-special-characters'),
      applies: params => /[^\p{L}\p{N}\p{M} ]/u.test(String(params.goods_name ?? '')),
    },
    {
      kind: 'payTagElsewhere',
      pointer: '/pay_tag',
      message: 'pay_tag is for the pay types of Alipay only; with another one it says nothing.',
      provenance: published('rule.pay-tag-alipay-only'),
      applies: ({ pay_tag, pay_type }) =>
        pay_tag !== undefined && isMpmCode(pay_type) && !payTypes[pay_type].wallet.startsWith('Alipay'),
    },
  ],
  examples: [
    {
      name: 'order',
      provenance: documented('payment.response.syssn', 'values as in the sample of the document'),
      request: {
        txamt: '300',
        txcurrcd: 'HKD',
        pay_type: '800201',
        out_trade_no: '3Z6HPCS6RN54J2Y8LUQM8RBDVBA9URYE',
        txdtm: '2020-04-10 11:45:44',
        mchid: 'ZaMVg12345',
        udid: 'qiantai2',
      },
      response: {
        sysdtm: '2020-04-10 11:45:44',
        paydtm: '2020-04-10 11:45:44',
        txcurrcd: 'HKD',
        respmsg: 'OK',
        qrcode: 'weixin://wxpay/bizpayurl?pr=4PsXP5N',
        pay_type: '800201',
        cardcd: '',
        udid: 'qiantai2',
        txdtm: '2020-04-10 11:45:44',
        txamt: '300',
        resperr: 'success',
        out_trade_no: '3Z6HPCS6RN54J2Y8LUQM8RBDVBA9URYE',
        syssn: '20200410000300020086358791',
        respcd: '0000',
        chnlsn: '',
      },
    },
  ],
})

function isMpmCode(value: unknown): value is MpmCode {
  return mpmCodes.some(code => code === value)
}
