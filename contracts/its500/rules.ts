// Facts about its500 that are neither field nor code.
import { assumed, documented, observed, type Rule } from '../../src/contract/index.ts'

export const rules = {
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
    description: 'onlinePayFindResult answers without the headers; where they are there, they must be right.',
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
} as const satisfies Record<string, Rule>
