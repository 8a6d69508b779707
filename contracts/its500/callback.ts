// The callback of its500: an order was paid.
import * as z from 'zod'
import { toYuan } from '../../src/contract/codec/money.ts'
import { assumed, type Callback, documented, fact } from '../../src/contract/index.ts'
import { looseObject } from '../../src/contract/late-object.ts'
import { codeFields, type PayType, payable, text255, yuan } from './fields.ts'

/** What `paytype` becomes in the callback. */
export const callbackPayTypes: Readonly<Record<PayType, string>> = { wx: '0', ali: '1', QQ: '6' }

const payload = looseObject(() => ({
  code: fact(
    z.literal(10001),
    documented('callback.paid.code', 'a number here, a text in the answer to an order'),
    '10001 is success.',
  ),
  msg: fact(z.string(), documented('callback.paid.msg'), 'Text of the callback.'),
  orderId: fact(z.string().min(1), documented('callback.paid.orderId'), "its500's number of the order."),
  price: fact(yuan(), documented('callback.paid.price'), 'What was paid, in yuan.'),
  originalprice: fact(yuan(), documented('callback.paid.originalprice'), 'The price as ordered, in yuan.'),
  name: fact(z.string(), documented('callback.paid.name'), 'Name of the goods, as sent.'),
  reurl: fact(text255().optional(), documented('callback.paid.reurl'), 'As sent.'),
  thirduid: fact(text255().optional(), documented('callback.paid.thirduid'), 'As sent.'),
  paytype: fact(
    z.union([z.enum(['0', '1', '6']), z.literal([0, 1, 6])]),
    documented(
      'callback.paid.paytype',
      'the table says int, the sample sends the text "0": both are accepted',
    ),
    '0 is WeChat, 1 is Alipay, 6 is QQ.',
  ),
  other: fact(text255().optional(), documented('callback.paid.other'), 'As sent.'),
  remarks: fact(text255().optional(), documented('callback.paid.remarks'), 'As sent.'),
  ...codeFields('callback.paid'),
}))

const paid = {
  method: 'POST',
  summary: 'The order was paid.',
  provenance: documented('rule.callback-method'),
  contentType: 'application/json',
  payload,
  acknowledged: (reply, settings) =>
    reply.status >= 200 &&
    reply.status < 300 &&
    (settings.acknowledgeText === null || reply.body === settings.acknowledgeText),
  acknowledgement: {
    text: 'any 2xx status',
    provenance: assumed(
      'no required answer is documented; public receivers answer an empty 200',
      'acknowledgeText',
    ),
  },
  after: 'createOrder',
  url: '{$request.body#/callbackurl}',
  costs: 'balance',
  retryDelays: 'retryDelaysMs',
  example: {
    code: 10001,
    msg: '回调成功',
    other: '',
    orderId: 'oderpay-445b1306-6f50-48dd-99c1-9a704108f8ff',
    price: '99.97',
    originalprice: '100',
    name: '开通超级VIP',
    reurl: '',
    thirduid: '15811111111',
    paytype: '0',
    remarks: '',
  },
  order: { providerNumber: '/orderId', amount: { at: '/originalprice', unit: 'major' }, payable },
  forgery: {
    amount: fen => ({ price: toYuan(fen) }),
    flipped: { code: 10002, msg: '回调失败' },
    orderNumber: 'orderId',
  },
} as const satisfies Callback

export const callbacks = { paid }
