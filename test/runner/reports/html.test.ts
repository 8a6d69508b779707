import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { CheckReport } from '../../../src/runner/index.ts'
import { toReportText } from '../../../src/runner/reports/index.ts'
import { visible } from '../../../src/signature/columns.ts'
import { closeBrowser, desktop, openPage, type PageOptions, phone } from '../../harness/browser.ts'
import { emptyReport, hostileReport, manyReport, richReport } from './fixture.ts'

afterAll(closeBrowser)

/** The report in a browser, with all that it asked for. */
async function open(report: CheckReport, options: PageOptions = {}) {
  const opened = await openPage(options)
  const requests: string[] = []
  await opened.page.route('**', route => {
    requests.push(route.request().url())
    return requests.length === 1
      ? route.fulfill({ contentType: 'text/html; charset=utf-8', body: toReportText('html', report) })
      : route.abort()
  })
  await opened.page.goto('http://report.test/')
  return { ...opened, requests }
}

test.each([
  ['everything', richReport],
  ['many', manyReport],
  ['nothing', emptyReport],
])(
  'a report with %s asks for nothing and has no errors, in light and dark, on a phone and a desk',
  async (_, report) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const viewport of [phone, desktop]) {
        const { page, errors, requests } = await open(report, { colorScheme, viewport })
        expect([requests, errors]).toEqual([['http://report.test/'], []])
        // Nothing goes beyond the side of the page.
        const { width, inner } = await page.evaluate(() => ({
          width: document.documentElement.scrollWidth,
          inner: innerWidth,
        }))
        expect(width).toBeLessThanOrEqual(inner)
      }
    }
  },
)

test('it shows the verdict, the counts, and each finding with all that is known of it', async () => {
  const { page } = await open(richReport)
  expect(await page.locator('h1').innerText()).toBe('Failed')
  expect(await page.locator('.counts li').allInnerTexts()).toEqual([
    '5\nbreaking',
    '1\nadditive',
    '1\nnote',
    '1\naccepted',
  ])
  const first = page.locator('article').first()
  const text = await first.innerText()
  for (const each of ['breaking', '/syssn', '"sys_sn"', 'documented, row payment.response.syssn', '12 times'])
    expect(text).toContain(each)
  expect(await page.locator('pre').innerText()).toContain('the signature does not match')
})

test('texts are legible in light and dark', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page } = await open(richReport, { colorScheme, viewport: desktop })
    const low = await page.evaluate(() => {
      const toRgb = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number)
      const light = ([r = 0, g = 0, b = 0]: number[]) => {
        const [x = 0, y = 0, z = 0] = [r, g, b].map(each => {
          const c = each / 255
          return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
        })
        return 0.2126 * x + 0.7152 * y + 0.0722 * z
      }
      const backOf = (element: Element | null): number[] => {
        if (!element) return [255, 255, 255]
        const own = toRgb(getComputedStyle(element).backgroundColor)
        return own.length === 4 && own[3] === 0 ? backOf(element.parentElement) : own
      }
      return [...document.querySelectorAll('h1,h2,p,dt,dd,code,.tag,small,summary,li,b,footer')]
        .filter(element => element.textContent?.trim() && element.getClientRects().length > 0)
        .map(element => {
          const [a, b] = [light(toRgb(getComputedStyle(element).color)), light(backOf(element))]
          const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
          return {
            ratio,
            text: `${element.tagName} ${element.className} ${element.textContent?.slice(0, 30)}`,
          }
        })
        .filter(({ ratio }) => ratio < 4.5)
        .map(({ text }) => text)
    })
    expect(low).toEqual([])
  }
})

test('on paper, what is folded is open', async () => {
  const { page } = await open(richReport, { viewport: desktop })
  const help = page.getByText('Code that reads the old name gets nothing.')
  const isSeen = () => help.evaluate(element => element.checkVisibility())
  expect(await isSeen()).toBe(false)
  await page.emulateMedia({ media: 'print' })
  expect(await isSeen()).toBe(true)
})

test('hostile texts are text: no element is there that the report has not made itself', async () => {
  const { page, errors } = await openPage()
  await fc.assert(
    fc.asyncProperty(hostileReport, async report => {
      const html = toReportText('html', report)
      const found = await page.evaluate(source => {
        const parsed = new DOMParser().parseFromString(source, 'text/html')
        return {
          strange: [
            ...parsed.querySelectorAll('script,img,iframe,object,link,form,input,base,a:not([href^="#"])'),
          ].length,
          attributes: [...parsed.querySelectorAll('body *')]
            .flatMap(element => element.getAttributeNames())
            .filter(name => !/^(class|id|href|open|width|height|role|aria-label|fill)$/.test(name)),
          styles: parsed.querySelectorAll('style').length,
          title: parsed.title,
          checked: parsed.querySelector('header dd')?.textContent,
        }
      }, html)
      expect(found).toMatchObject({ strange: 0, attributes: [], styles: 1 })
      expect(found.checked).toBe(visible(report.title))
    }),
    { numRuns: 100 },
  )
  expect(errors).toEqual([])
})
