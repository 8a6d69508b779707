// vv-tool: a collection QR code for a merchant number.
import * as z from 'zod'
import {
  assumed,
  defineContract,
  defineOperation,
  documented,
  errorCodesSetting,
  expirySetting,
  fact,
  observed,
  published,
  refusalStatusSetting,
} from '../../src/contract/index.ts'
import { wire } from './wire.ts'

const request = z.looseObject({
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
})

const envelope = {
  code: 'Status code: 0 is success.',
  msg: 'Text of the answer.',
  msec: 'Time the call took, in milliseconds.',
  time: 'Time of the answer, in seconds since 1970.',
  data: 'The result; the empty text on failure.',
} as const

const field = (name: keyof typeof envelope, schema: z.ZodType) =>
  fact(schema, documented(`paymentQrCode.response.${name}`), envelope[name])

const data = z.looseObject({
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
})

const paymentQrCode = defineOperation({
  methods: ['GET'],
  path: '/tool/accounts/payment-qr-code',
  summary: 'Makes an order and answers with its QR code.',
  provenance: documented('paymentQrCode'),
  orderNumber: 'relation_order_number',
  request: { in: 'query', schema: request },
  response: z.looseObject({
    code: field('code', z.literal(0)),
    msg: field('msg', z.string()),
    msec: field('msec', z.int().nonnegative()),
    time: field('time', z.int().nonnegative()),
    data: fact(data, documented('paymentQrCode.response.data'), envelope.data),
  }),
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

const failed = (code: string, message: string, meaning: string, evidence = `code.${code}`) =>
  ({ code, message, meaning, outcome: 'failed', provenance: documented(evidence) }) as const

export const vvtool = defineContract({
  id: 'vvtool',
  title: 'vv-tool',
  summary: 'Collection QR codes for a merchant number.',
  servers: [
    { url: 'http://api.vv-tool.com', description: 'Production', provenance: documented('rule.hosts') },
    {
      url: 'http://proxy-api.vv-tool.com',
      description: 'Host of some published copies',
      provenance: published('rule.proxy-host'),
    },
  ],
  basePaths: ['/tool/'],
  utcOffsetMinutes: 480,
  account: {
    credentials: z.object({
      accessToken: fact(
        z.string().regex(/^\S+$/, 'not a token'),
        documented('paymentQrCode.request.header.Authorization'),
        'Access token, sent as Bearer.',
      ),
      merchantNum: fact(
        z.string().min(1),
        documented('paymentQrCode.request.merchant_num'),
        'Merchant number.',
      ),
    }),
    settings: z.object({
      permission: fact(
        z.boolean(),
        documented('code.204.permission'),
        'Whether the account may call the interface; without it code 204.',
      ),
      callsLeft: fact(
        z.int().nonnegative().nullable(),
        documented('code.204.calls'),
        'Calls that are left, null for any number; at 0 code 204.',
      ),
      supported: fact(
        z.boolean(),
        documented('code.203'),
        'Whether the interface is supported for the account; otherwise code 203.',
      ),
      expiryMinutes: expirySetting(),
      refusalStatus: refusalStatusSetting(),
      errorCodes: errorCodesSetting(['tooManyRequests', 'wrongMerchant']),
    }),
    defaults: {
      permission: true,
      callsLeft: null,
      supported: true,
      expiryMinutes: null,
      refusalStatus: 200,
      errorCodes: {},
    },
    identifiedBy: 'accessToken',
    secrets: ['accessToken'],
  },
  operations: { paymentQrCode },
  callbacks: {},
  errors: {
    success: {
      code: '0',
      message: '成功',
      meaning: 'Success.',
      outcome: 'success',
      provenance: documented('code.0'),
    },
    invalidParameter: failed('100', '请求参数错误', 'A parameter is missing or wrong.'),
    timeout: failed('101', '请求超时,请重试', 'The request timed out: check the network, or ask support.'),
    unknownWangwang: failed('103', '旺旺账号不存在', 'The Wangwang account does not exist.'),
    systemError: failed('200', '系统错误,请联系客服', 'System error: check the address, or ask support.'),
    systemBusy: failed('202', '系统错误,请稍后再试', 'System error: try again later.'),
    unsupported: failed('203', '暂不支持当前接口', 'The interface is not supported.'),
    noPermission: failed(
      '204',
      '请求异常:无该接口权限,请前往官网开通正式接口。',
      'The account may not call the interface.',
      'code.204.permission',
    ),
    noCallsLeft: failed(
      '204',
      '请求异常:API 调用次数不足,请前往网站兑换次数。',
      'No calls are left.',
      'code.204.calls',
    ),
    invalidToken: failed('401', '身份凭证无效', 'The access token is missing or not valid.'),
    unknownOperation: failed('404', '请求路径或请求方式错误', 'No such path, or another method is needed.'),
    wrongMerchant: {
      code: '100',
      message: '请求参数错误',
      meaning: "The merchant_num is not the account's own.",
      outcome: 'failed',
      provenance: assumed('the table has one code for wrong parameters', 'errorCodes'),
    },
    tooManyRequests: {
      code: '202',
      message: '系统错误,请稍后再试',
      meaning: 'More than 10 calls within a second.',
      outcome: 'failed',
      provenance: assumed(
        'the limit is documented, its answer is not; 202 is the code that says to try later',
        'errorCodes',
      ),
    },
  },
  refusals: {
    malformed: 'invalidParameter',
    unknownAccount: 'invalidToken',
    invalid: 'invalidParameter',
    rateLimited: 'tooManyRequests',
    unknownOperation: 'unknownOperation',
  },
  refusal: z.looseObject({
    code: field('code', z.int()),
    msg: field('msg', z.string()),
    msec: field('msec', z.int().nonnegative()),
    time: field('time', z.int().nonnegative()),
    data: fact(z.literal(''), documented('rule.data-empty-string-on-failure'), envelope.data),
  }),
  rateLimits: [{ limit: 10, windowMs: 1000, provenance: documented('rule.rate-limit') }],
  rules: {
    duplicateMakesAnotherOrder: {
      value: true,
      description: 'A repeated relation_order_number makes another order, which can be paid as well.',
      provenance: documented('rule.duplicate-makes-another-order'),
    },
    getWithBody: {
      value: {
        method: 'GET',
        contentType: 'application/json',
        fields: {
          order_price: 'orderPrice',
          merchant_num: 'merchantNum',
          relation_order_number: 'relationOrderNumber',
          order_title: 'orderTitle',
        },
      },
      description: 'A JSON body that repeats the query in camelCase may come along with the GET.',
      provenance: documented('rule.get-with-body'),
    },
    queryCounts: {
      value: true,
      description: 'A body that comes along with the GET is read by nobody.',
      provenance: assumed(
        'the sample sends both, in different spellings; only the query is in the parameter table',
      ),
    },
    answerForm: {
      value: 'JSON',
      description: 'Form of every answer.',
      provenance: documented('rule.response-format'),
    },
    dataForm: {
      value: { type: 'object []', remark: '数组', sample: 'object' },
      description: 'Form of data on success: one object, as in the sample.',
      provenance: documented('rule.data-array-or-object', 'the table speaks of a list; the sample counts'),
    },
    fee: {
      value: { key: 'opened once', calls: 'free for life' },
      description: 'Calls cost nothing: withholding_money is 0.',
      provenance: documented('rule.fee'),
    },
    envelope: {
      value: ['code', 'msg', 'msec', 'time', 'data'],
      description: 'The fields of every answer.',
      provenance: observed('rule.envelope'),
    },
    largestPrice: {
      value: '999999999999999',
      description: 'Prices with more than 15 digits get code 100.',
      provenance: assumed('no limit is documented; beyond it fen would not be exact numbers'),
    },
    callbackExists: {
      value: true,
      description: 'Paid orders can be called back, at an address that the staff of vv-tool sets.',
      provenance: published('rule.callback-exists'),
    },
    noCallback: {
      value: true,
      description: 'The double sends no callback.',
      provenance: assumed('no source describes the message'),
    },
  },
  security: {
    accessToken: {
      type: 'bearer',
      description: 'The access token.',
      provenance: documented('paymentQrCode.request.header.Authorization'),
    },
  },
  wire,
})
