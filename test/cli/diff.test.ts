import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { toDiffText } from '../../src/cli/diff-text.ts'
import { compareDocuments, toDocument } from '../../src/diff/index.ts'
import { documentWith, type Json } from '../diff/document.ts'
import { paydouble, root } from '../harness/cli.ts'

const [old, now] = ['examples/diff/old.yaml', 'examples/diff/new.yaml'] as const
const read = (file: string) => readFileSync(join(root, file), 'utf8')

function write(name: string, text: string | Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'paydouble-diff-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const diff = (args: readonly string[], input?: string) =>
  paydouble(['diff', ...args], { ...(input !== undefined && { input }) })

test('a committed document is the same as its contract, in both orders', async () => {
  const same = {
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(
      /^specs\/qfpay\.openapi\.yaml \(QFPay [\d.]+\) → qfpay \(QFPay [\d.]+\)\nNo changes\.\n$/,
    ),
  }
  expect(await diff(['specs/qfpay.openapi.yaml', 'qfpay'])).toEqual(same)
  expect(await diff(['qfpay', 'specs/qfpay.openapi.yaml'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('No changes.'),
  })
})

test('a document, standard input, a JSON file, a provider and a module give the same', async () => {
  const json = await paydouble(['spec', 'dms', '--format', 'json'])
  const file = write('dms.json', json.stdout)
  for (const [source, input] of [
    ['-', read('specs/dms.openapi.yaml')],
    [file],
    ['contracts/dms/contract.ts'],
    ['contracts/index.ts#dms'],
  ] as const) {
    expect(await diff(['dms', source], input)).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('No changes.'),
    })
    expect(await diff([source, 'its500', '--fail-on', 'none'], input)).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('operationRemoved'),
    })
  }
})

test('what is breaking fails, and what is unknown does if that is asked for', async () => {
  const codes = async (args: readonly string[]) =>
    Promise.all(
      ['breaking', 'unknown', 'none'].map(
        async verdict => (await diff([...args, '--fail-on', verdict])).code,
      ),
    )
  expect(await codes([old, now])).toEqual([1, 1, 0])
  expect((await diff([old, now])).code).toBe(1)
  const more = write('more.yaml', read(old).replace('[open, paid]', '[open, paid, gone]'))
  expect(await codes([old, more])).toEqual([0, 1, 0])
  const longer = write('longer.yaml', read(old).replace('maxLength: 32', 'maxLength: 33'))
  expect(await codes([old, longer])).toEqual([0, 0, 0])
})

test('--json prints the changes as one line of JSON', async () => {
  const { code, stdout } = await diff([old, now, '--json'])
  expect(code).toBe(1)
  expect(stdout.trim().split('\n')).toHaveLength(1)
  expect(JSON.parse(stdout)).toMatchObject({
    old: { name: old, title: 'Corner shop payments', version: '1.0' },
    new: { name: now, title: 'Corner shop payments', version: '2.0' },
    texts: 1,
    unused: 0,
    changes: [
      {
        kind: 'limitTightened',
        verdict: 'breaking',
        pointer:
          '/paths/~1orders/post/requestBody/content/application~1json/schema/properties/number/maxLength',
        in: 'new',
        operations: ['POST /orders'],
        writer: 'app',
        message: 'The longest length is 20 where it was 32.',
        before: 32,
        after: 20,
      },
      { kind: 'optionalNow', verdict: 'breaking' },
      { kind: 'valueAdded', verdict: 'unknown', after: ['refunded'] },
      { kind: 'patternChanged', verdict: 'unknown', reason: expect.stringContaining('cannot be computed') },
      { kind: 'fieldAdded', verdict: 'compatible' },
    ],
  })
})

test.each([
  [
    'a file that is not there',
    () => ['nope.yaml', 'qfpay'],
    'Failed to read nope.yaml: there is no such file. Providers that can be named in place of one are vvtool, its500, dms, qfpay, paydouble.',
  ],
  ['a directory', () => ['src', 'qfpay'], 'Failed to read src: it is a directory. Name the file.'],
  [
    'standard input twice',
    () => ['-', '-'],
    'Failed to read standard input: it is given for both documents. Give a file for one of them.',
  ],
  [
    'another verdict',
    () => ['qfpay', 'qfpay', '--fail-on', 'all'],
    'Failed to read --fail-on "all": it is breaking, unknown or none.',
  ],
  [
    'what is no UTF-8',
    () => [write('a.yaml', new Uint8Array([0xff, 0xfe, 0x61, 0x00])), 'qfpay'],
    'it is no text in UTF-8. Save it as UTF-8.',
  ],
  [
    'Swagger 2.0',
    () => ['qfpay', write('a.yaml', 'swagger: "2.0"\n')],
    'it is Swagger 2.0, and OpenAPI 3.0 and 3.1 can be compared.',
  ],
  [
    'a module without a contract',
    () => ['src/version.ts', 'qfpay'],
    'Failed to read src/version.ts: it exports no contract.',
  ],
  [
    'a module with several contracts',
    () => ['contracts/index.ts', 'qfpay'],
    'it exports several contracts: dms, its500, qfpay, vvtool. Say which: contracts/index.ts#dms.',
  ],
  [
    'an export that is no contract',
    () => ['contracts/index.ts#alipay', 'qfpay'],
    'it exports no contract "alipay", but dms, its500, qfpay, vvtool.',
  ],
  [
    'a module that does not run',
    () => [write('a.mjs', 'throw new Error("not today.")'), 'qfpay'],
    'it does not run: not today.\n',
  ],
  [
    'a contract that is half of one',
    () => [write('a.mjs', 'export default { id: "a", operations: {}, errors: {}, refusal: {} }'), 'qfpay'],
    'its contract cannot be made into an OpenAPI document: ',
  ],
])('%s is said to be wrong', async (_, args, why) => {
  const ended = await diff(args())
  expect(ended).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^paydouble: Failed to read /),
  })
  expect(ended.stderr).toContain(why)
  expect(ended.stderr).not.toContain('    at ')
})

const compare = (request: unknown, now: unknown) =>
  compareDocuments(
    toDocument(documentWith({ request }), 'old.yaml'),
    toDocument(documentWith({ request: now }), 'new.yaml'),
  )
const withField = (schema: Json) => ({ type: 'object', properties: { amount: schema } })
const change = compare(withField({ type: 'string' }), withField({ type: 'integer' }))

test('a change stands under its operation, with what was, what is and why', () => {
  expect(toDiffText(change, { width: 100, color: false })).toBe(`old.yaml (Shop 1) → new.yaml (Shop 1)
1 breaking.

POST /pay
  breaking    amount: The type is integer where it was string. (typeChanged)
  why         What an app sends today may be refused.
  at          /paths/~1pay/post/requestBody/content/application~1json/schema/properties/amount/type
  old → new   "string" → "integer"
`)
})

test('lines are as wide as the terminal, but for pointers, which can be copied', () => {
  const rows = toDiffText(change, { width: 50, color: false }).split('\n')
  expect(rows.filter(row => row.length > 50 && !row.includes('/paths/'))).toEqual([])
  expect(rows.length).toBeGreaterThan(8)
})

test('colour is only for terminals, and only on what it is about', () => {
  expect(toDiffText(change, { width: 100, color: true })).toContain('\u001b[31m  breaking    \u001b[0m')
  expect(toDiffText(change, { width: 100, color: false })).not.toContain('\u001b')
})

test('what is not compared is counted', () => {
  const text = { type: 'string' }
  const changed = compare({ ...text, description: 'a' }, { ...text, description: 'b' })
  expect(toDiffText(changed, { width: 100, color: false })).toBe(
    'old.yaml (Shop 1) → new.yaml (Shop 1)\nNo changes. Not compared, but different: 1 text for people.\n',
  )
})
