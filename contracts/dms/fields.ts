// Fields that several answers of dms have in common.
import * as z from 'zod'
import { documented, fact } from '../../src/contract/index.ts'

export const errCode = () => fact(z.literal(1000), documented('payment.response.errCode'), '1000 is success.')
export const errMsg = () => fact(z.string(), documented('payment.response.errMsg'), 'Text of the answer.')
