// What to try vv-tool with. None but the last few make an order, which nobody pays unless asked to.
import {
  assumed,
  type Case,
  type CaseGiven,
  documented,
  observed,
  published,
} from '../../src/contract/index.ts'

const unready = ['unsupported', 'noPermission', 'noCallsLeft', 'systemError', 'systemBusy']
const payer = ['accessToken', 'merchantNum']
const client = ['clientId', 'clientSecret']

type Values = Readonly<Record<string, unknown>>

const order = ({ number }: CaseGiven, name = 'order') => ({
  order_price: '100',
  relation_order_number: number(name),
  order_title: 'paydouble',
})

/** A request for a code with one thing wrong, which is refused. */
const refusedOrder = (
  given: Pick<Case, 'summary' | 'provenance'> & Partial<Case> & { change?: Values },
): Case => {
  const { change, ...rest } = given
  return {
    operation: 'paymentQrCode',
    cost: 'free',
    needs: payer,
    params: at => ({ ...order(at, 'refused'), ...change }),
    expect: ['invalidParameter'],
    unready,
    ...rest,
  }
}

const wrongToken = { expect: ['invalidToken'], provenance: documented('rule.invalid-token') } as const

const dataOf = ({ data }: Values) => (typeof data === 'object' && data !== null ? data : {}) as Values

const isFilled = (value: unknown) => value !== undefined && value !== null && value !== ''

const detail = (given: { type: string; number: (at: CaseGiven) => unknown }) =>
  ({
    operation: 'merchantOrderDetail',
    needs: payer,
    params: (at: CaseGiven) => ({ order_number: given.number(at), type: given.type }),
  }) as const

const otherLength = 'the document gives the length, and not what comes of another one'

const tokenRefused = 'no source says which code answers a token request that is refused'

export const cases = {
  zeroPrice: refusedOrder({
    summary: 'A code for a price of nothing is refused.',
    provenance: assumed('the document names no least price'),
    change: { order_price: '0' },
  }),
  fractionalPrice: refusedOrder({
    summary: 'A code for a price of 1.5 fen is refused.',
    provenance: assumed('the document gives the unit, and not what comes of a part of it'),
    change: { order_price: '1.5' },
  }),
  negativePrice: refusedOrder({
    summary: 'A code for a negative price is refused.',
    provenance: assumed('the document names no least price'),
    change: { order_price: '-100' },
  }),
  missingPrice: {
    ...refusedOrder({
      summary: 'A code without order_price is refused.',
      provenance: documented('paymentQrCode.request.order_price'),
      change: { order_price: undefined },
    }),
    probe: ['invalidToken'],
  },
  missingOrderNumber: refusedOrder({
    summary: 'A code without relation_order_number is refused.',
    provenance: documented('paymentQrCode.request.relation_order_number'),
    change: { relation_order_number: undefined },
  }),
  shortOrderNumber: refusedOrder({
    summary: 'A relation_order_number of 5 characters is refused: 6 are the fewest.',
    provenance: assumed(otherLength),
    change: { relation_order_number: 'pd123' },
  }),
  longOrderNumber: refusedOrder({
    summary: 'A relation_order_number of 33 characters is refused: 32 are the most.',
    provenance: assumed(otherLength),
    params: at => ({ ...order(at), relation_order_number: at.number('refused').padEnd(33, '0') }),
  }),
  missingMerchant: refusedOrder({
    summary: 'A code without merchant_num is refused.',
    provenance: documented('paymentQrCode.request.merchant_num'),
    credentials: own => ({ ...own, merchantNum: undefined }),
  }),
  otherMerchant: refusedOrder({
    summary: 'A code for a merchant_num that nobody has is refused.',
    provenance: documented('paymentQrCode.request.merchant_num'),
    credentials: own => ({ ...own, merchantNum: 'paydouble-nobody' }),
    expect: ['wrongMerchant'],
  }),
  wrongToken: refusedOrder({
    summary: 'A token that nobody was given is refused.',
    credentials: own => ({ ...own, accessToken: 'paydouble0paydouble0paydouble0paydouble0' }),
    ...wrongToken,
  }),
  missingToken: refusedOrder({
    summary: 'A request without a token is refused.',
    spoil: request => ({ ...request, headers: {} }),
    ...wrongToken,
  }),
  notBearer: refusedOrder({
    summary: 'A token that is not sent as Bearer is refused.',
    spoil: request => ({
      ...request,
      headers: { authorization: String(request.headers.authorization).replace('Bearer ', '') },
    }),
    expect: ['invalidToken'],
    provenance: assumed('the document shows Bearer, and not what comes without'),
  }),
  otherMethod: refusedOrder({
    summary: 'A request by another method is refused.',
    spoil: request => ({ ...request, method: 'POST' }),
    expect: ['unknownOperation'],
    provenance: documented('rule.method-path-404'),
  }),
  otherPath: refusedOrder({
    summary: 'A request to a path that is none is refused.',
    spoil: request => ({ ...request, path: `${request.path}-paydouble` }),
    expect: ['unknownOperation'],
    provenance: documented('rule.method-path-404'),
  }),

  queryUnknown: {
    summary: 'A query for an order that nobody made tells that there is none.',
    cost: 'free',
    ...detail({ type: '1', number: at => at.number('unknown') }),
    expect: ['orderUnknown'],
    provenance: observed('rule.not-found-as-success', 'seen elsewhere at vv-tool'),
  },
  queryUnknownType: {
    summary: 'A query whose type is neither 1 nor 2 is refused.',
    cost: 'free',
    ...detail({ type: '3', number: at => at.number('unknown') }),
    expect: ['invalidParameter'],
    provenance: published('merchantOrderDetail.request.type'),
    assumedCode: 'the page of the query lists no codes',
  },
  queryWithoutNumber: {
    summary: 'A query without order_number is refused.',
    cost: 'free',
    ...detail({ type: '1', number: () => undefined }),
    expect: ['invalidParameter'],
    provenance: published('merchantOrderDetail.request.order_number'),
    assumedCode: 'the page of the query lists no codes',
  },
  queryWrongToken: {
    summary: 'A query with a token that nobody was given is refused.',
    cost: 'free',
    ...detail({ type: '1', number: at => at.number('unknown') }),
    credentials: own => ({ ...own, accessToken: 'paydouble0paydouble0paydouble0paydouble0' }),
    ...wrongToken,
    assumedCode: 'the page of the query lists no codes',
  },
  tokenWrongSecret: {
    summary: 'A token for a client_secret that is not right is refused.',
    operation: 'token',
    cost: 'free',
    needs: client,
    params: () => ({ grant_type: 'client_credentials' }),
    credentials: own => ({ ...own, clientSecret: 'paydouble0paydouble0paydouble000' }),
    expect: ['invalidToken'],
    provenance: published('token.request.client_secret'),
    assumedCode: tokenRefused,
  },
  tokenWithoutGrant: {
    summary: 'A token request without grant_type is refused.',
    operation: 'token',
    cost: 'free',
    needs: client,
    params: () => ({}),
    expect: ['invalidParameter'],
    provenance: published('token.request.grant_type'),
    assumedCode: tokenRefused,
  },

  order: {
    summary: 'A request is answered with the code of an order.',
    operation: 'paymentQrCode',
    cost: 'unpaid',
    needs: payer,
    params: at => order(at),
    expect: 'answered',
    provenance: documented('paymentQrCode'),
    unready,
  },
  orderAgain: {
    summary: 'A repeated relation_order_number makes another order.',
    operation: 'paymentQrCode',
    cost: 'unpaid',
    after: 'order',
    needs: payer,
    params: at => order(at),
    expect: 'answered',
    holds: {
      what: 'another order_number',
      in: (answer, { earlier }) => dataOf(answer).order_number !== dataOf(earlier).order_number,
    },
    provenance: documented('rule.duplicate-makes-another-order'),
    unready,
  },
  queryUnpaid: {
    summary: "A query by the merchant's number finds an order that nobody has paid.",
    cost: 'unpaid',
    after: 'order',
    ...detail({ type: '1', number: at => at.number('order') }),
    expect: 'answered',
    provenance: published('merchantOrderDetail.request.type'),
  },
  queryByOrderNumber: {
    summary: "A query by vv-tool's number finds it, too.",
    cost: 'unpaid',
    after: 'order',
    ...detail({ type: '2', number: ({ earlier }) => dataOf(earlier).order_number }),
    expect: 'answered',
    provenance: published('merchantOrderDetail.request.type'),
  },
  token: {
    summary: 'A client that is right is given a token.',
    operation: 'token',
    cost: 'unpaid',
    needs: client,
    params: () => ({ grant_type: 'client_credentials' }),
    expect: 'answered',
    provenance: published('token'),
  },
  oldToken: {
    summary: 'The older address gives a token, too.',
    operation: 'oldToken',
    cost: 'unpaid',
    needs: client,
    params: () => ({ grant_type: 'client_credentials' }),
    expect: 'answered',
    provenance: published('oldToken'),
  },

  paidOrder: {
    summary: 'A request is answered with a code, which a person scans and pays.',
    operation: 'paymentQrCode',
    cost: 'paid',
    needs: payer,
    params: at => ({ ...order(at, 'paid'), order_price: '1' }),
    expect: 'answered',
    provenance: documented('paymentQrCode'),
    qrCode: answer => {
      const { qrcode_url: text } = dataOf(answer)
      return typeof text === 'string' ? { text, amount: '0.01 yuan' } : undefined
    },
    unready,
  },
  queryPaid: {
    summary: 'A query tells how the order was paid.',
    cost: 'paid',
    after: 'paidOrder',
    ...detail({ type: '2', number: ({ earlier }) => dataOf(earlier).order_number }),
    expect: 'answered',
    isPaid: answer => isFilled(dataOf(answer).pay_type) || isFilled(dataOf(answer).pay_time),
    provenance: assumed('a query is to tell the payment method; the page does not list by which fields'),
  },
} as const satisfies Readonly<Record<string, Case>>
