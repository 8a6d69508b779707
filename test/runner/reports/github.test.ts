import fc from 'fast-check'
import { expect, test } from 'vitest'
import lines from '../../../contracts/lines.json' with { type: 'json' }
import { toAnnotations } from '../../../src/runner/reports/index.ts'
import {
  controls,
  emptyReport,
  finding,
  fixedLines,
  hostileReport,
  manyReport,
  richReport,
} from './fixture.ts'

test('the worst comes first, at the line of the contract', async () => {
  await expect(toAnnotations(richReport, { lines: fixedLines })).toMatchFileSnapshot(
    'golden/rich.annotations.txt',
  )
})

test('a clean report annotates nothing', () => {
  expect(toAnnotations(emptyReport)).toBe('')
})

test('no more than ten are written, the worst ones', () => {
  const rows = toAnnotations(manyReport).trimEnd().split('\n')
  expect(rows).toHaveLength(10)
  expect(rows.every(row => row.startsWith('::error '))).toBe(true)
})

test('the end of a check counts among the ten, and a case is annotated as its finding', () => {
  const findings = [
    ...manyReport.findings,
    ...richReport.findings.filter(({ kind }) => kind === 'caseDiffers'),
  ]
  const ended = { how: 'unreachable', why: 'Nobody answers.' } as const
  const rows = toAnnotations({
    ...manyReport,
    findings: findings.reverse(),
    cases: richReport.cases ?? [],
    ended,
  })
    .trimEnd()
    .split('\n')
  expect(rows).toHaveLength(10)
  expect(rows.slice(0, 3)).toEqual([
    '::error title=paydouble check::Nobody answers.',
    expect.stringContaining('The case missingAmount got another answer.'),
    expect.stringContaining('missingField'),
  ])
})

test('what is accepted is not annotated', () => {
  const accepted = finding({ kind: 'x', pointer: '/a', accepted: { reason: 'known', expires: '2027-01-01' } })
  expect(toAnnotations({ ...emptyReport, findings: [accepted] })).toBe('')
})

test('a check that judged nothing is an error', () => {
  expect(toAnnotations({ ...emptyReport, judged: [], exchanges: 0 })).toBe(
    '::error title=paydouble check::Nothing was judged: there was no exchange.\n',
  )
})

test('hostile texts end neither a line nor a command', () => {
  const command =
    /^::(error|warning|notice) ((file|line|title)=[^,:\r\n]*)(,(file|line|title)=[^,:\r\n]*)*::[^\r\n]*$/
  fc.assert(
    fc.property(hostileReport, report => {
      const text = toAnnotations(report, { lines })
      const rows = text.split('\n')
      expect(rows.pop()).toBe('')
      expect(rows.length).toBeLessThanOrEqual(10)
      for (const row of rows) expect(row).toMatch(command)
      expect(text).not.toMatch(controls)
    }),
    { numRuns: 300 },
  )
})
