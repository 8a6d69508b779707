// What QFPay gives a merchant, and what differs from one merchant, or one reading of the sources, to another.
import * as z from 'zod'
import {
  type AccountContract,
  assumed,
  documented,
  errorCodesSetting,
  fact,
  observed,
  published,
} from '../../src/contract/index.ts'
import { object } from '../../src/contract/late-object.ts'
import { mpmCodes } from './pay-types.ts'

const credentials = object(() => ({
  appCode: fact(z.string().min(1), documented('rule.credentials'), 'App code, sent as X-QF-APPCODE.'),
  clientKey: fact(z.string().min(1), documented('rule.credentials'), 'Client key: signs, and is never sent.'),
  mchid: fact(
    z.string().min(1).max(16).nullable(),
    documented('rule.mchid-iff-account-has-one'),
    "The merchant's number under an agent, or null.",
  ),
}))

const settings = object(() => ({
  duplicateOrderCode: fact(
    z.enum(['1251', '1102', '2011']),
    observed(
      'rule.duplicate-order-number',
      'captured on a refund; 1102 and 2011 are the published codes that say the same',
    ),
    'Code that answers a repeated out_trade_no.',
  ),
  errorCodes: errorCodesSetting(['invalidParameter', 'malformed', 'refundUnderWay', 'rateLimited']),
  emptyParams: fact(
    z.enum(['signed', 'either']),
    published('rule.signature-empty-params', 'the published pages contradict one another'),
    'Whether parameters with an empty value must be signed, or may be left out of the signature.',
  ),
  payTypes: fact(
    z.array(z.enum(mpmCodes)),
    published('rule.pay-types', 'that a new account has all of them is assumed'),
    'The pay types that are enabled; others are refused with 1104.',
  ),
  expiredTimeElsewhere: fact(
    z.enum(['refuse', 'ignore']),
    assumed(
      'no source says what becomes of expired_time with a pay type that takes none',
      'expiredTimeElsewhere',
    ),
    'Whether expired_time is refused or ignored with pay types that take none.',
  ),
  otherExpiryMinutes: fact(
    z.int().positive().nullable(),
    assumed('no source says how long the codes live that take no expired_time', 'otherExpiryMinutes'),
    'Life in minutes of codes that take no expired_time; null for ever.',
  ),
  notifyUrl: fact(
    z.string().max(256).nullable(),
    published('rule.callback-registration'),
    'The registered address for notifications; null for none.',
  ),
  notifyUrlParam: fact(
    z.enum(['overrides', 'ignored']),
    assumed('whether notify_url outranks the registered address is not stated anywhere', 'notifyUrlParam'),
    'Whether a notify_url in a request takes the place of the registered address.',
  ),
  acknowledgeCase: fact(
    z.enum(['exact', 'any']),
    published('rule.callback-ack', 'an older copy takes any case (rule.callback-ack-case)'),
    'Whether a notification is acknowledged by SUCCESS alone, or in any case of letters.',
  ),
  retryDelaysMs: fact(
    z.array(z.int().nonnegative()),
    published('rule.callback-retry', 'older pages have other pauses'),
    'Pauses before each retry of a notification, in milliseconds.',
  ),
  queryOrder: fact(
    z.enum(['newestFirst', 'oldestFirst']),
    assumed('no source says in which order rows come', 'queryOrder'),
    'Which rows of a query come first.',
  ),
  timesByOrderNumber: fact(
    z.enum(['ignored', 'kept']),
    published(
      'rule.query-parameters',
      'an older page ignores them with out_trade_no, newer ones with syssn only',
    ),
    'Whether start_time, end_time and the calendar month are ignored where out_trade_no is sent.',
  ),
  expiredCode: fact(
    z.enum(['1181', '1142', '1143']),
    assumed('no source says what a query shows once a code has expired', 'expiredCode'),
    'respcd in the row of an order that has expired.',
  ),
  closedCode: fact(
    z.enum(['1142', '1263', '1264']),
    assumed('no source says what a query shows once an order is closed', 'closedCode'),
    'respcd in the row of an order that was closed.',
  ),
  unknownOrderCode: fact(
    z.enum(['1268', '1136']),
    assumed('two published codes say that there is no such order', 'unknownOrderCode'),
    'Code that answers a refund, close or reversal of an order that does not exist.',
  ),
  refundAgainCode: fact(
    z.enum(['1125', '1264', '1262']),
    published('code.1125', '1264 was seen (rule.refund-closed-capture), and 1262 says the same'),
    'Code that answers a refund of what is refunded in full.',
  ),
  refundSettlementMs: fact(
    z.int().nonnegative(),
    assumed('no source says how long a refund is under way', 'refundSettlementMs'),
    'How long a refund is pending, in milliseconds; 0 for not at all.',
  ),
  refundPendingCode: fact(
    z.enum(['1143', '1145', '0000']),
    assumed(
      'a pending refund was seen as 1143 in a query; what the refund itself is answered was not seen',
      'refundPendingCode',
    ),
    'Code that answers a refund which is not through yet.',
  ),
  refundBalance: fact(
    z.union([z.literal('takings'), z.int().nonnegative()]).nullable(),
    published('rule.refund-takings', 'that a new account has no limit is assumed'),
    'What can be given back, before 1269: null without limit; `takings` of today, by the clock of Hong Kong; or so many minor units, less each refund.',
  ),
  refundNightStop: fact(
    z.boolean(),
    published('rule.refund-night-window'),
    'Whether refunds are refused with 1265 between 23:30 and 00:30 in Hong Kong.',
  ),
  refundWindowDays: fact(
    z.record(z.string().regex(/^\d{6}$/), z.int().nonnegative().nullable()),
    observed(
      'rule.refund-windows-days',
      'other windows, by pay type, than those of the rule refundWindowDays',
    ),
    'Days within which a payment can be refunded, by pay type: 0 is never, null without limit.',
  ),
  refundsAtOnce: fact(
    z.enum(['allow', 'refuse']),
    assumed(
      'a second refund within a second was seen refused (rule.refund-too-soon-capture), but not its code',
      'refundsAtOnce',
    ),
    'Whether a payment can be refunded while another refund of it is under way, or is less than a second old.',
  ),
  closePaid: fact(
    z.enum(['refuse', 'refund']),
    published('rule.close-paid-order', 'refused now, refunded by a page of 2018'),
    'What comes of closing or reversing what is paid.',
  ),
  closedAgainCode: fact(
    z.enum(['1142', '1264']),
    assumed('two published codes say that an order is closed', 'closedAgainCode'),
    'Code that answers a close or reversal of what is closed or has expired.',
  ),
  closeAmount: fact(
    z.enum(['checked', 'ignored']),
    assumed('no source says whether the txamt of a close must be that of the order', 'closeAmount'),
    'Whether a close with another amount than that of the order is refused with 1266.',
  ),
  closePayTypes: fact(
    z.array(z.enum(mpmCodes)),
    published('rule.close-operation', 'which wallets are qualified besides WeChat is not said'),
    'Pay types that can be closed; others answer 1297.',
  ),
  reversalPayTypes: fact(
    z.array(z.enum(mpmCodes)),
    published('rule.reversal-operation', 'the pages disagree, and one has none of Hong Kong'),
    'Pay types that can be reversed; others answer 1297.',
  ),
}))

const minute = 60_000

export const account = {
  credentials,
  settings,
  defaults: {
    duplicateOrderCode: '1251',
    errorCodes: {},
    emptyParams: 'signed',
    payTypes: mpmCodes,
    expiredTimeElsewhere: 'refuse',
    otherExpiryMinutes: 30,
    notifyUrl: null,
    notifyUrlParam: 'overrides',
    acknowledgeCase: 'exact',
    retryDelaysMs: [2, 10, 10, 60, 120, 360, 900].map(minutes => minutes * minute),
    queryOrder: 'newestFirst',
    timesByOrderNumber: 'kept',
    expiredCode: '1181',
    closedCode: '1142',
    unknownOrderCode: '1268',
    refundAgainCode: '1125',
    refundSettlementMs: 0,
    refundPendingCode: '1143',
    refundBalance: null,
    refundNightStop: true,
    refundWindowDays: {},
    refundsAtOnce: 'allow',
    closePaid: 'refuse',
    closedAgainCode: '1142',
    closeAmount: 'checked',
    closePayTypes: ['800201'],
    reversalPayTypes: ['800101', '801501'],
  },
  identifiedBy: 'appCode',
  callbackAddress: 'notifyUrl',
  secrets: ['clientKey'],
} as const satisfies AccountContract
