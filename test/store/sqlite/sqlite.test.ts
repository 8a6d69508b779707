import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createSqliteStore } from '../../../src/store/sqlite.ts'
import { newOrder, numberKey, storeOptions, temporaryFolder } from '../../harness/stores.ts'

test('a file that another store has left keeps its orders', async () => {
  const file = join(temporaryFolder(), 'store.db')
  const before = createSqliteStore({ ...storeOptions, file })
  await before.insertOrder(newOrder(1))
  await before.close()
  const store = createSqliteStore({ ...storeOptions, file })
  onTestFinished(() => store.close())
  expect(await store.findOrder(numberKey('number-1'))).toEqual(newOrder(1))
  expect(await store.insertOrder(newOrder(1))).toMatchObject({ kind: 'id' })
})
