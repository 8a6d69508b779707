import { assumed, documented, type ErrorRow, observed } from '../../src/contract/index.ts'

const failed = (code: string, message: string, meaning: string, evidence = `code.${code}`) =>
  ({ code, message, meaning, outcome: 'failed', provenance: documented(evidence) }) as const

export const errors = {
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
} as const satisfies Record<string, ErrorRow>

/** The rows that no source has, and whose code and text an account may therefore change. */
export const assumedRows = ['tooManyRequests', 'wrongMerchant', 'orderUnknown'] as const
