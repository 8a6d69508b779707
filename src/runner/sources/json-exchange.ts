import type { CapturedExchange, Place } from '../exchange.ts'
import { toHarExchange } from './har-entry.ts'
import { isObject, toLineExchange } from './line-exchange.ts'
import type { ItemContext } from './reader.ts'

/** The exchange that a value is: one of ours, or an entry of a HAR, which may stand alone. Otherwise, why it is none. */
export function toExchange(value: unknown, place: Place, context: ItemContext): CapturedExchange | string {
  const isEntry = isObject(value) && value.startedDateTime !== undefined
  return isEntry ? toHarExchange(value, place, context) : toLineExchange(value, place, context)
}
