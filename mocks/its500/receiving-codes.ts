// The codes to which payers pay: those that the merchant has uploaded, and those of Alipay.
import type { PayType } from '../../contracts/its500/fields.ts'
import { toYuan } from '../../src/contract/codec/money.ts'
import type { Order } from '../../src/store/records.ts'
import { fieldsOf } from './orders.ts'

/** The texts of all codes by which an order can be paid, each with its pay type. */
export function codesOf(order: Order): Record<string, PayType> {
  const codes: Record<string, PayType> = {}
  for (const type of fieldsOf(order).payTypes) {
    const { qrcode, ...own } = receivingCodes(order.account, [type])
    for (const text of Object.values(own)) codes[text] = type
    if (type === 'ali') codes[qrcode] = codes[amountCode(order).zfbuseridcode] = type
  }
  return codes
}

/** Addresses of the merchant's own codes; they are the same for all orders of an account. */
export function receivingCodes(
  account: string,
  uploaded: readonly PayType[],
): Record<string, string> & { qrcode: string } {
  const transfer = encodeURIComponent(`https://qr.alipay.com/fkx${account}`)
  const codes: Record<string, string> & { qrcode: string } = {
    qrcode: `alipayqr://platformapi/startapp?saId=10000007&qrcode=${transfer}`,
  }
  for (const type of uploaded) codes[codeOf(type)] = `http://codes.its500.example/${account}/${type}`
  return codes
}

/** The Alipay code that has the amount in it. */
export function amountCode({ account, amount }: Order): { zfbuseridcode: string } {
  return {
    zfbuseridcode: `https://codes.its500.example/common/zfbuserid?zfbuserid=${account}&price=${toYuan(amount)}`,
  }
}

const codeFields = { wx: 'wxcode', ali: 'zfbcode', QQ: 'qqcode' } as const

export function codeOf<T extends PayType>(type: T): (typeof codeFields)[T] {
  return codeFields[type]
}

export function codeFinding(pointer: string, message: string) {
  return { kind: 'noReceivingCode', severity: 'breaking', pointer, message } as const
}
