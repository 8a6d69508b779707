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

/**
 * Takes records out of a collection, which left to itself looks for each one that it deletes.
 *
 * @param most there are no more than so many, and who stands behind them is not asked
 */
export function takeOut<T extends object>(
  collection: { all(): T[] },
  isOut: (record: T) => boolean,
  most = Number.POSITIVE_INFINITY,
): T[] {
  const all = collection.all()
  const out: T[] = []
  let at = 0
  let kept = 0
  for (; at < all.length && out.length < most; at++) {
    const record = all[at] as T
    if (isOut(record)) out.push(record)
    else all[kept++] = record
  }
  all.splice(kept, at - kept)
  return out
}
