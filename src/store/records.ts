// What a double remembers, in our words; the provider's own fields stand beside them.
import * as z from 'zod'

/** Milliseconds since 1970 on the double's clock. */
const epochMs = z.int()
/** Minor units of a currency, such as fen. */
const minorUnits = z.int().nonnegative()

export const orderStatuses = ['pending', 'paid', 'expired'] as const

export const orderSchema = z.object({
  id: z.string().min(1).meta({ description: "The provider's own number of the order." }),
  provider: z.string().min(1),
  account: z.string().min(1).meta({ description: 'Id of the account, as in `api/accounts`.' }),
  orderNumber: z.string().meta({
    description: "The merchant's order number; the provider's where the provider knows no other.",
  }),
  status: z.enum(orderStatuses).default('pending'),
  amount: minorUnits.meta({ description: 'What the payer must pay, in minor units.' }),
  currency: z.string().default('CNY'),
  qr: z.string().meta({ description: 'The text of the QR code that the payer scans.' }),
  createdAt: epochMs,
  expiresAt: epochMs.nullable().default(null),
  paidAt: epochMs.nullable().default(null),
  paidAmount: minorUnits.nullable().default(null),
  fields: z.record(z.string(), z.unknown()).default({}).meta({ description: "The provider's own fields." }),
})
export type Order = z.output<typeof orderSchema>
export type OrderStatus = Order['status']

export const attemptSchema = z.object({
  at: epochMs,
  acknowledged: z.boolean(),
  status: z.int().nullable().meta({ description: 'HTTP status of the reply; null where there was none.' }),
  reply: z.string().meta({ description: 'The first 2,000 characters of the reply.' }),
  error: z.string().nullable().meta({ description: 'Why there was no reply.' }),
})
export type Attempt = z.output<typeof attemptSchema>

export const deliveryStatuses = ['pending', 'delivered', 'failed'] as const

export const deliverySchema = z.object({
  id: z.string().min(1),
  provider: z.string().min(1),
  account: z.string().min(1),
  order: z.string().min(1).meta({ description: 'Id of the order.' }),
  callback: z.string().min(1).meta({ description: 'Name of the callback in the contract.' }),
  status: z.enum(deliveryStatuses).default('pending'),
  url: z.string(),
  method: z.string().default('POST'),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().meta({ description: 'The bytes that are sent, as UTF-8 text.' }),
  createdAt: epochMs,
  dueAt: epochMs.nullable().meta({ description: 'When the next attempt is due; null when there is none.' }),
  attempts: z.array(attemptSchema).default([]),
})
export type Delivery = z.output<typeof deliverySchema>
export type DeliveryStatus = Delivery['status']

export const accountSchema = z.object({
  provider: z.string().min(1),
  id: z.string().min(1),
  credentials: z.record(z.string(), z.unknown()),
  settings: z.record(z.string(), z.unknown()),
})
export type Account = z.output<typeof accountSchema>

/** Provider and id name an account. */
export function accountKey(account: Pick<Account, 'provider' | 'id'>): string {
  return `${account.provider}/${account.id}`
}

/** A copy of plain data that shares nothing with it. */
export function copyOf<T>(data: T): T {
  if (Array.isArray(data)) return data.map(copyOf) as T
  if (typeof data !== 'object' || data === null) return data
  const copy = { ...data }
  for (const name in copy) {
    const part = copy[name]
    if (typeof part === 'object' && part !== null) copy[name] = copyOf(part)
  }
  return copy
}
