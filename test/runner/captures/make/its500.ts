// its500's captures: forms in, JSON out, key and secret in headers, a callback when it is paid.
import {
  at,
  cutAt,
  defined,
  formOf,
  gatewayPage,
  having,
  type Made,
  renaming,
  repeating,
  type Twist,
  type Values,
} from './exchange.ts'

const appKey = 'de30000000000500'
const appSecret = 'de300000000000000000000000000500'
const host = 'https://pay.its500.com'
const form = 'application/x-www-form-urlencoded'

function answer(right: Values, twist: Twist): NonNullable<Made['response']> {
  const changed = (twist.answer ?? (same => same))(right)
  return {
    status: twist.status ?? 200,
    headers: { 'content-type': twist.type ?? 'application/json;charset=UTF-8' },
    body: (twist.text ?? (same => same))(JSON.stringify(changed)),
  }
}

const orderId = (n: number) => `oderpay-7ae379d1-e4c1-4acd-8d9a-584a208b28b${n}`

function order(n = 1, twist: Twist = {}): Made {
  const params = {
    price: '100',
    name: '开通超级VIP',
    thirduid: '15811111111',
    paytype: 'ali',
    ...twist.params,
  }
  const right = {
    msg: '下单成功',
    other: '',
    code: '10001',
    orderId: orderId(n),
    price: `99.1${n}`,
    name: '开通超级VIP',
    reurl: '',
    thirduid: '15811111111',
    originalprice: '100',
    remarks: '',
    zfbcode: 'http://zyphoto.xxx.cn/20210328224809',
  }
  return {
    at: at(twist),
    durationMs: 70,
    request: {
      method: 'POST',
      url: `${host}/order/createOrder`,
      headers: defined({
        'content-type': form,
        'payment-key': appKey,
        'payment-secret': appSecret,
        ...twist.headers,
      }),
      body: formOf(params),
    },
    response: answer(right, twist),
  }
}

function find(n = 1, twist: Twist = {}): Made {
  return {
    at: at(twist),
    durationMs: 20,
    request: {
      method: 'POST',
      url: `${host}/order/onlinePayFindResult`,
      headers: { 'content-type': form },
      body: formOf({ orderId: orderId(n), ...twist.params }),
    },
    response: answer({ msg: '订单支付完成', code: '10001', state: '0' }, twist),
  }
}

function randomCode(type: '1' | '2', twist: Twist = {}): Made {
  const address = 'http://zyphoto.xxx.cn/20210309003047'
  const right = {
    msg: '查询成功',
    code: '10001',
    onecode: address,
    codetype: type === '1' ? 'wxcode' : 'zfbcode',
    qrcode: type === '1' ? '' : 'alipayqr://platformapi/startapp?saId=10000007&qrcode=x',
    listcode: JSON.stringify([address]),
  }
  return {
    at: at(twist),
    durationMs: 20,
    request: {
      method: 'GET',
      url: `${host}/randomCode?${formOf({ key: appKey, type, ...twist.params })}`,
      headers: {},
      body: '',
    },
    response: answer(right, twist),
  }
}

function callback(n = 1, twist: Twist = {}): Made {
  const { after = 20 } = twist
  const right = {
    code: 10001,
    msg: '回调成功',
    other: '',
    orderId: orderId(n),
    price: `99.1${n}`,
    originalprice: '100',
    name: '开通超级VIP',
    reurl: '',
    thirduid: '15811111111',
    paytype: '1',
    remarks: '',
  }
  const changed = (twist.answer ?? (same => same))(right)
  return {
    at: at({ after }),
    durationMs: 25,
    request: {
      method: 'POST',
      url: 'https://shop.example.com/pay/its500',
      headers: { 'content-type': twist.type ?? 'application/json;charset=UTF-8' },
      body: (twist.text ?? (same => same))(JSON.stringify(changed)),
    },
    response: { headers: { 'content-type': 'text/plain' }, ...(twist.reply ?? { status: 200, body: 'ok' }) },
  }
}

const refused = (code: string, msg: string) => () => ({ msg, code })
const wrongFormat = refused('10003', '下单失败,支付金额格式错误')

export const its500: Readonly<Record<string, readonly Made[]>> = {
  clean: [
    order(1),
    find(1, { after: 5, answer: refused('10002', '订单未支付') }),
    callback(1, { after: 15, reply: { status: 503, body: '' } }),
    callback(1),
    find(1, { after: 25 }),
    randomCode('1', { after: 30 }),
    randomCode('2', { after: 31 }),
    order(2, { after: 32, answer: refused('10008', '下单失败,您的账户余额不足') }),
    order(3, {
      after: 33,
      params: { other: 'zzfpage-alipay' },
      text: () => '<!DOCTYPE html><html><body>收银台</body></html>',
      type: 'text/html;charset=UTF-8',
    }),
    find(4, { after: 34, answer: refused('10003', '订单已失效，是否重新生成订单') }),
    callback(5, { after: 40, answer: having({ paytype: 0 }) }),
  ],
  unknownField: [order(1, { answer: having({ expire: 300 }) })],
  'unknownField-callback': [order(1), callback(1, { answer: having({ sign: '0123456789abcdef' }) })],
  missingField: [order(1, { answer: having({ price: undefined }) })],
  'missingField-originalprice': [order(1, { answer: having({ originalprice: undefined }) })],
  'missingField-callback': [order(1), callback(1, { answer: having({ price: undefined }) })],
  typeChanged: [order(1, { answer: having({ code: 10001 }) })],
  'typeChanged-callback': [order(1), callback(1, { answer: having({ code: '10001' }) })],
  newEnumValue: [order(1), callback(1, { answer: having({ paytype: '7' }) })],
  'newEnumValue-answer': [randomCode('1', { answer: having({ codetype: 'unioncode' }) })],
  unexpectedNull: [order(1, { answer: having({ thirduid: null }) })],
  wrongLength: [order(1, { answer: having({ name: 'V'.repeat(101) }) })],
  wrongFormat: [order(1, { answer: having({ price: '99.131' }) })],
  undocumentedCode: [order(1, { answer: refused('10099', '下单失败') })],
  undocumentedStatus: [order(1, { status: 201 })],
  contentType: [order(1, { type: 'text/html;charset=UTF-8' })],
  'contentType-callback': [order(1), callback(1, { type: 'text/plain' })],
  wrongCredentials: [
    order(1, {
      headers: { 'payment-secret': 'de300000000000000000000000000501' },
      answer: refused('10005', '下单失败,AppKey或者AppSecret不合法'),
    }),
  ],
  spacedKey: [order(1, { answer: renaming('orderId', 'orderId ') })],
  'spacedKey-documented': [
    order(1, {
      answer: right => renaming('remarks', 'remarks ')(renaming('originalprice', 'originalprice ')(right)),
    }),
  ],
  renamedField: [order(1, { answer: renaming('orderId', 'order_id') })],
  extraCallback: [order(1), callback(1), callback(1, { after: 140 })],
  missingCallback: [
    order(1),
    order(2, { after: 1 }),
    callback(1),
    find(1, { after: 50 }),
    find(2, { after: 51 }),
  ],
  callbackOutOfOrder: [callback(1, { after: -1 }), order(1)],
  badRequest: [order(1, { params: { name: undefined }, answer: wrongFormat })],
  'badRequest-form': [order(1, { headers: { 'content-type': 'application/json' }, answer: wrongFormat })],
  'currencyUnit-callback': [order(1), callback(1, { answer: having({ originalprice: '10000' }) })],
  differentAmount: [order(1), callback(1, { answer: having({ originalprice: '99' }) })],
  currencyUnit: [order(1, { answer: having({ originalprice: '10000' }) })],
  'currencyUnit-price': [order(1, { answer: having({ price: '9913' }) })],
  'differentAmount-price': [order(1, { answer: having({ price: '50.00' }) })],
  'currencyUnit-paid': [order(1), callback(1, { answer: having({ price: '9911' }) })],
  'differentAmount-paid': [order(1), callback(1, { answer: having({ price: '0.99' }) })],
  staleEvidence: [order(1, { after: 400 * 86_400 }), order(2, { after: 401 * 86_400 })],
  notJson: [order(1, { text: cutAt(60) })],
  wrongCharset: [order(1, { type: 'application/json;charset=GBK' })],
  duplicateKey: [order(1, { text: repeating('"price":"99.13"') })],
  gatewayPage: [order(1, { text: () => gatewayPage, status: 502, type: 'text/html' })],
  advice: [order(1, { params: { thirduid: undefined }, answer: having({ thirduid: '' }) })],
}
