// Orders in its500's own words: what they hold besides our fields.
import type { its500 } from '../../contracts/its500/contract.ts'
import { type PayType, payTypes } from '../../contracts/its500/fields.ts'
import type { Context, SettingsOf } from '../../src/double/simulator.ts'
import type { Order } from '../../src/store/records.ts'

export type Its500Context = Context<typeof its500>
export type Its500Settings = SettingsOf<typeof its500>

/** What the callback and the payer need to know of an order. */
export interface Fields {
  price: string
  originalprice: string
  name: string
  reurl: string
  thirduid: string
  other: string
  remarks: string
  /** The pay types by which the order can be paid. */
  payTypes: PayType[]
  /** The address that the order asked for; empty for the account's default one. */
  callbackUrl: string
}

export function fieldsOf(order: Order): Fields {
  return { payTypes: [...payTypes], ...order.fields } as Fields
}
