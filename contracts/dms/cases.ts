// What to try dms with. The document has no code but that of success, so each refusal is one to find out.
import { assumed, type Case, type CaseGiven, documented } from '../../src/contract/index.ts'
import { orderStates } from './get-order-detail.ts'

type Values = Readonly<Record<string, unknown>>

const order = ({ number }: CaseGiven, name = 'order') => ({
  bz_order: number(name),
  amount: 100,
  pay_way: 'SCAN_ALIPAY',
})

/** An order with one thing wrong, which is refused. */
const refusedOrder = (
  given: Pick<Case, 'summary' | 'provenance'> & Partial<Case> & { change?: Values },
): Case => {
  const { change, ...rest } = given
  return {
    operation: 'payment',
    cost: 'free',
    params: at => ({ ...order(at, 'refused'), ...change }),
    expect: ['invalidParameter'],
    ...rest,
  }
}

const noQuery = 'no source describes a query of dms'

const dataOf = ({ data }: Values) => (typeof data === 'object' && data !== null ? data : {}) as Values

const listOf = ({ data }: Values) => (Array.isArray(data) ? data : []) as readonly Values[]

export const cases = {
  fractionalAmount: {
    ...refusedOrder({
      summary: 'An order over 2.5 fen is refused: amounts are whole numbers.',
      provenance: assumed('the document says that amounts are integers, and not what comes of another one'),
      change: { amount: 2.5 },
    }),
    probe: ['unknownPayer', 'unknownReceiver'],
  },
  zeroAmount: refusedOrder({
    summary: 'An order over nothing is refused.',
    provenance: assumed('the document names no least amount'),
    change: { amount: 0 },
  }),
  negativeAmount: refusedOrder({
    summary: 'An order over a negative amount is refused.',
    provenance: assumed('the document names no least amount'),
    change: { amount: -100 },
  }),
  missingAmount: refusedOrder({
    summary: 'An order without an amount is refused.',
    provenance: documented('rule.all-parameters-required'),
    change: { amount: undefined },
  }),
  missingOrderNumber: refusedOrder({
    summary: 'An order without bz_order is refused.',
    provenance: documented('rule.all-parameters-required'),
    change: { bz_order: undefined },
  }),
  missingPayWay: refusedOrder({
    summary: 'An order without pay_way is refused.',
    provenance: documented('rule.all-parameters-required'),
    change: { pay_way: undefined },
  }),
  unknownPayWay: refusedOrder({
    summary: 'An order with a pay_way that is none is refused.',
    provenance: documented('rule.pay-ways'),
    change: { pay_way: 'SCAN_PAYDOUBLE' },
  }),
  missingPayer: refusedOrder({
    summary: 'An order without payer_id is refused.',
    provenance: documented('rule.all-parameters-required'),
    credentials: own => ({ ...own, payerId: undefined }),
  }),
  missingReceiver: refusedOrder({
    summary: 'An order without reciever_id is refused.',
    provenance: documented('rule.all-parameters-required'),
    credentials: own => ({ ...own, receiverId: undefined }),
  }),
  unknownPayer: refusedOrder({
    summary: 'An order of a payer_id that nobody has is refused.',
    provenance: documented('rule.payer-id-source'),
    credentials: own => ({ ...own, payerId: 'paydouble-nobody' }),
    expect: ['unknownPayer'],
  }),
  unknownReceiver: refusedOrder({
    summary: 'An order for a reciever_id that nobody has is refused.',
    provenance: documented('rule.receiver-id-source'),
    credentials: own => ({ ...own, receiverId: '999999999' }),
    expect: ['unknownReceiver'],
  }),
  brokenJson: refusedOrder({
    summary: 'A body that is no JSON is refused.',
    provenance: assumed('the document names no content type'),
    spoil: request => ({ ...request, body: new TextEncoder().encode('{"bz_order": ') }),
    expect: ['malformed'],
  }),

  payers: {
    summary: 'The list of payers has the payer_id of the account.',
    operation: 'bizUser',
    cost: 'free',
    params: () => ({}),
    expect: 'answered',
    holds: {
      what: 'the payer_id as a biz_user_id',
      in: (answer, { credentials }) =>
        listOf(answer).some(({ biz_user_id }) => String(biz_user_id) === String(credentials.payerId)),
    },
    provenance: assumed('the document names this interface and does not describe it'),
  },
  receivers: {
    summary: 'The list of receivers has the reciever_id of the account.',
    operation: 'getPayWayTonglian',
    cost: 'free',
    params: () => ({}),
    expect: 'answered',
    holds: {
      what: 'the reciever_id as an id',
      in: (answer, { credentials }) =>
        listOf(answer).some(({ id }) => String(id) === String(credentials.receiverId)),
    },
    provenance: assumed('the document names this interface and does not describe it'),
  },
  queryUnknown: {
    summary: 'A query for an order that nobody made is refused.',
    operation: 'getOrderDetail',
    cost: 'free',
    params: ({ number }) => ({ bz_order: number('unknown') }),
    expect: ['orderUnknown'],
    provenance: assumed(noQuery),
  },

  order: {
    summary: 'An order is answered with the text of its QR code.',
    operation: 'payment',
    cost: 'unpaid',
    params: at => order(at),
    expect: 'answered',
    holds: {
      what: 'the bz_order that was sent, and payInfo',
      in: (answer, { number }) =>
        dataOf(answer).bizOrderNo === number('order') && Boolean(dataOf(answer).payInfo),
    },
    provenance: documented('payment'),
  },
  weChatOrder: {
    summary: 'An order for WeChat is answered likewise.',
    operation: 'payment',
    cost: 'unpaid',
    params: at => ({ ...order(at, 'weChat'), pay_way: 'SCAN_WEIXIN' }),
    expect: 'answered',
    provenance: documented('rule.pay-ways'),
  },
  orderAgain: {
    summary: 'A second order with the same bz_order is refused.',
    operation: 'payment',
    cost: 'unpaid',
    after: 'order',
    params: at => order(at),
    expect: ['duplicateOrder'],
    provenance: assumed('the document does not say; the layer below refuses them'),
  },
  queryUnpaid: {
    summary: 'A query shows an order that nobody has paid as such.',
    operation: 'getOrderDetail',
    cost: 'unpaid',
    after: 'order',
    params: ({ number }) => ({ bz_order: number('order') }),
    expect: 'answered',
    holds: {
      what: 'orderStatus 1 or 99',
      in: answer =>
        [orderStates.unpaid, orderStates.underWay].some(state => dataOf(answer).orderStatus === state),
    },
    provenance: assumed(noQuery),
  },

  paidOrder: {
    summary: 'An order is answered with a code, which a person scans and pays.',
    operation: 'payment',
    cost: 'paid',
    params: at => ({ ...order(at, 'paid'), amount: 1 }),
    expect: 'answered',
    provenance: documented('payment'),
    qrCode: answer => {
      const { payInfo: text } = dataOf(answer)
      return typeof text === 'string' && text !== '' ? { text, amount: '0.01 yuan' } : undefined
    },
  },
  queryPaid: {
    summary: 'A query shows the order as paid.',
    operation: 'getOrderDetail',
    cost: 'paid',
    after: 'paidOrder',
    params: ({ number }) => ({ bz_order: number('paid') }),
    expect: 'answered',
    isPaid: answer => dataOf(answer).orderStatus === orderStates.paid,
    provenance: assumed(noQuery),
  },
} as const satisfies Readonly<Record<string, Case>>
