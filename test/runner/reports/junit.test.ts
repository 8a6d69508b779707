import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { validateXML } from 'xmllint-wasm'
import { toReportText } from '../../../src/runner/reports/index.ts'
import { closeBrowser, openPage } from '../../harness/browser.ts'
import { emptyReport, finding, hostileReport, manyReport, richReport } from './fixture.ts'

afterAll(closeBrowser)

const schema = readFileSync(join(import.meta.dirname, 'schemas/jenkins-junit.xsd'), 'utf8')
const toXml = (report: typeof emptyReport) => toReportText('junit', report)

/** What the schema of Jenkins has against some documents. */
async function problems(documents: readonly string[]): Promise<string[]> {
  const xml = documents.map((contents, i) => ({ fileName: `${i}.xml`, contents }))
  const { errors } = await validateXML({ xml, schema, maxMemoryPages: 16_384 })
  return errors.map(({ message }) => message)
}

test('a report has a suite for each operation and a test case for each finding', async () => {
  await expect(toXml(richReport)).toMatchFileSnapshot('golden/rich.junit.xml')
})

test('reports are valid by the schema of Jenkins', async () => {
  expect(await problems([richReport, emptyReport, manyReport].map(toXml))).toEqual([])
})

test('the schema sees what is wrong', async () => {
  expect(await problems([toXml(richReport).replaceAll('<failure', '<fehler')])).not.toEqual([])
})

test('hostile texts leave it valid', async () => {
  const some = fc.array(hostileReport, { minLength: 10, maxLength: 10 })
  await fc.assert(
    fc.asyncProperty(some, async reports => {
      expect(await problems(reports.map(toXml))).toEqual([])
    }),
    { numRuns: 15 },
  )
})

test('a parser reads back the texts that went in', async () => {
  const message = 'one\ntwo\ttab ]]> <b>&amp;</b> "quotes" \'s 金额 💰'
  const report = { ...emptyReport, findings: [finding({ kind: 'x', pointer: '/a"<&\n]]>', message })] }
  const { page } = await openPage()
  const read = await page.evaluate(xml => {
    const document = new DOMParser().parseFromString(xml, 'text/xml')
    const failure = document.querySelector('failure')
    return [
      failure?.parentElement?.getAttribute('name'),
      failure?.getAttribute('message'),
      failure?.textContent,
    ]
  }, toXml(report))
  expect(read[0]).toBe('x response /a"<&\n]]>')
  expect(read[1]).toBe(`breaking: ${message}`)
  expect(read[2]).toContain(message)
})

test('a clean operation keeps its contract, in a test case of its own', () => {
  expect(toXml(emptyReport)).toContain(
    '<testcase classname="qfpay.query" name="keeps its contract" time="0"/>',
  )
})

test('what is accepted is skipped, with the reason', () => {
  expect(toXml(richReport)).toContain('<skipped>Accepted until 2027-06-30: Taiwan is piloted until summer')
})

test('what does not fail the check is no failure', () => {
  const count = (xml: string) => xml.match(/<failure/g)?.length ?? 0
  expect(count(toReportText('junit', richReport, { failOn: 'additive' }))).toBe(6)
  expect(count(toReportText('junit', richReport, { failOn: 'breaking' }))).toBe(5)
})

test('a check that did not come to its end is an error', () => {
  const xml = toXml({ ...emptyReport, ended: { how: 'unreachable', why: 'Nobody answers.' } })
  expect(xml).toContain('<error type="unreachable" message="Nobody answers.">')
})
