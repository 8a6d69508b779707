// Bodies as the transport packs them.
import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import * as zlib from 'node:zlib'
import { expect, test } from 'vitest'
import { read, toLine } from '../../harness/captures.ts'

const json = JSON.stringify({ respcd: '0000', text: '支付成功'.repeat(20) })
const gbk = Buffer.from([0x7b, 0x22, 0xb8, 0xb6, 0x22, 0x7d])

/** What comes of an answer with these bytes. */
async function answer(bytes: Uint8Array, encoding?: string) {
  const headers = encoding === undefined ? {} : { 'Content-Encoding': encoding }
  const bodyBase64 = Buffer.from(bytes).toString('base64')
  const { exchanges, problems } = await read(toLine({ response: { headers, body: undefined, bodyBase64 } }))
  const body = exchanges[0]?.response?.body
  return {
    body: typeof body === 'string' || !body ? body : Buffer.from(body),
    problems,
    count: exchanges.length,
  }
}

test.each([
  ['gzip', zlib.gzipSync(json)],
  ['x-gzip', zlib.gzipSync(json)],
  ['br', zlib.brotliCompressSync(json)],
  ['deflate', zlib.deflateSync(json)],
  ['deflate', zlib.deflateRawSync(json)],
  ['zstd', zlib.zstdCompressSync(json)],
  ['gzip, br', zlib.brotliCompressSync(zlib.gzipSync(json))],
  ['GZIP', zlib.gzipSync(json)],
  ['identity', Buffer.from(json)],
  [undefined, zlib.gzipSync(json)],
  [undefined, zlib.zstdCompressSync(json)],
  [undefined, Buffer.from(json)],
])('a body of %s is unpacked', async (encoding, bytes) => {
  const { body, problems } = await answer(bytes, encoding)
  expect([body?.toString('utf8'), problems]).toEqual([json, []])
})

test.each(['gzip', 'br', 'deflate', 'zstd', 'dcb', 'gzip, br'])(
  'one that a tool has unpacked before, and whose header it has kept, stays as it is: %s',
  async encoding => {
    for (const bytes of [Buffer.from(json), gbk, Buffer.from('{}'), Buffer.from('x^2'), Buffer.from('')]) {
      expect(await answer(bytes, encoding)).toEqual({ body: bytes, problems: [], count: 1 })
    }
  },
)

test.each([
  [
    'gzip',
    zlib.gzipSync(json).subarray(0, 30),
    /is compressed \(gzip\) and cannot be decompressed: unexpected end of file/,
  ],
  ['br', zlib.brotliCompressSync(json).subarray(0, 30), /is compressed \(br\)/],
  ['deflate', zlib.deflateSync(json).subarray(0, 30), /is compressed \(deflate\)/],
  ['compress', Buffer.from([0x1f, 0x9d, 0x90, 1, 2, 3]), /is compressed \(compress\).*unknown here/],
])(
  'of one that cannot be unpacked it is said, and its exchange is read without it: %s',
  async (encoding, bytes, why) => {
    expect(await answer(bytes, encoding)).toEqual({
      body: undefined,
      problems: [expect.stringMatching(why)],
      count: 1,
    })
  },
)

test.each([
  ['gzip', zlib.gzipSync(Buffer.alloc(17 * 2 ** 20))],
  [
    'br',
    zlib.brotliCompressSync(Buffer.alloc(17 * 2 ** 20), {
      params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 },
    }),
  ],
])('a bomb is not unpacked: %s', async (encoding, bytes) => {
  const { problems } = await answer(bytes, encoding)
  expect(problems).toEqual([
    `line 1: The body of its answer is more than 16 MiB once it is decompressed (${encoding}).`,
  ])
})

test('text that is no base64 is said to be', async () => {
  const { problems } = await read(toLine({ request: { body: undefined, bodyBase64: '{"a":1} is plain' } }))
  expect(problems).toEqual(['line 1: The body of its request is no base64.'])
})

test('a line of megabytes with one byte that is no UTF-8 is read', async () => {
  const long = 'a'.repeat(10_000_000)
  const line = Buffer.from(toLine({ response: { body: `${long}?\\u4e00` } }).replaceAll('\\\\u', '\\u'))
  line[line.indexOf('?')] = 0xe9
  const { exchanges, problems } = await read(line)
  const body = Buffer.from(exchanges[0]?.response?.body ?? '')
  expect([body.length, body.subarray(-4).toString('hex'), problems]).toEqual([10_000_004, 'e9e4b880', []])
})

test('an older Node, which has no zstd, can load what unpacks, because nothing of it is imported by name', () => {
  const text = readFileSync('src/runner/decompress.ts', 'utf8')
  expect(text).not.toMatch(/import \{[^}]*\} from 'node:zlib'/)
})
