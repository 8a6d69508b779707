import { expect, test } from 'vitest'
import {
  applyBaseline,
  type Baseline,
  emptyBaseline,
  readBaseline,
  showBaseline,
  updateBaseline,
  verdictOf,
} from '../../src/runner/index.ts'
import { emptyReport, finding } from './reports/fixture.ts'

const breaking = finding({ kind: 'missingField', pointer: '/syssn' })
const additive = finding({ kind: 'unknownField', pointer: '/extra', severity: 'additive' })
const note = finding({ kind: 'amountAtRisk', pointer: '/txamt', severity: 'note' })
const report = { ...emptyReport, findings: [breaking, additive, note] }
const today = '2026-11-22'
const accept = (id: string, expires = '2027-01-01', reason = 'known'): Baseline['accepted'][number] => ({
  id,
  reason,
  expires,
})
const apply = (accepted: Baseline['accepted'], of = report) =>
  applyBaseline(of, { version: 1, accepted }, { file: 'baseline.json', today })

test('what it accepts does not fail', () => {
  const judged = apply([accept(breaking.id), accept(additive.id)])
  expect(judged.findings.map(({ accepted }) => accepted)).toEqual([
    { reason: 'known', expires: '2027-01-01' },
    { reason: 'known', expires: '2027-01-01' },
    undefined,
  ])
  expect(judged.baseline).toEqual({ file: 'baseline.json', accepted: 2, unused: [], expired: [] })
  expect(verdictOf(judged)).toMatchObject({ outcome: 'passed', exitCode: 0 })
})

test('what it does not accept fails all the same', () => {
  expect(verdictOf(apply([accept(breaking.id)]))).toMatchObject({ outcome: 'failed', exitCode: 1 })
})

test('an acceptance holds through its last day, and then the finding counts again', () => {
  expect(apply([accept(breaking.id, today)]).findings[0]?.accepted).toBeDefined()
  const over = apply([accept(breaking.id, '2026-11-21')])
  expect(over.findings[0]?.accepted).toBeUndefined()
  expect(over.baseline?.expired).toEqual([accept(breaking.id, '2026-11-21')])
})

test('what is not found any more is listed, unless its operation was not judged', () => {
  const gone = accept('qfpay.payment response missingField /respmsg')
  const elsewhere = accept('qfpay.refund response missingField /syssn')
  expect(apply([gone, elsewhere]).baseline?.unused).toEqual([gone])
})

test('an update accepts all that would fail, with the reason; notes need no acceptance', () => {
  expect(updateBaseline(report, emptyBaseline, { reason: 'ticket 7', expires: '2027-02-20', today })).toEqual(
    {
      version: 1,
      accepted: [
        accept(breaking.id, '2027-02-20', 'ticket 7'),
        accept(additive.id, '2027-02-20', 'ticket 7'),
      ],
    },
  )
})

test('an update keeps reasons that still hold, renews those that are over, and drops what is gone', () => {
  const before: Baseline = {
    version: 1,
    accepted: [
      accept(breaking.id, '2026-12-01', 'an old reason'),
      accept(additive.id, '2026-01-01', 'a reason that is over'),
      accept('qfpay.payment response missingField /respmsg'),
      accept('qfpay.refund response missingField /syssn'),
    ],
  }
  const after = updateBaseline(report, before, { reason: 'new', expires: '2027-02-20', today })
  expect(after.accepted).toEqual([
    accept(breaking.id, '2026-12-01', 'an old reason'),
    accept(additive.id, '2027-02-20', 'new'),
    accept('qfpay.refund response missingField /syssn'),
  ])
})

test('what an update writes is read back, and accepts the same report', () => {
  const written = showBaseline(
    updateBaseline(report, emptyBaseline, { reason: 'x', expires: '2027-02-20', today }),
  )
  expect(written.endsWith('}\n')).toBe(true)
  const judged = applyBaseline(report, readBaseline(written, 'f'), { file: 'f', today })
  expect(verdictOf(judged).exitCode).toBe(0)
})

test.each([
  ['{', 'it is no JSON'],
  ['[]', 'not an object'],
  ['{"version":2,"accepted":[]}', 'version: not 1'],
  ['{"version":1}', 'accepted: missing'],
  ['{"version":1,"accepted":[{"id":"x","reason":"r","expires":"2027-01-01"}]}', 'not the id of a finding'],
  [JSON.stringify({ version: 1, accepted: [accept(breaking.id, '2027-02-30')] }), 'not a day'],
  [JSON.stringify({ version: 1, accepted: [accept(breaking.id, '1.1.2027')] }), 'not a day'],
  [
    JSON.stringify({ version: 1, accepted: [accept(breaking.id, '2027-01-01', ' ')] }),
    'say why it is accepted',
  ],
  [JSON.stringify({ version: 1, accepted: [accept(breaking.id), accept(breaking.id)] }), 'is in it twice'],
  ['{"version":1,"accepted":[],"extra":1}', 'extra'],
])('%s is refused: %s', (text, why) => {
  expect(() => readBaseline(text, 'known.json')).toThrow(
    expect.objectContaining({
      code: 'badConfig',
      message: expect.stringMatching(
        /^Failed to read the baseline "known.json": .*--update-baseline writes one\.$/s,
      ),
    }),
  )
  expect(() => readBaseline(text, 'known.json')).toThrow(why)
})
