// QFPay, WeChat merchant-presented QR code (pay_type 800201).
import * as z from 'zod'
import { countCharacters } from '../../src/contract/codec/text.ts'
import { isTime } from '../../src/contract/codec/time.ts'
import {
  assumed,
  defineContract,
  defineOperation,
  documented,
  errorCodesSetting,
  fact,
  jsonText,
  observed,
  published,
  refuseUnless,
} from '../../src/contract/index.ts'
import { errors } from './errors.ts'
import { wire } from './wire.ts'

/** ISO 4217 codes that QFPay settles in. */
export const currencies = [
  'AED',
  'CNY',
  'EUR',
  'HKD',
  'IDR',
  'JPY',
  'MMK',
  'MYR',
  'SGD',
  'THB',
  'USD',
  'CAD',
  'AUD',
] as const

const timeText = () =>
  refuseUnless(
    z.string().max(20),
    'invalidParameter',
    'not a time written as YYYY-MM-DD hh:mm:ss',
    isTime,
  ).meta({
    pattern: '^\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}$',
  })

const digits = (text: string) => /^[1-9]\d*$/.test(text)

/** The real-name fields inside `extend_info`. */
const realName = z.looseObject({
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
})

const request = z.looseObject({
  txamt: fact(
    z.string().regex(/^[1-9]\d{0,10}$/, 'not a positive whole number of at most 11 digits'),
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
      'only 800201 is enabled',
      text => text === '800201',
    ).meta({
      enum: ['800201'],
    }),
    documented('payment.request.pay_type'),
    'Pay type: 800201 is the WeChat merchant-presented QR code.',
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
    z
      .string()
      .max(64)
      .refine(text => countCharacters(text) <= 20, 'longer than 20 characters')
      .meta({ maxLength: 20 })
      .optional(),
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
})

const amountOut = z.union([z.string().regex(/^\d{1,11}$/), z.int().nonnegative().max(99_999_999_999)])

const timeOut = () => z.string().regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/, 'not YYYY-MM-DD hh:mm:ss')

const response = z.looseObject({
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
    z.string().regex(/^800201$/, 'not 800201'),
    documented('payment.response.pay_type'),
    'Pay type, as sent.',
  ),
  cardcd: fact(z.string(), documented('payment.response.cardcd'), 'Card number; empty here.'),
  udid: fact(z.string().max(40), documented('payment.response.udid'), 'Device number, as sent.'),
  txdtm: fact(timeOut(), documented('payment.response.txdtm'), 'Time of the request, as sent.'),
  txamt: fact(
    amountOut,
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
})

const refusal = z.looseObject({
  resperr: fact(
    z.string().max(128),
    documented('payment.response.resperr'),
    'Text of the refusal, normally with the code in brackets.',
  ),
  respcd: fact(
    z.string().length(4),
    documented('payment.response.respcd'),
    'Response code; see the error table.',
  ),
  respmsg: fact(z.string().max(128), documented('payment.response.respmsg'), 'Further text, mostly empty.'),
})

const payment = defineOperation({
  methods: ['POST'],
  path: '/trade/v1/payment',
  summary: 'Orders a payment and answers with the QR code for the payer.',
  provenance: documented('payment'),
  headers: z.looseObject({
    'x-qf-signtype': fact(
      z.string().optional(),
      published('rule.signature-type-header'),
      'MD5 (also when missing or empty) or SHA256.',
    ),
  }),
  orderNumber: 'out_trade_no',
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

export const qfpay = defineContract({
  id: 'qfpay',
  title: 'QFPay',
  summary: 'WeChat merchant-presented QR code payments (pay_type 800201).',
  servers: [
    {
      url: 'https://openapi-hk.qfapi.com',
      description: 'Production, Hong Kong',
      provenance: published('rule.hosts'),
    },
    {
      url: 'https://test-openapi-hk.qfapi.com',
      description: 'Live testing: real wallets, not settled',
      provenance: documented('rule.test-host'),
    },
    {
      url: 'https://openapi-int.qfapi.com',
      description: 'Sandbox, cards only',
      provenance: published('rule.hosts'),
    },
    {
      url: 'https://openapi.qfpay.com',
      description: 'Older production',
      provenance: observed('rule.hosts-legacy'),
    },
    {
      url: 'https://openapi-test.qfpay.com',
      description: 'Older test',
      provenance: observed('rule.hosts-legacy'),
    },
    {
      url: 'https://test-openapi-eur.qfapi.com',
      description: 'Test, Europe',
      provenance: observed('rule.hosts-legacy'),
    },
    {
      url: 'https://test-openapi-th.qfapi.com',
      description: 'Test, Thailand',
      provenance: observed('rule.hosts-legacy'),
    },
    { url: 'https://osqt.qfpay.com', description: 'Test of 2017', provenance: observed('rule.hosts-legacy') },
  ],
  basePaths: ['/trade/v1/'],
  utcOffsetMinutes: 480,
  account: {
    credentials: z.object({
      appCode: fact(z.string().min(1), documented('rule.credentials'), 'App code, sent as X-QF-APPCODE.'),
      clientKey: fact(
        z.string().min(1),
        documented('rule.credentials'),
        'Client key: signs, and is never sent.',
      ),
      mchid: fact(
        z.string().min(1).max(16).nullable(),
        documented('rule.mchid-iff-account-has-one'),
        "The merchant's number under an agent, or null.",
      ),
    }),
    settings: z.object({
      duplicateOrderCode: fact(
        z.enum(['1251', '1102', '2011']),
        observed('rule.duplicate-order-number', '1102 and 2011 are the published codes that say the same'),
        'Code that answers a repeated out_trade_no.',
      ),
      errorCodes: errorCodesSetting(['invalidParameter', 'malformed']),
      emptyParams: fact(
        z.enum(['signed', 'either']),
        published('rule.signature-empty-params', 'the published pages contradict one another'),
        'Whether parameters with an empty value must be signed, or may be left out of the signature.',
      ),
    }),
    defaults: { duplicateOrderCode: '1251', errorCodes: {}, emptyParams: 'signed' },
    identifiedBy: 'appCode',
    secrets: ['clientKey'],
  },
  operations: { payment },
  callbacks: {},
  errors,
  refusals: { malformed: 'malformed', unknownAccount: 'signature', invalid: 'invalidParameter' },
  refusal,
  responseHeaders: z.looseObject({
    'X-QF-SIGN': fact(
      z
        .string()
        .regex(/^[0-9A-F]{32}$/)
        .optional(),
      published('rule.response-signature'),
      'MD5 of the raw body and the client key, upper-case hex; missing where the app code is unknown.',
    ),
  }),
  rateLimits: [],
  rules: {
    requestForm: {
      value: 'application/x-www-form-urlencoded',
      description: 'Form of a request.',
      provenance: documented('rule.request-form-body'),
    },
    requestSignature: {
      value: {
        sort: 'by name ascending',
        pair: 'k=v',
        join: '&',
        key: 'appended directly',
        encoding: 'UTF-8',
        hash: 'MD5',
        hex: 'upper',
        header: 'X-QF-SIGN',
      },
      description: 'How requests are signed; SHA256 and lower-case hex are taken too.',
      provenance: documented('rule.signature', 'SHA256 and lower-case hex are published'),
    },
    signedParameters: {
      value: true,
      description: 'The signature is over exactly the parameters that are sent, as they are before encoding.',
      provenance: documented('rule.signature-signs-all-sent'),
    },
    uniqueOrderNumber: {
      value: { field: 'out_trade_no', scope: 'merchant account', over: ['payment', 'refund'] },
      description: 'Where an order number may not come twice.',
      provenance: documented('rule.unique-order-number'),
    },
    qrCodePerOrder: {
      value: true,
      description: 'Each order has a QR code of its own.',
      provenance: documented('rule.qr-code-unique'),
    },
    goodsNameLength: {
      value: 20,
      description: 'Characters of the longest goods_name.',
      provenance: documented('rule.goods-name-20'),
    },
    currencies: {
      value: currencies,
      description: 'The currency table.',
      provenance: published('rule.currencies'),
    },
    renminbiTag: {
      value: { rmb_tag: 'Y', txcurrcd: 'CNY' },
      description: 'rmb_tag goes with CNY only.',
      provenance: documented('rule.rmb-tag'),
    },
    realName: {
      value: {
        optional: true,
        citizens: 'mainland China',
        needs: ['user_truename', 'user_creid'],
      },
      description: 'What extend_info must hold.',
      provenance: documented('rule.real-name-auth'),
    },
    pendingCodes: {
      value: ['1143', '1145'],
      description: 'Codes after which the result is to be queried again; all others but 0000 are failures.',
      provenance: documented('rule.pending-codes'),
    },
    expiryMinutes: {
      value: 30,
      description: 'Life of a QR code in minutes where expired_time is not sent.',
      provenance: documented('rule.expired-time-default'),
    },
    unknownAppCode: {
      value: '1108',
      description: 'What answers a missing or unknown X-QF-APPCODE.',
      provenance: assumed(
        'no page says; without a known key no signature can be right, so it is a signature error',
      ),
    },
    invalidParameter: {
      value: '1104',
      description: 'What answers a parameter beyond its limits.',
      provenance: assumed(
        'the published table has one code for wrong parameters, and no page names another',
        'errorCodes',
      ),
    },
    responseJson: {
      value: 'application/json',
      description: 'An answer is one flat JSON object.',
      provenance: documented('rule.response-json'),
    },
    refusalFields: {
      value: ['resperr', 'respcd', 'respmsg'],
      description: 'Fields of a refusal.',
      provenance: observed('rule.error-body'),
    },
    responseSignature: {
      value: 'MD5(body + key), upper-case hex, in the response header X-QF-SIGN',
      description: 'How answers are signed.',
      provenance: published('rule.response-signature'),
    },
    responseForm: {
      value: 'Python json.dumps',
      description: 'Byte form of an answer, over which it is signed.',
      provenance: published('rule.response-json-style'),
    },
    syssn: {
      value: '26 digits, the first 8 the date',
      description: "Form of QFPay's transaction number.",
      provenance: published('rule.syssn-format'),
    },
    times: {
      value: 'UTC+8',
      description: 'Time zone of sysdtm and paydtm; txdtm is answered as sent.',
      provenance: observed('rule.times-utc8'),
    },
    httpStatus: {
      value: 200,
      description: 'HTTP status of business errors.',
      provenance: observed('rule.http-status-200'),
    },
    rateLimit: {
      value: { perSecond: 100, perMinute: 400, httpStatus: 429 },
      description: 'Calls per merchant; more answer HTTP 429. Described here, not yet enforced.',
      provenance: published('rule.rate-limit'),
    },
  },
  security: {
    appCode: {
      type: 'header',
      header: 'X-QF-APPCODE',
      description: 'The app code.',
      provenance: documented('payment.request.header.X-QF-APPCODE'),
    },
    signature: {
      type: 'header',
      header: 'X-QF-SIGN',
      description:
        'Hash of the parameters sorted by name and joined as k=v by &, with the client key appended; hex in either case.',
      provenance: documented('payment.request.header.X-QF-SIGN'),
    },
  },
  wire,
})
