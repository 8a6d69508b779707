// Every example of these pages is a file that runs with the tests, every command is run, and every output is the real one.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { faultSchema, networkSchema, progressSchema } from '../src/double/fault.ts'
import { hostilities } from '../src/double/hostile.ts'
import { byteForms, deliver, scheduleSchema } from '../src/double/schedule.ts'
import { kindNames } from '../src/runner/reports/kinds.ts'
import { root } from './harness/cli.ts'
import { blocksOf, readPage, renderPage } from './harness/document.ts'

const pages = [
  'docs/time.md',
  'docs/faults.md',
  'docs/callbacks.md',
  'docs/sharing.md',
  'docs/state.md',
  'docs/torture.md',
  'docs/checking.md',
  'docs/matchers.md',
]

// After a change, `npx vitest run test/docs.test.ts -u` writes examples and outputs anew.
test.each(pages)('%s says what is so', async page => {
  const { text } = await renderPage(page)
  await expect(text).toMatchFileSnapshot(join(root, page))
})

test.each(pages)('the examples of %s are files', page => {
  const examples = blocksOf(readPage(page)).filter(block => block.language === 'ts')
  expect(examples.filter(block => block.file === undefined)).toEqual([])
  expect(examples.length).toBeGreaterThan(0)
})

test('every example stands on a page', () => {
  const shown = ['README.md', ...pages].flatMap(page => blocksOf(readPage(page)).map(block => block.file))
  const examples = readdirSync(join(root, 'examples')).filter(name => name.endsWith('.test.ts'))
  expect(examples.filter(name => !shown.includes(`examples/${name}`))).toEqual([])
})

test('the tables name all there is', () => {
  const faults = readPage('docs/faults.md')
  for (const name of Object.keys(faultSchema.shape)) expect(faults).toMatch(new RegExp(`\`${name}[\`:]`))
  for (const { shape } of networkSchema.options) expect(faults).toContain(`| \`${shape.do.value}\` |`)
  for (const name of Object.keys(progressSchema.shape))
    expect(faults).toMatch(new RegExp(`\`({ )?${name}\\b`))
  // Two of them are of the double, and of reports.
  for (const name of kindNames.filter(each => !['invalidField', 'caseDiffers'].includes(each)))
    expect(readPage('docs/checking.md')).toContain(`\`${name}\``)
  const callbacks = readPage('docs/callbacks.md')
  const words = Object.getOwnPropertyNames(deliver('paid')).filter(word => !(word in scheduleSchema.shape))
  for (const word of words) expect(callbacks).toContain(`.${word}(`)
  for (const name of [...byteForms, ...hostilities]) expect(callbacks).toContain(`\`${name}\``)
})
