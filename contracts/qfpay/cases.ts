// What to try QFPay with. None but the last few make an order; those whose code is ours to find out say so.
import { formatTime } from '../../src/contract/codec/time.ts'
import {
  assumed,
  type Case,
  type CaseGiven,
  documented,
  observed,
  published,
  type WireRequest,
} from '../../src/contract/index.ts'

/** What says that the merchant cannot order now, whatever is asked. */
const unready = ['maintenance', 'storeMissing', 'storeMisconfigured', 'storeDisabled', 'forbidden']

const assumedCode =
  'the published table has one code for wrong parameters, and no page says that it is the one that comes'

const time = (now: number) => formatTime(now, 480)

/** An order that is right, over the smallest amount that risk control lets through. */
const order = ({ number, now }: CaseGiven, name = 'order') => ({
  txamt: '200',
  txcurrcd: 'HKD',
  pay_type: '800201',
  out_trade_no: number(name),
  txdtm: time(now),
})

/** A payment with one thing wrong, which is refused. */
const refusedPayment = (
  given: Pick<Case, 'summary' | 'provenance'> &
    Partial<Case> & { change?: Readonly<Record<string, unknown>> },
): Case => {
  const { change, ...rest } = given
  return {
    operation: 'payment',
    cost: 'free',
    params: at => ({ ...order(at, 'refused'), ...change }),
    unready,
    ...(!given.expect && { assumedCode }),
    expect: ['invalidParameter'],
    ...rest,
  }
}

const signatureRefused = {
  expect: ['signature'],
  provenance: published('code.1108'),
} as const

const withoutHeader =
  (name: string) =>
  (request: WireRequest): WireRequest => {
    const { [name]: _, ...headers } = request.headers
    return { ...request, headers }
  }

/** The rows of a query. */
const rowsOf = (answer: Readonly<Record<string, unknown>>) =>
  (Array.isArray(answer.data) ? answer.data : []) as Readonly<Record<string, unknown>>[]

const hasRow = (answer: Readonly<Record<string, unknown>>, fields: Readonly<Record<string, unknown>>) =>
  rowsOf(answer).some(row => Object.entries(fields).every(([name, value]) => row[name] === value))

export const cases = {
  fractionalAmount: {
    ...refusedPayment({
      summary: 'A payment over 2.5 cents is refused: amounts are whole numbers.',
      provenance: documented('rule.amount-integer'),
      change: { txamt: '2.5' },
    }),
    probe: ['signature', 'wrongMchid'],
  },
  zeroAmount: refusedPayment({
    summary: 'A payment over nothing is refused.',
    provenance: assumed('no page names a least amount'),
    change: { txamt: '0' },
  }),
  negativeAmount: refusedPayment({
    summary: 'A payment over a negative amount is refused.',
    provenance: assumed('no page names a least amount'),
    change: { txamt: '-200' },
  }),
  missingAmount: refusedPayment({
    summary: 'A payment without txamt is refused.',
    provenance: documented('payment.request.txamt'),
    // What is undefined would be signed.
    params: given => without(order(given, 'refused'), 'txamt'),
  }),
  missingOrderNumber: refusedPayment({
    summary: 'A payment without out_trade_no is refused.',
    provenance: documented('payment.request.out_trade_no'),
    params: given => without(order(given, 'refused'), 'out_trade_no'),
  }),
  longOrderNumber: refusedPayment({
    summary: 'A payment with an out_trade_no of 129 characters is refused.',
    provenance: assumed('the length is documented, and not what comes of a longer one'),
    params: given => ({ ...order(given), out_trade_no: given.number('refused').padEnd(129, '0') }),
  }),
  unknownCurrency: refusedPayment({
    summary: 'A payment in a currency that is none is refused.',
    provenance: published('rule.currencies'),
    change: { txcurrcd: 'ZZZ' },
  }),
  wrongTime: refusedPayment({
    summary: 'A payment whose txdtm is not written as YYYY-MM-DD hh:mm:ss is refused.',
    provenance: documented('rule.txdtm-format'),
    params: given => ({ ...order(given, 'refused'), txdtm: `${time(given.now).slice(0, 10)}T25:61` }),
  }),
  shortExpiry: refusedPayment({
    summary: 'A payment whose code is to live for 4 minutes is refused: 5 are the fewest.',
    provenance: assumed('the range is documented, and not what comes of a time outside of it'),
    change: { expired_time: '4' },
  }),
  longExpiry: refusedPayment({
    summary: 'A payment whose code is to live for 121 minutes is refused: 120 are the most.',
    provenance: assumed('the range is documented, and not what comes of a time outside of it'),
    change: { expired_time: '121' },
  }),
  unknownPayType: refusedPayment({
    summary: 'A payment of a pay type that is in no table is refused.',
    expect: ['payTypeNotEnabled'],
    assumedCode: 'the page is about a pay type that exists and is not enabled',
    provenance: published('rule.pay-type-not-enabled'),
    change: { pay_type: '899999' },
  }),
  renminbiTagElsewhere: refusedPayment({
    summary: 'A payment with rmb_tag that is not in CNY is refused.',
    provenance: assumed('what it is for is documented, and not what comes of it elsewhere'),
    change: { rmb_tag: 'Y' },
  }),
  wrongMchid: refusedPayment({
    summary: 'A payment without the mchid of the account, or with one where it has none, is refused.',
    expect: ['wrongMchid'],
    provenance: observed('rule.mchid-refusal'),
    credentials: own => ({ ...own, mchid: own.mchid === null ? 'paydouble' : null }),
  }),
  jsonBody: refusedPayment({
    summary: 'A payment whose parameters come as JSON is refused.',
    expect: ['malformed', 'signature'],
    provenance: documented('rule.request-form-body'),
    assumedCode: 'no page says which code answers it',
    spoil: request => ({
      ...request,
      headers: { ...request.headers, 'content-type': 'application/json' },
      body: new TextEncoder().encode('{"txamt":"200","txcurrcd":"HKD"}'),
    }),
  }),

  wrongKey: {
    ...refusedPayment({
      summary: 'A payment that is signed with another key is refused.',
      ...signatureRefused,
    }),
    credentials: own => ({ ...own, clientKey: 'PAYDOUBLEPAYDOUBLEPAYDOUBLEPAYDO' }),
  },
  changedAfterSigning: refusedPayment({
    summary: 'A payment whose amount was changed after it was signed is refused.',
    ...signatureRefused,
    spoil: request => ({
      ...request,
      body: new TextEncoder().encode(
        new TextDecoder().decode(request.body).replace('txamt=200', 'txamt=201'),
      ),
    }),
  }),
  missingSignature: refusedPayment({
    summary: 'A payment without X-QF-SIGN is refused.',
    ...signatureRefused,
    spoil: withoutHeader('x-qf-sign'),
  }),
  unknownAppCode: refusedPayment({
    summary: 'A payment with an app code that nobody has is refused.',
    ...signatureRefused,
    assumedCode: 'no page says what answers an unknown app code',
    credentials: own => ({ ...own, appCode: 'PAYDOUBLEPAYDOUBLEPAYDOUBLEPAYDO' }),
  }),
  missingAppCode: refusedPayment({
    summary: 'A payment without X-QF-APPCODE is refused.',
    ...signatureRefused,
    assumedCode: 'no page says what answers a missing app code',
    spoil: withoutHeader('x-qf-appcode'),
  }),

  queryUnknown: {
    summary: 'A query for an order that nobody made finds no row.',
    operation: 'query',
    cost: 'free',
    params: ({ number }) => ({ out_trade_no: number('unknown') }),
    expect: 'answered',
    holds: { what: 'no row', in: answer => rowsOf(answer).length === 0 },
    provenance: observed('rule.query-unknown-order'),
  },
  queryWrongKey: {
    summary: 'A query that is signed with another key is refused.',
    operation: 'query',
    cost: 'free',
    params: ({ number }) => ({ out_trade_no: number('unknown') }),
    credentials: own => ({ ...own, clientKey: 'PAYDOUBLEPAYDOUBLEPAYDOUBLEPAYDO' }),
    ...signatureRefused,
  },
  closeUnknown: {
    summary: 'Closing an order that nobody made is refused.',
    operation: 'close',
    cost: 'free',
    params: ({ number, now }) => ({ out_trade_no: number('unknown'), txamt: '200', txdtm: time(now) }),
    expect: ['orderUnknown', 'notOperable'],
    provenance: published('code.1268'),
    assumedCode: 'two published codes say that there is no such order',
  },
  reversalUnknown: {
    summary: 'Cancelling an order that nobody made is refused.',
    operation: 'reversal',
    cost: 'free',
    params: ({ number, now }) => ({ out_trade_no: number('unknown'), txamt: '200', txdtm: time(now) }),
    expect: ['orderUnknown', 'notOperable'],
    provenance: published('code.1268'),
    assumedCode: 'two published codes say that there is no such order',
  },
  refundUnknown: {
    summary: 'Giving back a payment that nobody made is refused.',
    operation: 'refund',
    cost: 'free',
    params: ({ number, now }) => ({
      syssn: `${time(now).slice(0, 10).replaceAll('-', '')}000300020000000000`,
      out_trade_no: number('refund'),
      txamt: '200',
      txdtm: time(now),
    }),
    expect: ['orderUnknown', 'notOperable'],
    provenance: published('code.1268'),
    assumedCode: 'two published codes say that there is no such order',
  },

  order: {
    summary: 'A payment is answered with a QR code.',
    operation: 'payment',
    cost: 'unpaid',
    params: given => order(given),
    expect: 'answered',
    holds: {
      what: 'the out_trade_no, txamt and txdtm that were sent',
      in: ({ out_trade_no, txamt, txdtm }, given) =>
        out_trade_no === given.number('order') && String(txamt) === '200' && txdtm === time(given.now),
    },
    provenance: documented('payment'),
    unready,
  },
  orderAgain: {
    summary: 'A second payment with the same out_trade_no is refused.',
    operation: 'payment',
    cost: 'unpaid',
    after: 'order',
    params: given => order(given),
    expect: ['duplicateOrder', 'duplicateRequest', 'serialRepeated'],
    provenance: documented('rule.unique-order-number'),
    assumedCode: 'the code was captured on a refund; two others are published that say the same',
    unready,
  },
  queryUnpaid: {
    summary: 'A query for an order that nobody has paid shows it as 1143.',
    operation: 'query',
    cost: 'unpaid',
    after: 'order',
    params: ({ number }) => ({ out_trade_no: number('order') }),
    expect: 'answered',
    holds: {
      what: 'the row of the order, with respcd 1143 or 1145 and no paydtm',
      in: (answer, { number }) =>
        ['1143', '1145'].some(respcd =>
          hasRow(answer, { out_trade_no: number('order'), respcd, order_type: 'payment', paydtm: '' }),
        ),
    },
    provenance: published('rule.query-unpaid-row'),
  },
  queryUnpaidBySyssn: {
    summary: "A query by QFPay's number finds the same order.",
    operation: 'query',
    cost: 'unpaid',
    after: 'order',
    params: ({ earlier }) => ({ syssn: earlier.syssn }),
    expect: 'answered',
    holds: {
      what: 'the row of the order',
      in: (answer, { number, earlier }) =>
        hasRow(answer, { out_trade_no: number('order'), syssn: earlier.syssn }),
    },
    provenance: published('rule.query-parameters'),
  },
  refundUnpaid: {
    summary: 'Giving back an order that nobody has paid is refused.',
    operation: 'refund',
    cost: 'unpaid',
    after: 'order',
    params: ({ earlier, number, now }) => ({
      syssn: earlier.syssn,
      out_trade_no: number('refund'),
      txamt: '200',
      txdtm: time(now),
    }),
    expect: ['orderNotPaid'],
    provenance: published('code.1261'),
    assumedCode: 'no page says which code answers it',
  },
  closeWithOtherAmount: {
    summary: 'Closing an order with another amount than its own is refused.',
    operation: 'close',
    cost: 'unpaid',
    after: 'order',
    params: ({ earlier, now }) => ({ syssn: earlier.syssn, txamt: '300', txdtm: time(now) }),
    expect: ['wrongAmount'],
    provenance: published('code.1266'),
    assumedCode: 'no page says whether the amount is looked at',
  },
  close: {
    summary: 'An order that nobody has paid is closed.',
    operation: 'close',
    cost: 'unpaid',
    // So that all that needs the order open comes before.
    after: 'order',
    params: ({ earlier, now }) => ({ syssn: earlier.syssn, txamt: '200', txdtm: time(now) }),
    expect: 'answered',
    holds: {
      what: 'orig_syssn of the order',
      in: (answer, { earlier }) => answer.orig_syssn === earlier.syssn,
    },
    provenance: published('rule.close-operation'),
    // WeChat does not want an order closed that was just made, and 1297 says that nothing can be closed.
    unready: ['wechatFailed', 'bankBusy', 'maintenance'],
  },
  closeAgain: {
    summary: 'Closing a closed order is refused.',
    operation: 'close',
    cost: 'unpaid',
    after: 'close',
    params: ({ earlier, now }) => ({ syssn: earlier.orig_syssn, txamt: '200', txdtm: time(now) }),
    expect: ['orderClosedBefore', 'orderClosed', 'orderCancelled'],
    provenance: published('code.1142'),
    assumedCode: 'two published codes say that an order is closed',
  },

  paidOrder: {
    summary: 'A payment is answered with a QR code, which a person scans and pays.',
    operation: 'payment',
    cost: 'paid',
    params: given => order(given, 'paid'),
    expect: 'answered',
    provenance: documented('payment'),
    qrCode: ({ qrcode }) => (typeof qrcode === 'string' ? { text: qrcode, amount: '2.00 HKD' } : undefined),
    unready,
  },
  queryPaid: {
    summary: 'A query shows the order as paid, 0000, with a time of payment.',
    operation: 'query',
    cost: 'paid',
    after: 'paidOrder',
    params: ({ earlier }) => ({ syssn: earlier.syssn }),
    expect: 'answered',
    isPaid: answer => hasRow(answer, { respcd: '0000' }),
    holds: {
      what: 'a paydtm and cancel 0 in the row of the order',
      in: answer => hasRow(answer, { respcd: '0000', cancel: '0' }) && !hasRow(answer, { paydtm: '' }),
    },
    provenance: published('rule.query-two-codes'),
  },
  refund: {
    summary: 'What was paid is given back.',
    operation: 'refund',
    cost: 'paid',
    after: 'queryPaid',
    params: ({ earlier, number, now }) => ({
      syssn: rowsOf(earlier)[0]?.syssn,
      out_trade_no: number('refundPaid'),
      txamt: '200',
      txdtm: time(now),
    }),
    expect: 'answered',
    provenance: published('rule.refund-operation'),
    // At night, or where the takings of the day do not suffice.
    unready: ['refundForbidden', 'unsettledBalance', 'maintenance'],
  },
  refundAgain: {
    summary: 'What was given back in full is not given back again.',
    operation: 'refund',
    cost: 'paid',
    after: 'refund',
    params: ({ earlier, number, now }) => ({
      syssn: earlier.orig_syssn,
      out_trade_no: number('refundAgain'),
      txamt: '200',
      txdtm: time(now),
    }),
    expect: ['alreadyRefunded', 'refundClosed', 'orderRefunded', 'refundTooHigh', 'refundUnderWay'],
    provenance: published('code.1125'),
    assumedCode: 'several published codes say that an order was given back',
    unready: ['maintenance'],
  },
} as const satisfies Readonly<Record<string, Case>>

function without(params: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  const { [name]: _, ...rest } = params
  return rest
}
