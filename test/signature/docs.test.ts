// Every command of docs/signatures.md is run, and gives what stands below it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as entry from '../../src/index.ts'
import { formMistakes } from '../../src/signature/mistakes/form.ts'
import { mistakes } from '../../src/signature/mistakes/index.ts'
import { bin, root, run } from '../harness/cli.ts'

const text = readFileSync(join(root, 'docs/signatures.md'), 'utf8')
const blocks = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', code = '']) => ({
  language,
  code,
}))
const commands = blocks.flatMap(({ language, code }, i) =>
  language === 'sh' ? [{ command: code, output: blocks[i + 1]?.code }] : [],
)

test('there are commands to run', () => {
  expect(commands).toHaveLength(2)
})

test.each(commands)('the command gives what stands below it: $command', async ({ command, output }) => {
  const line = command.replaceAll(
    'npx paydouble',
    `${JSON.stringify(process.execPath)} ${JSON.stringify(bin)}`,
  )
  expect(await run('bash', ['-c', line])).toEqual({ code: 1, stdout: output, stderr: '' })
})

test('the table has all mistakes, in the order in which they are named', () => {
  const rows = [...mistakes, ...formMistakes].map(({ id, title }) => `| \`${id}\` | ${title} |\n`)
  const [, table] =
    /<!-- mistakes -->\n\| id [^\n]*\n\| --- [^\n]*\n(.*?)<!-- \/mistakes -->/s.exec(text) ?? []
  expect(table).toBe(rows.join(''))
})

test('the package has the functions that the page names', () => {
  const { assertSignatures, explainLastMismatch, explainDelivery, explainSignature, toAutopsyText } = entry
  const functions = {
    assertSignatures,
    explainLastMismatch,
    explainDelivery,
    explainSignature,
    toAutopsyText,
  }
  for (const [name, value] of Object.entries(functions)) {
    expect(text).toContain(name)
    expect(value).toBeTypeOf('function')
  }
})

test('the page names no key in full', () => {
  expect(text).not.toContain('TESTKEY0000000000000000000000000')
})
