// Fields that several answers of vv-tool have in common.
import type * as z from 'zod'
import { documented, fact } from '../../src/contract/index.ts'

export const envelope = {
  code: 'Status code: 0 is success.',
  msg: 'Text of the answer.',
  msec: 'Time the call took, in milliseconds.',
  time: 'Time of the answer, in seconds since 1970.',
  data: 'The result; the empty text on failure.',
} as const

export const field = (name: keyof typeof envelope, schema: z.ZodType) =>
  fact(schema, documented(`paymentQrCode.response.${name}`), envelope[name])
