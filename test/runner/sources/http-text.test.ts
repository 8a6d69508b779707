// Raw HTTP, as it went over the wire and as people edit it.
import { Buffer } from 'node:buffer'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { type CapturedExchange, readCapture } from '../../../src/runner/index.ts'
import { collect, read } from '../../harness/captures.ts'

const text = (body: string | Uint8Array | undefined) =>
  body === undefined ? undefined : Buffer.from(body as Uint8Array).toString()
const show = ({ request, response, place }: CapturedExchange) => [
  place.number,
  `${request.method} ${request.url}`,
  text(request.body),
  response?.status,
  text(response?.body),
]

test.each(['\n', '\r\n'])(
  'requests and answers in a row are exchanges, with lines that end in %j',
  async end => {
    const lines = [
      'POST /pay?x=1 HTTP/1.1',
      'Host: a.example',
      'X-A: 1',
      'x-a: 2',
      '',
      '{"a": 1}',
      '',
      'HTTP/1.1 200 OK',
      'Content-Type: application/json',
      '',
      '{"b":',
      ' 2}',
      '',
      '',
      'GET https://b.example/q HTTP/2',
      '',
      'HTTP/2 204',
      '',
      '',
    ]
    const { exchanges, problems } = await read(lines.join(end))
    expect(problems).toEqual([])
    expect(exchanges.map(show)).toEqual([
      [1, 'POST http://a.example/pay?x=1', '{"a": 1}', 200, `{"b":${end} 2}`],
      [3, 'GET https://b.example/q', '', 204, ''],
    ])
    expect(exchanges[0]?.request.headers).toEqual({ host: 'a.example', 'x-a': '1, 2' })
    expect(exchanges[0]?.response?.headers).toEqual({ 'content-type': 'application/json' })
  },
)

test('messages of a known length may follow without a line break', async () => {
  const { exchanges } = await read(
    'POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\na=1HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}GET /b HTTP/1.1\r\n\r\n',
  )
  expect(exchanges.map(show)).toEqual([
    [1, 'POST /a', 'a=1', 200, '{}'],
    [3, 'GET /b', '', undefined, undefined],
  ])
})

test('a body in pieces is put together, and unpacked', async () => {
  const packed = gzipSync('{"a":1}')
  const pieces = [packed.subarray(0, 5), packed.subarray(5)]
  const answer = Buffer.concat([
    Buffer.from(
      'GET /a HTTP/1.1\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n',
    ),
    ...pieces.flatMap(piece => [
      Buffer.from(`${piece.length.toString(16)};x=y\r\n`),
      piece,
      Buffer.from('\r\n'),
    ]),
    Buffer.from('0\r\nX-Trailer: 1\r\n\r\nGET /b HTTP/1.1\r\n\r\n'),
  ])
  const { exchanges, problems } = await read(answer)
  expect(problems).toEqual([])
  expect(exchanges.map(show)).toEqual([
    [1, 'GET /a', '', 200, '{"a":1}'],
    [3, 'GET /b', '', undefined, undefined],
  ])
})

test('a body that somebody has put together already, or shortened, is taken as it stands', async () => {
  const { exchanges, problems } = await read(
    'POST /a HTTP/1.1\nTransfer-Encoding: chunked\n\n{"a":1}\n\nHTTP/1.1 200 OK\nContent-Length: 700\n\n{"key":"…"}\n\nPOST /b HTTP/1.1\nContent-Length: 2\n\n{"longer":1}\n',
  )
  expect(problems).toEqual([])
  expect(exchanges.map(show)).toEqual([
    [1, 'POST /a', '{"a":1}', 200, '{"key":"…"}'],
    [3, 'POST /b', '{"longer":1}', undefined, undefined],
  ])
})

test.each([
  ['Content-Length: 40', '{"a":', /^message 2: Its body is cut: it has 5 of 40 bytes\.$/],
  ['Transfer-Encoding: chunked', '10\r\n{"a":', /^message 2: Its body is cut: its last piece is missing\.$/],
])('a body that is cut is said to be, and not judged: %s', async (header, body, why) => {
  const { exchanges, problems } = await read(
    `GET /a HTTP/1.1\r\n\r\nHTTP/1.1 200 OK\r\n${header}\r\n\r\n${body}`,
  )
  expect(exchanges.map(show)).toEqual([[1, 'GET /a', '', 200, undefined]])
  expect(problems).toEqual([expect.stringMatching(why)])
})

test('what is no message is said with its place, and the next one is read', async () => {
  const { exchanges, problems } = await read(
    'HTTP/1.1 200 OK\n\n{}\n\nPOST /a HTTP/1.1\nno header\n\nx\n\nPOST /b HTTP/1.1\nHost: b\n\nx\n',
  )
  expect(exchanges.map(show)).toEqual([[3, 'POST http://b/b', 'x', undefined, undefined]])
  expect(problems).toEqual([
    'message 1: It is an answer without a request. Its request stands before it.',
    expect.stringMatching(/^message 2: .*the header "no header".* begins at byte 21\.$/),
  ])
})

test('a single request line is enough', async () => {
  const { exchanges } = await read('GET /a\n')
  expect(exchanges.map(show)).toEqual([[1, 'GET /a', '', undefined, undefined]])
})

test('a message that is too long is left out without being held, and the rest is read', async () => {
  async function* bytes() {
    yield Buffer.from('POST /a HTTP/1.1\n\n')
    for (let i = 0; i < 40; i++) yield Buffer.alloc(2 ** 20, 'x')
    yield Buffer.from('\nPOST /b HTTP/1.1\n\n{}\n')
  }
  const items = await collect(readCapture(bytes(), { source: 'it' }))
  expect(items).toEqual([
    {
      place: { source: 'it', unit: 'message', number: 1 },
      unreadable: expect.stringMatching(/^It is 41 MiB long/),
    },
    expect.objectContaining({ request: expect.objectContaining({ url: '/b' }) }),
  ])
})

test('many messages without a length in one chunk are read in little time', async () => {
  const { exchanges, problems } = await read('GET /q HTTP/1.1\nHost: a.example\n\n'.repeat(300_000))
  expect([exchanges.length, problems]).toEqual([300_000, []])
})
