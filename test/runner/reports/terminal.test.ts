import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toTerminalText } from '../../../src/runner/reports/index.ts'
import { columnsOf } from '../../../src/signature/columns.ts'
import {
  controls,
  emptyReport,
  finding,
  hostileReport,
  manyReport,
  richReport,
  withoutColors,
} from './fixture.ts'

test('a report shows the verdict, each finding with all that is known of it, and what was not judged', async () => {
  await expect(toTerminalText(richReport)).toMatchFileSnapshot('golden/rich.txt')
})

test('a clean report is short', () => {
  expect(toTerminalText(emptyReport)).toMatchInlineSnapshot(`
    "✔ PASSED  nothing found
      What was judged keeps to the contracts.

        checked     capture out.har
        seen        128 exchanges, 2026-11-22 09:58:12 to 10:13:12 UTC

    ✔ qfpay.payment  120 exchanges
    ✔ qfpay.query  8 exchanges
    "
  `)
})

test.each([40, 60, 80, 120])('no line is wider than a terminal of %d columns', width => {
  for (const report of [richReport, manyReport, emptyReport])
    for (const line of toTerminalText(report, { width }).split('\n'))
      expect([line, columnsOf(line) <= width]).toEqual([line, true])
})

test('Chinese characters count as two columns', () => {
  const pointer = `/${'金额'.repeat(30)}`
  const text = toTerminalText({ ...emptyReport, findings: [finding({ kind: 'unknownField', pointer })] })
  const rows = text.split('\n').filter(line => line.includes('金额'))
  expect(rows.length).toBeGreaterThan(1)
  expect(Math.max(...rows.map(columnsOf))).toBeLessThanOrEqual(80)
})

test('colour adds nothing but colour', () => {
  const painted = toTerminalText(richReport, { color: true })
  expect(painted).toContain('\u001b[31m')
  expect(withoutColors(painted)).toBe(toTerminalText(richReport))
})

test('the verdict is first, and last where a report is long', () => {
  const lines = toTerminalText(richReport).trimEnd().split('\n')
  expect(lines[0]).toMatch(/^✖ FAILED {2}5 breaking/)
  expect(lines.at(-1)).toBe(lines[0])
})

test('more findings than anybody reads are counted, and where they are is said', () => {
  const text = toTerminalText(manyReport)
  expect(text).toContain('200 more findings not shown here: --report json:FILE or html:FILE has all.')
  expect(text.match(/The field "field_\d+"/g)).toHaveLength(200)
})

test('where nothing was judged, it does not look like success', () => {
  const text = toTerminalText({ ...emptyReport, exchanges: 0, judged: [] })
  expect(text).toContain('✖ NOTHING JUDGED')
  expect(text).toContain('Nothing was judged: there was no exchange.')
})

test('nothing that was captured reaches the terminal as a command', () => {
  fc.assert(
    fc.property(hostileReport, report => {
      expect(toTerminalText(report)).not.toMatch(controls)
      expect(withoutColors(toTerminalText(report, { color: true }))).toBe(toTerminalText(report))
    }),
    { numRuns: 300 },
  )
})
