// When an answer is given, what it is about is kept; and what could not be kept is not there.
import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createSqliteStore } from '../../../src/store/sqlite.ts'
import type { Store } from '../../../src/store/store.ts'
import { canMount, openSmallDisk } from '../../harness/small-disk.ts'
import {
  claim,
  claimedIds,
  newAccount,
  newAttempt,
  newDelivery,
  newOrder,
  numberKey,
  storeOptions,
  temporaryFolder,
} from '../../harness/stores.ts'

async function openStore(file: string): Promise<Store> {
  const store = createSqliteStore({ ...storeOptions, file })
  onTestFinished(() => store.close().catch(() => {}))
  await store.begin({ accounts: [newAccount('one', { settings: { callsLeft: 100 } })], values: { clock: 1 } })
  return store
}

/** The store as who opens it finds it where its process is killed now. */
async function openAsLeft(file: string): Promise<Store> {
  const left = join(temporaryFolder(), 'store.db')
  for (const end of ['', '-wal']) if (existsSync(file + end)) cpSync(file + end, left + end)
  return openStore(left)
}

test('what has been answered is kept, also what was answered to who looked meanwhile', async () => {
  const file = join(temporaryFolder(), 'store.db')
  const store = await openStore(file)
  const inserted = store.insertOrder(newOrder(1))
  const seen = store.getOrder('order-1').then(async order => ({ order, left: await openAsLeft(file) }))
  const early = await openAsLeft(file)
  expect(await early.getOrder('order-1')).toBeUndefined()
  const { order, left } = await seen
  expect(order).toEqual(newOrder(1))
  expect(await left.getOrder('order-1')).toEqual(newOrder(1))
  expect(await inserted).toBeUndefined()
})

test('one that fails among those of a turn leaves the others', async () => {
  const store = await openStore(join(temporaryFolder(), 'store.db'))
  await store.insertOrder(newOrder(1))
  await store.addDelivery(newDelivery(1))
  const results = await Promise.allSettled([
    store.insertOrder(newOrder(2)),
    store.transition('order-1', 'pending', 'paid', { deliveries: [newDelivery(2), newDelivery(1)] }),
    store.insertOrder(newOrder(3, { orderNumber: 'number-2' })),
    store.updateAccount('some', 'one', () => {
      throw new Error('no')
    }),
    store.insertOrder(newOrder(4)),
  ])
  expect(results.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'rejected',
    'fulfilled',
  ])
  const { items } = await store.listOrders({})
  expect(items).toEqual([newOrder(4), newOrder(2), newOrder(1)])
  expect((await store.listDeliveries({})).items).toEqual([newDelivery(1)])
})

test('what is under way when a store is closed is kept', async () => {
  const file = join(temporaryFolder(), 'store.db')
  const store = await openStore(file)
  const inserted = store.insertOrder(newOrder(1))
  await store.close()
  expect(await inserted).toBeUndefined()
  expect(await (await openStore(file)).getOrder('order-1')).toEqual(newOrder(1))
})

test.runIf(canMount)('on a full disk nothing is half done, and it goes on once there is room', async () => {
  const disk = openSmallDisk(512)
  const file = join(disk.folder, 'store.db')
  const store = await openStore(file)
  await store.insertOrder(newOrder(0, { expiresAt: null }))
  const kept: number[] = []
  const refused: unknown[] = []
  for (let n = 1; refused.length < 20; n += 4) {
    const numbers = [n, n + 1, n + 2, n + 3]
    const results = await Promise.allSettled([
      ...numbers.map(each => store.insertOrder(newOrder(each))),
      store.spend('some', 'one', 'callsLeft'),
    ])
    for (const [i, number] of numbers.entries()) if (results[i]?.status === 'fulfilled') kept.push(number)
    for (const result of results) if (result.status === 'rejected') refused.push(result.reason)
  }
  for (const error of refused)
    expect(error).toMatchObject({
      code: 'storeUnavailable',
      message: `Failed to keep the state in "${file}": the disk is full. Make room; a server that runs goes on by itself then.`,
    })
  const ids = async (from: Store) =>
    (await from.listOrders({}, { first: 'oldest', limit: 10_000 })).items.map(({ id }) => id)
  const expected = ['order-0', ...kept.map(n => `order-${n}`)]
  expect(await ids(store)).toEqual(expected)
  const missing = (kept.at(-1) ?? 0) + 1
  expect(await store.findOrder(numberKey(`number-${missing}`))).toBeUndefined()
  // What was spent in a turn that came to nothing was not.
  expect(await store.getAccount('some', 'one')).toMatchObject({
    settings: { callsLeft: 100 - kept.length / 4 },
  })

  disk.resize(8192)
  expect(await store.insertOrder(newOrder(missing))).toBeUndefined()
  const left = await openAsLeft(file)
  expect(await ids(left)).toEqual([...expected, `order-${missing}`])
  expect(await left.getAccount('some', 'one')).toMatchObject({
    settings: { callsLeft: 100 - kept.length / 4 },
  })
})

test.runIf(canMount)('a claim that could not be given up on a full disk is given up later', async () => {
  const disk = openSmallDisk(512)
  const store = await openStore(join(disk.folder, 'store.db'))
  await store.addDelivery(newDelivery(1))
  expect(claimedIds(await claim(store, 1))).toEqual(['delivery-1'])
  for (let n = 1; !(await fails(store.insertOrder(newOrder(n, { qr: 'x'.repeat(5000) })))); n++);
  // The smallest change there is does not fit any more.
  while (!(await fails(store.spend('some', 'one', 'callsLeft'))));
  expect(
    await fails(store.recordAttempt('delivery-1', newAttempt(1), { status: 'delivered', dueAt: null })),
  ).toBe(true)
  expect(await fails(store.release('delivery-1'))).toBe(true)
  disk.resize(8192)
  expect(claimedIds(await claim(store, 1))).toEqual(['delivery-1'])
})

function fails(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => false,
    () => true,
  )
}
