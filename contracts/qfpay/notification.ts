// The callbacks of QFPay: a payment was made, a refund came through.
import * as z from 'zod'
import {
  type Callback,
  type CallbackReply,
  fact,
  observed,
  published,
  type Settings,
} from '../../src/contract/index.ts'
import { looseObject } from '../../src/contract/late-object.ts'
import { asked, textOut, timeOut } from './fields.ts'

const mandatory = 'rule.callback-fields-mandatory'
const optional = 'rule.callback-fields-optional'

const shared = () => ({
  status: fact(
    z.literal('1'),
    published('rule.callback-status'),
    '1: it succeeded. Failures are not notified.',
  ),
  pay_type: fact(z.string().length(6), published(mandatory), 'Pay type.'),
  sysdtm: fact(timeOut(), published(mandatory), 'Time at QFPay (UTC+8).'),
  paydtm: fact(timeOut(), published(mandatory), 'When it was paid or given back (UTC+8).'),
  txcurrcd: fact(z.string().length(3), published(mandatory), 'Currency.'),
  txdtm: fact(timeOut(), published(mandatory), 'Time of the request, as sent.'),
  txamt: fact(z.string().regex(/^\d{1,11}$/), published(mandatory), 'Amount in minor units, as text.'),
  out_trade_no: fact(z.string().max(128), published(mandatory), "The merchant's number."),
  syssn: fact(
    z.string().min(1).max(40),
    published('rule.callback-refund-syssn', 'of a refund it is the number of the refund'),
    "QFPay's number of the payment or refund.",
  ),
  cancel: fact(z.enum(['0', '1', '2', '3', '4', '5']), published(mandatory), 'As in the row of a query.'),
  respcd: fact(z.literal('0000'), published('rule.callback-respcd'), 'Response code: success.'),
})

const further = () => ({
  mchid: fact(z.string().optional(), published(optional), 'Number of the merchant under an agent.'),
  goods_name: fact(textOut(), published(optional), 'Name of the goods, as sent.'),
  goods_info: fact(textOut(), published(optional), 'Not sent by the double.'),
  exchange_rate: fact(textOut(), published(optional), 'Not sent by the double.'),
  chnlsn: fact(textOut(), published(optional), "The wallet's number."),
  chnlsn2: fact(textOut(), published(optional), 'Not sent by the double.'),
  cardcd: fact(textOut(), published(optional), 'Card number; empty here.'),
  cash_fee: fact(textOut(), published(optional), 'Cash fee: "0".'),
  cash_fee_type: fact(textOut(), published(optional), 'Currency of the cash fee; empty here.'),
  cash_refund_fee: fact(textOut(), published(optional), 'Not sent by the double.'),
  cash_refund_fee_type: fact(textOut(), published(optional), 'Not sent by the double.'),
})

/** The merchant answers HTTP 200 and just this text. */
const acknowledgeText = 'SUCCESS'

const common = {
  method: 'POST',
  contentType: 'application/json',
  acknowledged: ({ status, body }: CallbackReply, { acknowledgeCase }: Settings) =>
    status === 200 && (acknowledgeCase === 'any' ? body.toUpperCase() : body) === acknowledgeText,
  acknowledgement: {
    text: `HTTP 200 and the body ${acknowledgeText}`,
    provenance: published('rule.callback-ack'),
  },
  url: '{$request.body#/notify_url}',
  retryDelays: 'retryDelaysMs',
  order: { ...asked, providerNumber: '/syssn', original: '/orig_out_trade_no' },
  forgery: {
    amount: (minorUnits: number) => ({ txamt: String(minorUnits) }),
    flipped: { status: '0', respcd: '1205' },
    orderNumber: 'out_trade_no',
  },
} as const

const example = {
  status: '1',
  pay_type: '800201',
  sysdtm: '2020-04-10 11:45:44',
  paydtm: '2020-04-10 11:46:10',
  txcurrcd: 'HKD',
  txdtm: '2020-04-10 11:45:44',
  txamt: '300',
  out_trade_no: '3Z6HPCS6RN54J2Y8LUQM8RBDVBA9URYE',
  syssn: '20200410000300020086358791',
  cancel: '0',
  respcd: '0000',
  notify_type: 'payment',
  mchid: 'ZaMVg12345',
  goods_name: '测试',
  chnlsn: '4220200410000300020086358791',
  cardcd: '',
  cash_fee: '0',
  cash_fee_type: '',
} as const

const payment = {
  ...common,
  summary: 'The order was paid.',
  provenance: published('rule.callback-transport'),
  payload: looseObject(() => ({
    ...shared(),
    notify_type: fact(z.literal('payment'), published('rule.callback-events'), 'What it is about.'),
    ...further(),
  })),
  after: 'payment',
  example,
} as const satisfies Callback

const refund = {
  ...common,
  summary: 'The refund came through.',
  provenance: published('rule.callback-transport'),
  payload: looseObject(() => ({
    ...shared(),
    notify_type: fact(z.literal('refund'), published('rule.callback-events'), 'What it is about.'),
    ...further(),
    orig_out_trade_no: fact(
      z.string().max(128).optional(),
      observed('rule.callback-refund-orig-out-trade-no'),
      "The merchant's number of the payment.",
    ),
  })),
  after: 'refund',
  example: {
    ...example,
    sysdtm: '2020-04-10 12:00:00',
    paydtm: '2020-04-10 12:00:00',
    txdtm: '2020-04-10 12:00:00',
    txamt: '100',
    out_trade_no: 'refund1',
    syssn: '20200410000300020086358999',
    notify_type: 'refund',
    chnlsn: '4220200410000300020086358999',
    orig_out_trade_no: '3Z6HPCS6RN54J2Y8LUQM8RBDVBA9URYE',
  },
} as const satisfies Callback

export const callbacks = { payment, refund }
