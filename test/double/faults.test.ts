import { expect, test } from 'vitest'
import { qfpay } from '../../contracts/qfpay/contract.ts'
import { checkFault, type Fault } from '../../src/double/fault.ts'
import { createFaults, type Strike } from '../../src/double/faults.ts'
import { createRandom } from '../../src/double/random.ts'

const call: Strike = { provider: 'qfpay', operation: 'payment', account: 'demo', orderNumber: 'order-1' }

function openFaults(...added: Fault[]) {
  const faults = createFaults(createRandom(1))
  for (const fault of added) faults.add(checkFault(qfpay, fault))
  const errors = (count: number, at: Strike = call) =>
    Array.from({ length: count }, () => faults.take('error', at)?.effect)
  return { faults, errors }
}

test('without a fault nothing strikes', () => {
  expect(openFaults().faults.take('error', call)).toBeUndefined()
})

test('a fault strikes one call, and the rule that says so is its JSON', () => {
  const { faults } = openFaults({ provider: 'qfpay', error: 'maintenance' })
  expect(faults.take('error', call)).toEqual({
    effect: 'maintenance',
    rule: '{"provider":"qfpay","error":"maintenance"}',
  })
  expect(faults.take('error', call)).toBeUndefined()
})

test('a fault strikes as often as it says', () => {
  const { errors } = openFaults({ provider: 'qfpay', error: '1100', times: 3 })
  expect(errors(4)).toEqual(['1100', '1100', '1100', undefined])
})

test('a fault strikes always when it says so', () => {
  const { errors, faults } = openFaults({ provider: 'qfpay', error: '1100', times: 'always' })
  expect(errors(50)).toEqual(Array(50).fill('1100'))
  expect(faults.list()).toMatchObject([{ left: null }])
})

test('a fault strikes the nth call where it skips those before', () => {
  const { errors } = openFaults({ provider: 'qfpay', error: '1100', skip: 2 })
  expect(errors(4)).toEqual([undefined, undefined, '1100', undefined])
})

test('faults are used up in the order in which they were added', () => {
  const { errors } = openFaults(...['1100', '1205', '1100'].map(error => ({ provider: 'qfpay', error })))
  expect(errors(4)).toEqual(['1100', '1205', '1100', undefined])
})

test('a fault with a probability strikes so often, and the same calls for the same seed', () => {
  const strikes = () => openFaults({ provider: 'qfpay', error: '1100', probability: 0.25 }).errors(4000)
  const [first, second] = [strikes(), strikes()]
  expect(first).toEqual(second)
  const count = first.filter(Boolean).length
  expect(count).toBeGreaterThan(900)
  expect(count).toBeLessThan(1100)
})

test('a probability of nothing never strikes, one of one always does', () => {
  expect(openFaults({ provider: 'qfpay', error: '1100', probability: 0 }).errors(100)).toEqual(
    Array(100).fill(undefined),
  )
  expect(openFaults({ provider: 'qfpay', error: '1100', probability: 1 }).errors(100)).toEqual(
    Array(100).fill('1100'),
  )
})

test('a fault is kept for the provider, operation and account that it names', () => {
  const { faults } = openFaults({
    provider: 'qfpay',
    error: '1100',
    operation: 'payment',
    account: 'second',
  })
  expect(faults.take('error', call)).toBeUndefined()
  expect(faults.take('error', { ...call, account: 'second', operation: 'refund' })).toBeUndefined()
  expect(faults.take('error', { ...call, account: 'second', provider: 'vvtool' })).toBeUndefined()
  expect(faults.take('error', { ...call, account: 'second' })).toBeDefined()
})

test.each([
  ['order-*', 'order-1', true],
  ['order-*', 'my-order-1', false],
  ['*-1', 'order-1', true],
  ['order-1', 'order-1', true],
  ['order-1', 'order-12', false],
  ['o.der-1', 'order-1', false],
  ['*', 'two\nlines', true],
])('the pattern %j for the order number %j: %s', (pattern, orderNumber, isMatch) => {
  const { faults } = openFaults({ provider: 'qfpay', error: '1100', orderNumber: pattern })
  expect(faults.take('error', { ...call, orderNumber }) !== undefined).toBe(isMatch)
})

test('a fault for an order number leaves calls alone that have none', () => {
  const { faults } = openFaults({ provider: 'qfpay', error: '1100', orderNumber: '*' })
  expect(faults.take('error', { ...call, orderNumber: undefined })).toBeUndefined()
})

test('an effect is taken by its own kind alone', () => {
  const { faults } = openFaults({ provider: 'qfpay', network: { do: 'reset' } })
  expect(faults.has('network')).toBe(true)
  expect(faults.has('error')).toBe(false)
  expect(faults.take('error', call)).toBeUndefined()
  expect(faults.take('network', call)?.effect).toEqual({ do: 'reset' })
})

test('faults can be taken away: one, those of an account, all', () => {
  const { faults } = openFaults(
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
