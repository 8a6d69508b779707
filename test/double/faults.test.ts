import { expect, test } from 'vitest'
import { qfpay } from '../../contracts/qfpay/contract.ts'
import { vvtool } from '../../contracts/vvtool/contract.ts'
import { createFaults, type FaultCall } from '../../src/double/faults.ts'

const call: FaultCall = { operation: 'payment', account: 'demo', header: undefined }

test('without a fault nothing is taken', () => {
  expect(createFaults().take(qfpay, call)).toBeUndefined()
})

test('a fault answers one call', () => {
  const faults = createFaults()
  faults.add(qfpay, { provider: 'qfpay', error: 'maintenance' })
  expect(faults.take(qfpay, call)).toEqual({
    errorName: 'maintenance',
    rule: '{"provider":"qfpay","error":"maintenance"}',
  })
  expect(faults.take(qfpay, call)).toBeUndefined()
})

test('a fault answers as many calls as it says', () => {
  const faults = createFaults()
  faults.add(qfpay, { provider: 'qfpay', error: 'maintenance', times: 3 })
  const taken = [1, 2, 3, 4].map(() => faults.take(qfpay, call)?.errorName)
  expect(taken).toEqual(['maintenance', 'maintenance', 'maintenance', undefined])
})

test('faults are used up in the order in which they were added', () => {
  const faults = createFaults()
  for (const error of ['1100', '1205', '1100']) faults.add(qfpay, { provider: 'qfpay', error })
  const taken = [1, 2, 3].map(() => faults.take(qfpay, call)?.errorName)
  expect(taken.map(name => qfpay.errors[name as keyof typeof qfpay.errors].code)).toEqual([
    '1100',
    '1205',
    '1100',
  ])
})

test('a fault may be named by its code', () => {
  const faults = createFaults()
  faults.add(qfpay, { provider: 'qfpay', error: '1100' })
  expect(faults.take(qfpay, call)?.errorName).toBe('maintenance')
})

test('of several rows with one code the first answers, and each by its name', () => {
  const faults = createFaults()
  faults.add(vvtool, { provider: 'vvtool', error: '204' })
  faults.add(vvtool, { provider: 'vvtool', error: 'noCallsLeft' })
  expect(faults.take(vvtool, call)?.errorName).toBe('noPermission')
  expect(faults.take(vvtool, call)?.errorName).toBe('noCallsLeft')
})

test.each(['9999', '', 'toString', '__proto__', '0000', 'success'])('%j is no error', error => {
  const faults = createFaults()
  expect(() => faults.add(qfpay, { provider: 'qfpay', error })).toThrow(
    expect.objectContaining({ code: 'unknownError', message: expect.stringContaining('1108') }),
  )
  expect(faults.take(qfpay, call)).toBeUndefined()
})

test('a fault is kept for the provider, operation and account that it names', () => {
  const faults = createFaults()
  faults.add(qfpay, { provider: 'qfpay', error: '1100', operation: 'payment', account: 'second' })
  expect(faults.take(qfpay, call)).toBeUndefined()
  expect(faults.take(qfpay, { ...call, account: 'second', operation: 'refund' })).toBeUndefined()
  expect(faults.take(vvtool, { ...call, account: 'second' })).toBeUndefined()
  expect(faults.take(qfpay, { ...call, account: 'second' })).toBeDefined()
})

test.each([
  'error=1100',
  'error=maintenance',
  'seed=1; error=1100',
  'seed=1,error=1100',
  'seed=1 error=1100 more',
])('the header %j asks for an error', header => {
  expect(createFaults().take(qfpay, { ...call, header })).toEqual({
    errorName: 'maintenance',
    rule: `header x-paydouble: error=${header.includes('maintenance') ? 'maintenance' : '1100'}`,
  })
})

test.each(['', 'error', 'error=', 'noterror=1100'])('the header %j asks for nothing', header => {
  expect(createFaults().take(qfpay, { ...call, header })).toBeUndefined()
})

test.each(['error=9999', 'error=0000', 'error=__proto__'])(
  'the header %j asks for what is not there',
  header => {
    expect(() => createFaults().take(qfpay, { ...call, header })).toThrow(/no such code/)
  },
)

test('a fault for an operation that is none is refused', () => {
  const fault = { provider: 'qfpay', operation: 'paymnt', error: '1100' }
  expect(() => createFaults().add(qfpay, fault)).toThrow(/"paymnt".*payment/)
})

test('a header uses up no fault', () => {
  const faults = createFaults()
  faults.add(qfpay, { provider: 'qfpay', error: '1205' })
  expect(faults.take(qfpay, { ...call, header: 'error=1100' })?.errorName).toBe('maintenance')
  expect(faults.take(qfpay, call)).toBeDefined()
})

test('a reset forgets all faults', () => {
  const faults = createFaults()
  faults.add(qfpay, { provider: 'qfpay', error: '1100' })
  faults.reset()
  expect(faults.take(qfpay, call)).toBeUndefined()
})
