import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import draft4 from 'ajv-draft-04'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import lines from '../../../contracts/lines.json' with { type: 'json' }
import { toReportText } from '../../../src/runner/reports/index.ts'
import { root } from '../../harness/cli.ts'
import { emptyReport, finding, fixedLines, hostileReport, manyReport, richReport } from './fixture.ts'

const schema = JSON.parse(readFileSync(join(import.meta.dirname, 'schemas/sarif-2.1.0.json'), 'utf8'))
const ajv = new draft4.default({ strict: false, allErrors: true, unicodeRegExp: false })
addFormats.default(ajv as never)
const validate = ajv.compile(schema)

const toLog = (report: typeof emptyReport) => JSON.parse(toReportText('sarif', report, { lines }))
const problems = (report: typeof emptyReport) => (validate(toLog(report)) ? [] : validate.errors)

test('a log has rules, results, and what went wrong on the way', async () => {
  await expect(toReportText('sarif', richReport, { lines: fixedLines })).toMatchFileSnapshot(
    'golden/rich.sarif',
  )
})

test('logs are valid by the schema of SARIF 2.1.0', () => {
  for (const report of [richReport, emptyReport, manyReport]) expect(problems(report)).toEqual([])
})

test('the schema sees what is wrong', () => {
  const log = toLog(richReport)
  log.runs[0].results[0].level = 'bad'
  expect(validate(log)).toBe(false)
})

test('hostile texts leave it valid', () => {
  fc.assert(
    fc.property(hostileReport, report => {
      expect(problems(report)).toEqual([])
    }),
    { numRuns: 200 },
  )
})

test('each result points at the line of the contract that is no longer true', () => {
  for (const { locations, properties } of toLog(richReport).runs[0].results.slice(0, -1)) {
    const { artifactLocation, region } = locations[0].physicalLocation
    const line = readFileSync(join(root, artifactLocation.uri), 'utf8').split('\n')[region.startLine - 1]
    expect([properties.id, line]).toMatchSnapshot()
  }
})

test('a contract that did not come with paydouble has the place in the capture instead', () => {
  const report = { ...emptyReport, findings: [finding({ kind: 'x', pointer: '/a', provider: 'own' })] }
  expect(toLog(report).runs[0].results[0].locations[0].physicalLocation).toMatchObject({
    artifactLocation: { uri: 'out.har' },
  })
})

test('a finding has the same fingerprint wherever it is seen', () => {
  const fingerprint = (source: string, count: number) => {
    const one = finding({ kind: 'missingField', pointer: '/syssn', count })
    const seen = { ...one, first: { place: { ...one.first.place, source } } }
    return toLog({ ...emptyReport, findings: [seen] }).runs[0].results[0].partialFingerprints
  }
  expect(fingerprint('a.har', 1)).toEqual(fingerprint('b.har', 7))
  expect(fingerprint('a.har', 1)).toMatchInlineSnapshot(`
    {
      "findingId/v1": "7936d06ca9563a32b9f7c7e2e1f6d58de87ba5cf091ffb49940fd3faf7def36e",
    }
  `)
})

test('what is accepted is suppressed, with the reason', () => {
  const accepted = toLog(richReport).runs[0].results.filter(
    (each: { suppressions?: unknown }) => each.suppressions,
  )
  expect(accepted).toHaveLength(1)
  expect(accepted[0].suppressions).toEqual([
    {
      kind: 'external',
      status: 'accepted',
      justification: 'Taiwan is piloted until summer (until 2027-06-30)',
    },
  ])
})
