// What a message says of an order, at the places that a contract names.
import { type Finding, type OrderFields, readAt } from '../contract/index.ts'

export type Values = Readonly<Record<string, unknown>>

/** The value at a place. Some providers write a space behind the names of fields; the amount is the same. */
export function valueAt(values: unknown, pointer: string | undefined): unknown {
  if (pointer === undefined) return undefined
  const value = readAt(values, pointer)
  return value === undefined ? readAt(values, `${pointer} `) : value
}

export function numberOf(values: unknown, pointer: string | undefined): string | undefined {
  const number = valueAt(values, pointer)
  if (typeof number === 'number') return String(number)
  return typeof number === 'string' && number !== '' ? number : undefined
}

/** In minor units. */
export function amountOf(values: Values, { amount }: OrderFields): number | undefined {
  if (!amount) return undefined
  const value = valueAt(values, amount.at)
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const text = String(value)
  if (amount.unit === 'minor') return /^\d{1,15}$/.test(text) ? Number(text) : undefined
  return /^\d{1,12}(\.\d{1,2})?$/.test(text) ? Math.round(Number(text) * 100) : undefined
}

/**
 * Another amount than the one that was asked for: one that is a hundred times as much, or a hundredth, was written in another unit.
 *
 * @param asked in minor units
 */
export function differentAmount(
  asked: number | undefined,
  values: Values,
  fields: OrderFields,
): Finding | undefined {
  const { amount: field } = fields
  if (asked === undefined || !field) return undefined
  const received = valueAt(values, field.at)
  const amount = amountOf(values, fields) ?? decimalsOf(received)
  if (amount === undefined || amount === asked) return undefined
  const isUnit = amount === asked * 100 || asked === amount * 100
  const ratio = amount > asked ? 'a hundred times' : 'a hundredth of'
  return {
    kind: isUnit ? 'currencyUnit' : 'differentAmount',
    severity: 'breaking',
    pointer: field.at,
    message: isUnit
      ? `The amount is ${ratio} what was asked for: yuan may have been taken for fen, or fen for yuan.`
      : 'The amount is not the one that was asked for.',
    expected: String(field.unit === 'minor' ? asked : asked / 100),
    received: JSON.stringify(received),
  }
}

/** What is to be paid, or was paid, in minor units. */
export function payableOf(values: Values, { payable }: OrderFields): number | undefined {
  return payable && amountOf(values, { amount: payable })
}

/**
 * Something else to pay than what was asked for, less the discount that there may be.
 *
 * @param asked in minor units
 */
export function differentPayable(
  asked: number | undefined,
  values: Values,
  fields: OrderFields,
): Finding | undefined {
  const { payable } = fields
  const due = payableOf(values, fields)
  if (!payable || asked === undefined || due === undefined) return undefined
  const { lessBy, at, unit } = payable
  if (due <= asked && due >= asked - lessBy) return undefined
  const isAbout = (amount: number) => amount <= asked && amount >= asked - lessBy
  const isUnit = isAbout(due / 100) || isAbout(due * 100)
  const show = (minor: number) => String(unit === 'minor' ? minor : minor / 100)
  return {
    kind: isUnit ? 'currencyUnit' : 'differentAmount',
    severity: 'breaking',
    pointer: at,
    message: isUnit
      ? 'The amount to pay looks like fen in place of yuan, or yuan in place of fen.'
      : 'The amount to pay is not the one that was asked for, less a discount as there may be.',
    expected: `${show(asked - lessBy)} to ${show(asked)}`,
    received: JSON.stringify(valueAt(values, at)),
  }
}

/** Decimals where whole minor units belong: whole units, as they look. */
function decimalsOf(value: unknown): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  return /^\d{1,12}\.\d{1,2}$/.test(String(value)) ? Number(value) : undefined
}
