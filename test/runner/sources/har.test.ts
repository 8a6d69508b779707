// HAR as tools write it, and as it should not be.
import { Buffer } from 'node:buffer'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { answerOf, read, toEntry, toHar } from '../../harness/captures.ts'

const answer = (content: object, response: object = {}) => toEntry({ response: { content, ...response } })
const question = (request: object) => toEntry({ request })

test('an entry of Chrome is an exchange; headers of HTTP/2 that begin with a colon are left out', async () => {
  const { exchanges, problems } = await read(toHar([toEntry()], 2))
  expect(problems).toEqual([])
  expect(exchanges).toEqual([
    {
      request: {
        method: 'POST',
        url: 'https://a.example/pay?x=1',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      },
      response: { status: 200, headers: { 'content-type': 'application/json' }, body: '{"ok":1}' },
      at: Date.parse('2026-11-22T10:00:00Z'),
      durationMs: 35.5,
      place: { source: 'it', unit: 'entry', number: 1 },
    },
  ])
})

test('the host comes from :authority or host, where the address has none', async () => {
  const hosts = [[{ name: ':authority', value: 'b.example' }], [{ name: 'Host', value: 'c.example:81' }], []]
  const { exchanges } = await read(toHar(hosts.map(headers => question({ url: '/pay', headers }))))
  expect(exchanges.map(({ request }) => request.url)).toEqual([
    'http://b.example/pay',
    'http://c.example:81/pay',
    '/pay',
  ])
})

test.each([
  ['a text', { text: '{"a":1}' }, '{"a":1}'],
  ['base64', { text: 'eyJhIjoxfQ==', encoding: 'base64' }, '{"a":1}'],
  [
    'base64 of what is still compressed',
    { text: gzipSync('{"a":1}').toString('base64'), encoding: 'base64' },
    '{"a":1}',
  ],
  ['nothing, of a size', { size: 120 }, undefined],
  ['nothing, of no size', { size: 0 }, ''],
  ['an empty text', { size: 0, text: '' }, ''],
])('content that is %s is read', async (_, content, body) => {
  const { exchanges, problems } = await read(toHar([answer(content)]))
  expect(problems).toEqual([])
  expect(answerOf(exchanges[0])).toBe(body)
})

test('bytes in base64 that are no UTF-8 stay as they are', async () => {
  const gbk = Buffer.from([0x22, 0xb8, 0xb6, 0x22])
  const { exchanges } = await read(toHar([answer({ text: gbk.toString('base64'), encoding: 'base64' })]))
  expect(exchanges[0]?.response?.body).toEqual(gbk)
})

test.each([
  [
    'fields of a form',
    {
      mimeType: 'application/x-www-form-urlencoded',
      params: [
        { name: 'a', value: '1 2' },
        { name: 'b', value: '钱' },
      ],
    },
    'a=1+2&b=%E9%92%B1',
  ],
  [
    'fields beside an empty text, as mitmproxy has it',
    { mimeType: 'application/x-www-form-urlencoded', text: '', params: [{ name: 'a', value: '1' }] },
    'a=1',
  ],
  ['fields beside the text', { mimeType: 'x', text: 'a=%31', params: [{ name: 'a', value: '1' }] }, 'a=%31'],
  [
    'fields of a form in parts',
    { mimeType: 'multipart/form-data; boundary=xx', params: [{ name: 'a', value: '1' }] },
    '--xx\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--xx--\r\n',
  ],
  [
    'a file',
    { mimeType: 'multipart/form-data; boundary=xx', params: [{ name: 'a', fileName: 'b.png' }] },
    undefined,
  ],
])('a request with %s has a body', async (_, postData, body) => {
  const { exchanges } = await read(toHar([question({ postData, headers: [] })]))
  expect(exchanges[0]?.request.body).toBe(body)
})

test.each([
  ['no body', {}, ''],
  ['one that was not captured', { bodySize: 20 }, undefined],
  [
    'one that only its headers know',
    { bodySize: -1, headers: [{ name: 'Content-Length', value: '7' }] },
    undefined,
  ],
])('a request with %s is told apart', async (_, request, body) => {
  const { exchanges } = await read(
    toHar([question({ bodySize: 0, headers: [], ...request, postData: undefined })]),
  )
  expect(exchanges[0]?.request.body).toBe(body)
})

test.each([
  ['a status of 0', { response: { status: 0, _error: 'net::ERR_FAILED' } }],
  ['a status of -1', { response: { status: -1 } }],
])('%s is no answer', async (_, parts) => {
  const { exchanges, problems } = await read(toHar([toEntry(parts)]))
  expect([exchanges[0]?.response, problems]).toEqual([undefined, []])
  expect(exchanges).toHaveLength(1)
})

test('a body that Playwright has put beside the HAR is read, and said where it is missing', async () => {
  const files: Record<string, string> = { 'a1.json': '{"a":1}', 'b.txt': 'x=1' }
  const attached = (name: string) => (files[name] === undefined ? undefined : Buffer.from(files[name]))
  const har = toHar([
    toEntry({
      request: { postData: { mimeType: 'x', _file: 'b.txt' } },
      response: { content: { size: 7, _file: 'a1.json' } },
    }),
    answer({ size: 7, _file: 'gone.json' }),
  ])
  const { exchanges, problems } = await read(har, { attached })
  expect(answerOf(exchanges[0])).toBe('{"a":1}')
  expect(Buffer.from(exchanges[0]?.request.body as Uint8Array).toString()).toBe('x=1')
  expect(exchanges[1]?.response?.body).toBeUndefined()
  expect(problems).toEqual([expect.stringMatching(/^entry 2: .*another file, "gone\.json".*embedded/)])
})

test('entries need not come first, and others of that name are none', async () => {
  const { exchanges, problems } = await read(
    JSON.stringify({
      comment: '"log": {"entries": [1]}',
      other: { entries: [1], log: { entries: [2] } },
      log: {
        entries_: [1],
        pages: [{ entries: [3] }],
        x: { entries: [4] },
        'en\\tries': [5],
        entries: [toEntry(), toEntry()],
        z: [6],
      },
      entries: [7],
    }),
  )
  expect([exchanges.length, problems]).toEqual([2, []])
})

test.each([undefined, 2])(
  'what stands before the cut of a HAR is read, with an indent of %s',
  async indent => {
    const har = toHar([toEntry(), toEntry(), toEntry()], indent)
    const begin = har.lastIndexOf('{', har.lastIndexOf('"_initiator"'))
    const end = har.lastIndexOf('"time"')
    const { exchanges, problems } = await read(har.slice(0, end))
    expect(exchanges).toHaveLength(2)
    expect(problems).toEqual([
      `entry 3: The HAR is cut: it ends at byte ${end}, within the entry that begins at byte ${begin}. What stands before was read. Export it again.`,
    ])
  },
)

test('a HAR that is cut before its entries says so', async () => {
  const { problems } = await read('{"log": {"version": "1.2", "pages": [')
  expect(problems).toEqual([
    expect.stringMatching(/^entry 1: The HAR is cut: it ends at byte 37, before its first entry\./),
  ])
})

test('of a HAR that is cut between two entries all are read', async () => {
  const { exchanges, problems } = await read(toHar([toEntry()]).slice(0, -3))
  expect(exchanges).toHaveLength(1)
  expect(problems).toEqual([expect.stringMatching(/^entry 2: The HAR is cut: .* between two entries\./)])
})

test('after an entry with a missing quote the next one is found', async () => {
  const har = toHar([toEntry(), toEntry(), toEntry()], 2)
  const method = har.indexOf('"POST"', har.indexOf('"time"', har.indexOf('"time"') + 1))
  const broken = `${har.slice(0, method)}"POST${har.slice(method + 6)}`
  const { exchanges, problems } = await read(broken)
  expect(exchanges.map(({ place }) => place.number)).toEqual([1, 3])
  expect(problems).toEqual([
    `entry 2: It is no JSON: a line ends within a text, at byte ${broken.indexOf('\n', method)}. It was left out.`,
  ])
})

test('of an entry that is no JSON the place is said, and nothing of what is in it', async () => {
  const { exchanges, problems } = await read(
    toHar([toEntry(), toEntry()]).replace('"POST"', 'secret-of-mine'),
  )
  expect(exchanges).toHaveLength(1)
  expect(problems).toEqual([
    expect.stringMatching(/^entry 1: It is no JSON: Unexpected token.*begins at byte \d+/),
  ])
  expect(problems.join()).not.toContain('secret')
})

test.each([
  [null, /It is null/],
  [7, /the number 7/],
  ['{', /a text/],
  [{}, /Its request is missing/],
  [{ request: { url: 'x' } }, /request\.method is missing/],
  [{ request: { method: 'GET', url: 3 } }, /request\.url is the number 3/],
  [{ request: { method: 'GET', url: 'x', headers: [1] } }, /request\.headers/],
  [{ request: { method: 'GET', url: 'x' }, response: [] }, /response is a list/],
  [{ request: { method: 'GET', url: 'x' }, response: { status: 200, headers: 'a' } }, /response\.headers/],
])('an entry that is %j is said to be none, and the next one is read', async (entry, why) => {
  const { exchanges, problems } = await read(toHar([entry, toEntry()]))
  expect(exchanges.map(({ place }) => place.number)).toEqual([2])
  expect(problems).toEqual([expect.stringMatching(why)])
})
