// vv-tool: a collection QR code for a merchant number.
import * as z from 'zod'
import { defineContract, documented, fact, published } from '../../src/contract/index.ts'
import { looseObject } from '../../src/contract/late-object.ts'
import { account } from './account.ts'
import { cases } from './cases.ts'
import { errors } from './errors.ts'
import { envelope, field } from './fields.ts'
import { merchantOrderDetail } from './merchant-order-detail.ts'
import { paymentQrCode } from './payment-qr-code.ts'
import { rules } from './rules.ts'
import { oldToken, token } from './token.ts'
import { wire } from './wire.ts'

export const vvtool = defineContract({
  id: 'vvtool',
  title: 'vv-tool',
  summary: 'Collection QR codes for a merchant number.',
  servers: [
    { url: 'http://api.vv-tool.com', description: 'Production', provenance: documented('rule.hosts') },
    {
      url: 'http://proxy-api.vv-tool.com',
      description: 'Host of some published copies',
      provenance: published('rule.proxy-host'),
    },
  ],
  basePaths: ['/tool/', token.path, oldToken.path],
  utcOffsetMinutes: 480,
  account,
  codeField: 'code',
  readOn: '2026-11-22',
  operations: { paymentQrCode, merchantOrderDetail, token, oldToken },
  callbacks: {},
  errors,
  refusals: {
    malformed: 'invalidParameter',
    unknownAccount: 'invalidToken',
    invalid: 'invalidParameter',
    rateLimited: 'tooManyRequests',
    unknownOperation: 'unknownOperation',
  },
  refusal: looseObject(() => ({
    code: field('code', z.int()),
    msg: field('msg', z.string()),
    msec: field('msec', z.int().nonnegative()),
    time: field('time', z.int().nonnegative()),
    data: fact(z.literal(''), documented('rule.data-empty-string-on-failure'), envelope.data),
  })),
  rateLimits: [
    { operation: 'paymentQrCode', limit: 10, windowMs: 1000, provenance: documented('rule.rate-limit') },
    {
      operation: 'merchantOrderDetail',
      limit: 10,
      windowMs: 1000,
      provenance: published('rule.order-query-rate-limit'),
    },
  ],
  rules,
  security: {
    accessToken: {
      type: 'bearer',
      description: 'The access token.',
      provenance: documented('paymentQrCode.request.header.Authorization'),
    },
  },
  cases,
  wire,
})
