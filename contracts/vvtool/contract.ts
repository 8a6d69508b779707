// vv-tool: a collection QR code for a merchant number.
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
  type Operation,
  observed,
  published,
  refusalStatusSetting,
} from '../../src/contract/index.ts'
import { issuedToken, tokensOf } from './tokens.ts'
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

const merchantOrderDetail = defineOperation({
  methods: ['GET'],
  path: '/tool/accounts/merchant-order-detail',
  summary: 'Tells amount, number, payment method and state of an order.',
  provenance: published('merchantOrderDetail'),
  orderNumber: 'order_number',
  request: {
    in: 'query',
    schema: z.looseObject({
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
    }),
  },
  response: z.looseObject({
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
  }),
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
const detailNames = [
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

/** Seconds that an issued token is good for: 360 days. */
export const tokenLifeSeconds = 31_104_000

const tokenRequest = z.looseObject({
  grant_type: fact(
    z.literal('client_credentials'),
    published('token.request.grant_type'),
    'How the token is asked for.',
  ),
  scope: fact(
    z.string().optional(),
    published('token.request.scope'),
    'Optional; no source lists its values.',
  ),
  client_id: fact(z.string().min(1), published('token.request.client_id'), "The merchant's Account."),
  client_secret: fact(
    z.string().min(1),
    published('token.request.client_secret'),
    "The merchant's Accessskey (spelled so on the page).",
  ),
})

const tokenAnswer = z.looseObject({
  code: fact(z.literal(0), observed('token.response.code'), envelope.code),
  msg: fact(z.string(), observed('token.response.msg'), envelope.msg),
  msec: fact(z.int().nonnegative(), observed('token.response.msec'), envelope.msec),
  time: fact(z.int().nonnegative(), observed('token.response.time'), envelope.time),
  data: fact(
    z.looseObject({
      access_token: fact(
        z.string().regex(/^[0-9a-f]{40}$/, 'not 40 hex digits'),
        observed('token.response.data.access_token'),
        'The token.',
      ),
      expires_in: fact(
        z.int().positive(),
        observed('token.response.data.expires_in'),
        'Seconds for which it is good: 360 days.',
      ),
      token_type: fact(z.string(), observed('token.response.data.token_type'), 'How it is sent: Bearer.'),
      scope: fact(z.string(), observed('token.response.data.scope'), 'What it is for.'),
    }),
    observed('rule.token-response'),
    'The token and its life.',
  ),
})

const tokenOperation = <const P extends string>(
  given: Pick<Operation, 'summary' | 'provenance'> & { path: P },
) =>
  defineOperation({
    ...given,
    methods: ['POST'],
    credentials: 'none',
    request: {
      in: 'body',
      contentTypes: ['multipart/form-data', 'application/x-www-form-urlencoded', 'application/json'],
      schema: tokenRequest,
    },
    response: tokenAnswer,
    examples: [
      {
        name: 'token',
        provenance: observed('rule.token-response', 'the request and the token are invented'),
        request: {
          grant_type: 'client_credentials',
          client_id: 'demo-client',
          client_secret: 'de300000000000000000000000000060',
        },
        response: {
          code: 0,
          msg: '查询成功',
          msec: 41,
          time: 1702307834,
          data: {
            access_token: 'de300000000000000000000000000000000000c2',
            expires_in: tokenLifeSeconds,
            token_type: 'Bearer',
            scope: 'show',
          },
        },
      },
    ],
  })

const token = tokenOperation({
  path: '/api/proxy/oauth/token',
  summary: 'Issues an access token.',
  provenance: published('token'),
})

const oldToken = {
  ...tokenOperation({
    path: '/oauth/token',
    summary: 'Issues an access token, at the older address.',
    provenance: published('oldToken'),
  }),
  advice: [
    {
      kind: 'oldTokenAddress',
      pointer: '',
      message: `Newer interfaces need a token of ${token.path}; those of this address may be invalid.`,
      provenance: published('rule.old-tokens-may-be-invalid'),
      applies: () => true,
    },
  ],
}

const failed = (code: string, message: string, meaning: string, evidence = `code.${code}`) =>
  ({ code, message, meaning, outcome: 'failed', provenance: documented(evidence) }) as const

/** The rows that no source has, and whose code and text an account may therefore change. */
const assumedRows = ['tooManyRequests', 'wrongMerchant', 'orderUnknown'] as const

const state = z.union([z.int(), z.string()])

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
  basePaths: ['/tool/', token.path, oldToken.path],
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
      clientId: fact(
        z.string().min(1),
        published('token.request.client_id'),
        'The Account: client_id of a token request.',
      ),
      clientSecret: fact(
        z.string().min(1),
        published('token.request.client_secret'),
        'The Accessskey: client_secret of a token request.',
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
      issuedTokens: fact(
        z.array(issuedToken),
        assumed('no source says how many tokens are good at the same time', 'issuedTokens'),
        'The newest tokens that were issued, newest first, each with its end in milliseconds since 1970.',
      ),
      oldTokens: fact(
        z.enum(['accept', 'refuse']),
        published('rule.old-tokens-may-be-invalid', 'which it is, the page leaves open'),
        'Whether tokens of the older address are good.',
      ),
      orderDetailNames: fact(
        z.partialRecord(z.enum(detailNames), z.string().min(1)),
        assumed('the page of the order query lists no fields of its answer', 'orderDetailNames'),
        'Other names for the fields of an order query.',
      ),
      orderDetailStates: fact(
        z.strictObject({ waiting: state, paid: state, expired: state }),
        assumed('the page of the order query lists no states', 'orderDetailStates'),
        'How an order query calls the states of an order.',
      ),
      expiryMinutes: expirySetting(),
      refusalStatus: refusalStatusSetting(),
      errorCodes: errorCodesSetting(assumedRows),
      errorMessages: errorMessagesSetting(assumedRows),
    }),
    defaults: {
      permission: true,
      callsLeft: null,
      supported: true,
      issuedTokens: [],
      oldTokens: 'accept',
      orderDetailNames: {},
      orderDetailStates: { waiting: 0, paid: 1, expired: 2 },
      expiryMinutes: null,
      refusalStatus: 200,
      errorCodes: {},
      errorMessages: {},
    },
    identifiedBy: 'accessToken',
    identities: ({ accessToken, clientId }, settings) => [
      String(accessToken),
      String(clientId),
      ...tokensOf(settings).map(issued => issued.token),
    ],
    secrets: ['accessToken', 'clientSecret'],
    secretFields: ['client_secret', 'access_token'],
  },
  operations: { paymentQrCode, merchantOrderDetail, token, oldToken },
  callbacks: {},
  errors: {
    success: {
      code: '0',
      message: '成功',
      meaning: 'Success.',
      outcome: 'success',
      provenance: documented('code.0'),
    },
    tokenIssued: {
      code: '0',
      message: '查询成功',
      meaning: 'A token was issued.',
      outcome: 'success',
      provenance: observed('rule.token-response'),
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
    orderUnknown: {
      code: '0',
      message: '订单不存在',
      meaning: 'The account has no order with this number.',
      outcome: 'failed',
      provenance: assumed(
        'no source shows it; for goods that do not exist vv-tool answers code 0, and only the text tells',
        'errorCodes',
      ),
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
  rateLimits: [
    { operation: 'paymentQrCode', limit: 10, windowMs: 1000, provenance: documented('rule.rate-limit') },
    {
      operation: 'merchantOrderDetail',
      limit: 10,
      windowMs: 1000,
      provenance: published('rule.order-query-rate-limit'),
    },
  ],
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
    orderQueryTells: {
      value: ['amount', 'number', 'payment method'],
      description: 'What an order query is for.',
      provenance: published('rule.order-query-tells'),
    },
    newestOrderCounts: {
      value: true,
      description: 'Of several orders with one relation_order_number, an order query finds the newest.',
      provenance: assumed('no source says which one it finds'),
    },
    queryIsFree: {
      value: true,
      description: 'An order query takes none of the calls that are left.',
      provenance: assumed('no source says what it costs'),
    },
    tokenForm: {
      value: 'multipart/form-data',
      description: 'Form of a token request.',
      provenance: published('rule.token-form'),
    },
    otherTokenForms: {
      value: ['application/x-www-form-urlencoded', 'application/json'],
      description: 'Further forms in which a token request is read.',
      provenance: assumed('OAuth libraries send forms, and the other interfaces of the provider JSON'),
    },
    wrongClient: {
      value: '401',
      description: 'A client_id or client_secret that is not right gets 401.',
      provenance: assumed('the table has one code for credentials that are not valid'),
    },
    tokenScope: {
      value: 'show',
      description: 'The scope of every token, whatever was asked for.',
      provenance: observed('rule.token-response', 'that it is always this one is assumed'),
    },
    tokensSideBySide: {
      value: 20,
      description: 'A new token leaves the others good; so many of an account are kept, the newest.',
      provenance: assumed('no source says what becomes of earlier tokens'),
    },
    fixedToken: {
      value: true,
      description: 'The accessToken of an account is good for ever.',
      provenance: assumed('so that a test needs no token request'),
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
