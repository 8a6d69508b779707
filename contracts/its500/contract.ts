// its500 (站长付): an order whose amount is lowered at random by less than one yuan, and a callback when it is paid.
import * as z from 'zod'
import { defineContract, documented, fact, observed } from '../../src/contract/index.ts'
import { looseObject } from '../../src/contract/late-object.ts'
import { account } from './account.ts'
import { callbacks } from './callback.ts'
import { cases } from './cases.ts'
import { createOrder } from './create-order.ts'
import { errors } from './errors.ts'
import { onlinePayFindResult } from './online-pay-find-result.ts'
import { randomCode } from './random-code.ts'
import { rules } from './rules.ts'
import { wire } from './wire.ts'

export const its500 = defineContract({
  id: 'its500',
  title: 'its500 (站长付)',
  summary:
    "Orders paid to the merchant's own receiving codes, told apart by a random discount, with a callback.",
  servers: [
    { url: 'https://pay.its500.com', description: 'Production', provenance: documented('rule.hosts') },
    {
      url: 'https://admin.zhanzhangfu.com',
      description: 'Older host, same paths',
      provenance: observed('rule.older-host'),
    },
  ],
  basePaths: ['/order/', '/randomCode'],
  utcOffsetMinutes: 480,
  account,
  codeField: 'code',
  readOn: '2026-11-22',
  personalFields: ['thirduid'],
  operations: { createOrder, onlinePayFindResult, randomCode },
  callbacks,
  errors,
  refusals: { malformed: 'malformed', unknownAccount: 'unknownMerchant', invalid: 'invalidParameter' },
  refusal: looseObject(() => ({
    msg: fact(z.string(), documented('createOrder.response.msg'), 'Text of the refusal.'),
    code: fact(z.string(), documented('createOrder.response.code'), 'Code; see the error table.'),
  })),
  rateLimits: [],
  rules,
  security: {
    appKey: {
      type: 'header',
      header: 'Payment-Key',
      description: 'The AppKey.',
      provenance: observed('createOrder.request.header.Payment-Key'),
    },
    appSecret: {
      type: 'header',
      header: 'Payment-Secret',
      description: 'The AppSecret.',
      provenance: observed('createOrder.request.header.Payment-Secret'),
    },
  },
  cases,
  wire,
})
