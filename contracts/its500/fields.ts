// Fields that several messages of its500 have in common.
import * as z from 'zod'
import { documented, fact } from '../../src/contract/index.ts'

export const payTypes = ['wx', 'ali', 'QQ'] as const
export type PayType = (typeof payTypes)[number]

export const text255 = () => z.string().max(255)

export const yuan = () => z.string().regex(/^\d+(\.\d{1,2})?$/, 'not an amount in yuan')

const codes = {
  wxcode: 'Address of the WeChat receiving code, if one is uploaded.',
  qqcode: 'Address of the QQ receiving code, if one is uploaded.',
  zfbcode: 'Address of the Alipay receiving code, if one is uploaded.',
  qrcode: 'Opens Alipay on the transfer page.',
  zfbuseridcode: 'Alipay code with the amount in it, if it is configured.',
} as const

export const codeFields = (message: string) => ({
  wxcode: fact(text255().optional(), documented(`${message}.wxcode`), codes.wxcode),
  qqcode: fact(text255().optional(), documented(`${message}.qqcode`), codes.qqcode),
  zfbcode: fact(text255().optional(), documented(`${message}.zfbcode`), codes.zfbcode),
  qrcode: fact(text255().optional(), documented(`${message}.qrcode`), codes.qrcode),
  zfbuseridcode: fact(text255().optional(), documented(`${message}.zfbuseridcode`), codes.zfbuseridcode),
})

/** What the payer pays: less than the price by a random discount, which is less than one yuan (`rule.discount`). */
export const payable = { at: '/price', unit: 'major', lessBy: 99 } as const
