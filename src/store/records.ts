// What a double remembers, in our words; the provider's own fields stand beside them.
import * as z from 'zod'
import { object, strictObject } from '../contract/late-object.ts'

/** Milliseconds since 1970 on the double's clock. */
const epochMs = z.int()
/** Minor units of a currency, such as fen. */
const minorUnits = z.int().nonnegative()

/** A refund that is `paid` has brought the money back. `failed` and `closed` are final, as far as providers say. */
export const orderStatuses = ['pending', 'paid', 'expired', 'closed', 'failed'] as const

export const orderKinds = ['payment', 'refund'] as const

/** Something that will happen to an order by itself: the payer pays, or a refund comes through. */
export const actSchema = object(() => ({
  do: z.enum(['pay', 'settle']),
  at: epochMs.nullable().default(null).meta({ description: 'When; null where it waits for queries.' }),
  queries: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .meta({ description: 'After how many more queries; null where it waits for a time.' }),
  amount: minorUnits.nullable().default(null).meta({ description: 'What is paid; null for what is asked.' }),
  late: z.boolean().default(false).meta({ description: 'Pays also what has expired or was closed.' }),
}))
export type Act = z.output<typeof actSchema>

export const orderSchema = object(() => ({
  id: z.string().min(1).meta({ description: "The provider's own number of the order." }),
  provider: z.string().min(1),
  account: z.string().min(1).meta({ description: 'Id of the account, as in `api/accounts`.' }),
  orderNumber: z.string().meta({
    description: "The merchant's order number; the provider's where the provider knows no other.",
  }),
  kind: z.enum(orderKinds).default('payment'),
  original: z
    .string()
    .nullable()
    .default(null)
    .meta({ description: 'Of a refund, the id of the payment that it takes back.' }),
  status: z.enum(orderStatuses).default('pending'),
  amount: minorUnits.meta({ description: 'What the payer must pay, or gets back, in minor units.' }),
  currency: z.string().default('CNY'),
  qr: z.string().meta({ description: 'The text of the QR code that the payer scans.' }),
  createdAt: epochMs,
  expiresAt: epochMs.nullable().default(null),
  paidAt: epochMs.nullable().default(null),
  paidAmount: minorUnits.nullable().default(null),
  refunded: minorUnits.default(0).meta({ description: 'How much of it was given back, in minor units.' }),
  changedAt: epochMs
    .nullable()
    .default(null)
    .meta({ description: 'When its status, or what was given back, changed last.' }),
  past: z
    .array(
      object(() => ({
        until: epochMs,
        status: z.enum(orderStatuses),
        paidAt: epochMs.nullable(),
        paidAmount: minorUnits.nullable(),
        refunded: minorUnits,
      })),
    )
    .default([])
    .meta({ description: 'How it stood before each change but its expiry, the first change first.' }),
  acts: z
    .array(actSchema)
    .default([])
    .meta({ description: 'What will happen to it by itself, the next first.' }),
  fields: z.record(z.string(), z.unknown()).default({}).meta({ description: "The provider's own fields." }),
}))
export type Order = z.output<typeof orderSchema>
export type OrderStatus = Order['status']
export type OrderKind = Order['kind']

/** When the next act of an order is due; null where none waits for a time. */
export function actDueAt({ acts }: Pick<Order, 'acts'>): number | null {
  return acts[0]?.at ?? null
}

export const attemptSchema = object(() => ({
  at: epochMs,
  acknowledged: z.boolean(),
  status: z.int().nullable().meta({ description: 'HTTP status of the reply; null where there was none.' }),
  reply: z.string().meta({ description: 'The first 2,000 characters of the reply.' }),
  error: z.string().nullable().meta({ description: 'Why there was no reply, or none that counts.' }),
}))
export type Attempt = z.output<typeof attemptSchema>

/** A delivery that is `held` waits in the outbox, or for another callback, and not for a time. */
export const deliveryStatuses = ['pending', 'held', 'delivered', 'failed'] as const

/** What the double takes the merchant to have answered, whatever it was. */
export const repliedSchema = z.union([
  z.literal('timeout'),
  strictObject(() => ({
    status: z.int().min(100).max(599).optional(),
    body: z.string().max(10_000).optional().meta({ description: 'Empty where it is not given.' }),
  })),
])
export type Replied = z.output<typeof repliedSchema>

export const deliverySchema = object(() => ({
  id: z.string().min(1),
  provider: z.string().min(1),
  account: z.string().min(1),
  order: z.string().min(1).meta({ description: 'Id of the order.' }),
  callback: z.string().min(1).meta({ description: 'Name of the callback in the contract.' }),
  status: z.enum(deliveryStatuses).default('pending'),
  url: z.string(),
  method: z.string().default('POST'),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().meta({ description: 'The text that is sent.' }),
  charset: z.enum(['utf-8', 'gbk']).default('utf-8').meta({ description: 'How the text becomes bytes.' }),
  behind: z
    .string()
    .nullable()
    .default(null)
    .meta({ description: 'Name of the callback for which it waits, while it is held.' }),
  replied: repliedSchema.nullable().default(null),
  rule: z.string().nullable().default(null).meta({ description: 'The fault that made it so.' }),
  createdAt: epochMs,
  dueAt: epochMs.nullable().meta({ description: 'When the next attempt is due; null when there is none.' }),
  attempts: z.array(attemptSchema).default([]),
}))
export type Delivery = z.output<typeof deliverySchema>
export type DeliveryStatus = Delivery['status']

export const accountSchema = object(() => ({
  provider: z.string().min(1),
  id: z.string().min(1),
  credentials: z.record(z.string(), z.unknown()),
  settings: z.record(z.string(), z.unknown()),
}))
export type Account = z.output<typeof accountSchema>

/** What the journal keeps of an exchange, with what it is looked for by. */
export interface JournalEntry {
  readonly provider: string | null
  readonly account: string | null
  /** Id of the order. */
  readonly order: string | null
  /** The exchange, as JSON. */
  readonly record: string
}

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
