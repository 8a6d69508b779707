// its500 (站长付): an order whose amount is lowered at random by less than one yuan, and a callback when it is paid.
import * as z from 'zod'
import { toFen, toYuan } from '../../src/contract/codec/money.ts'
import {
  assumed,
  defineContract,
  defineOperation,
  documented,
  errorCodesSetting,
  errorMessagesSetting,
  fact,
  observed,
  refusalKey,
} from '../../src/contract/index.ts'
import { wire } from './wire.ts'

/** Ten digits of yuan: beyond it whole fen would in time not be exact numbers. */
const largestFen = 999_999_999_999

const decimal = /^-?\d+(\.\d+)?$/

const price = fact(
  z
    .string({ error: 'missing' })
    .superRefine((text, check) => {
      const refuse = (refusal: string, message: string) =>
        check.addIssue({ code: 'custom', message, params: { refusal }, input: text })
      if (text === '') refuse('wrongAmount', 'the amount is empty')
      else if (!decimal.test(text)) refuse('amountFormat', 'the amount is no decimal number')
      else if (Number(text) <= 0) refuse('wrongAmount', 'the amount is not positive')
      else if (Number.isNaN(toFen(text))) refuse('amountFormat', 'the amount has more than two decimals')
      else if (toFen(text) < 100) refuse('amountTooSmall', 'the amount is below 1 yuan')
      else if (toFen(text) > largestFen) refuse('wrongAmount', 'the amount has more than ten digits of yuan')
    })
    .meta({ pattern: '^0*[1-9]\\d{0,9}(\\.\\d{1,2})?$', [refusalKey]: 'wrongAmount' }),
  documented('createOrder.request.price'),
  'Price in yuan, at most two decimals, at least 1.',
)

const text255 = () => z.string().max(255)

export const payTypes = ['wx', 'ali', 'QQ'] as const
export type PayType = (typeof payTypes)[number]

/** What `paytype` becomes in the callback. */
export const callbackPayTypes: Readonly<Record<PayType, string>> = { wx: '0', ali: '1', QQ: '6' }

const request = z.looseObject({
  price,
  name: fact(
    z.string().min(1).max(100),
    documented('createOrder.request.name'),
    'Name of the goods, shown as the order name in the back office.',
  ),
  reurl: fact(text255().optional(), documented('createOrder.request.reurl'), 'Page to show after payment.'),
  thirduid: fact(
    text255().optional(),
    documented('createOrder.request.thirduid'),
    "User id on the merchant's platform; recommended.",
  ),
  paytype: fact(
    z.enum(payTypes, { error: 'not wx, ali or QQ' }).optional(),
    documented('createOrder.request.paytype'),
    'wx is WeChat, ali is Alipay, QQ is QQ.',
  ),
  remarks: fact(
    text255().optional(),
    documented('createOrder.request.remarks'),
    'Remark, returned untouched.',
  ),
  other: fact(
    text255().optional(),
    documented('createOrder.request.other'),
    'Further text, returned untouched.',
  ),
  callbackurl: fact(
    text255().optional(),
    documented('createOrder.request.callbackurl'),
    "Callback address; must be among the account's registered ones. The default one where it is not sent.",
  ),
})

const yuan = () => z.string().regex(/^\d+(\.\d{1,2})?$/, 'not an amount in yuan')

const codes = {
  wxcode: 'Address of the WeChat receiving code, if one is uploaded.',
  qqcode: 'Address of the QQ receiving code, if one is uploaded.',
  zfbcode: 'Address of the Alipay receiving code, if one is uploaded.',
  qrcode: 'Opens Alipay on the transfer page.',
  zfbuseridcode: 'Alipay code with the amount in it, if it is configured.',
} as const

const codeFields = (message: string) => ({
  wxcode: fact(text255().optional(), documented(`${message}.wxcode`), codes.wxcode),
  qqcode: fact(text255().optional(), documented(`${message}.qqcode`), codes.qqcode),
  zfbcode: fact(text255().optional(), documented(`${message}.zfbcode`), codes.zfbcode),
  qrcode: fact(text255().optional(), documented(`${message}.qrcode`), codes.qrcode),
  zfbuseridcode: fact(text255().optional(), documented(`${message}.zfbuseridcode`), codes.zfbuseridcode),
})

/** The keys that the document's sample answer writes with a trailing space. */
export const spacedKeys = [
  'originalprice',
  'remarks',
  'wxcode',
  'zfbcode',
  'qrcode',
  'zfbuseridcode',
] as const

const spaced = (name: (typeof spacedKeys)[number], schema: z.ZodType<string>) =>
  fact(
    schema.optional(),
    documented(
      'rule.trailing-space-keys',
      'the parameter table writes the key without the space: both are accepted',
    ),
    `${name}, as the sample answer spells it.`,
  )

const response = z
  .looseObject({
    msg: fact(z.string(), documented('createOrder.response.msg'), 'Text of the answer.'),
    code: fact(
      z.literal('10001'),
      documented('createOrder.response.code', 'a text in the answer, a number in the callback'),
      '10001 is success.',
    ),
    orderId: fact(
      z.string().min(1),
      documented('createOrder.response.orderId'),
      "its500's number of the order.",
    ),
    price: fact(
      yuan(),
      documented('createOrder.response.price'),
      'What the payer must pay, in yuan: the original price less the random discount.',
    ),
    originalprice: fact(
      yuan().optional(),
      documented('createOrder.response.originalprice'),
      'The price as ordered, in yuan.',
    ),
    name: fact(z.string().max(100), documented('createOrder.response.name'), 'Name of the goods, as sent.'),
    reurl: fact(text255().optional(), documented('createOrder.response.reurl'), 'As sent.'),
    thirduid: fact(text255().optional(), documented('createOrder.response.thirduid'), 'As sent.'),
    other: fact(text255().optional(), documented('createOrder.response.other'), 'As sent.'),
    remarks: fact(text255().optional(), documented('createOrder.response.remarks'), 'As sent.'),
    ...codeFields('createOrder.response'),
    'originalprice ': spaced('originalprice', yuan()),
    'remarks ': spaced('remarks', text255()),
    'wxcode ': spaced('wxcode', text255()),
    'zfbcode ': spaced('zfbcode', text255()),
    'qrcode ': spaced('qrcode', text255()),
    'zfbuseridcode ': spaced('zfbuseridcode', text255()),
  })
  .refine(answer => answer.originalprice !== undefined || answer['originalprice '] !== undefined, {
    error: 'neither originalprice nor "originalprice " is there',
    path: ['originalprice'],
  })
  .meta({ anyOf: [{ required: ['originalprice'] }, { required: ['originalprice '] }] })

const payload = z.looseObject({
  code: fact(
    z.literal(10001),
    documented('callback.paid.code', 'a number here, a text in the answer to an order'),
    '10001 is success.',
  ),
  msg: fact(z.string(), documented('callback.paid.msg'), 'Text of the callback.'),
  orderId: fact(z.string().min(1), documented('callback.paid.orderId'), "its500's number of the order."),
  price: fact(yuan(), documented('callback.paid.price'), 'What was paid, in yuan.'),
  originalprice: fact(yuan(), documented('callback.paid.originalprice'), 'The price as ordered, in yuan.'),
  name: fact(z.string(), documented('callback.paid.name'), 'Name of the goods, as sent.'),
  reurl: fact(text255().optional(), documented('callback.paid.reurl'), 'As sent.'),
  thirduid: fact(text255().optional(), documented('callback.paid.thirduid'), 'As sent.'),
  paytype: fact(
    z.union([z.enum(['0', '1', '6']), z.literal([0, 1, 6])]),
    documented(
      'callback.paid.paytype',
      'the table says int, the sample sends the text "0": both are accepted',
    ),
    '0 is WeChat, 1 is Alipay, 6 is QQ.',
  ),
  other: fact(text255().optional(), documented('callback.paid.other'), 'As sent.'),
  remarks: fact(text255().optional(), documented('callback.paid.remarks'), 'As sent.'),
  ...codeFields('callback.paid'),
})

const createOrder = defineOperation({
  methods: ['POST'],
  path: '/order/createOrder',
  summary: 'Creates an order; the payer must pay the answered price, to the fen.',
  provenance: documented('createOrder'),
  request: { in: 'body', contentTypes: ['application/x-www-form-urlencoded'], schema: request },
  response,
  page: {
    summary:
      'A cashier page for the payer, where other is zzfpage-wxpay (WeChat) or zzfpage-alipay (Alipay).',
    provenance: observed('rule.other-special-values', 'what the page looks like is assumed'),
  },
  advice: [
    {
      kind: 'noUserId',
      pointer: '/thirduid',
      message: 'The document strongly recommends thirduid, so that a payment can be told to a user.',
      provenance: documented('rule.thirduid-recommended'),
      applies: params => !params.thirduid,
    },
  ],
  examples: [
    {
      name: 'order',
      provenance: documented('createOrder.response.price', 'values after the sample of the document'),
      request: { price: '100', name: '开通超级VIP', thirduid: '15811111111', paytype: 'ali' },
      response: {
        msg: '下单成功',
        other: '',
        code: '10001',
        orderId: 'oderpay-7ae379d1-e4c1-4acd-8d9a-584a208b28b7',
        price: '99.13',
        name: '开通超级VIP',
        reurl: '',
        thirduid: '15811111111',
        originalprice: '100',
        remarks: '',
        zfbcode: 'http://zyphoto.xxx.cn/20210328224809',
      },
    },
  ],
})

/** The values of `other` that ask for the cashier page, each with the code that it shows. */
export const cashierPages: Readonly<Record<string, 'wx' | 'ali' | undefined>> = {
  'zzfpage-wxpay': 'wx',
  'zzfpage-alipay': 'ali',
}

const onlinePayFindResult = defineOperation({
  methods: ['POST', 'GET'],
  path: '/order/onlinePayFindResult',
  summary: 'Tells whether an order is paid: 10001 paid, 10003 expired, any other code still waiting.',
  provenance: observed('onlinePayFindResult'),
  credentials: 'optional',
  request: {
    in: 'body',
    contentTypes: ['application/x-www-form-urlencoded'],
    schema: z.looseObject({
      orderId: fact(
        z
          .string()
          .min(1)
          .meta({ [refusalKey]: 'orderUnknown' }),
        observed('onlinePayFindResult.request.orderId'),
        "its500's number of the order.",
      ),
    }),
  },
  response: z.looseObject({
    msg: fact(z.string(), observed('onlinePayFindResult.response.msg'), 'Text of the answer.'),
    code: fact(
      z.literal('10001'),
      observed('onlinePayFindResult.response.code'),
      '10001: the order is paid. Orders that are not get a row of the error table.',
    ),
    state: fact(z.string(), observed('onlinePayFindResult.response.state'), '0 in the answer that was seen.'),
  }),
  examples: [
    {
      name: 'query',
      provenance: observed('rule.query-paid-answer'),
      request: { orderId: 'oderpay-7ae379d1-e4c1-4acd-8d9a-584a208b28b7' },
      response: { msg: '订单支付完成', code: '10001', state: '0' },
    },
  ],
})

/** The `type` of a random code, as the pay type that it stands for. */
export const randomCodeTypes = { '1': 'wx', '2': 'ali' } as const

const randomCode = defineOperation({
  methods: ['GET'],
  path: '/randomCode',
  summary: "One of the merchant's uploaded receiving codes.",
  provenance: observed('randomCode'),
  credentials: 'none',
  request: {
    in: 'query',
    schema: z.looseObject({
      key: fact(z.string().min(1), observed('randomCode.request.key'), 'The AppKey.'),
      type: fact(
        z.enum(['1', '2'], { error: 'not 1 or 2' }).meta({ [refusalKey]: 'invalidRequest' }),
        observed('randomCode.request.type'),
        '1 is WeChat, 2 is Alipay.',
      ),
    }),
  },
  response: z.looseObject({
    msg: fact(z.string(), observed('rule.random-code-answer'), 'Text of the answer.'),
    code: fact(z.literal('10001'), observed('rule.random-code-answer'), '10001 is success.'),
    onecode: fact(
      z.string(),
      observed('rule.random-code-answer', 'that it is the address of the code is assumed'),
      'Address of the code that was chosen.',
    ),
    codetype: fact(
      z.enum(['wxcode', 'zfbcode']),
      observed('rule.random-code-answer', 'zfbcode is assumed, after the field of that name in an order'),
      'Which code it is.',
    ),
    qrcode: fact(
      z.string(),
      observed('rule.random-code-answer', 'that it opens Alipay, as in an order, is assumed'),
      'Opens Alipay on the transfer page; empty for WeChat.',
    ),
    listcode: fact(
      z.string().regex(/^\[.*\]$/s, 'not a list as JSON'),
      observed('rule.random-code-answer', 'that its items are addresses is assumed'),
      'All codes of the type, as JSON text.',
    ),
  }),
  examples: [
    {
      name: 'code',
      provenance: observed('rule.random-code-answer', 'onecode, qrcode and listcode are invented'),
      request: { key: '0123456789abcdef', type: '1' },
      response: {
        msg: '查询成功',
        code: '10001',
        onecode: 'http://zyphoto.xxx.cn/20210309003047',
        codetype: 'wxcode',
        qrcode: '',
        listcode: '["http://zyphoto.xxx.cn/20210309003047"]',
      },
    },
  ],
})

const failed = (code: string, message: string, meaning: string) =>
  ({ code, message, meaning, outcome: 'failed', provenance: documented(`code.${code}`) }) as const

/** The rows that no source has, and whose code and text an account may therefore change. */
const assumedRows = [
  'malformed',
  'invalidParameter',
  'amountsExhausted',
  'orderWaiting',
  'orderUnknown',
  'invalidRequest',
  'noReceivingCode',
] as const

export const its500 = defineContract({
  id: 'its500',
  title: 'its500 (站长付)',
  summary:
    "Orders paid to the merchant's own receiving codes, told apart by a random discount, with a callback.",
  servers: [
    { url: 'https://pay.its500.com', description: 'Production', provenance: documented('rule.hosts') },
    {
      url: 'https://admin.zhanzhangfu.com',
      description: 'Older host, same paths',
      provenance: observed('rule.older-host'),
    },
  ],
  basePaths: ['/order/', '/randomCode'],
  utcOffsetMinutes: 480,
  account: {
    credentials: z.object({
      appKey: fact(
        z.string().regex(/^[0-9a-f]{16}$/i, 'not 16 hex digits'),
        observed('rule.app-key-format'),
        'AppKey, sent as Payment-Key.',
      ),
      appSecret: fact(
        z.string().regex(/^[0-9a-f]{32}$/i, 'not 32 hex digits'),
        observed('rule.app-secret-format'),
        'AppSecret, sent as Payment-Secret.',
      ),
    }),
    settings: z.object({
      callbackUrls: fact(
        z.array(z.string()),
        documented('rule.callback-url-registered'),
        'Registered callback addresses; the first one is the default.',
      ),
      balance: fact(
        z.int().nonnegative(),
        documented('rule.balance-is-callback-count'),
        'Callbacks that are left; each delivery costs one.',
      ),
      frozen: fact(z.boolean(), documented('code.10007'), 'Whether the account is frozen.'),
      spacedKeys: fact(
        z.boolean(),
        documented('rule.trailing-space-keys'),
        'Whether answers spell keys with the trailing space of the sample.',
      ),
      uploadedCodes: fact(
        z.array(z.enum(payTypes)),
        documented('rule.configured-fields'),
        'Receiving codes that the merchant has uploaded; answers carry one address for each.',
      ),
      expiryMinutes: fact(
        z.int().positive().nullable(),
        observed(
          'rule.order-life',
          'a cashier page counts down 5 minutes; the server may keep orders longer',
        ),
        'Minutes until an unpaid order expires and frees its amount; null for never.',
      ),
      acknowledgeText: fact(
        z.string().nullable(),
        assumed('no required answer is documented', 'acknowledgeText'),
        'The text that a receiver must answer along with a 2xx status; null for any.',
      ),
      retryDelaysMs: fact(
        z.array(z.int().nonnegative()),
        assumed('no source says that a callback is sent again', 'retryDelaysMs'),
        'Pauses before each further attempt of a callback, in milliseconds.',
      ),
      errorCodes: errorCodesSetting(assumedRows),
      errorMessages: errorMessagesSetting(assumedRows),
    }),
    defaults: {
      callbackUrls: [],
      balance: 1_000_000,
      frozen: false,
      spacedKeys: false,
      uploadedCodes: [...payTypes],
      expiryMinutes: 5,
      acknowledgeText: null,
      retryDelaysMs: [],
      errorCodes: {},
      errorMessages: {},
    },
    identifiedBy: 'appKey',
    callbackAddress: 'callbackUrls',
    secrets: ['appSecret'],
  },
  operations: { createOrder, onlinePayFindResult, randomCode },
  callbacks: {
    paid: {
      method: 'POST',
      summary: 'The order was paid.',
      provenance: documented('rule.callback-method'),
      contentType: 'application/json',
      payload,
      acknowledged: (reply, settings) =>
        reply.status >= 200 &&
        reply.status < 300 &&
        (settings.acknowledgeText === null || reply.body === settings.acknowledgeText),
      acknowledgement: {
        text: 'any 2xx status',
        provenance: assumed(
          'no required answer is documented; public receivers answer an empty 200',
          'acknowledgeText',
        ),
      },
      after: 'createOrder',
      url: '{$request.body#/callbackurl}',
      costs: 'balance',
      retryDelays: 'retryDelaysMs',
      example: {
        code: 10001,
        msg: '回调成功',
        other: '',
        orderId: 'oderpay-445b1306-6f50-48dd-99c1-9a704108f8ff',
        price: '99.97',
        originalprice: '100',
        name: '开通超级VIP',
        reurl: '',
        thirduid: '15811111111',
        paytype: '0',
        remarks: '',
      },
      forgery: {
        amount: fen => ({ price: toYuan(fen) }),
        flipped: { code: 10002, msg: '回调失败' },
        orderNumber: 'orderId',
      },
    },
  },
  errors: {
    success: {
      code: '10001',
      message: '下单成功',
      meaning: 'Success, in every interface.',
      outcome: 'success',
      provenance: documented('code.10001'),
    },
    wrongAmount: failed(
      '10002',
      '下单失败,支付金额有误',
      'The amount is empty or not positive. The unit is yuan.',
    ),
    amountFormat: failed(
      '10003',
      '下单失败,支付金额格式错误',
      'The amount is no number, or has too many decimals.',
    ),
    amountTooSmall: failed('10004', '下单失败,支付金额必须大于等于1元', 'The amount is below 1 yuan.'),
    wrongCredentials: failed(
      '10005',
      '下单失败,AppKey或者AppSecret不合法',
      'AppKey or AppSecret is not right.',
    ),
    unknownMerchant: failed('10006', '下单失败,商户不存在,请联系客服', 'No merchant has this AppKey.'),
    frozen: failed('10007', '下单失败,您的账户被冻结,请联系客服', 'The account is frozen.'),
    noBalance: failed('10008', '下单失败,您的账户余额不足', 'No callbacks are left on the account.'),
    noCallbackUrl: failed('10009', '下单失败,您还未设置回调接口', 'The account has no callback address.'),
    badCallbackUrl: failed(
      '10010',
      '下单失败,回调接口异常',
      'The callback address is not registered or cannot be used.',
    ),
    moneyEmpty: failed('10021', '回调失败,Money为空', "The merchant's app is too old to report the amount."),
    malformed: {
      code: '10003',
      message: '下单失败,支付金额格式错误',
      meaning: 'The form cannot be read.',
      outcome: 'failed',
      provenance: assumed(
        'no code is documented for a broken form; 10003 is the one about wrong formats',
        'errorCodes',
      ),
    },
    invalidParameter: {
      code: '10003',
      message: '下单失败,支付金额格式错误',
      meaning: 'A parameter other than the price is missing or too long.',
      outcome: 'failed',
      provenance: assumed(
        'no code is documented for other parameters; 10003 is the one about wrong formats',
        'errorCodes',
      ),
    },
    amountsExhausted: {
      code: '10002',
      message: '下单失败,订单超出负荷,请稍后重试',
      meaning: 'All 99 amounts below the price are taken by open orders.',
      outcome: 'failed',
      provenance: assumed(
        'no code is documented for this state; 10002 is the one about amounts',
        'errorCodes',
      ),
    },
    paid: {
      code: '10001',
      message: '订单支付完成',
      meaning: 'onlinePayFindResult: the order is paid.',
      outcome: 'success',
      provenance: observed('code.10001.onlinePayFindResult'),
    },
    orderExpired: {
      code: '10003',
      message: '订单已失效，是否重新生成订单',
      meaning: 'onlinePayFindResult: the order has expired.',
      outcome: 'failed',
      provenance: observed('code.10003.onlinePayFindResult'),
    },
    orderWaiting: {
      code: '10002',
      message: '订单未支付',
      meaning: 'onlinePayFindResult: the order waits for the payer.',
      outcome: 'pending',
      provenance: assumed(
        'integrators take any code but 10001 and 10003 for waiting; which one comes, nobody says',
        'errorCodes',
      ),
    },
    orderUnknown: {
      code: '10004',
      message: '订单不存在',
      meaning: 'onlinePayFindResult: the account has no order with this orderId.',
      outcome: 'failed',
      provenance: assumed('no source shows such an answer', 'errorCodes'),
    },
    codeFound: {
      code: '10001',
      message: '查询成功',
      meaning: 'randomCode: here is the code.',
      outcome: 'success',
      provenance: observed('rule.random-code-answer'),
    },
    invalidRequest: {
      code: '10004',
      message: '请求参数错误',
      meaning: 'onlinePayFindResult and randomCode: the request cannot be read, or a parameter is wrong.',
      outcome: 'failed',
      provenance: assumed('no source shows such an answer', 'errorCodes'),
    },
    noReceivingCode: {
      code: '10002',
      message: '商户未上传收款码',
      meaning: 'randomCode and the cashier page: the merchant has uploaded no code of this type.',
      outcome: 'failed',
      provenance: assumed('no source shows such an answer', 'errorCodes'),
    },
  },
  refusals: { malformed: 'malformed', unknownAccount: 'unknownMerchant', invalid: 'invalidParameter' },
  refusal: z.looseObject({
    msg: fact(z.string(), documented('createOrder.response.msg'), 'Text of the refusal.'),
    code: fact(z.string(), documented('createOrder.response.code'), 'Code; see the error table.'),
  }),
  rateLimits: [],
  rules: {
    requestForm: {
      value: 'application/x-www-form-urlencoded',
      description: 'Content-Type of a request.',
      provenance: documented('createOrder.request.header.Content-Type'),
    },
    otherForms: {
      value: 'application/x-www-form-urlencoded',
      description: 'Without this Content-Type the parameters count as empty.',
      provenance: documented('rule.form-content-type'),
    },
    answerForm: {
      value: 'json',
      description: 'Form of every answer: one flat object.',
      provenance: documented('rule.answer-json'),
    },
    discount: {
      value: { lessThanYuan: 1 },
      description: 'The price to pay is the original one less a random amount under this many yuan.',
      provenance: documented('rule.discount'),
    },
    discountRange: {
      value: { minFen: 1, maxFen: 99 },
      description: 'The discount is uniform in whole fen, and never zero.',
      provenance: assumed('the document says no more than random and less than 1 yuan'),
    },
    payerPaysPrice: {
      value: { pay: 'price', otherwise: '漏单' },
      description: 'A payer who pays any other amount than the answered price pays no order, or another one.',
      provenance: documented('rule.pay-payable-price'),
    },
    openAmountsAreUnique: {
      value: true,
      description: 'No two open orders of one account and pay type have the same amount to pay.',
      provenance: assumed('follows from the amount being what tells orders apart'),
    },
    echoes: {
      value: ['other', 'remarks', 'thirduid', 'reurl'],
      description: 'Fields that come back as sent, in the answer and in the callback.',
      provenance: documented('rule.echo-fields'),
    },
    emptyEchoes: {
      value: ['other', 'reurl', 'remarks'],
      description: 'Fields that are there with the empty text where nothing was sent; thirduid too.',
      provenance: documented('rule.echo-fields-empty-in-samples', 'the samples send thirduid'),
    },
    orderId: {
      value: '^oderpay-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
      description: 'Form of orderId; the prefix is spelled so.',
      provenance: documented('rule.order-id-format'),
    },
    cashierPage: {
      value: { parameter: 'other', link: '不想编写收银台页面?点击详解' },
      description: 'The parameter other can ask for a cashier page instead of JSON.',
      provenance: documented('rule.cashier-page-by-other'),
    },
    cashierPageValues: {
      value: ['zzfpage-wxpay', 'zzfpage-alipay'],
      description: 'The values of other that ask for the cashier page.',
      provenance: observed('rule.other-special-values'),
    },
    cashierPageCode: {
      value: { 'zzfpage-wxpay': 'wx', 'zzfpage-alipay': 'ali' },
      description: 'The code that the cashier page shows, whatever paytype says.',
      provenance: assumed('follows from the names of the values'),
    },
    pollInterval: {
      value: { seconds: 5 },
      description: 'How often the cashier page asks whether the order is paid.',
      provenance: observed('rule.poll-interval'),
    },
    queryWithoutCredentials: {
      value: true,
      description:
        'onlinePayFindResult answers without the headers; where they are there, they must be right.',
      provenance: observed('rule.query-without-headers', 'that wrong ones are refused is assumed'),
    },
    oneCodeOfEachType: {
      value: true,
      description: 'The double knows one receiving code of each type, so that the random one is that.',
      provenance: assumed('no source says how many codes a merchant has'),
    },
    alipayLink: {
      value: {
        field: 'qrcode',
        prefix: 'alipayqr://platformapi/startapp?saId=10000007&qrcode=',
        encodedTarget: 'https://qr.alipay.com/',
      },
      description: 'Form of the link that opens Alipay.',
      provenance: documented('rule.alipay-link-format'),
    },
    amountLink: {
      value: {
        field: 'zfbuseridcode',
        path: '/common/zfbuserid',
        query: ['zfbuserid', 'price'],
        price: '1000.00',
      },
      description: 'Form of the Alipay code with the amount in it, in yuan with two decimals.',
      provenance: documented('rule.zero-input-link-format'),
    },
    callbackTrigger: {
      value: 'paid',
      description: 'A callback goes out when the order is paid, and at no other time.',
      provenance: documented('rule.callback-on-payment'),
    },
    callbackDefault: {
      value: 'account',
      description: "Without callbackurl the callback goes to the account's default address.",
      provenance: documented('rule.callback-default-url'),
    },
    callbackPayTypes: {
      value: { '0': 'wx', '1': 'ali', '6': 'QQ' },
      description: 'The paytype of a callback, and of the request that it stands for.',
      provenance: documented('rule.callback-paytype'),
    },
    refusalFields: {
      value: ['msg', 'code'],
      description: 'Fields of a refusal.',
      provenance: assumed('no refusal is shown; these two are the fields of every answer that is'),
    },
    unknownAppKey: {
      value: { malformed: '10005', unknown: '10006' },
      description: 'An AppKey that is none gets 10005, one that nobody has 10006.',
      provenance: assumed('the error table has both and does not part them'),
    },
    amountDecimals: {
      value: 2,
      description: 'The price to pay is written with two decimals.',
      provenance: documented('createOrder.response.price', 'as in the samples'),
    },
    largestAmount: {
      value: '9999999999.99',
      description: 'Prices with more than ten digits of yuan get 10002.',
      provenance: assumed('no limit is documented; beyond it amounts in fen would not be exact'),
    },
  },
  security: {
    appKey: {
      type: 'header',
      header: 'Payment-Key',
      description: 'The AppKey.',
      provenance: observed('createOrder.request.header.Payment-Key'),
    },
    appSecret: {
      type: 'header',
      header: 'Payment-Secret',
      description: 'The AppSecret.',
      provenance: observed('createOrder.request.header.Payment-Secret'),
    },
  },
  wire,
})
