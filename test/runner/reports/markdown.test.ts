import fc from 'fast-check'
import MarkdownIt from 'markdown-it'
import { afterAll, expect, test } from 'vitest'
import { toMarkdown } from '../../../src/runner/reports/index.ts'
import { visible } from '../../../src/signature/columns.ts'
import { closeBrowser, openPage } from '../../harness/browser.ts'
import { emptyReport, finding, hostileReport, hostileTexts, manyReport, richReport } from './fixture.ts'

afterAll(closeBrowser)

const parser = new MarkdownIt({ html: true, linkify: true })

test('a report is a table for each operation, with what is long folded', async () => {
  await expect(toMarkdown(richReport)).toMatchFileSnapshot('golden/rich.md')
})

test('a clean report is short', () => {
  expect(toMarkdown(emptyReport)).toMatchInlineSnapshot(`
    "### ✅ Passed: nothing found

    Checked: <code>capture out.har</code> (128 of 128 exchanges judged, 2026-11-22 09:58:12 to 10:13:12 UTC). What was judged keeps to the contracts.

    Nothing found: <code>qfpay.payment</code>, <code>qfpay.query</code>.

    "
  `)
})

test('hostile texts are text: no element is there that the report has not made itself', () => {
  const own = /^(h3|h4|p|code|table|thead|tbody|tr|th|td|strong|em|br|sub|details|summary|ul|li|pre)$/
  fc.assert(
    fc.property(hostileReport, report => {
      const html = parser.render(toMarkdown(report))
      const names = [...html.matchAll(/<\/?([a-z][a-z0-9]*)/gi)].map(match => match[1] ?? '')
      expect(names.filter(name => !own.test(name))).toEqual([])
      expect(html).not.toMatch(/<[a-z0-9]+ (?!style="text-align|class="language-text")/)
    }),
    { numRuns: 200 },
  )
})

test('every row of a table has as many cells as its head, and shows what was there', async () => {
  const findings = hostileTexts.map((text, i) =>
    finding({
      kind: 'unknownField',
      pointer: `/${i}${text}`,
      message: `says ${text}`,
      received: `got ${text}`,
    }),
  )
  const { page } = await openPage()
  await page.setContent(parser.render(toMarkdown({ ...emptyReport, findings })))
  const rows = await page.evaluate(() =>
    [...document.querySelectorAll('tbody tr')].map(row => [...row.children].map(cell => cell.textContent)),
  )
  expect(rows.map(cells => cells.length)).toEqual(findings.map(() => 6))
  for (const [i, text] of hostileTexts.entries()) {
    const shown = (cell: string | null | undefined) => (cell ?? '').replaceAll('\u200b', '')
    expect(shown(rows[i]?.[4])).toBe(visible(`got ${text}`))
    expect(shown(rows[i]?.[2])).toContain(visible(`says ${text}`).trim())
    expect(shown(rows[i]?.[1])).toBe(visible(`response /${i}${text}`))
  }
})

test('nobody is mentioned and nothing is linked', () => {
  const message = '@everyone #12 http://evil.example www.evil.example'
  const text = toMarkdown({ ...emptyReport, findings: [finding({ kind: 'x', pointer: '/a', message })] })
  expect(parser.render(text)).not.toContain('<a ')
  expect(parser.render(text).replace(/<[^>]*>/g, '')).not.toMatch(/@\w|#\d/)
})

test.each([400, 5000, 65_000])('it keeps to a room of %d bytes, and says what is left out', room => {
  const text = toMarkdown(manyReport, { room })
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(room)
  expect(text).toMatch(/\d+ more parts of this report left out/)
})

test('a comment on a pull request has room for it', () => {
  expect(toMarkdown(manyReport).length).toBeLessThanOrEqual(65_536)
})
