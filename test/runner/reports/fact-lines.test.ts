import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { contracts } from '../../../contracts/index.ts'
import lines from '../../../contracts/lines.json' with { type: 'json' }
import { listFacts } from '../../../src/contract/index.ts'
import { factLineOf } from '../../../src/runner/reports/fact-lines.ts'
import { root, run } from '../../harness/cli.ts'
import { finding } from './fixture.ts'

const lineAt = (file: string, line: number) =>
  readFileSync(join(root, file), 'utf8').split('\n')[line - 1] ?? ''

test('contracts/lines.json is up to date; otherwise run "npm run lines"', async () => {
  const node = join(root, 'node_modules/.bin/node')
  expect(await run(node, ['scripts/fact-lines.ts', '--check'])).toMatchObject({ code: 0, stderr: '' })
})

test('every fact of every contract has its line', () => {
  for (const contract of contracts) {
    const own: Readonly<Record<string, string>> = lines[contract.id]
    expect(Object.keys(own)).toEqual([...new Set(listFacts(contract).map(({ path }) => path))])
  }
})

test('the line of a field has the name of the field', () => {
  const without: string[] = []
  let count = 0
  for (const [provider, own] of Object.entries(lines)) {
    for (const [path, place] of Object.entries(own)) {
      const [file = '', line] = place.split(':')
      count++
      if (!lineAt(`contracts/${provider}/${file}`, Number(line)).includes(path.split('.').at(-1) ?? ''))
        without.push(path)
    }
  }
  // A few are written down under another name, and used under theirs.
  expect(count).toBeGreaterThan(600)
  expect(without.filter(path => !path.startsWith('servers.')).length).toBeLessThan(6)
})

test.each([
  ['a field', { kind: 'missingField', pointer: '/syssn' }, 'syssn: fact('],
  ['an item of a list', { kind: 'missingField', pointer: '/data/0/syssn', name: 'query' }, 'syssn: fact('],
  [
    'JSON in a text',
    { kind: 'missingField', pointer: '/extend_info/user_creid', part: 'request' },
    'user_creid: fact(',
  ],
  [
    'an unknown field',
    { kind: 'unknownField', pointer: '/nobody/knows' },
    'const payment = defineOperation(',
  ],
  ['a whole answer', { kind: 'notJson', pointer: '' }, 'const payment = defineOperation('],
  [
    'a field of a refusal alone',
    { kind: 'typeChanged', pointer: '/resperr', name: 'close' },
    'resperr: fact(',
  ],
  ['a code', { kind: 'undocumentedCode', pointer: '/respcd' }, 'respcd: fact('],
  ['the signature of an answer', { kind: 'wrongSignature', pointer: '' }, "'X-QF-SIGN': fact("],
  ['the signature of a request', { kind: 'missingSignature', pointer: '', part: 'request' }, 'signature: {'],
  ['advice', { kind: 'amountAtRisk', pointer: '/txamt', part: 'request' }, "kind: 'amountAtRisk'"],
] as const)('%s is found', (_, about, text) => {
  const at = factLineOf(finding(about as never), lines)
  expect(at && lineAt(at.file, at.line)).toContain(text)
})

test('no name leads astray', () => {
  for (const provider of ['__proto__', 'constructor', ''])
    expect(factLineOf(finding({ kind: 'x', pointer: '/a', provider }), lines)).toBeUndefined()
  expect(factLineOf(finding({ kind: 'x', pointer: '', name: '__proto__' }), lines)).toBeUndefined()
})
