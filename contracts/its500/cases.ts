// What to try its500 with. None but the last few make an order, which nobody pays unless asked to.
import { toFen } from '../../src/contract/codec/money.ts'
import {
  assumed,
  type Case,
  type CaseGiven,
  documented,
  observed,
  type WireRequest,
} from '../../src/contract/index.ts'

/** What says that the account cannot order now, whatever is asked. */
const unready = ['frozen', 'noBalance', 'noCallbackUrl']

type Values = Readonly<Record<string, unknown>>

const order = ({ number }: CaseGiven, name = 'order') => ({
  price: '100',
  name: 'paydouble',
  paytype: 'ali',
  thirduid: number(name),
})

/** An order with one thing wrong, which is refused. */
const refusedOrder = (
  given: Pick<Case, 'summary' | 'provenance' | 'expect'> & Partial<Case> & { change?: Values },
): Case => {
  const { change, ...rest } = given
  return {
    operation: 'createOrder',
    cost: 'free',
    params: at => ({ ...order(at, 'refused'), ...change }),
    unready,
    ...rest,
  }
}

/** An `orderId` that nobody was given. */
const unknownOrder = 'oderpay-00000000-0000-4000-8000-000000000000'

/** The three rows about amounts: the table says what each means, and not which of them comes. */
const anyAmount = ['wrongAmount', 'amountFormat', 'amountTooSmall'] as const

const assumedCode = 'the document says that parameters can be missing, and not by which code'

const otherSecret = '00000000000000000000000000000000'

const withoutCredentials = (request: WireRequest): WireRequest => {
  const { 'payment-key': _, 'payment-secret': __, ...headers } = request.headers
  return { ...request, headers }
}

/** A field of an answer, which the sample spells with a space at its end. */
const field = (answer: Values, name: string) => answer[name] ?? answer[`${name} `]

const isDiscounted = (answer: Values) => {
  const [price, original] = [field(answer, 'price'), field(answer, 'originalprice')].map(value =>
    toFen(String(value)),
  ) as [number, number]
  return price <= original && original - price < 100
}

const echoed = { reurl: 'https://paydouble.invalid/back', other: 'other 1', remarks: 'remark 2' }

export const cases = {
  priceTooSmall: {
    ...refusedOrder({
      summary: 'An order over 0.99 yuan is refused: 1 is the least.',
      expect: ['amountTooSmall'],
      provenance: documented('code.10004'),
      change: { price: '0.99' },
    }),
    probe: ['wrongCredentials', 'unknownMerchant'],
  },
  emptyPrice: refusedOrder({
    summary: 'An order with an empty price is refused.',
    expect: anyAmount,
    provenance: documented('code.10002'),
    assumedCode,
    change: { price: '' },
  }),
  missingPrice: refusedOrder({
    summary: 'An order without a price is refused.',
    expect: anyAmount,
    provenance: documented('code.10002'),
    assumedCode,
    change: { price: undefined },
  }),
  zeroPrice: refusedOrder({
    summary: 'An order over nothing is refused.',
    expect: anyAmount,
    provenance: documented('code.10004'),
    change: { price: '0' },
  }),
  negativePrice: refusedOrder({
    summary: 'An order over a negative amount is refused.',
    expect: anyAmount,
    provenance: documented('code.10004'),
    change: { price: '-100' },
  }),
  threeDecimals: refusedOrder({
    summary: 'An order over a price with three decimals is refused.',
    expect: ['amountFormat', 'wrongAmount'],
    provenance: assumed('the document gives two decimals, and not what comes of three'),
    change: { price: '100.001' },
  }),
  noNumber: refusedOrder({
    summary: 'An order over a price that is no number is refused.',
    expect: ['amountFormat'],
    provenance: documented('code.10003'),
    change: { price: 'abc' },
  }),
  missingName: refusedOrder({
    summary: 'An order without a name is refused.',
    expect: ['invalidParameter'],
    provenance: documented('createOrder.request.name'),
    change: { name: undefined },
  }),
  longName: refusedOrder({
    summary: 'An order with a name of 101 characters is refused: 100 are the most.',
    expect: ['invalidParameter'],
    provenance: assumed('the document gives the length, and not what comes of a longer name'),
    change: { name: 'paydouble'.padEnd(101, '0') },
  }),
  unknownPayType: refusedOrder({
    summary: 'An order with a paytype that is none is refused.',
    expect: ['invalidParameter'],
    provenance: assumed('the document lists three, and not what comes of another one'),
    change: { paytype: 'paydouble' },
  }),
  jsonBody: refusedOrder({
    summary: 'Of parameters that come as JSON none arrives, so that the price is missing.',
    expect: anyAmount,
    provenance: documented('rule.form-content-type'),
    assumedCode,
    spoil: request => ({
      ...request,
      headers: { ...request.headers, 'content-type': 'application/json' },
      body: new TextEncoder().encode('{"price":"100","name":"paydouble"}'),
    }),
  }),
  unregisteredCallback: refusedOrder({
    summary: 'An order with a callbackurl that is not registered is refused.',
    expect: ['badCallbackUrl'],
    provenance: assumed(
      'the document says that it must be registered, and not what comes of one that is not',
    ),
    change: { callbackurl: 'https://paydouble.invalid/paid' },
  }),
  wrongSecret: refusedOrder({
    summary: 'An order with another AppSecret is refused.',
    expect: ['wrongCredentials'],
    provenance: documented('code.10005'),
    credentials: own => ({ ...own, appSecret: otherSecret }),
  }),
  unknownKey: refusedOrder({
    summary: 'An order with an AppKey that nobody has is refused.',
    expect: ['unknownMerchant', 'wrongCredentials'],
    provenance: documented('code.10006'),
    credentials: own => ({ ...own, appKey: '0000000000000000' }),
  }),
  missingCredentials: refusedOrder({
    summary: 'An order without AppKey and AppSecret is refused.',
    expect: ['wrongCredentials', 'unknownMerchant'],
    provenance: documented('code.10005'),
    assumedCode,
    spoil: withoutCredentials,
  }),

  queryUnknown: {
    summary: 'A query for an order that nobody made is refused.',
    operation: 'onlinePayFindResult',
    cost: 'free',
    params: () => ({ orderId: unknownOrder }),
    expect: ['orderUnknown'],
    provenance: assumed('no source shows what answers a query for an order that nobody made'),
  },
  queryWrongSecret: {
    summary: 'A query with another AppSecret is refused.',
    operation: 'onlinePayFindResult',
    cost: 'free',
    params: () => ({ orderId: unknownOrder }),
    credentials: own => ({ ...own, appSecret: otherSecret }),
    expect: ['wrongCredentials'],
    provenance: assumed('a query can come without credentials; that wrong ones are refused, no source says'),
  },
  randomCode: {
    summary: "One of the merchant's WeChat codes is answered.",
    operation: 'randomCode',
    cost: 'free',
    needs: ['appKey'],
    params: () => ({ type: '1' }),
    expect: 'answered',
    holds: { what: 'codetype wxcode', in: ({ codetype }) => codetype === 'wxcode' },
    provenance: observed('rule.random-code-answer'),
    unready: ['noReceivingCode'],
  },
  randomCodeOfNoType: {
    summary: 'A code of a type that is none is refused.',
    operation: 'randomCode',
    cost: 'free',
    needs: ['appKey'],
    params: () => ({ type: '3' }),
    expect: ['invalidRequest'],
    provenance: assumed('the types 1 and 2 were seen; what comes of another one, no source says'),
  },

  order: {
    summary: 'An order is answered with a price that is less than 1 yuan below the one that was sent.',
    operation: 'createOrder',
    cost: 'unpaid',
    params: at => order(at),
    expect: 'answered',
    holds: { what: 'a price at most 0.99 yuan below originalprice', in: isDiscounted },
    provenance: documented('rule.discount'),
    unready,
  },
  echoes: {
    summary: 'What an order carries along comes back as it was sent.',
    operation: 'createOrder',
    cost: 'unpaid',
    params: at => ({ ...order(at, 'echoes'), ...echoed }),
    expect: 'answered',
    holds: {
      what: 'other, remarks, thirduid and reurl as they were sent',
      in: (answer, { number }) =>
        Object.entries({ ...echoed, thirduid: number('echoes') }).every(
          ([name, value]) => field(answer, name) === value,
        ),
    },
    provenance: documented('rule.echo-fields'),
    unready,
  },
  cashierPage: {
    summary: 'An order that asks for the cashier page is answered with a page.',
    operation: 'createOrder',
    cost: 'unpaid',
    params: at => ({ ...order(at, 'page'), paytype: 'wx', other: 'zzfpage-wxpay' }),
    expect: 'answered',
    holds: { what: 'no JSON', in: answer => Object.keys(answer).length === 0 },
    provenance: observed('rule.other-special-values'),
    unready: [...unready, 'noReceivingCode'],
  },
  queryUnpaid: {
    summary: 'A query for an order that nobody has paid tells that it waits.',
    operation: 'onlinePayFindResult',
    cost: 'unpaid',
    after: 'order',
    params: ({ earlier }) => ({ orderId: earlier.orderId }),
    expect: ['orderWaiting'],
    provenance: observed('rule.query-codes'),
  },
  queryWithoutCredentials: {
    summary: 'The same query without credentials tells the same.',
    operation: 'onlinePayFindResult',
    cost: 'unpaid',
    after: 'order',
    params: ({ earlier }) => ({ orderId: earlier.orderId }),
    spoil: withoutCredentials,
    expect: ['orderWaiting'],
    provenance: observed('rule.query-without-headers'),
  },

  paidOrder: {
    summary: 'An order is answered with the price that a person pays, to the fen.',
    operation: 'createOrder',
    cost: 'paid',
    params: at => ({ ...order(at, 'paid'), price: '1' }),
    expect: 'answered',
    provenance: documented('rule.pay-payable-price'),
    // The first one has the amount in it; with the others the payer types it.
    qrCode: answer => {
      const text = field(answer, 'zfbuseridcode') ?? field(answer, 'qrcode') ?? field(answer, 'zfbcode')
      return typeof text === 'string' ? { text, amount: `exactly ${answer.price} yuan` } : undefined
    },
    unready,
  },
  queryPaid: {
    summary: 'A query tells that the order is paid.',
    operation: 'onlinePayFindResult',
    cost: 'paid',
    after: 'paidOrder',
    params: ({ earlier }) => ({ orderId: earlier.orderId }),
    expect: 'answered',
    isPaid: ({ code }) => code === '10001',
    provenance: observed('rule.query-paid-answer'),
  },
} as const satisfies Readonly<Record<string, Case>>
