// QFPay's captures. Signatures are made here, from the published rule: sorted k=v, joined by &, the key behind it, MD5.
import {
  at,
  cutAt,
  defined,
  formOf,
  gatewayPage,
  having,
  type Made,
  md5,
  pythonJson,
  renaming,
  repeating,
  type Twist,
  timeText,
  type Values,
} from './exchange.ts'

const appCode = 'DEMO0APP0CODE0000000000000000001'
const clientKey = 'TESTKEY0000000000000000000000000'
const mchid = 'ZaMVg12345'
const host = 'https://openapi-hk.qfapi.com'

function call(operation: string, params: Values, right: Values, twist: Twist): Made {
  const { key = clientKey, answerKey = clientKey, type = 'application/json; charset=UTF-8' } = twist
  const sent = defined({ ...params, mchid, ...twist.params })
  const canonical = Object.keys(sent)
    .sort()
    .map(name => `${name}=${sent[name]}`)
    .join('&')
  const plain = pythonJson((twist.answer ?? (same => same))(right))
  const body = (twist.text ?? (same => same))(plain)
  return {
    at: at(twist),
    durationMs: 120,
    request: {
      method: 'POST',
      url: `${host}/trade/v1/${operation}`,
      headers: defined({
        'content-type': 'application/x-www-form-urlencoded',
        'x-qf-appcode': appCode,
        'x-qf-sign': key === null ? undefined : md5(canonical + key),
        ...twist.headers,
      }),
      body: formOf(sent),
    },
    response: {
      status: twist.status ?? 200,
      headers: { 'content-type': type, ...(answerKey !== null && { 'x-qf-sign': md5(body + answerKey) }) },
      body,
    },
  }
}

/** QFPay's number of the n-th order of a capture. */
const syssn = (n: number) => `2026120100030002008635879${n}`
const refundSyssn = (n: number) => `2026120100030002008635890${n}`
const number = (n: number) => `20261201000${n}`

function payment(n = 1, twist: Twist = {}): Made {
  const time = timeText(at(twist))
  const { txamt = '300' } = twist.params ?? {}
  const params = {
    txamt: '300',
    txcurrcd: 'HKD',
    pay_type: '800201',
    out_trade_no: number(n),
    txdtm: time,
    goods_name: '测试',
    udid: 'qiantai2',
  }
  const right = {
    sysdtm: time,
    paydtm: time,
    txcurrcd: 'HKD',
    respmsg: 'OK',
    qrcode: 'weixin://wxpay/bizpayurl?pr=4PsXP5N',
    pay_type: '800201',
    cardcd: '',
    udid: 'qiantai2',
    txdtm: time,
    txamt,
    resperr: 'success',
    out_trade_no: number(n),
    syssn: syssn(n),
    respcd: '0000',
    chnlsn: '',
  }
  return call('payment', params, right, twist)
}

const refused = (respcd: string, text: string, respmsg = ''): Values => ({
  resperr: `${text}(${respcd})`,
  respcd,
  respmsg,
})

function row(n: number, state: 'paid' | 'waiting' | 'refund', time: string): Values {
  const isRefund = state === 'refund'
  return {
    syssn: isRefund ? refundSyssn(n) : syssn(n),
    out_trade_no: isRefund ? `refund${n}` : number(n),
    chnlsn: state === 'waiting' ? '' : `4220${syssn(n)}`,
    goods_name: '测试',
    txcurrcd: 'HKD',
    origssn: isRefund ? syssn(n) : null,
    pay_type: '800201',
    order_type: isRefund ? 'refund' : 'payment',
    txdtm: time,
    txamt: isRefund ? '100' : '300',
    sysdtm: time,
    paydtm: state === 'waiting' ? '' : time,
    cancel: '0',
    cardcd: '',
    udid: 'qiantai2',
    userid: '',
    respcd: state === 'waiting' ? '1143' : '0000',
    errmsg: state === 'waiting' ? '订单还未支付，或者正在输入密码中' : '交易成功',
  }
}

function query(rows: readonly Values[], twist: Twist = {}): Made {
  const right = { respcd: '0000', resperr: 'success', respmsg: '', page: 1, page_size: 10, data: rows }
  return call('query', { out_trade_no: number(1) }, right, twist)
}

function refund(n = 1, twist: Twist = {}): Made {
  const time = timeText(at(twist))
  const right = {
    syssn: refundSyssn(n),
    orig_syssn: syssn(n),
    txamt: '100',
    sysdtm: time,
    paydtm: time,
    txdtm: time,
    txcurrcd: 'HKD',
    respcd: '0000',
    resperr: 'success',
    respmsg: 'OK',
    chnlsn: '',
    cardcd: '',
    udid: '',
  }
  return call(
    'refund',
    { syssn: syssn(n), out_trade_no: `refund${n}`, txamt: '100', txdtm: time },
    right,
    twist,
  )
}

function close(operation: 'close' | 'reversal', n: number, twist: Twist = {}): Made {
  const time = timeText(at(twist))
  const right = {
    syssn: `2026120100030002008635870${n}`,
    orig_syssn: syssn(n),
    txamt: '300',
    txcurrcd: 'HKD',
    txdtm: time,
    sysdtm: time,
    respcd: '0000',
    resperr: 'success',
    respmsg: 'OK',
  }
  return call(operation, { syssn: syssn(n), txamt: '300', txdtm: time }, right, twist)
}

function callback(n = 1, twist: Twist = {}, type: 'payment' | 'refund' = 'payment'): Made {
  const { answerKey = clientKey, after = 20 } = twist
  const time = timeText(at({ after }))
  const isRefund = type === 'refund'
  const right = {
    status: '1',
    pay_type: '800201',
    sysdtm: time,
    paydtm: time,
    txcurrcd: 'HKD',
    txdtm: time,
    txamt: isRefund ? '100' : '300',
    out_trade_no: isRefund ? `refund${n}` : number(n),
    syssn: isRefund ? refundSyssn(n) : syssn(n),
    cancel: '0',
    respcd: '0000',
    notify_type: type,
    mchid,
    goods_name: '测试',
    chnlsn: `4220${syssn(n)}`,
    cardcd: '',
    cash_fee: '0',
    cash_fee_type: '',
    ...(isRefund && { orig_out_trade_no: number(n) }),
  }
  const plain = pythonJson((twist.answer ?? (same => same))(right))
  const body = (twist.text ?? (same => same))(plain)
  return {
    at: at({ after }),
    durationMs: 30,
    request: {
      method: 'POST',
      url: 'https://shop.example.com/notify',
      headers: {
        'content-type': twist.type ?? 'application/json',
        ...(answerKey !== null && { 'x-qf-sign': md5(body + answerKey) }),
      },
      body,
    },
    response: {
      headers: { 'content-type': 'text/plain' },
      ...(twist.reply ?? { status: 200, body: 'SUCCESS' }),
    },
  }
}

const time = timeText(at({}))
const refusal = refused('1104', '请求参数错误')

export const qfpay: Readonly<Record<string, readonly Made[]>> = {
  clean: [
    payment(1),
    query([row(1, 'waiting', time)], { after: 10 }),
    callback(1, { reply: { status: 500, body: 'down' }, after: 15 }),
    callback(1),
    query([row(1, 'paid', time)], { after: 30 }),
    refund(1, { after: 40 }),
    callback(1, { after: 45 }, 'refund'),
    query([row(1, 'refund', time), row(1, 'paid', time)], { after: 50 }),
    refund(2, {
      after: 51,
      answer: having({ respcd: '1143', resperr: '订单还未支付，或者正在输入密码中(1143)' }),
    }),
    payment(3, { after: 60 }),
    close('close', 3, { after: 61 }),
    payment(4, { after: 62, params: { pay_type: '801501' }, answer: having({ pay_type: '801501' }) }),
    close('reversal', 4, { after: 63 }),
    payment(5, { after: 64, answer: () => refused('1100', '系统维护中') }),
    query([], { after: 65, answer: () => refused('1296', '网络有些拥堵，请稍后再试'), status: 429 }),
    query([], { after: 66, answer: () => refused('1143', '订单还未支付，或者正在输入密码中') }),
    payment(1, {
      after: 67,
      answer: () => ({
        resperr: 'Do not use duplicate out_trade_no for request(1251)',
        respcd: '1251',
        respmsg: 'out_trade_no is used',
      }),
    }),
    payment(6, {
      after: 68,
      headers: { 'x-qf-appcode': 'NOBODY00000000000000000000000000' },
      answer: () => refused('1108', '签名错误'),
      answerKey: null,
    }),
    payment(7, { after: 69, answer: having({ txamt: 300 }) }),
  ],
  unknownField: [payment(1), payment(2, { after: 5, answer: having({ exchange_rate: '1.0' }) })],
  'unknownField-callback': [payment(1), callback(1, { answer: having({ wallet: 'WX' }) })],
  'unknownField-row': [
    query([
      { ...row(1, 'waiting', time), settled: 'N' },
      { ...row(2, 'waiting', time), settled: 'N' },
    ]),
  ],
  missingField: [payment(1, { answer: having({ qrcode: undefined }) })],
  'missingField-callback': [payment(1), callback(1, { answer: having({ cancel: undefined }) })],
  typeChanged: [payment(1, { answer: having({ chnlsn: 0 }) })],
  'typeChanged-row': [query([{ ...row(1, 'waiting', time), syssn: 20261201000300 }])],
  newEnumValue: [query([{ ...row(1, 'waiting', time), cancel: '6' }])],
  'newEnumValue-callback': [payment(1), callback(1, { answer: having({ status: '2' }) })],
  unexpectedNull: [payment(1, { answer: having({ qrcode: null }) })],
  wrongLength: [payment(1, { answer: having({ txcurrcd: 'HK' }) })],
  wrongFormat: [payment(1, { answer: having({ sysdtm: '2026-12-01T10:00:00' }) })],
  undocumentedCode: [payment(1, { answer: () => refused('1999', '未知错误') })],
  undocumentedStatus: [payment(1, { status: 201 })],
  contentType: [payment(1, { type: 'text/html; charset=UTF-8' })],
  'contentType-callback': [payment(1), callback(1, { type: 'text/plain' })],
  missingSignature: [payment(1, { answerKey: null })],
  'missingSignature-request': [payment(1, { key: null, answer: () => refused('1108', '签名错误') })],
  'missingSignature-callback': [payment(1), callback(1, { answerKey: null })],
  wrongSignature: [payment(1, { answerKey: 'TESTKEY0000000000000000000000001' })],
  'wrongSignature-request': [
    payment(1, {
      headers: { 'x-qf-sign': unsorted(payment(1)) },
      answer: () => refused('1108', '签名错误'),
    }),
  ],
  'wrongSignature-callback': [payment(1), callback(1, { answerKey: `${clientKey}\n` })],
  wrongCredentials: [
    payment(1, {
      headers: { 'x-qf-appcode': undefined },
      answer: () => refused('1108', '签名错误'),
      answerKey: null,
    }),
  ],
  spacedKey: [payment(1, { answer: renaming('syssn', 'syssn ') })],
  'spacedKey-optional': [payment(1), callback(1, { answer: renaming('goods_name', 'goods_name ') })],
  renamedField: [payment(1, { answer: renaming('qrcode', 'qr_code') })],
  extraCallback: [payment(1), callback(1), callback(1, { after: 140 })],
  missingCallback: [
    payment(1),
    payment(2, { after: 1 }),
    callback(1),
    query([row(2, 'paid', time), row(1, 'paid', time)], { after: 60 }),
  ],
  callbackOutOfOrder: [callback(1, { after: -1 }), payment(1)],
  'callbackOutOfOrder-refund': [
    payment(1),
    refund(1, { after: 10 }),
    callback(1, { after: 12 }, 'refund'),
    callback(1, { after: 20 }),
  ],
  notAcknowledged: [payment(1), callback(1, { reply: { status: 200, body: 'OK' } })],
  badRequest: [payment(1, { params: { txcurrcd: 'RMB' }, answer: () => refusal })],
  'badRequest-taken': [
    payment(1, { params: { expired_time: '3' } }),
    payment(2, { after: 5, params: { expired_time: '3' }, answer: () => refusal }),
  ],
  'currencyUnit-request': [payment(1, { params: { txamt: '3.00' }, answer: () => refusal })],
  currencyUnit: [payment(1, { answer: having({ txamt: '3.00' }) })],
  'currencyUnit-callback': [payment(1), callback(1, { answer: having({ txamt: '30000' }) })],
  'currencyUnit-row': [payment(1), query([{ ...row(1, 'waiting', time), txamt: '3' }], { after: 10 })],
  differentAmount: [payment(1), callback(1, { answer: having({ txamt: '299' }) })],
  staleEvidence: [payment(1, { after: 400 * 86_400 }), payment(2, { after: 401 * 86_400 })],
  notJson: [payment(1, { text: cutAt(100) })],
  'typeChanged-message': [payment(1, { text: text => `[${text}]` })],
  wrongCharset: [payment(1, { type: 'application/json; charset=GBK' })],
  duplicateKey: [payment(1, { text: repeating(' "udid": "qiantai3"') })],
  gatewayPage: [payment(1, { text: () => gatewayPage, status: 502, type: 'text/html', answerKey: null })],
  advice: [payment(1, { params: { txamt: '100' } })],
}

/** The signature of a client that does not sort. */
function unsorted({ request }: Made): string {
  const params = [...new URLSearchParams(request.body)]
  return md5(params.map(([name, value]) => `${name}=${value}`).join('&') + clientKey)
}
