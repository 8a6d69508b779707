import { expect, test } from 'vitest'
import { its500 } from '../../contracts/its500/contract.ts'
import { qfpay } from '../../contracts/qfpay/contract.ts'
import { vvtool } from '../../contracts/vvtool/contract.ts'
import { checkFault, type Fault, readAsked, toErrorName } from '../../src/double/fault.ts'

test('of several rows with one code the first answers, and each by its name', () => {
  expect(toErrorName(vvtool, '204')).toBe('noPermission')
  expect(toErrorName(vvtool, 'noCallsLeft')).toBe('noCallsLeft')
  expect(toErrorName(qfpay, '1100')).toBe('maintenance')
})

test.each(['9999', '', 'toString', '__proto__', '0000', 'success'])('%j is no error', error => {
  expect(() => checkFault(qfpay, { provider: 'qfpay', error })).toThrow(
    expect.objectContaining({ code: 'unknownError', message: expect.stringContaining('1108') }),
  )
})

test.each<[string, object, RegExp]>([
  ['no effect', {}, /no effect; give exactly one of error, network/],
  ['two effects', { error: '1100', lag: '2m' }, /error and lag; give exactly one/],
  ['an operation that is none', { operation: 'paymnt', error: '1100' }, /"paymnt".*payment/],
  ['an unknown field', { eror: '1100' }, /"eror"/],
  ['a probability above one', { error: '1100', probability: 2 }, /probability/],
  ['no times at all', { error: '1100', times: 0 }, /times/],
  ['a bad duration', { lag: 'soon' }, /lag.*not a duration/],
  ['an unknown network fault', { network: { do: 'explode' } }, /network\.do/],
  ['a delay without a length', { network: { do: 'delay' } }, /"for", or "from" and "to", or "median"/],
  ['a delay with two lengths', { network: { do: 'delay', for: 1, median: 2 } }, /"for", or/],
  ['a payer without a time', { pay: {} }, /"pay" needs one of/],
  ['a payer with two times', { pay: { after: 1, afterQueries: 1 } }, /"pay" needs one of/],
])('a fault with %s is refused', (_, fault, message) => {
  expect(() => checkFault(qfpay, { provider: 'qfpay', ...fault })).toThrow(
    expect.objectContaining({ code: 'badFault', message: expect.stringMatching(message) }),
  )
})

test('a schedule for a callback that is none is refused', () => {
  expect(() =>
    checkFault(its500, { provider: 'its500', deliver: { callback: 'refund', sends: [] } }),
  ).toThrow(/no callback "refund"; its callbacks are paid/)
})

test.each<[string, Partial<Fault>]>([
  ['error=1100', { error: '1100' }],
  ['error=maintenance', { error: 'maintenance' }],
  ['seed=1; error=1100', { error: '1100' }],
  ['seed=1,error=1100', { error: '1100' }],
  ['network=reset', { network: { do: 'reset' } }],
  ['network=reset; phase=after', { network: { do: 'reset', phase: 'after' } }],
  ['network=status; status=504', { network: { do: 'status', status: 504 } }],
  ['network=delay; for=2s', { network: { do: 'delay', for: '2s' } }],
  ['lag=2m', { lag: '2m' }],
  ['{"error":"1100"}', { error: '1100' }],
])('the header %j asks for a fault', (header, fault) => {
  expect(readAsked(qfpay, header)).toEqual({ provider: 'qfpay', ...fault })
})

test.each(['nothing', 'error', 'noterror=1100', '{', 'network=explode'])(
  'the header %j is refused',
  header => {
    expect(() => readAsked(qfpay, header)).toThrow(expect.objectContaining({ code: 'badFault' }))
  },
)

test.each(['error=', 'error=9999', 'error=0000', 'error=__proto__'])(
  'the header %j asks for what is not there',
  header => {
    expect(() => readAsked(qfpay, header)).toThrow(/no such code/)
  },
)
