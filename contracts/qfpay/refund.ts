// The operation refund: gives back a payment, or a part of it.
import * as z from 'zod'
import { assumed, defineOperation, documented, fact, published } from '../../src/contract/index.ts'
import { looseObject } from '../../src/contract/late-object.ts'
import { amountOut, amountText, asked, headers, textOut, timeOut, timeText } from './fields.ts'

const parameters = 'rule.refund-operation'

const request = looseObject(() => ({
  syssn: fact(z.string().min(1).max(40), published(parameters), "QFPay's number of the payment."),
  out_trade_no: fact(
    z.string().min(1).max(128),
    published(parameters),
    "The merchant's number of the refund: a new one, unique among all payments and refunds.",
  ),
  txamt: fact(amountText(), published(parameters), 'What to give back, in minor units: all of it or a part.'),
  txdtm: fact(timeText(), published(parameters), 'Time of the request. Answered as sent.'),
  mchid: fact(
    z.string().max(16).optional(),
    published(parameters),
    'Number of the merchant under an agent: required if the account has one, forbidden if it has none.',
  ),
  udid: fact(z.string().max(40).optional(), published(parameters), 'Device number.'),
  notify_url: fact(
    z.string().max(256).optional(),
    published('rule.notify-url-public'),
    'Where to notify, instead of the registered address. The account setting notifyUrlParam decides.',
  ),
}))

const fields = 'rule.refund-response-fields'

const cash = (name: string) =>
  fact(textOut(), published(fields, 'one of those that begin with cash_'), `${name}. Not sent by the double.`)

export const refund = defineOperation({
  methods: ['POST'],
  path: '/trade/v1/refund',
  summary: 'Gives back a payment or a part of it, as often as something is left.',
  provenance: published('refund'),
  headers,
  orderNumber: 'out_trade_no',
  orders: { creates: true, request: asked, response: { ...asked, providerNumber: '/syssn' } },
  request: { in: 'body', contentTypes: ['application/x-www-form-urlencoded'], schema: request },
  response: looseObject(() => ({
    syssn: fact(z.string().min(1).max(40), published(fields), "QFPay's number of the refund."),
    orig_syssn: fact(z.string().min(1).max(40), published(fields), "QFPay's number of the payment."),
    txamt: fact(amountOut(), published(fields), 'What is given back, in minor units.'),
    sysdtm: fact(timeOut(), published(fields), 'Time at QFPay (UTC+8).'),
    paydtm: fact(textOut(), published(fields), 'When it came through (UTC+8); empty before.'),
    txdtm: fact(timeOut(), published(fields), 'Time of the request, as sent.'),
    txcurrcd: fact(z.string().length(3), published(fields), 'Currency of the payment.'),
    respcd: fact(
      z.enum(['0000', '1143', '1145']),
      documented('rule.pending-codes', '0000, and the codes after which the refund is to be queried'),
      '0000: the money is given back. 1143 and 1145: query again.',
    ),
    resperr: fact(z.string().max(128), published(fields), 'Text of the answer.'),
    respmsg: fact(z.string().max(128).optional(), published('rule.success-texts'), 'Further text.'),
    chnlsn: fact(textOut(), published(fields), "The wallet's number."),
    cardcd: fact(textOut(), published(fields), 'Card number; empty here.'),
    udid: fact(textOut(), published(fields), 'Device number, as sent.'),
    cash_fee: cash('Cash fee'),
    cash_fee_type: cash('Currency of the cash fee'),
    cash_refund_fee: cash('Cash fee given back'),
    cash_refund_fee_type: cash('Currency of the cash fee given back'),
  })),
  advice: [
    {
      kind: 'orderNumberCharacters',
      pointer: '/out_trade_no',
      message:
        'QFPay publishes letters, digits, _, | and * as the characters of an order number; others may be refused.',
      provenance: published('rule.order-number-charset'),
      applies: params => !/^[\w|*]*$/.test(String(params.out_trade_no)),
    },
  ],
  examples: [
    {
      name: 'partial',
      provenance: assumed('put together from the published field list; no sample was found'),
      request: {
        syssn: '20200410000300020086358791',
        out_trade_no: 'refund1',
        txamt: '100',
        txdtm: '2020-04-10 12:00:00',
        mchid: 'ZaMVg12345',
      },
      response: {
        syssn: '20200410000300020086358999',
        orig_syssn: '20200410000300020086358791',
        txamt: '100',
        sysdtm: '2020-04-10 12:00:00',
        paydtm: '2020-04-10 12:00:00',
        txdtm: '2020-04-10 12:00:00',
        txcurrcd: 'HKD',
        respcd: '0000',
        resperr: 'success',
        respmsg: 'OK',
        chnlsn: '',
        cardcd: '',
        udid: '',
      },
    },
  ],
})
