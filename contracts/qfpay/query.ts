// The operation query: what became of orders and refunds, a row for each.
import * as z from 'zod'
import { assumed, defineOperation, fact, observed, published } from '../../src/contract/index.ts'
import { looseObject } from '../../src/contract/late-object.ts'
import { amountOut, headers, shown, textOut, timeOut, timeTextOrEmpty } from './fields.ts'

const parameters = 'rule.query-parameters'

const request = looseObject(() => ({
  mchid: fact(
    z.string().optional(),
    published(parameters),
    'Merchant numbers, by commas: the own one must be among them if the account has one.',
  ),
  syssn: fact(z.string().optional(), published(parameters), "QFPay's numbers, by commas."),
  out_trade_no: fact(
    z.string().optional(),
    published(parameters),
    "The merchant's numbers of payments and refunds, by commas.",
  ),
  pay_type: fact(z.string().optional(), published(parameters), 'Pay types, by commas.'),
  respcd: fact(
    z
      .string()
      .regex(/^(\d{4})?$/, 'not a code of four digits')
      .optional(),
    published(parameters),
    'Only rows in this state.',
  ),
  start_time: fact(
    timeTextOrEmpty().optional(),
    published(parameters, 'its form is taken to be that of txdtm'),
    'Only orders made then or later; from the beginning of the calendar month where it is not sent.',
  ),
  end_time: fact(
    timeTextOrEmpty().optional(),
    published(parameters, 'its form is taken to be that of txdtm'),
    'Only orders made then or earlier; to the end of the calendar month where it is not sent.',
  ),
  txzone: fact(
    z
      .string()
      .regex(/^([+-](0\d|1[0-4])[0-5]\d)?$/, 'not a time zone such as +0800')
      .optional(),
    published('rule.txzone-default'),
    'Time zone of start_time and end_time; +0800 where it is not sent.',
  ),
  page: fact(
    z
      .string()
      .regex(/^([1-9]\d{0,8})?$/, 'not the number of a page')
      .optional(),
    published(parameters),
    'Which page, from 1.',
  ),
  page_size: fact(
    z
      .string()
      .regex(/^([1-9]\d?|100)?$/, 'not 1 to 100')
      .optional(),
    published(parameters),
    'Rows of a page: 10 where it is not sent, at most 100.',
  ),
}))

const fields = 'rule.query-row-fields'

/** One order, or one refund. */
export const queryRow = looseObject(() => ({
  syssn: fact(z.string().min(1).max(40), published(fields), "QFPay's number of the payment or refund."),
  out_trade_no: fact(z.string().max(128), published(fields), "The merchant's number of it."),
  chnlsn: fact(textOut(), published(fields), "The wallet's number; empty until paid."),
  chnlsn2: fact(textOut(), published(fields), 'A second number of the wallet; empty.'),
  goods_name: fact(textOut(), published(fields), 'Name of the goods, as sent.'),
  goods_info: fact(textOut(), published(fields), 'Empty.'),
  goods_detail: fact(textOut(), published(fields), 'Empty.'),
  txcurrcd: fact(z.string().length(3), published(fields), 'Currency.'),
  origssn: fact(
    textOut(),
    published(fields, 'null in payment rows is observed (rule.query-origssn-null)'),
    "Of a refund, QFPay's number of the payment; of a payment null.",
  ),
  pay_type: fact(z.string().length(6), published(fields), 'Pay type.'),
  order_type: fact(
    z.enum(['payment', 'refund', 'close']),
    published('rule.query-order-types'),
    'What the row is of. The double shows no rows for closes.',
  ),
  txdtm: fact(timeOut(), published(fields), 'Time of the request, as sent.'),
  txamt: fact(amountOut(), published(fields), 'Amount in minor units, as text.'),
  sysdtm: fact(timeOut(), published(fields), 'Time at QFPay (UTC+8).'),
  paydtm: fact(
    z.string(),
    published('rule.query-unpaid-row'),
    'When it was paid, or the refund came through (UTC+8); empty before.',
  ),
  cancel: fact(
    z.enum(['0', '1', '2', '3', '4', '5']),
    published('rule.query-cancel-values'),
    '0 normal, 1 CPM reversed or refunded, 2 MPM cancelled, 3 refunded, 4 preauth finished, 5 partially refunded.',
  ),
  cardcd: fact(textOut(), published(fields), 'Card number; empty here.'),
  cardtp: fact(textOut(), published(fields), 'Card type; empty here.'),
  clisn: fact(textOut(), published(fields), 'Empty.'),
  udid: fact(textOut(), published(fields), 'Device number, as sent.'),
  userid: fact(textOut(), published(fields), 'Empty.'),
  respcd: fact(
    z.string().length(4),
    published('rule.query-two-codes'),
    'The state of the payment or refund: 0000 paid, 1143 and 1145 not yet, all others failed.',
  ),
  errmsg: fact(z.string(), published('rule.query-unpaid-row'), 'Text of the state.'),
  exchange_rate: fact(textOut(), published(fields), 'Empty.'),
  cash_fee: fact(textOut(), published(fields), 'Empty.'),
  cash_fee_type: fact(textOut(), published(fields), 'Empty.'),
  cash_refund_fee: fact(textOut(), published(fields), 'Empty.'),
  cash_refund_fee_type: fact(textOut(), published(fields), 'Empty.'),
}))

/** A number in captures, a text in the documents. */
const pageNumber = () => z.union([z.int().positive(), z.string().regex(/^[1-9]\d*$/)])

export const query = defineOperation({
  methods: ['POST', 'GET'],
  path: '/trade/v1/query',
  summary: 'What became of payments and refunds, a row for each.',
  provenance: published('query', 'GET is observed (rule.query-get)'),
  headers,
  orderNumber: 'out_trade_no',
  orders: { response: shown },
  request: { in: 'body', contentTypes: ['application/x-www-form-urlencoded'], schema: request },
  response: looseObject(() => ({
    respcd: fact(
      z.literal('0000'),
      published('rule.query-two-codes'),
      'Whether the query worked; not whether anything was paid.',
    ),
    resperr: fact(z.string().optional(), published('rule.success-texts'), 'Text of the answer.'),
    respmsg: fact(z.string().optional(), published('rule.success-texts'), 'Further text.'),
    page: fact(
      pageNumber(),
      observed('rule.query-page-int', 'a number in captures, a text in the documents: both are accepted'),
      'Which page.',
    ),
    page_size: fact(
      pageNumber(),
      observed('rule.query-page-int', 'a number in captures, a text in the documents: both are accepted'),
      'Rows of a page.',
    ),
    data: fact(
      z.array(queryRow),
      observed('rule.query-unknown-order'),
      'A row for each payment and refund; none for an unknown order.',
    ),
  })),
  advice: [
    {
      kind: 'timesIgnored',
      pointer: '/start_time',
      message: 'start_time and end_time are ignored where syssn is sent.',
      provenance: published(parameters),
      applies: ({ syssn, start_time, end_time }) => Boolean(syssn) && Boolean(start_time || end_time),
    },
  ],
  examples: [
    {
      name: 'unpaid',
      provenance: assumed('put together from the published row of an unpaid order and its field list'),
      request: { out_trade_no: '3Z6HPCS6RN54J2Y8LUQM8RBDVBA9URYE', mchid: 'ZaMVg12345' },
      response: {
        respcd: '0000',
        resperr: 'success',
        respmsg: '',
        page: 1,
        page_size: 10,
        data: [
          {
            syssn: '20200410000300020086358791',
            out_trade_no: '3Z6HPCS6RN54J2Y8LUQM8RBDVBA9URYE',
            chnlsn: '',
            chnlsn2: '',
            goods_name: '',
            goods_info: '',
            goods_detail: '',
            txcurrcd: 'HKD',
            origssn: null,
            pay_type: '800201',
            order_type: 'payment',
            txdtm: '2020-04-10 11:45:44',
            txamt: '300',
            sysdtm: '2020-04-10 11:45:44',
            paydtm: '',
            cancel: '0',
            cardcd: '',
            cardtp: '',
            clisn: '',
            udid: 'qiantai2',
            userid: '',
            respcd: '1143',
            errmsg: '订单还未支付，或者正在输入密码中',
            exchange_rate: '',
            cash_fee: '',
            cash_fee_type: '',
            cash_refund_fee: '',
            cash_refund_fee_type: '',
          },
        ],
      },
    },
  ],
})
