import { expect, test } from 'vitest'
import * as z from 'zod'
import { documented, fact } from '../../src/contract/index.ts'
import { createValueCheck } from '../../src/runner/value-check.ts'

const told = documented('row')
const schema = z.looseObject({
  id: fact(z.string().min(1).max(5), told, 'A number.'),
  count: z.int().optional(),
  kind: z.enum(['a', 'b']).optional(),
  flag: z.union([z.enum(['0', '1']), z.literal([0, 1])]).optional(),
  amount: z.union([z.string().regex(/^\d+$/), z.int()]).optional(),
  info: z.union([z.array(z.unknown()), z.looseObject({})]).optional(),
  'spaced ': fact(z.string().optional(), told, 'As in the sample.'),
  rows: z.array(z.looseObject({ no: z.string(), state: z.literal('x').nullable().optional() })).optional(),
})
const check = createValueCheck(schema)

function found(value: unknown): string[] {
  const text = typeof value === 'string' ? value : undefined
  const findings = check(text === undefined ? value : JSON.parse(text), text)
  return findings.map(({ kind, pointer, received }) => [kind, pointer, received].filter(Boolean).join(' '))
}

test.each([
  [{ id: 'a' }, []],
  [{ id: 'a', info: [] }, []],
  [{ id: 'a', info: { any: 'thing' } }, []],
  [{ id: 'a', rows: [{ no: '1', state: null }] }, []],
  [{}, ['missingField /id']],
  [{ id: 1 }, ['typeChanged /id 1']],
  [{ id: null }, ['unexpectedNull /id null']],
  [{ id: '' }, ['wrongLength /id ""']],
  [{ id: '123456' }, ['wrongLength /id "123456"']],
  [{ id: ['a'] }, ['typeChanged /id ["a"]']],
  [{ id: 'a', count: 1.5 }, ['wrongFormat /count 1.5']],
  [{ id: 'a', count: '1' }, ['typeChanged /count "1"']],
  [{ id: 'a', kind: 'c' }, ['newEnumValue /kind "c"']],
  [{ id: 'a', kind: 1 }, ['typeChanged /kind 1']],
  [{ id: 'a', flag: '7' }, ['newEnumValue /flag "7"']],
  [{ id: 'a', flag: 7 }, ['newEnumValue /flag 7']],
  [{ id: 'a', flag: true }, ['typeChanged /flag true']],
  [{ id: 'a', flag: null }, ['unexpectedNull /flag null']],
  [{ id: 'a', amount: '3.00' }, ['wrongFormat /amount "3.00"']],
  [{ id: 'a', amount: true }, ['typeChanged /amount true']],
  [{ id: 'a', info: 'none' }, ['typeChanged /info "none"']],
  [{ id: 'a', new: { deep: 1 } }, ['unknownField /new {"deep":1}']],
  [{ id: 'a', 'id ': 'b' }, ['spacedKey /id  "b"']],
  [{ id: 'a', 'spaced ': 'b' }, ['spacedKey /spaced ']],
  [{ ' id': 'a' }, ['spacedKey /id " id"']],
  [{ ID: 'a' }, ['renamedField /id "ID"']],
  [{ number: 'a' }, ['renamedField /id "number"']],
  [{ number: 1 }, ['missingField /id', 'unknownField /number 1']],
  [
    { id: 'a', rows: [{ no: '1' }, {}, { no: '1', x: 1 }] },
    ['missingField /rows/1/no', 'unknownField /rows/2/x 1'],
  ],
  [{ id: 'a', rows: {} }, ['typeChanged /rows {}']],
  ['{"id":"a","__proto__":1}', ['unknownField /__proto__ 1']],
  ['{"id":"a","constructor":{"a":1}}', ['unknownField /constructor {"a":1}']],
  ['{"__proto__":{"id":"a"}}', ['missingField /id', 'unknownField /__proto__ {"id":"a"}']],
  [{ id: 'a', 'a/b~c': 1 }, ['unknownField /a~1b~0c 1']],
])('%j gives %j', (value, findings) => {
  expect(found(value)).toEqual(findings)
})

test('a number of many digits is shown as it was sent, and that they are lost is said', () => {
  const [finding] = check({ id: 1285453080879468500 }, '{"id": 1285453080879468544}')
  expect(finding).toMatchObject({ kind: 'typeChanged', received: '1285453080879468544', provenance: told })
  expect(finding?.message).toBe(
    'The field "id" is of another type. It has more digits than JavaScript and many other languages keep of a number: they read another one.',
  )
  const rows = '{"id":"a","rows":[{"no":"1"},{"no":-9007199254740993}]}'
  expect(found(rows)).toEqual(['typeChanged /rows/1/no -9007199254740993'])
})

test('a wrong shape of the whole value is one difference', () => {
  expect(found([{ id: 'a' }])).toEqual(['typeChanged [{"id":"a"}]'])
  expect(found(null)).toEqual(['unexpectedNull null'])
})

test('beyond two thousand differences of one message they are counted', () => {
  const many = Object.fromEntries([...Array(2005).keys()].map(i => [`k${i}`, i]))
  const findings = check({ id: 'a', ...many })
  expect(findings).toHaveLength(2001)
  expect(findings.at(-1)).toMatchObject({
    kind: 'manyDifferences',
    message: expect.stringMatching(/^There are 5 /),
  })
})

test('a long message full of large numbers is read once more, not once for each of them', () => {
  const numbers = [...Array(2000).keys()].map(i => `"n${i}":12345678901234567${i}`)
  const findings = found(`{"id":"a",${numbers.join(',')},"info":[${Array(1_000_000).fill('1').join(',')}]}`)
  expect(findings).toHaveLength(2000)
  expect(findings.at(-1)).toBe('unknownField /n1999 123456789012345671999')
})
