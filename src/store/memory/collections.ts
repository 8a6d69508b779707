import { Collection } from '@msw/data'
import { accountSchema, deliverySchema, orderSchema } from '../records.ts'

/** The collections behind a memory store. Records that come out of them are the live ones. */
export interface MemoryDatabase {
  readonly orders: Collection<typeof orderSchema>
  readonly deliveries: Collection<typeof deliverySchema>
  readonly accounts: Collection<typeof accountSchema>
}

export function createCollections(): MemoryDatabase {
  return {
    orders: new Collection({ schema: orderSchema }),
    deliveries: new Collection({ schema: deliverySchema }),
    accounts: new Collection({ schema: accountSchema }),
  }
}

/** Left to itself a collection deletes one record after the other, and looks for each. */
export function empty(collection: { all(): unknown[]; clear(): void }): void {
  collection.all().length = 0
  collection.clear()
}

/** Takes records out of a collection, which left to itself looks for each one that it deletes. */
export function takeOut<T extends object>(collection: { all(): T[] }, isOut: (record: T) => boolean): T[] {
  const all = collection.all()
  const out = all.filter(isOut)
  const kept = all.filter(record => !isOut(record))
  all.length = 0
  for (const record of kept) all.push(record)
  return out
}
