// QFPay: payments by a QR code that the merchant shows, queries, refunds, closes, notifications.
import * as z from 'zod'
import { defineContract, documented, fact, observed, published } from '../../src/contract/index.ts'
import { looseObject } from '../../src/contract/late-object.ts'
import { account } from './account.ts'
import { cases } from './cases.ts'
import { close, reversal } from './close.ts'
import { errors } from './errors.ts'
import { callbacks } from './notification.ts'
import { payment } from './payment.ts'
import { query } from './query.ts'
import { refund } from './refund.ts'
import { rules } from './rules.ts'
import { wire } from './wire.ts'

const refusal = looseObject(() => ({
  resperr: fact(
    z.string().max(128),
    documented('payment.response.resperr'),
    'Text of the refusal, normally with the code in brackets.',
  ),
  respcd: fact(
    z.string().length(4),
    documented('payment.response.respcd'),
    'Response code; see the error table.',
  ),
  respmsg: fact(z.string().max(128), documented('payment.response.respmsg'), 'Further text, mostly empty.'),
}))

export const qfpay = defineContract({
  id: 'qfpay',
  title: 'QFPay',
  summary:
    'Payments by a QR code that the merchant shows, of seven wallets (WeChat: pay_type 800201), with query, refund, close, reversal and notification.',
  servers: [
    {
      url: 'https://openapi-hk.qfapi.com',
      description: 'Production, Hong Kong',
      provenance: published('rule.hosts'),
    },
    {
      url: 'https://test-openapi-hk.qfapi.com',
      description: 'Live testing: real wallets, not settled',
      provenance: documented('rule.test-host'),
    },
    {
      url: 'https://openapi-int.qfapi.com',
      description: 'Sandbox, cards only',
      provenance: published('rule.hosts'),
    },
    {
      url: 'https://openapi.qfpay.com',
      description: 'Older production',
      provenance: observed('rule.hosts-legacy'),
    },
    {
      url: 'https://openapi-test.qfpay.com',
      description: 'Older test',
      provenance: observed('rule.hosts-legacy'),
    },
    {
      url: 'https://test-openapi-eur.qfapi.com',
      description: 'Test, Europe',
      provenance: observed('rule.hosts-legacy'),
    },
    {
      url: 'https://test-openapi-th.qfapi.com',
      description: 'Test, Thailand',
      provenance: observed('rule.hosts-legacy'),
    },
    { url: 'https://osqt.qfpay.com', description: 'Test of 2017', provenance: observed('rule.hosts-legacy') },
  ],
  basePaths: ['/trade/v1/'],
  utcOffsetMinutes: 480,
  account,
  codeField: 'respcd',
  readOn: '2026-11-22',
  personalFields: ['extend_info', 'user_creid', 'user_truename', 'cardcd', 'userid'],
  operations: { payment, query, refund, close, reversal },
  callbacks,
  errors,
  refusals: {
    malformed: 'malformed',
    unknownAccount: 'signature',
    invalid: 'invalidParameter',
    rateLimited: 'rateLimited',
  },
  refusal,
  responseHeaders: looseObject(() => ({
    'X-QF-SIGN': fact(
      z
        .string()
        .regex(/^[0-9A-F]{32}$/)
        .optional(),
      published('rule.response-signature'),
      'MD5 of the raw body and the client key, upper-case hex; missing where the app code is unknown.',
    ),
  })),
  rateLimits: [
    { limit: 100, windowMs: 1000, provenance: published('rule.rate-limit') },
    { limit: 400, windowMs: 60_000, provenance: published('rule.rate-limit') },
  ],
  rules,
  security: {
    appCode: {
      type: 'header',
      header: 'X-QF-APPCODE',
      description: 'The app code.',
      provenance: documented('payment.request.header.X-QF-APPCODE'),
    },
    signature: {
      type: 'header',
      header: 'X-QF-SIGN',
      description:
        'Hash of the parameters sorted by name and joined as k=v by &, with the client key appended; hex in either case.',
      provenance: documented('payment.request.header.X-QF-SIGN'),
    },
  },
  cases,
  wire,
})
