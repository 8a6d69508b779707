// One line of a dumped state.
import * as z from 'zod'
import { inOurWords, PaydoubleError, showProblem } from '../contract/index.ts'
import {
  type Account,
  accountSchema,
  type Delivery,
  deliverySchema,
  type JournalEntry,
  type Order,
  orderSchema,
} from './records.ts'

/** What a state is made of, besides what was counted for rate limits: each is one line of a dump. */
export type StateRecord =
  | { readonly account: Account }
  | { readonly value: { readonly name: string; readonly value: unknown } }
  | { readonly order: Order }
  | { readonly delivery: Delivery }
  | { readonly journal: Omit<JournalEntry, 'record'> & { readonly record: unknown } }

export type RecordKind = 'account' | 'value' | 'order' | 'delivery' | 'journal'

/** In the order in which a dump has them: what a state begins with comes first. */
export const recordKinds: readonly RecordKind[] = ['account', 'value', 'order', 'delivery', 'journal']

/** How many there are of each. */
export type Counts = Readonly<Record<RecordKind, number>>

export const noCounts: Counts = { account: 0, value: 0, order: 0, delivery: 0, journal: 0 }

const text = z.string().nullable()

/** Strict: what is not known here would be lost. */
const schemas: Readonly<Record<RecordKind, z.ZodType>> = {
  account: accountSchema.strict(),
  value: z.strictObject({ name: z.string().min(1), value: z.json() }),
  order: orderSchema.strict(),
  delivery: deliverySchema.strict(),
  journal: z.strictObject({ provider: text, account: text, order: text, record: z.json() }),
}

export function kindOf(record: StateRecord): RecordKind {
  return Object.keys(record)[0] as RecordKind
}

/**
 * A record as its schema has it, with its fields in one order, whatever store it comes from.
 * @throws PaydoubleError `badState`, which says nothing of where the record stands
 */
export function toStateRecord(given: unknown): StateRecord {
  const names = typeof given === 'object' && given !== null ? Object.keys(given) : []
  const [kind = ''] = names
  const schema = Object.hasOwn(schemas, kind) ? schemas[kind as RecordKind] : undefined
  if (!schema || names.length !== 1) {
    throw new PaydoubleError(
      'badState',
      `it is no object with one of ${recordKinds.map(each => JSON.stringify(each)).join(', ')}`,
    )
  }
  const value = (given as Record<string, unknown>)[kind]
  const parsed = schema.safeParse(value)
  if (parsed.success) return { [kind]: parsed.data } as unknown as StateRecord
  // Once more for the words.
  const error = schema.safeParse(value, inOurWords).error ?? parsed.error
  throw new PaydoubleError('badState', `the ${kind} is not right: ${showProblem(error, schema, value)}`)
}
