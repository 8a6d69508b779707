import { expect, test } from 'vitest'
import type { CheckReport, FailOn } from '../../src/runner/index.ts'
import { verdictOf } from '../../src/runner/index.ts'
import { emptyReport, finding } from './reports/fixture.ts'

const one = (severity: 'breaking' | 'additive' | 'note'): CheckReport => ({
  ...emptyReport,
  findings: [finding({ kind: 'x', pointer: '/a', severity })],
})
const aCase = (outcome: 'asExpected' | 'differs' | 'skipped' | 'unreachable') => ({
  provider: 'qfpay',
  name: 'c',
  summary: 'A case.',
  cost: 'free',
  outcome,
  expected: 'a',
  received: 'b',
})
const nothing: CheckReport = { ...emptyReport, judged: [], exchanges: 0 }

test.each<[string, CheckReport, FailOn, number]>([
  ['nothing found', emptyReport, 'additive', 0],
  ['a note', one('note'), 'additive', 0],
  ['something additive', one('additive'), 'additive', 1],
  ['something additive that may be', one('additive'), 'breaking', 0],
  ['something breaking', one('breaking'), 'breaking', 1],
  ['something breaking that may be', one('breaking'), 'none', 0],
  [
    'a case that differs, of which no finding is left',
    { ...emptyReport, cases: [aCase('differs')] },
    'additive',
    0,
  ],
  ['cases alone', { ...nothing, cases: [aCase('asExpected')] }, 'additive', 0],
  ['cases that were all skipped', { ...nothing, cases: [aCase('skipped')] }, 'additive', 2],
  ['nothing judged', nothing, 'additive', 2],
  ['nothing judged, whatever fails', nothing, 'none', 2],
  ['nobody there', { ...one('breaking'), cases: [aCase('unreachable')] }, 'additive', 3],
  ['a target that cannot be reached', { ...nothing, ended: { how: 'unreachable', why: '' } }, 'additive', 3],
  [
    'credentials that are refused',
    { ...one('breaking'), ended: { how: 'credentialsRefused', why: '' } },
    'additive',
    3,
  ],
  ['an interruption', { ...one('breaking'), ended: { how: 'interrupted', why: '' } }, 'additive', 130],
])('%s', (_, report, failOn, exitCode) => {
  expect(verdictOf(report, failOn).exitCode).toBe(exitCode)
})

test('why nothing was judged is said', () => {
  const unmatched = { count: 1, list: [] }
  expect(verdictOf({ ...nothing, unmatched }).text).toContain('say with --provider whose they are')
  expect(verdictOf({ ...nothing, unreadable: { count: 1, list: [] } }).text).toContain(
    'nothing could be read',
  )
  expect(verdictOf(nothing).text).toBe('Nothing was judged: there was no exchange.')
})
