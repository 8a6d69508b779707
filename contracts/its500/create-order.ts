// The operation createOrder: an order, answered with the price that the payer must pay to the fen.
import * as z from 'zod'
import { toFen } from '../../src/contract/codec/money.ts'
import { defineOperation, documented, fact, observed, refusalKey } from '../../src/contract/index.ts'
import { looseObject } from '../../src/contract/late-object.ts'
import { codeFields, payable, payTypes, text255, yuan } from './fields.ts'

/** Ten digits of yuan: beyond it whole fen would in time not be exact numbers. */
const largestFen = 999_999_999_999

const decimal = /^-?\d+(\.\d+)?$/

const price = () =>
  fact(
    z
      .string({ error: 'missing' })
      .superRefine((text, check) => {
        const refuse = (refusal: string, message: string) =>
          check.addIssue({ code: 'custom', message, params: { refusal }, input: text })
        if (text === '') refuse('wrongAmount', 'the amount is empty')
        else if (!decimal.test(text)) refuse('amountFormat', 'the amount is no decimal number')
        else if (Number(text) <= 0) refuse('wrongAmount', 'the amount is not positive')
        else if (Number.isNaN(toFen(text))) refuse('amountFormat', 'the amount has more than two decimals')
        else if (toFen(text) < 100) refuse('amountTooSmall', 'the amount is below 1 yuan')
        else if (toFen(text) > largestFen)
          refuse('wrongAmount', 'the amount has more than ten digits of yuan')
      })
      .meta({ pattern: '^0*[1-9]\\d{0,9}(\\.\\d{1,2})?$', [refusalKey]: 'wrongAmount' }),
    documented('createOrder.request.price'),
    'Price in yuan, at most two decimals, at least 1.',
  )

const request = looseObject(() => ({
  price: price(),
  name: fact(
    z.string().min(1).max(100),
    documented('createOrder.request.name'),
    'Name of the goods, shown as the order name in the back office.',
  ),
  reurl: fact(text255().optional(), documented('createOrder.request.reurl'), 'Page to show after payment.'),
  thirduid: fact(
    text255().optional(),
    documented('createOrder.request.thirduid'),
    "User id on the merchant's platform; recommended.",
  ),
  paytype: fact(
    z.enum(payTypes, { error: 'not wx, ali or QQ' }).optional(),
    documented('createOrder.request.paytype'),
    'wx is WeChat, ali is Alipay, QQ is QQ.',
  ),
  remarks: fact(
    text255().optional(),
    documented('createOrder.request.remarks'),
    'Remark, returned untouched.',
  ),
  other: fact(
    text255().optional(),
    documented('createOrder.request.other'),
    'Further text, returned untouched.',
  ),
  callbackurl: fact(
    text255().optional(),
    documented('createOrder.request.callbackurl'),
    "Callback address; must be among the account's registered ones. The default one where it is not sent.",
  ),
}))

/** The keys that the document's sample answer writes with a trailing space. */
export const spacedKeys = [
  'originalprice',
  'remarks',
  'wxcode',
  'zfbcode',
  'qrcode',
  'zfbuseridcode',
] as const

const spaced = (name: (typeof spacedKeys)[number], schema: z.ZodType<string>) =>
  fact(
    schema.optional(),
    documented(
      'rule.trailing-space-keys',
      'the parameter table writes the key without the space: both are accepted',
    ),
    `${name}, as the sample answer spells it.`,
  )

const response = looseObject(() => ({
  msg: fact(z.string(), documented('createOrder.response.msg'), 'Text of the answer.'),
  code: fact(
    z.literal('10001'),
    documented('createOrder.response.code', 'a text in the answer, a number in the callback'),
    '10001 is success.',
  ),
  orderId: fact(
    z.string().min(1),
    documented('createOrder.response.orderId'),
    "its500's number of the order.",
  ),
  price: fact(
    yuan(),
    documented('createOrder.response.price'),
    'What the payer must pay, in yuan: the original price less the random discount.',
  ),
  originalprice: fact(
    yuan().optional(),
    documented('createOrder.response.originalprice'),
    'The price as ordered, in yuan.',
  ),
  name: fact(z.string().max(100), documented('createOrder.response.name'), 'Name of the goods, as sent.'),
  reurl: fact(text255().optional(), documented('createOrder.response.reurl'), 'As sent.'),
  thirduid: fact(text255().optional(), documented('createOrder.response.thirduid'), 'As sent.'),
  other: fact(text255().optional(), documented('createOrder.response.other'), 'As sent.'),
  remarks: fact(text255().optional(), documented('createOrder.response.remarks'), 'As sent.'),
  ...codeFields('createOrder.response'),
  'originalprice ': spaced('originalprice', yuan()),
  'remarks ': spaced('remarks', text255()),
  'wxcode ': spaced('wxcode', text255()),
  'zfbcode ': spaced('zfbcode', text255()),
  'qrcode ': spaced('qrcode', text255()),
  'zfbuseridcode ': spaced('zfbuseridcode', text255()),
}))
  .refine(answer => answer.originalprice !== undefined || answer['originalprice '] !== undefined, {
    error: 'neither originalprice nor "originalprice " is there',
    path: ['originalprice'],
  })
  .meta({ anyOf: [{ required: ['originalprice'] }, { required: ['originalprice '] }] })

export const createOrder = defineOperation({
  methods: ['POST'],
  path: '/order/createOrder',
  summary: 'Creates an order; the payer must pay the answered price, to the fen.',
  provenance: documented('createOrder'),
  request: { in: 'body', contentTypes: ['application/x-www-form-urlencoded'], schema: request },
  response,
  orders: {
    creates: true,
    request: { amount: { at: '/price', unit: 'major' } },
    response: { providerNumber: '/orderId', amount: { at: '/originalprice', unit: 'major' }, payable },
  },
  page: {
    summary:
      'A cashier page for the payer, where other is zzfpage-wxpay (WeChat) or zzfpage-alipay (Alipay).',
    provenance: observed('rule.other-special-values', 'what the page looks like is assumed'),
    isAsked: ({ other }) => cashierPages[String(other)] !== undefined,
  },
  advice: [
    {
      kind: 'noUserId',
      pointer: '/thirduid',
      message: 'The document strongly recommends thirduid, so that a payment can be told to a user.',
      provenance: documented('rule.thirduid-recommended'),
      applies: params => !params.thirduid,
    },
  ],
  examples: [
    {
      name: 'order',
      provenance: documented('createOrder.response.price', 'values after the sample of the document'),
      request: { price: '100', name: '开通超级VIP', thirduid: '15811111111', paytype: 'ali' },
      response: {
        msg: '下单成功',
        other: '',
        code: '10001',
        orderId: 'oderpay-7ae379d1-e4c1-4acd-8d9a-584a208b28b7',
        price: '99.13',
        name: '开通超级VIP',
        reurl: '',
        thirduid: '15811111111',
        originalprice: '100',
        remarks: '',
        zfbcode: 'http://zyphoto.xxx.cn/20210328224809',
      },
    },
  ],
})

/** The values of `other` that ask for the cashier page, each with the code that it shows. */
export const cashierPages: Readonly<Record<string, 'wx' | 'ali' | undefined>> = {
  'zzfpage-wxpay': 'wx',
  'zzfpage-alipay': 'ali',
}
