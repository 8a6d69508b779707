import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createSqliteStore } from '../../../src/store/sqlite.ts'
import type { DeliveryFilter } from '../../../src/store/store.ts'
import { newDelivery, storeOptions, temporaryFolder } from '../../harness/stores.ts'

const account = { provider: 'some', account: 'demo' }

/** What the double looks for while it sends, and the index by which it is found. */
const looks: readonly [DeliveryFilter, string][] = [
  [{ order: 'order-1', status: 'held' }, 'deliveries_order'],
  [{ order: 'order-1', callback: 'paid' }, 'deliveries_order'],
  [{ ...account, order: 'order-1', callback: 'paid' }, 'deliveries_order'],
  [{ ...account, order: 'order-1', status: 'held' }, 'deliveries_order'],
  [{ status: 'held' }, 'deliveries by status'],
  [{ ...account, status: 'held' }, 'deliveries by status'],
  [{ ...account, callback: 'paid' }, 'deliveries by callback'],
]

test('however many deliveries there are, what the double looks for is found by an index', async () => {
  const prepare = vi.spyOn(DatabaseSync.prototype, 'prepare')
  onTestFinished(() => prepare.mockRestore())
  const store = createSqliteStore({ ...storeOptions, file: `${temporaryFolder()}/store.db` })
  onTestFinished(() => store.close())
  await store.begin({ accounts: [], values: {} })
  for (let n = 1; n <= 3; n++) await store.addDelivery(newDelivery(n, { order: `order-${n}`, dueAt: null }))
  for (const [filter] of looks) await store.listDeliveries(filter)
  const db = prepare.mock.contexts.at(-1) as DatabaseSync
  for (const [filter, index] of looks) {
    prepare.mockClear()
    // A page of another size is another statement.
    await store.listDeliveries(filter, { limit: 77, after: '9' })
    const sql = prepare.mock.calls[0]?.[0]
    const plan = db.prepare(`explain query plan ${sql}`).all()
    expect([filter, plan.map(({ detail }) => detail)]).toEqual([
      filter,
      [expect.stringMatching(new RegExp(`^SEARCH deliveries USING INDEX "?${index}"? `))],
    ])
  }
})

test('deliveries are told apart by account, whatever is in its name', async () => {
  const store = createSqliteStore(storeOptions)
  onTestFinished(() => store.close())
  await store.addDelivery(newDelivery(1, { account: 'a b', callback: 'c' }))
  await store.addDelivery(newDelivery(2, { account: 'a', callback: 'b c' }))
  const of = async (filter: DeliveryFilter) =>
    (await store.listDeliveries({ provider: 'some', ...filter })).items.map(({ id }) => id)
  expect(await of({ account: 'a b', callback: 'c' })).toEqual(['delivery-1'])
  expect(await of({ account: 'a', callback: 'b c' })).toEqual(['delivery-2'])
  expect(await of({ account: 'a', callback: 'c' })).toEqual([])
})
