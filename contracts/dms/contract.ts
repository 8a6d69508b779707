// dms (66智修): a payment QR code over allinpay (通联).
import * as z from 'zod'
import { assumed, defineContract, documented, fact } from '../../src/contract/index.ts'
import { looseObject } from '../../src/contract/late-object.ts'
import { account } from './account.ts'
import { cases } from './cases.ts'
import { bizUser, getPayWayTonglian } from './directories.ts'
import { errors } from './errors.ts'
import { getOrderDetail } from './get-order-detail.ts'
import { payment } from './payment.ts'
import { rules } from './rules.ts'
import { wire } from './wire.ts'

export const dms = defineContract({
  id: 'dms',
  title: 'dms (66智修)',
  summary: 'Payment QR codes over allinpay (通联).',
  servers: [
    {
      url: 'http://xx.com',
      description: 'Placeholder of the document: every installation has its own host',
      provenance: documented('rule.host-placeholder'),
      placeholder: true,
    },
  ],
  basePaths: ['/dms/', '/fin-account/'],
  utcOffsetMinutes: 480,
  account,
  codeField: 'errCode',
  readOn: '2026-11-22',
  operations: { payment, getPayWayTonglian, bizUser, getOrderDetail },
  callbacks: {},
  errors,
  refusals: { malformed: 'malformed', unknownAccount: 'unknownPayer', invalid: 'invalidParameter' },
  refusal: looseObject(() => ({
    errCode: fact(z.int(), documented('payment.response.errCode'), 'Code; see the error table.'),
    errMsg: fact(z.string(), documented('payment.response.errMsg'), 'Text of the refusal.'),
    data: fact(
      z.array(z.unknown()),
      assumed('no refusal is shown; an empty list is how the sample writes an empty object'),
      'Empty.',
    ),
  })),
  rateLimits: [],
  rules,
  security: {},
  cases,
  wire,
})
