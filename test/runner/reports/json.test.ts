import fc from 'fast-check'
import { expect, expectTypeOf, test } from 'vitest'
import type { CaseOutcome, CheckReport, FidelityScore, FindingGroup } from '../../../src/runner/index.ts'
import { type JsonReport, jsonReportSchema, toReportText } from '../../../src/runner/reports/index.ts'
import { emptyReport, hostileReport, manyReport, richReport } from './fixture.ts'

const read = (report: CheckReport) => jsonReportSchema.parse(JSON.parse(toReportText('json', report)))

test('it has the report as it is, its version, and what it comes to', () => {
  const { schema, verdict, failOn, ...report } = read(richReport)
  expect(report).toEqual(richReport)
  expect({ schema, verdict, failOn }).toEqual({
    schema: 1,
    verdict: {
      outcome: 'failed',
      exitCode: 1,
      text: 'There are 5 differences from the contracts and 1 case with another answer.',
    },
    failOn: 'additive',
  })
})

test('its shape is the one that is described', () => {
  for (const report of [emptyReport, manyReport]) expect(read(report)).toMatchObject({ version: '1.2.3' })
  const ended = { how: 'interrupted', why: 'Somebody pressed Ctrl-C.' } as const
  expect(read({ ...emptyReport, ended })).toMatchObject({ ended, verdict: { exitCode: 130 } })
})

test('its description has every field that a report has', () => {
  type Item<K extends 'cases' | 'fidelity'> = NonNullable<JsonReport[K]>[number]
  expectTypeOf<keyof CheckReport>().toExtend<keyof JsonReport>()
  expectTypeOf<keyof FindingGroup>().toExtend<keyof JsonReport['findings'][number]>()
  expectTypeOf<keyof CaseOutcome>().toExtend<keyof Item<'cases'>>()
  expectTypeOf<keyof FidelityScore>().toExtend<keyof Item<'fidelity'>>()
})

test('hostile texts come through as they are', () => {
  fc.assert(
    fc.property(hostileReport, report => {
      const { findings, title, unmatched } = read(report)
      expect([findings.map(({ id }) => id), title]).toEqual([
        report.findings.map(({ id }) => id),
        report.title,
      ])
      expect(unmatched).toEqual(report.unmatched)
    }),
    { numRuns: 200 },
  )
})
