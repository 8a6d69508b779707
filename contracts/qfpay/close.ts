// The operations close and reversal: an order that is not to be paid any more.
import * as z from 'zod'
import {
  type Advice,
  assumed,
  defineOperation,
  documented,
  fact,
  type OperationExample,
  published,
} from '../../src/contract/index.ts'
import { looseObject } from '../../src/contract/late-object.ts'
import { amountOut, amountText, headers, timeOut, timeText } from './fields.ts'

const parameters = 'rule.close-parameters'

const request = looseObject(() => ({
  syssn: fact(
    z.string().max(40).optional(),
    published(parameters),
    "QFPay's number of the payment. This or out_trade_no must be sent.",
  ),
  out_trade_no: fact(
    z.string().max(128).optional(),
    published(parameters),
    "The merchant's number of the payment. This or syssn must be sent.",
  ),
  txamt: fact(
    amountText().optional(),
    published(parameters, 'that it may be left out is assumed'),
    'Amount of the payment.',
  ),
  txdtm: fact(
    timeText().optional(),
    published(parameters, 'that it may be left out is assumed'),
    'Time of the request. Answered as sent.',
  ),
  mchid: fact(
    z.string().max(16).optional(),
    published(parameters),
    'Number of the merchant under an agent: required if the account has one, forbidden if it has none.',
  ),
  udid: fact(z.string().max(40).optional(), published(parameters), 'Device number.'),
}))

const fields = 'rule.close-response-fields'

const surcharge = (name: string) =>
  fact(
    z.union([z.string(), z.number()]).optional(),
    published(fields, 'one of those that begin with surcharge_'),
    `${name}. Not sent by the double.`,
  )

const response = looseObject(() => ({
  syssn: fact(z.string().min(1).max(40), published(fields), "QFPay's number of the close: a new one."),
  orig_syssn: fact(z.string().min(1).max(40), published(fields), "QFPay's number of the payment."),
  txamt: fact(amountOut(), published(fields), 'Amount of the payment.'),
  txcurrcd: fact(z.string().length(3), published(fields), 'Currency of the payment.'),
  txdtm: fact(timeOut(), published(fields), 'Time of the request, as sent.'),
  sysdtm: fact(timeOut(), published(fields), 'Time at QFPay (UTC+8).'),
  respcd: fact(
    z.enum(['0000', '1143', '1145']),
    documented('rule.pending-codes', '0000, and the codes after which the order is to be queried'),
    '0000: it is closed. 1143 and 1145: query again.',
  ),
  resperr: fact(z.string().max(128), published(fields), 'Text of the answer.'),
  respmsg: fact(z.string().max(128), published(fields), 'Further text.'),
  surcharge_fee: surcharge('Surcharge'),
  surcharge_rate: surcharge('Rate of the surcharge'),
}))

const advice: readonly Advice[] = [
  {
    kind: 'bothNumbers',
    pointer: '/out_trade_no',
    message: 'One of syssn and out_trade_no says which payment it is; both must be of the same one.',
    provenance: published(parameters),
    applies: ({ syssn, out_trade_no }) => Boolean(syssn) && Boolean(out_trade_no),
  },
]

const examples: readonly OperationExample[] = [
  {
    name: 'unpaid',
    provenance: assumed('put together from the published field list; no sample was found'),
    request: {
      syssn: '20200410000300020086358791',
      txamt: '300',
      txdtm: '2020-04-10 12:00:00',
      mchid: 'ZaMVg12345',
    },
    response: {
      syssn: '20200410000300020086359000',
      orig_syssn: '20200410000300020086358791',
      txamt: '300',
      txcurrcd: 'HKD',
      txdtm: '2020-04-10 12:00:00',
      sysdtm: '2020-04-10 12:00:00',
      respcd: '0000',
      resperr: 'success',
      respmsg: 'OK',
    },
  },
]

const shared = {
  headers,
  orderNumber: 'out_trade_no',
  request: { in: 'body', contentTypes: ['application/x-www-form-urlencoded'], schema: request },
  response,
  advice,
  examples,
} as const

export const close = defineOperation({
  methods: ['POST', 'GET'],
  path: '/trade/v1/close',
  summary: 'Closes an order that is not paid yet: WeChat merchant-presented, and other qualified wallets.',
  provenance: published('close'),
  ...shared,
})

export const reversal = defineOperation({
  methods: ['POST'],
  path: '/trade/v1/reversal',
  summary: 'Cancels an order that is not paid yet: Alipay, and customer-presented codes.',
  provenance: published('reversal'),
  ...shared,
})
