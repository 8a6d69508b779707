// Formats by how they begin, files in other encodings, and where bytes are cut.
import { Buffer } from 'node:buffer'
import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCapture } from '../../../src/runner/index.ts'
import { collect, read, readItems, toEntry, toHar, toLine } from '../../harness/captures.ts'

const row = () => JSON.parse(toLine())
const http = 'POST /a HTTP/1.1\nHost: a\n\n{"a":"é"}\n\nHTTP/1.1 200 OK\n\n{}\n'

test.each([
  ['a HAR', toHar([toEntry(), toEntry()]), 'entry', 2],
  ['a HAR with indents', toHar([toEntry(), toEntry()], 2), 'entry', 2],
  [
    'a HAR whose log comes late',
    `{"a":${JSON.stringify('x'.repeat(100))},${toHar([toEntry()]).slice(1)}`,
    'entry',
    1,
  ],
  ['a HAR with no entries', toHar([]), 'entry', 0],
  ['one line', toLine(), 'line', 1],
  ['lines', `${toLine()}\n${toLine()}\n`, 'line', 2],
  ['lines with other fields first', `{"id":1,${toLine().slice(1)}\n{"id":2,${toLine().slice(1)}`, 'line', 2],
  ['lines after an empty one', `\r\n\n${toLine()}`, 'line', 1],
  ['a list', JSON.stringify([row(), row()]), 'entry', 2],
  ['a list of entries with indents', JSON.stringify([toEntry(), toEntry()], null, 2), 'entry', 2],
  ['an empty list', '[]', 'entry', 0],
  [
    'exchanges with indents',
    `${JSON.stringify(row(), null, 2)}\n${JSON.stringify(row(), null, 2)}`,
    'entry',
    2,
  ],
  ['raw HTTP', http, 'message', 1],
  ['raw HTTP after empty lines', `\n\n${http}`, 'message', 1],
])('%s is seen by how it begins', async (_, text, unit, count) => {
  const { exchanges, problems } = await read(text)
  expect(problems).toEqual([])
  expect(exchanges.map(({ place }) => place.unit)).toEqual(Array(count).fill(unit))
})

test.each([
  ['', /is empty/],
  [' \n\n', /is empty/],
  ['\ufeff', /is empty/],
  ['hello', /none of the formats/],
  ['<html><body>', /none of the formats/],
  [gzipSync('x'), /gzip -dc/],
  [Buffer.from('PK\x03\x04abc'), /ZIP/],
  [Buffer.from([0xd4, 0xc3, 0xb2, 0xa1, 2, 0]), /network packets/],
  ['3017:9:websocket;0:~8:response;', /mitmdump/],
])('%j is no capture, and it is said what to do', async (text, why) => {
  const { exchanges, problems } = await read(text)
  expect([exchanges, problems]).toEqual([[], [expect.stringMatching(why)]])
  expect(problems[0]).toMatch(/^line 1: /)
})

test.each([
  ['other JSON', '{"openapi": "3.1.0"}', /^line 1: Its request is missing/],
  [
    'other JSON with indents',
    JSON.stringify({ info: {}, item: [] }, null, 2),
    /^entry 1: It is JSON, but no HAR/,
  ],
])('%s is said to be no capture', async (_, text, why) => {
  expect((await read(text)).problems).toEqual([expect.stringMatching(why)])
})

test.each([toHar([toEntry({ comment: '钱' })], 2), `${toLine({ request: { body: '钱' } })}\n`, http])(
  'files in UTF-16 and with marks are read as the same in UTF-8 without',
  async text => {
    const expected = await readItems(text)
    expect(expected).toHaveLength(1)
    const little = Buffer.from(text, 'utf16le')
    const big = Buffer.from(little).swap16()
    for (const bytes of [
      Buffer.from(`\ufeff${text}`),
      Buffer.concat([Buffer.from([0xff, 0xfe]), little]),
      Buffer.concat([Buffer.from([0xfe, 0xff]), big]),
      little,
      big,
    ])
      expect(await readItems(bytes, { cuts: [1, 3, 101] })).toEqual(expected)
  },
)

test('a source that fails in the middle is said to, after what was read', async () => {
  async function* bytes() {
    yield Buffer.from(`${toLine()}\n`)
    throw new Error('EIO: the disk is gone')
  }
  const items = await collect(readCapture(bytes(), { source: 'it' }))
  expect(items).toEqual([
    expect.objectContaining({ request: expect.anything() }),
    {
      place: expect.anything(),
      unreadable: 'It could not be read to its end: EIO: the disk is gone. What came before was read.',
    },
  ])
})

test('who stops reading ends the source, too', async () => {
  let isEnded = false
  async function* bytes() {
    try {
      for (;;) yield Buffer.from(`${toLine()}\n`.repeat(200))
    } finally {
      isEnded = true
    }
  }
  for await (const items of readCapture(bytes(), { source: 'it' })) if (items.length > 0) break
  expect(isEnded).toBe(true)
})

/** Captures of all formats, some of them broken. */
const samples = [
  toHar([toEntry(), toEntry({ comment: '"\\"]}钱{[' }), null, 'a,]"', 7, toEntry({ comment: 'a"]}{' })]),
  toHar([toEntry(), toEntry(), toEntry()], 2),
  toHar([toEntry(), toEntry(), toEntry()], 2).replace('"POST"', '"POST'),
  toHar([toEntry(), toEntry()], 2).slice(0, -300),
  `${toLine()}\r\n\n${toLine({ request: { body: '钱' } })}\n{"x\n${toLine()}`,
  JSON.stringify([row(), row(), 5], null, 1),
  `${JSON.stringify(row(), null, 2)}\n${JSON.stringify(row(), null, 2).replace('{}', '{')}\nx y\n${JSON.stringify(row(), null, 2)}`,
  `${http}POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n${http}junk\n${http}HTTP/1.1 500 X\nContent-Length: 9\n\n{"a":`,
].map(text => Buffer.from(text))

test('the same bytes give the same items, wherever they are cut', async () => {
  const expected = await Promise.all(samples.map(sample => readItems(sample)))
  expect(expected.every(items => items.length > 1)).toBe(true)
  await fc.assert(
    fc.asyncProperty(
      fc.nat(samples.length - 1),
      fc.array(fc.nat(4000), { maxLength: 40 }),
      async (which, cuts) => {
        expect(await readItems(samples[which] as Buffer, { cuts })).toEqual(expected[which])
      },
    ),
    { numRuns: 300 },
  )
})

test('the same bytes give the same items one by one', async () => {
  for (const sample of samples) {
    const cuts = Array.from(sample, (_, i) => i)
    expect(await readItems(sample, { cuts })).toEqual(await readItems(sample))
  }
})

test('whatever the bytes are, they are read to their end', async () => {
  const tokens = [
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\',
    ',',
    ':',
    '\n',
    ' ',
    '"log"',
    '"entries"',
    'HTTP/1.1 200 OK\n',
    'POST / HTTP/1.1\n',
    '\0',
    '\xff',
    'a: b',
    '{"request":',
    '0\r\n\r\n',
  ]
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...tokens), { maxLength: 40 }), async parts => {
      const bytes = Buffer.from(parts.join(''), 'latin1')
      const items = await readItems(bytes)
      expect(items.length > 0 || bytes.toString('latin1').trim() !== '').toBe(true)
    }),
    { numRuns: 500 },
  )
})
