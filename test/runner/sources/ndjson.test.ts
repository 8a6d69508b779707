import { Buffer } from 'node:buffer'
import { expect, test } from 'vitest'
import { readCapture } from '../../../src/runner/index.ts'
import { mostItemBytes } from '../../../src/runner/sources/reader.ts'
import { answerOf, collect, read, toEntry, toLine } from '../../harness/captures.ts'
import { liveMemory } from '../../harness/live-memory.ts'

test('a line is an exchange, with all that it says', async () => {
  const about = { provider: 'a', operation: 'b' }
  const request = {
    method: 'post',
    url: '/x',
    headers: { Host: 'h', 'X-A': ['1', '2'], ':path': '/x' },
    body: 'a=1',
  }
  const { exchanges, problems } = await read(`${toLine({ request, at: 5, durationMs: 6, about })}\n`)
  expect(problems).toEqual([])
  expect(exchanges).toEqual([
    {
      request: { method: 'POST', url: 'http://h/x', headers: { host: 'h', 'x-a': '1, 2' }, body: 'a=1' },
      response: { status: 200, headers: {}, body: '{"ok":1}' },
      at: 5,
      durationMs: 6,
      about,
      place: { source: 'it', unit: 'line', number: 1 },
    },
  ])
})

test('times are numbers or texts, headers lists, bodies base64; an answer may be missing', async () => {
  const lines = [
    toLine({ at: '2026-11-22T10:00:00Z', response: null }),
    toLine({
      request: { headers: [{ name: 'A', value: 1 }] },
      response: { body: undefined, bodyBase64: 'eyJhIjoxfQ==' },
    }),
    toLine({ response: { body: undefined } }),
  ]
  const { exchanges, problems } = await read(lines.join('\r\n'))
  expect(problems).toEqual([])
  const [first, second, third] = exchanges
  expect([first?.at, first?.response]).toEqual([Date.parse('2026-11-22T10:00:00Z'), undefined])
  expect([second?.request.headers, answerOf(second)]).toEqual([{ a: '1' }, '{"a":1}'])
  expect(third?.response?.body).toBeUndefined()
})

test('entries of a HAR may stand on lines, as jq writes them', async () => {
  const { exchanges } = await read(`${JSON.stringify(toEntry())}\n${JSON.stringify(toEntry())}`)
  expect(exchanges.map(({ request }) => request.headers)).toEqual(
    Array(2).fill({ 'content-type': 'application/json' }),
  )
})

test('lines are counted with the empty ones, and one that is no JSON does not end the reading', async () => {
  const { exchanges, problems } = await read(`\n${toLine()}\n  \n{"request": secret}\nhello\n${toLine()}`)
  expect(exchanges.map(({ place }) => place.number)).toEqual([2, 6])
  expect(problems).toEqual([
    "line 4: It is no JSON: Unexpected token 's'.",
    "line 5: It is no JSON: Unexpected token 'h'.",
  ])
})

test('a last line that is cut is said to be', async () => {
  const { problems } = await read(`${toLine()}\n${toLine().slice(0, 40)}`)
  expect(problems).toEqual([
    expect.stringMatching(/^line 2: It is no JSON: .*The capture ends within it: it may have been cut\.$/),
  ])
})

test.each([
  ['[]', /It is a list\. An exchange is \{"request"/],
  ['"x"', /It is a text/],
  ['{}', /Its request is missing/],
  [toLine({ request: { method: '' } }), /request\.method is empty/],
  [toLine({ request: { url: null } }), /request\.url is null/],
  [toLine({ request: { headers: 'a: b' } }), /request\.headers are a text/],
  [toLine({ request: { body: { a: 1 } } }), /request\.body is an object.*as it was sent.*signatures/],
  [toLine({ response: { body: undefined, bodyBase64: 7 } }), /response\.bodyBase64 is the number 7/],
  [toLine({ response: { status: undefined } }), /response\.status is missing/],
  ['{"request":{"method":"GET","url":"/"},"response":[]}', /Its response is a list/],
  [toLine({ response: { status: '200' } }), /response\.status is a text/],
  [toLine({ response: { status: 0 } }), /response\.status is the number 0.*the response is null/],
  [toLine({ response: { headers: [3] } }), /response\.headers are a list/],
  [toLine({ at: 'yesterday' }), /"at" is a text.*milliseconds since 1970/],
  [toLine({ durationMs: '5' }), /durationMs is a text/],
  [toLine({ about: { operation: 'x' } }), /"about" is not right/],
])('what is wrong with %s is said, and the next line is read', async (line, why) => {
  const { exchanges, problems } = await read(`${toLine()}\n${line}\n${toLine()}\n`)
  expect(exchanges.map(({ place }) => place.number)).toEqual([1, 3])
  expect(problems).toEqual([expect.stringMatching(why)])
  expect(problems[0]).toMatch(/^line 2: /)
})

test('a body whose bytes are no UTF-8 keeps them', async () => {
  const [before = '', after = ''] = toLine({ response: { body: '@' } }).split('@')
  const gbk = Buffer.from([0xd6, 0xa7, 0xb8, 0xb6])
  const line = Buffer.concat([Buffer.from(before), gbk, Buffer.from(`\\u94b1${after}\n`)])
  const { exchanges, problems } = await read(
    Buffer.concat([Buffer.from(`${toLine()}\n`), line, Buffer.from(toLine())]),
  )
  expect(problems).toEqual([])
  expect(exchanges.map(answerOf)).toEqual(['{"ok":1}', expect.anything(), '{"ok":1}'])
  expect(exchanges[1]?.response?.body).toEqual(Buffer.concat([gbk, Buffer.from('钱')]))
})

test('a line that is too long is left out without being held, and the rest is read', async () => {
  let most = 0
  async function* bytes() {
    yield Buffer.from(`${toLine()}\n{"request": "`)
    for (let i = 0; i < 256; i++) {
      yield Buffer.alloc(2 ** 20, 'x')
      if (i % 32 === 31) most = Math.max(most, liveMemory())
    }
    yield Buffer.from(`"}\n${toLine()}\n`)
  }
  const before = liveMemory()
  const items = await collect(readCapture(bytes(), { source: 'it' }))
  expect(items.map(item => ('unreadable' in item ? item.unreadable : item.place.number))).toEqual([
    1,
    'It is 257 MiB long, and at most 16 MiB are read at once: it was left out.',
    3,
  ])
  expect(most - before).toBeLessThan(mostItemBytes * 3)
})

test('a time for which there is no day is none', async () => {
  const { exchanges, problems } = await read([1e20, -1e20].map(at => toLine({ at })).join('\n'))
  expect(exchanges).toEqual([])
  expect(problems).toEqual([
    expect.stringMatching(/^line 1: Its "at" is the number 10{20}\./),
    expect.stringMatching(/^line 2: Its "at" is the number -10{20}\./),
  ])
})
