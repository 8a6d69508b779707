import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeMultipart, encodeMultipart, MultipartError } from '../../src/contract/codec/multipart.ts'
import { isCleanText } from '../../src/contract/codec/text.ts'

const type = 'multipart/form-data; boundary=x'

const read = (text: string, contentType = type) =>
  decodeMultipart(new TextEncoder().encode(text), contentType)

const part = (head: string, value = 'v') => `--x\r\n${head}\r\n\r\n${value}\r\n`
const named = (name: string, value?: string) => part(`Content-Disposition: form-data; name="${name}"`, value)

/** What the platform writes. */
async function platform(params: readonly (readonly [string, string])[]) {
  const form = new FormData()
  for (const [name, value] of params) form.append(name, value)
  const request = new Request('http://127.0.0.1/', { method: 'POST', body: form })
  return {
    bytes: new Uint8Array(await request.clone().arrayBuffer()),
    contentType: request.headers.get('content-type') ?? '',
  }
}

const text = fc
  .string({ unit: 'grapheme', maxLength: 50 })
  .filter(value => isCleanText(value) && !/[\r\n]/.test(value))

test('what the platform writes is read as it was meant', async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(text, text, { maxKeys: 6 }), async params => {
      const { bytes, contentType } = await platform(Object.entries(params))
      expect({ ...decodeMultipart(bytes, contentType) }).toEqual({ ...params })
    }),
    { numRuns: 200 },
  )
})

test('what is written here, the platform reads as it was meant', async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(text, text, { minKeys: 1, maxKeys: 6 }), async params => {
      const { body, contentType } = encodeMultipart(params)
      const form = await new Response(body, { headers: { 'content-type': contentType } }).formData()
      expect([...form]).toEqual(Object.entries(params))
    }),
    { numRuns: 200 },
  )
})

test('what stands between the parts is in none of them', async () => {
  const params = { a: '--form-boundary', b: 'form-boundary0\r\n--form-boundary00--' }
  const { body, contentType } = encodeMultipart(params)
  expect({ ...read(body, contentType) }).toEqual(params)
})

test.each([
  ['one field', `${named('a', '1')}--x--\r\n`, { a: '1' }],
  ['no line break at the end', `${named('a', '1')}--x--`, { a: '1' }],
  ['a value with line breaks', `${named('a', '1\r\n2\n--y\r\n')}--x--`, { a: '1\r\n2\n--y\r\n' }],
  ['a value that is empty', `${named('a', '')}--x--`, { a: '' }],
  ['a name with a quote', `${named('a%22b')}--x--`, { 'a"b': 'v' }],
  ['a name without quotes', `${part('content-disposition:form-data;name=a')}--x--`, { a: 'v' }],
  [
    'a head of its own',
    `${part('Content-Type: text/plain\r\nContent-Disposition: form-data; name="a"')}--x--`,
    { a: 'v' },
  ],
  ['nothing in it', '--x--\r\n', {}],
  [
    'names like a prototype',
    `${named('__proto__', '1')}${named('constructor', '2')}--x--`,
    {
      ['__proto__']: '1',
      constructor: '2',
    },
  ],
])('a body with %s is read', (_, body, expected) => {
  expect(Object.entries(read(body))).toEqual(Object.entries(expected))
})

test.each([
  ['', 'begin|end'],
  ['text', 'begin'],
  [`junk${named('a')}--x--`, 'begin'],
  [named('a'), 'end'],
  [`${named('a')}--x`, 'end'],
  [`${named('a')}--xyz--`, 'end'],
  [`${named('a')}${named('a')}--x--`, 'twice'],
  [`${part('Content-Disposition: form-data')}--x--`, 'name'],
  [`${part('Content-Disposition: attachment; name="a"')}--x--`, 'name'],
  [`${part('Content-Type: text/plain')}--x--`, 'name'],
  [`${part('Content-Disposition: form-data; name="a"; filename="b"')}--x--`, 'file'],
  [`${part('Content-Disposition: form-data; filename="b"')}--x--`, 'name'],
  ['--x\r\n\r\n--x--', 'head'],
  [`${named('a', 'b\u0000c')}--x--`, 'NUL'],
  [`${Array.from({ length: 1001 }, (_, i) => named(`a${i}`)).join('')}--x--`, '1000'],
])('the body %j is refused: %s', (body, why) => {
  expect(() => read(body)).toThrow(MultipartError)
  expect(() => read(body)).toThrow(new RegExp(why))
})

test.each([
  'multipart/form-data',
  'multipart/form-data; boundary=',
  `multipart/form-data; boundary=${'x'.repeat(71)}`,
])('the content type "%s" names no boundary', contentType => {
  expect(() => read('--x--', contentType)).toThrow(/boundary/)
})

test('bytes that are not UTF-8 are refused', () => {
  expect(() => decodeMultipart(Uint8Array.of(0xff), type)).toThrow(/UTF-8/)
})

test('nearly a megabyte is read in no time', () => {
  const started = performance.now()
  read(`${named('a', '-\r\n--'.repeat(180_000))}--x--`)
  expect(() => read(`--x${'\r\n--x'.repeat(180_000)}`)).toThrow(MultipartError)
  expect(performance.now() - started).toBeLessThan(2000)
})

test('any bytes are read or refused', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('--x', '--', '\r\n', 'a', '"', 'name=', ';', ': form-data'), {
        maxLength: 20,
      }),
      pieces => {
        try {
          read(pieces.join(''))
        } catch (error) {
          expect(error).toBeInstanceOf(MultipartError)
        }
      },
    ),
    { numRuns: 500 },
  )
})
