import { expect, test } from 'vitest'
import { qfpay } from '../../contracts/qfpay/contract.ts'
import { checkFault, type Fault } from '../../src/double/fault.ts'
import { createFaults, type Strike } from '../../src/double/faults.ts'
import { createRandom } from '../../src/double/random.ts'
import { createSharedState } from '../../src/double/shared.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { storeOptions } from '../harness/stores.ts'

const call: Strike = { provider: 'qfpay', operation: 'payment', account: 'demo', orderNumber: 'order-1' }

async function openFaults(...added: Fault[]) {
  const shared = createSharedState(createMemoryStore(storeOptions))
  const faults = createFaults(createRandom(1), shared, () => [])
  await shared.begin([])
  for (const fault of added) faults.add(checkFault(qfpay, fault))
  const errors = (count: number, at: Strike = call) =>
    Promise.all(Array.from({ length: count }, async () => (await faults.take('error', at))?.effect))
  return { faults, errors }
}

test('without a fault nothing strikes', async () => {
  expect(await (await openFaults()).faults.take('error', call)).toBeUndefined()
})

test('a fault strikes one call, and the rule that says so is its JSON', async () => {
  const { faults } = await openFaults({ provider: 'qfpay', error: 'maintenance' })
  expect(await faults.take('error', call)).toEqual({
    effect: 'maintenance',
    rule: '{"provider":"qfpay","error":"maintenance"}',
  })
  expect(await faults.take('error', call)).toBeUndefined()
})

test('a fault strikes as often as it says', async () => {
  const { errors } = await openFaults({ provider: 'qfpay', error: '1100', times: 3 })
  expect(await errors(4)).toEqual(['1100', '1100', '1100', undefined])
})

test('a fault strikes always when it says so', async () => {
  const { errors, faults } = await openFaults({ provider: 'qfpay', error: '1100', times: 'always' })
  expect(await errors(50)).toEqual(Array(50).fill('1100'))
  expect(faults.list()).toMatchObject([{ left: null }])
})

test('a fault strikes the nth call where it skips those before', async () => {
  const { errors } = await openFaults({ provider: 'qfpay', error: '1100', skip: 2 })
  expect(await errors(4)).toEqual([undefined, undefined, '1100', undefined])
})

test('faults are used up in the order in which they were added', async () => {
  const { errors } = await openFaults(
    ...['1100', '1205', '1100'].map(error => ({ provider: 'qfpay', error })),
  )
  expect(await errors(4)).toEqual(['1100', '1205', '1100', undefined])
})

test('a fault with a probability strikes so often, and the same calls for the same seed', async () => {
  const strikes = async () =>
    (await openFaults({ provider: 'qfpay', error: '1100', probability: 0.25 })).errors(4000)
  const [first, second] = [await strikes(), await strikes()]
  expect(first).toEqual(second)
  const count = first.filter(Boolean).length
  expect(count).toBeGreaterThan(900)
  expect(count).toBeLessThan(1100)
})

test('a probability of nothing never strikes, one of one always does', async () => {
  expect(await (await openFaults({ provider: 'qfpay', error: '1100', probability: 0 })).errors(100)).toEqual(
    Array(100).fill(undefined),
  )
  expect(await (await openFaults({ provider: 'qfpay', error: '1100', probability: 1 })).errors(100)).toEqual(
    Array(100).fill('1100'),
  )
})

test('a fault is kept for the provider, operation and account that it names', async () => {
  const { faults } = await openFaults({
    provider: 'qfpay',
    error: '1100',
    operation: 'payment',
    account: 'second',
  })
  expect(await faults.take('error', call)).toBeUndefined()
  expect(await faults.take('error', { ...call, account: 'second', operation: 'refund' })).toBeUndefined()
  expect(await faults.take('error', { ...call, account: 'second', provider: 'vvtool' })).toBeUndefined()
  expect(await faults.take('error', { ...call, account: 'second' })).toBeDefined()
})

test.each([
  ['order-*', 'order-1', true],
  ['order-*', 'my-order-1', false],
  ['*-1', 'order-1', true],
  ['order-1', 'order-1', true],
  ['order-1', 'order-12', false],
  ['o.der-1', 'order-1', false],
  ['*', 'two\nlines', true],
])('the pattern %j for the order number %j: %s', async (pattern, orderNumber, isMatch) => {
  const { faults } = await openFaults({ provider: 'qfpay', error: '1100', orderNumber: pattern })
  expect((await faults.take('error', { ...call, orderNumber })) !== undefined).toBe(isMatch)
})

test('a fault for an order number leaves calls alone that have none', async () => {
  const { faults } = await openFaults({ provider: 'qfpay', error: '1100', orderNumber: '*' })
  expect(await faults.take('error', { ...call, orderNumber: undefined })).toBeUndefined()
})

test('an effect is taken by its own kind alone', async () => {
  const { faults } = await openFaults({ provider: 'qfpay', network: { do: 'reset' } })
  expect(faults.has('network')).toBe(true)
  expect(faults.has('error')).toBe(false)
  expect(await faults.take('error', call)).toBeUndefined()
  expect((await faults.take('network', call))?.effect).toEqual({ do: 'reset' })
})

test('faults can be taken away: one, those of an account, all', async () => {
  const { faults } = await openFaults(
    { provider: 'qfpay', error: '1100' },
    { provider: 'qfpay', error: '1100', account: 'second' },
    { provider: 'qfpay', error: '1205' },
  )
  faults.remove({ provider: 'qfpay', account: 'second' })
  expect(faults.list().map(rule => rule.fault.error)).toEqual(['1100', '1205'])
  faults.remove({ id: faults.list()[0]?.id ?? '' })
  expect(faults.list().map(rule => rule.fault.error)).toEqual(['1205'])
  faults.remove()
  expect(faults.list()).toEqual([])
})
