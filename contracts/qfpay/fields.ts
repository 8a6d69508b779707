// Fields that several operations of QFPay have in common.
import * as z from 'zod'
import { countCharacters } from '../../src/contract/codec/text.ts'
import { isTime } from '../../src/contract/codec/time.ts'
import { fact, type OrderFields, published, refuseUnless } from '../../src/contract/index.ts'
import { looseObject } from '../../src/contract/late-object.ts'

/** ISO 4217 codes that QFPay settles in. */
export const currencies = [
  'AED',
  'CNY',
  'EUR',
  'HKD',
  'IDR',
  'JPY',
  'MMK',
  'MYR',
  'SGD',
  'THB',
  'USD',
  'CAD',
  'AUD',
] as const

const timePattern = '\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}'

/** A time in a request. */
export const timeText = () =>
  refuseUnless(
    z.string().max(20),
    'invalidParameter',
    'not a time written as YYYY-MM-DD hh:mm:ss',
    isTime,
  ).meta({ pattern: `^${timePattern}$` })

/** A time in a request, or an empty text where none is meant. */
export const timeTextOrEmpty = () =>
  refuseUnless(
    z.string().max(20),
    'invalidParameter',
    'not a time written as YYYY-MM-DD hh:mm:ss',
    text => text === '' || isTime(text),
  ).meta({ pattern: `^(${timePattern})?$` })

/** A time in an answer. */
export const timeOut = () => z.string().regex(new RegExp(`^${timePattern}$`), 'not YYYY-MM-DD hh:mm:ss')

/** An amount in a request, in minor units. */
export const amountText = () =>
  z.string().regex(/^[1-9]\d{0,10}$/, 'not a positive whole number of at most 11 digits')

/** An amount in an answer: the table says a number, the samples send a text. */
export const amountOut = () =>
  z.union([z.string().regex(/^\d{1,11}$/), z.int().nonnegative().max(99_999_999_999)])

/** A text that may be missing or null: which of the two a row has was seen for few fields only. */
export const textOut = () => z.string().nullable().optional()

export const goodsName = () =>
  z
    .string()
    .max(64)
    .refine(text => countCharacters(text) <= 20, 'longer than 20 characters')
    .meta({ maxLength: 20 })

/** The header that each operation takes besides app code and signature. */
export const headers = looseObject(() => ({
  'x-qf-signtype': fact(
    z.string().optional(),
    published('rule.signature-type-header'),
    'MD5 (also when missing or empty) or SHA256.',
  ),
}))

/** What request, answer and notification say of an order, or of a refund, which has a number of its own. */
export const asked = {
  orderNumber: '/out_trade_no',
  amount: { at: '/txamt', unit: 'minor' },
} as const satisfies OrderFields

/** The same in the rows of a query. */
export const shown = {
  ...asked,
  list: '/data',
  providerNumber: '/syssn',
  isPaid: ({ respcd }) => respcd === '0000',
} as const satisfies OrderFields
