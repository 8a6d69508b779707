import { assumed, documented, type ErrorRow, observed } from '../../src/contract/index.ts'

const failed = (code: string, message: string, meaning: string) =>
  ({ code, message, meaning, outcome: 'failed', provenance: documented(`code.${code}`) }) as const

export const errors = {
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
    provenance: assumed('no code is documented for this state; 10002 is the one about amounts', 'errorCodes'),
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
} as const satisfies Record<string, ErrorRow>

/** The rows that no source has, and whose code and text an account may therefore change. */
export const assumedRows = [
  'malformed',
  'invalidParameter',
  'amountsExhausted',
  'orderWaiting',
  'orderUnknown',
  'invalidRequest',
  'noReceivingCode',
] as const
