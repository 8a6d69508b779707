// Facts about QFPay that are neither field nor code.
import { assumed, documented, observed, published, type Rule } from '../../src/contract/index.ts'
import { currencies } from './fields.ts'
import { expiredTimeCodes, payTypes, refundWindowDays, regionalCodes } from './pay-types.ts'

export const rules = {
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
    description: 'Calls per merchant; more answer HTTP 429.',
    provenance: published('rule.rate-limit'),
  },
  rateLimitBody: {
    value: { respcd: '1296' },
    description: 'What is in the body of a 429.',
    provenance: assumed(
      'no source shows one; it has the form of every other refusal, and the code that says to try again later',
      'errorCodes',
    ),
  },
  payTypes: {
    value: Object.fromEntries(Object.entries(payTypes).map(([code, { name }]) => [code, name])),
    description:
      'The table of pay types. Those whose code the merchant shows are played; others count as not enabled.',
    provenance: published('rule.pay-types'),
  },
  payTypesRegional: {
    value: regionalCodes,
    description: 'Regional pay types. They count as not enabled.',
    provenance: published('rule.pay-types-regional'),
  },
  qrCodes: {
    value: {
      Alipay: 'https://qr.alipay.com/…',
      'Alipay HK': 'https://qr.alipay.com/…',
      PayMe: 'https://qr.payme.hsbc.com.hk/2/…',
      UnionPay: 'https://qr.95516.com/00010000/…',
      FPS: 'EMVCo text, 000201…',
      Octopus: 'https://octopus.example/pay/…',
    },
    description: 'The texts of QR codes other than that of WeChat.',
    provenance: assumed('the document shows the code of WeChat alone; nobody but the payer reads them'),
  },
  expiredTimePayTypes: {
    value: expiredTimeCodes,
    description: 'Pay types whose code takes an expired_time.',
    provenance: published('rule.expired-time-pay-types'),
  },
  notifyUrlPublic: {
    value: { name: 'notify_url', maxLength: 256 },
    description: 'An address for notifications is among the parameters that every request can have.',
    provenance: published('rule.notify-url-public'),
  },
  notifyUrlOfRefunds: {
    value: ['notify_url of the refund', 'notify_url of the payment', 'the registered address'],
    description: 'Where a refund is notified: the first of these that there is.',
    provenance: assumed('no source says; notifyUrlParam switches the first two off', 'notifyUrlParam'),
  },
  querySuccessText: {
    value: '交易成功',
    description: 'errmsg in the row of what is paid or given back.',
    provenance: published('rule.success-texts', 'published for the answer; that rows have it too is assumed'),
  },
  queryDefaults: {
    value: { page: 1, page_size: 10, maxPageSize: 100 },
    description: 'Paging of a query.',
    provenance: published('rule.query-parameters'),
  },
  queryMonth: {
    value: 'the calendar month in UTC+8, by the time at QFPay',
    description: 'What a query finds that names neither an order nor times.',
    provenance: published('rule.query-parameters', 'that the month is one of UTC+8 is assumed'),
  },
  queryUnpaidRow: {
    value: {
      respcd: '1143',
      errmsg: '订单还未支付，或者正在输入密码中',
      paydtm: '',
      cancel: '0',
      order_type: 'payment',
      chnlsn: '',
    },
    description: 'The row of an order that is not paid yet.',
    provenance: published('rule.query-unpaid-row'),
  },
  queryRefundPendingRow: {
    value: { respcd: '1143', errmsg: '處理中，請稍等(1143)' },
    description: 'The row of a refund that is under way.',
    provenance: observed('rule.refund-pending-capture'),
  },
  cancelValues: {
    value: {
      '0': 'normal',
      '1': 'CPM reversed or refunded',
      '2': 'MPM cancelled',
      '3': 'refunded',
      '4': 'Alipay preauth finished',
      '5': 'partially refunded',
    },
    description: 'What cancel in a row says. The double has no orders that are 1 or 4.',
    provenance: published('rule.query-cancel-values'),
  },
  channelNumber: {
    value: '42 and the syssn',
    description: "The wallet's number (chnlsn) of what is paid.",
    provenance: assumed('no source shows one; those of WeChat begin with 42 and have 28 digits'),
  },
  refundPartial: {
    value: true,
    description: 'A payment can be given back in parts, as often as something is left.',
    provenance: observed('rule.refund-partial'),
  },
  refundOwnRow: {
    value: { order_type: 'refund', originalCancel: ['3', '5'] },
    description: 'A refund is a row of its own; that of the payment has another cancel from then on.',
    provenance: published('rule.refund-own-row'),
  },
  refundNightWindow: {
    value: { from: '23:30', to: '00:30', code: '1265' },
    description: 'Time of day in Hong Kong when nothing is refunded.',
    provenance: published('rule.refund-night-window'),
  },
  refundWindowDays: {
    value: refundWindowDays,
    description:
      'Days within which a payment can be refunded, by pay type; 0 is never. Later ones answer 1265.',
    provenance: observed(
      'rule.refund-windows-days',
      '29 days were seen for 802001, which by a published page has no refund (rule.refund-fps)',
    ),
  },
  refundFps: {
    value: '802001',
    description: 'The pay type without refund.',
    provenance: published('rule.refund-fps'),
  },
  refundFailureFields: {
    value: ['syssn', 'txamt', 'sysdtm', 'paydtm', 'txdtm', 'udid', 'chnlsn', 'cardcd'],
    description: 'What a refused refund is answered without.',
    provenance: observed('rule.refund-failure-fields'),
  },
  closeUnsupported: {
    value: '1297',
    description: 'What answers a close or reversal of a pay type that has none.',
    provenance: published('rule.close-unsupported'),
  },
  closeTooSoon: {
    value: 5,
    description:
      'Minutes after the order within which WeChat does not want it closed: a finding, no refusal.',
    provenance: observed('rule.close-wechat-five-minutes'),
  },
  reversalParameters: {
    value: 'those of close',
    description: 'Parameters and answer of a reversal.',
    provenance: assumed('the pages describe both operations together; none lists those of a reversal alone'),
  },
  callbackEvents: {
    value: ['payment', 'refund'],
    description: 'What is notified (notify_type), and only when it has succeeded.',
    provenance: published('rule.callback-events'),
  },
  callbackSignature: {
    value: { header: 'X-QF-SIGN', hash: 'MD5', over: 'raw body bytes + client_key', hex: 'upper' },
    description: 'How notifications are signed, also where requests are signed with SHA256.',
    provenance: published('rule.callback-signature'),
  },
  callbackTransport: {
    value: { method: 'POST', contentType: 'application/json', ports: [80, 443] },
    description: 'How a notification is sent. The double sends to any port.',
    provenance: published('rule.callback-transport'),
  },
  callbackRetry: {
    value: ['2m', '10m', '10m', '60m', '2h', '6h', '15h'],
    description: 'Pauses before each retry of a notification; then it is given up.',
    provenance: published('rule.callback-retry'),
  },
  callbackUnknownFields: {
    value: true,
    description: 'Receivers must tolerate unknown fields.',
    provenance: published('rule.callback-unknown-fields'),
  },
} as const satisfies Record<string, Rule>
