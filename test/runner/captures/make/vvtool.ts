// vv-tool's captures: parameters in the query, a bearer token, one envelope.
import {
  at,
  cutAt,
  defined,
  formOf,
  gatewayPage,
  having,
  inside,
  type Made,
  renaming,
  repeating,
  start,
  type Twist,
  type Values,
} from './exchange.ts'

const accessToken = 'de300000000000000000000000000000000000c1'
const merchantNum = '100001'
const clientId = 'demo-client'
const clientSecret = 'de300000000000000000000000000060'

const envelope = (data: unknown, twist: Twist, msg = '成功', code = 0): Values => ({
  code,
  msg,
  msec: 41,
  time: Math.floor(at(twist) / 1000),
  data,
})

function answer(right: Values, twist: Twist): NonNullable<Made['response']> {
  const changed = (twist.answer ?? (same => same))(right)
  return {
    status: twist.status ?? 200,
    headers: { 'content-type': twist.type ?? 'application/json; charset=UTF-8' },
    body: (twist.text ?? (same => same))(JSON.stringify(changed)),
  }
}

function get(path: string, params: Values, right: Values, twist: Twist): Made {
  return {
    at: at(twist),
    durationMs: 90,
    request: {
      method: 'GET',
      url: `http://api.vv-tool.com${path}?${formOf({ ...params, ...twist.params })}`,
      headers: defined({ authorization: `Bearer ${accessToken}`, ...twist.headers }),
      body: '',
    },
    response: answer(right, twist),
  }
}

const orderNumber = (n: number) => `202612011000000000000${n}`

function order(n = 1, twist: Twist = {}): Made {
  const params = {
    order_price: '100',
    merchant_num: merchantNum,
    relation_order_number: `order-000${n}`,
    order_title: '测试',
  }
  const data = {
    qrcode_url: 'https://qr.alipay.com/bax071438zy1ckv6sfum503a',
    order_number: orderNumber(n),
    withholding_money: 0,
  }
  return get('/tool/accounts/payment-qr-code', params, envelope(data, twist), twist)
}

function detail(n = 1, twist: Twist = {}): Made {
  const params = { order_number: `order-000${n}`, merchant_num: merchantNum, type: '1' }
  const data = {
    order_number: orderNumber(n),
    relation_order_number: `order-000${n}`,
    merchant_num: merchantNum,
    order_price: '100',
    order_title: '测试',
    pay_type: '支付宝收款',
    order_status: 1,
    pay_time: '2026-12-01 10:00:30',
  }
  return get('/tool/accounts/merchant-order-detail', params, envelope(data, twist), twist)
}

function token(as: 'multipart' | 'form', twist: Twist = {}, path = '/api/proxy/oauth/token'): Made {
  const sent = defined({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    ...twist.params,
  })
  const parts = Object.entries(sent).map(
    ([name, value]) => `--x7Ma4\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const isMultipart = as === 'multipart'
  const data = {
    access_token: 'de300000000000000000000000000000000000c2',
    expires_in: 31_104_000,
    token_type: 'Bearer',
    scope: 'show',
  }
  return {
    at: at(twist),
    durationMs: 60,
    request: {
      method: 'POST',
      url: `http://api.vv-tool.com${path}`,
      headers: {
        'content-type': isMultipart
          ? 'multipart/form-data; boundary=x7Ma4'
          : 'application/x-www-form-urlencoded',
      },
      body: isMultipart ? `${parts.join('')}--x7Ma4--\r\n` : formOf(sent),
    },
    response: answer(envelope(data, twist, '查询成功'), twist),
  }
}

const refused = (code: number, msg: string) => () => ({
  code,
  msg,
  msec: 3,
  time: Math.floor(start / 1000),
  data: '',
})
const badParameter = refused(100, '请求参数错误')

export const vvtool: Readonly<Record<string, readonly Made[]>> = {
  clean: [
    token('multipart'),
    token('form', { after: 1 }),
    order(1, { after: 2 }),
    detail(1, { after: 30 }),
    order(2, { after: 40, answer: refused(401, '身份凭证无效') }),
    order(2, { after: 41, answer: refused(202, '系统错误,请稍后再试') }),
    detail(9, { after: 42, answer: refused(0, '订单不存在') }),
    token('form', { after: 43, answer: refused(401, '身份凭证无效') }),
    order(3, { after: 44, answer: refused(204, '请求异常:无该接口权限,请前往官网开通正式接口。') }),
  ],
  unknownField: [order(1, { answer: inside('data', having({ expire_time: 300 })) })],
  missingField: [order(1, { answer: inside('data', having({ qrcode_url: undefined })) })],
  typeChanged: [order(1, { answer: having({ code: '0' }) })],
  'typeChanged-data': [order(1, { answer: right => ({ ...right, data: [right.data] }) })],
  newEnumValue: [detail(1, { params: { type: '3' }, answer: badParameter })],
  unexpectedNull: [order(1, { answer: inside('data', having({ qrcode_url: null })) })],
  wrongLength: [order(1, { answer: inside('data', having({ order_number: '' })) })],
  'wrongLength-request': [order(1, { params: { relation_order_number: 'no-1' }, answer: badParameter })],
  wrongFormat: [token('form', { answer: inside('data', having({ access_token: 'short' })) })],
  undocumentedCode: [order(1, { answer: refused(999, '未知错误') })],
  undocumentedStatus: [order(1, { status: 201 })],
  contentType: [order(1, { type: 'text/html; charset=UTF-8' })],
  wrongCredentials: [
    token('form', { params: { client_secret: 'wrong' }, answer: refused(401, '身份凭证无效') }),
  ],
  'wrongCredentials-scheme': [
    order(1, { headers: { authorization: `Token ${accessToken}` }, answer: refused(401, '身份凭证无效') }),
  ],
  spacedKey: [order(1, { answer: inside('data', renaming('order_number', 'order_number ')) })],
  renamedField: [order(1, { answer: inside('data', renaming('qrcode_url', 'qr_code_url')) })],
  badRequest: [order(1, { params: { merchant_num: undefined }, answer: badParameter })],
  'currencyUnit-request': [order(1, { params: { order_price: '1.00' }, answer: badParameter })],
  currencyUnit: [order(1), detail(1, { after: 30, answer: inside('data', having({ order_price: '1' })) })],
  differentAmount: [
    order(1),
    detail(1, { after: 30, answer: inside('data', having({ order_price: '99' })) }),
  ],
  duplicateOrderNumber: [
    order(1),
    order(1, { after: 5, answer: inside('data', having({ order_number: orderNumber(2) })) }),
  ],
  staleEvidence: [order(1, { after: 400 * 86_400 }), order(2, { after: 401 * 86_400 })],
  notJson: [order(1, { text: cutAt(60) })],
  wrongCharset: [order(1, { type: 'application/json; charset=GBK' })],
  duplicateKey: [order(1, { text: repeating('"msg":"失败"') })],
  gatewayPage: [order(1, { text: () => gatewayPage, status: 502, type: 'text/html' })],
  advice: [token('form', {}, '/oauth/token')],
}
