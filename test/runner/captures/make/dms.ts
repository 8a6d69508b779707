// dms's captures: JSON or forms in, one envelope out, no credential.
import {
  at,
  cutAt,
  formOf,
  gatewayPage,
  having,
  inside,
  type Made,
  renaming,
  repeating,
  type Twist,
  type Values,
} from './exchange.ts'

const payerId = 'demo-payer'
const host = 'http://pay.example.com'

function answer(right: Values, twist: Twist): NonNullable<Made['response']> {
  const changed = (twist.answer ?? (same => same))(right)
  return {
    status: twist.status ?? 200,
    headers: { 'content-type': twist.type ?? 'application/json; charset=UTF-8' },
    body: (twist.text ?? (same => same))(JSON.stringify(changed)),
  }
}

const envelope = (data: unknown): Values => ({ errCode: 1000, errMsg: '请求成功', data })
const number = (n: number) => `202612010000025${n}`
const orderNo = (n: number) => `128545308087946854${n}`

function payment(n = 1, twist: Twist = {}, as: 'json' | 'form' = 'json'): Made {
  const sent = having(twist.params ?? {})({
    bz_order: number(n),
    amount: 100,
    pay_way: 'SCAN_ALIPAY',
    payer_id: payerId,
    reciever_id: '100001',
  })
  const data = {
    weChatAPPInfo: [],
    validateType: 0,
    orderNo: orderNo(n),
    payFailMessage: '',
    tradeNo: '',
    payCode: '',
    extendInfo: '',
    payStatus: '',
    payInfo: 'https://qr.alipay.com/bax071438zy1ckv6sfum503a',
    bizUserId: payerId,
    bizOrderNo: number(n),
  }
  return {
    at: at(twist),
    durationMs: 80,
    request: {
      method: 'POST',
      url: `${host}/dms/cash-out/payment`,
      headers: { 'content-type': as === 'json' ? 'application/json' : 'application/x-www-form-urlencoded' },
      body: as === 'json' ? JSON.stringify(sent) : formOf(sent),
    },
    response: answer(envelope(data), twist),
  }
}

function get(path: string, params: Values, data: unknown, twist: Twist): Made {
  return {
    at: at(twist),
    durationMs: 40,
    request: {
      method: 'GET',
      url: `${host}${path}?${formOf({ ...params, ...twist.params })}`,
      headers: {},
      body: '',
    },
    response: answer(envelope(data), twist),
  }
}

function detail(n = 1, twist: Twist = {}): Made {
  const data = {
    orderNo: orderNo(n),
    bizOrderNo: number(n),
    orderStatus: 4,
    amount: 100,
    payDatetime: '2026-12-01 10:00:30',
    buyerBizUserId: payerId,
  }
  return get('/dms/cash-out/get-order-detail', { payer_id: payerId, bz_order: number(n) }, data, twist)
}

const receivers = (twist: Twist = {}) =>
  get(
    '/dms/payment/get-pay-way-tonglian',
    { payer_id: payerId },
    [{ id: '100001', name: 'demo', pay_way: ['SCAN_WEIXIN', 'SCAN_ALIPAY'] }],
    twist,
  )

const payers = (twist: Twist = {}) =>
  get('/fin-account/biz-user', {}, [{ biz_user_id: payerId, name: 'demo' }], twist)

const refused = (errCode: number, errMsg: string) => () => ({ errCode, errMsg, data: [] })
const badParameter = refused(1002, '参数错误')

export const dms: Readonly<Record<string, readonly Made[]>> = {
  clean: [
    payers(),
    receivers({ after: 1 }),
    payment(1, { after: 2 }),
    payment(2, { after: 3, params: { pay_way: 'SCAN_WEIXIN' } }, 'form'),
    detail(1, { after: 30 }),
    payment(1, { after: 31, answer: refused(1005, '订单已经存在') }),
    payment(3, { after: 32, params: { payer_id: 'nobody' }, answer: refused(1003, '付款账户不存在') }),
    detail(4, { after: 33, answer: refused(1006, '订单不存在') }),
    payment(5, { after: 34, answer: inside('data', having({ weChatAPPInfo: { appId: 'wx1' } })) }),
  ],
  unknownField: [payment(1, { answer: inside('data', having({ channel: 'SYB' })) })],
  missingField: [payment(1, { answer: inside('data', having({ payInfo: undefined })) })],
  // As a number it has more digits than JavaScript keeps.
  typeChanged: [
    payment(1, { text: text => text.replace(`"orderNo":"${orderNo(1)}"`, `"orderNo":${orderNo(1)}`) }),
  ],
  'typeChanged-data': [payment(1, { answer: right => ({ ...right, data: [right.data] }) })],
  newEnumValue: [detail(1, { answer: inside('data', having({ orderStatus: 7 })) })],
  unexpectedNull: [payment(1, { answer: inside('data', having({ payInfo: null })) })],
  wrongLength: [receivers({ answer: having({ data: [{ id: '', name: 'demo', pay_way: [] }] }) })],
  wrongFormat: [payment(1, { answer: inside('data', having({ orderNo: '12345' })) })],
  undocumentedCode: [payment(1, { answer: refused(2001, '系统异常') })],
  undocumentedStatus: [payment(1, { status: 201 })],
  contentType: [payment(1, { type: 'text/html; charset=UTF-8' })],
  spacedKey: [payment(1, { answer: inside('data', renaming('orderNo', 'orderNo ')) })],
  renamedField: [payment(1, { answer: inside('data', renaming('payInfo', 'pay_info')) })],
  badRequest: [
    payment(1, { params: { reciever_id: undefined, receiver_id: '100001' }, answer: badParameter }),
  ],
  'currencyUnit-request': [payment(1, { params: { amount: '1.00' }, answer: badParameter }, 'form')],
  currencyUnit: [payment(1), detail(1, { after: 30, answer: inside('data', having({ amount: 10_000 })) })],
  differentAmount: [payment(1), detail(1, { after: 30, answer: inside('data', having({ amount: 99 })) })],
  duplicateOrderNumber: [
    payment(1),
    payment(1, { after: 5, answer: inside('data', having({ orderNo: orderNo(2) })) }),
  ],
  staleEvidence: [payment(1, { after: 400 * 86_400 }), payment(2, { after: 401 * 86_400 })],
  notJson: [payment(1, { text: cutAt(60) })],
  wrongCharset: [payment(1, { type: 'application/json; charset=GBK' })],
  duplicateKey: [payment(1, { text: repeating('"errMsg":"失败"') })],
  gatewayPage: [payment(1, { text: () => gatewayPage, status: 502, type: 'text/html' })],
}
