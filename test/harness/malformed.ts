// Requests that are almost right: valid ones, rightly signed, in which something is broken.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { dmsAccount, its500Account, qfpayAccount, vvtoolAccount } from './clients.ts'
import type { TestRequest } from './doors.ts'

const form = 'application/x-www-form-urlencoded'

/** Named values in the order in which they are sent; a name may come twice. */
type Pairs = readonly (readonly [name: string, value: string])[]

interface Shape {
  readonly method: string
  readonly path: string
  readonly in: 'query' | 'body'
  /** Values that are accepted; no two numbers make the same order. */
  readonly valid: (n: number) => Pairs
  readonly headers: (pairs: Pairs, signed: boolean) => Record<string, string>
  /** Whether the body may be JSON. */
  readonly json: boolean
}

const shapes = {
  vvtool: {
    method: 'GET',
    path: '/tool/accounts/payment-qr-code',
    in: 'query',
    json: false,
    valid: n => [
      ['order_price', '100'],
      ['merchant_num', vvtoolAccount.merchantNum],
      ['relation_order_number', `order-${n}`],
      ['order_title', '测试 title'],
    ],
    headers: (_, signed) => ({
      authorization: `Bearer ${signed ? vvtoolAccount.accessToken : 'wrong'}`,
    }),
  },
  its500: {
    method: 'POST',
    path: '/order/createOrder',
    in: 'body',
    json: false,
    valid: n => [
      ['price', String(100 + (n % 100_000))],
      ['name', '开通超级VIP'],
      ['paytype', 'ali'],
      ['thirduid', '15811111111'],
      ['remarks', 'remark'],
      ['callbackurl', ''],
    ],
    headers: (_, signed) => ({
      'content-type': form,
      'payment-key': its500Account.appKey,
      'payment-secret': signed ? its500Account.appSecret : 'wrong',
    }),
  },
  dms: {
    method: 'POST',
    path: '/dms/cash-out/payment',
    in: 'body',
    json: true,
    valid: n => [
      ['bz_order', `order-${n}`],
      ['amount', '100'],
      ['pay_way', 'SCAN_ALIPAY'],
      ['payer_id', dmsAccount.payerId],
      ['reciever_id', dmsAccount.receiverId],
    ],
    headers: () => ({ 'content-type': form }),
  },
  qfpay: {
    method: 'POST',
    path: '/trade/v1/payment',
    in: 'body',
    json: false,
    valid: n => [
      ['txamt', '300'],
      ['txcurrcd', 'CNY'],
      ['pay_type', '800201'],
      ['out_trade_no', `order${n}`],
      ['txdtm', '2026-01-01 09:00:00'],
      ['mchid', qfpayAccount.mchid],
      ['expired_time', '30'],
      ['goods_name', '测试'],
      ['extend_info', '{"user_creid": "1", "user_truename": "\\u5c0f"}'],
    ],
    headers: qfpayHeaders,
  },
  'vvtool merchantOrderDetail': {
    method: 'GET',
    path: '/tool/accounts/merchant-order-detail',
    in: 'query',
    json: false,
    valid: n => [
      ['order_number', `order-${n}`],
      ['merchant_num', vvtoolAccount.merchantNum],
      ['type', '1'],
    ],
    headers: (_, signed) => ({
      authorization: `Bearer ${signed ? vvtoolAccount.accessToken : 'wrong'}`,
    }),
  },
  'vvtool token': {
    method: 'POST',
    path: '/api/proxy/oauth/token',
    in: 'body',
    json: true,
    valid: () => [
      ['grant_type', 'client_credentials'],
      ['client_id', vvtoolAccount.clientId],
      ['client_secret', vvtoolAccount.clientSecret],
      ['scope', 'show'],
    ],
    headers: () => ({ 'content-type': form }),
  },
  'its500 onlinePayFindResult': {
    method: 'POST',
    path: '/order/onlinePayFindResult',
    in: 'body',
    json: false,
    valid: n => [['orderId', `oderpay-${n}`]],
    headers: (_, signed) => ({
      'content-type': form,
      ...(!signed && { 'payment-key': its500Account.appKey, 'payment-secret': 'wrong' }),
    }),
  },
  'its500 randomCode': {
    method: 'GET',
    path: '/randomCode',
    in: 'query',
    json: false,
    valid: n => [
      ['key', its500Account.appKey],
      ['type', String(1 + (n % 2))],
    ],
    headers: () => ({}),
  },
  'dms getOrderDetail': {
    method: 'GET',
    path: '/dms/cash-out/get-order-detail',
    in: 'query',
    json: false,
    valid: n => [
      ['payer_id', dmsAccount.payerId],
      ['bz_order', `order-${n}`],
    ],
    headers: () => ({}),
  },
  'dms bizUser': {
    method: 'GET',
    path: '/fin-account/biz-user',
    in: 'query',
    json: false,
    valid: () => [['payer_id', dmsAccount.payerId]],
    headers: () => ({}),
  },
  'qfpay query': {
    method: 'POST',
    path: '/trade/v1/query',
    in: 'body',
    json: false,
    valid: n => [
      ['mchid', qfpayAccount.mchid],
      ['out_trade_no', `order${n}`],
      ['pay_type', '800201,800101'],
      ['respcd', '1143'],
      ['start_time', '2026-01-01 00:00:00'],
      ['end_time', '2026-02-01 00:00:00'],
      ['txzone', '+0800'],
      ['page', '1'],
      ['page_size', '100'],
    ],
    headers: qfpayHeaders,
  },
  'qfpay refund': {
    method: 'POST',
    path: '/trade/v1/refund',
    in: 'body',
    json: false,
    valid: n => [
      ['mchid', qfpayAccount.mchid],
      ['syssn', `2026010109000000000000${n}`],
      ['out_trade_no', `refund${n}`],
      ['txamt', '100'],
      ['txdtm', '2026-01-01 09:00:00'],
      ['notify_url', 'http://127.0.0.1/paid'],
    ],
    headers: qfpayHeaders,
  },
  'qfpay close': {
    method: 'POST',
    path: '/trade/v1/close',
    in: 'body',
    json: false,
    valid: n => [
      ['mchid', qfpayAccount.mchid],
      ['out_trade_no', `order${n}`],
      ['txamt', '100'],
      ['txdtm', '2026-01-01 09:00:00'],
    ],
    headers: qfpayHeaders,
  },
} satisfies Record<string, Shape>

/** A provider stands for its operation that makes an order. */
export type MalformedProvider = keyof typeof shapes

/**
 * Requests to the operation of a provider, with the right path and method. Most are valid but for a
 * broken value or two; the credentials are mostly right.
 *
 * @param longest how long a value gets, in characters
 */
export function malformedRequests(provider: MalformedProvider, longest: number): fc.Arbitrary<TestRequest> {
  const shape: Shape = shapes[provider]
  const count = shape.valid(0).length
  return fc
    .record({
      n: fc.nat({ max: 1_000_000_000 }),
      edits: fc.array(edit(count, text(longest)), { maxLength: 3 }),
      signed: mostly(true, false),
      json: shape.json ? fc.boolean() : fc.constant(false),
      jsonEdits: fc.array(edit(count, jsonToken(longest)), { maxLength: 3 }),
      bytes: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: byteEdit }),
      header: fc.oneof(
        { weight: 5, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: headerEdit },
      ),
    })
    .map(({ n, edits, signed, json, jsonEdits, bytes, header }) => {
      const valid = shape.valid(n)
      const pairs = json ? jsonEdits.reduce(applyEdit, valid.map(toJsonPair)) : edits.reduce(applyEdit, valid)
      const headers = shape.headers(pairs, signed)
      if (json) headers['content-type'] = 'application/json'
      const written = Buffer.from(json ? writeJson(pairs) : writeForm(pairs))
      const sent = bytes ? applyByteEdit(written, bytes) : written
      const inQuery = shape.in === 'query'
      return {
        method: shape.method,
        path: inQuery ? `${shape.path}?${toTarget(sent)}` : shape.path,
        headers: header ? applyHeaderEdit(headers, header) : headers,
        ...((!inQuery || n % 10 === 0) && { body: new Uint8Array(sent) }),
      }
    })
}

/** A request that is accepted, with further parameters. Its body is a form. */
export function validRequest(provider: MalformedProvider, further: Pairs = []): TestRequest {
  const shape: Shape = shapes[provider]
  const pairs = [...shape.valid(0), ...further]
  const { method, path } = shape
  const headers = shape.headers(pairs, true)
  const written = writeForm(pairs)
  return shape.in === 'query'
    ? { method, path: `${path}?${written}`, headers }
    : { method, path, headers, body: written }
}

function qfpayHeaders(pairs: Pairs, signed: boolean): Record<string, string> {
  return {
    'content-type': form,
    'x-qf-appcode': qfpayAccount.appCode,
    'x-qf-sign': sign(pairs, signed ? qfpayAccount.clientKey : 'wrong'),
  }
}

function sign(pairs: Pairs, key: string): string {
  const canonical = Object.entries(Object.fromEntries(pairs))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
  return createHash('md5')
    .update(canonical + key)
    .digest('hex')
}

function mostly<T>(usual: T, ...others: T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 8, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  )
}

/** Texts that have broken somebody's parser. */
const hostileTexts = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\r\nx-injected: 1',
  '0',
  '-1',
  '-0',
  '00100',
  '1.5',
  '1.005',
  '0.1',
  '1e3',
  '1e400',
  '100.',
  '.5',
  '+100',
  '1,000',
  '0x10',
  '99999999999',
  '999999999999999',
  '9999999999999999999999999999',
  'NaN',
  'Infinity',
  'null',
  'undefined',
  'true',
  '１００',
  '٣٠٠',
  '一百',
  '\ud800',
  'a\udc00b',
  '\uFEFF100',
  '\u202e100',
  '測試😀',
  'e\u0301'.repeat(30),
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '[object Object]',
  '{"user_creid":1}',
  '{"user_creid": "1", "user_truename": "x", "__proto__": {"polluted": 1}}',
  '[]',
  '%00',
  '%',
  '%zz',
  '&',
  '=',
  'a=b&c=d',
  '"',
  '\\',
  "' or 1=1; --",
  '../../etc/passwd',
  'http://127.0.0.1@example.com/',
  'http://169.254.169.254/',
  'javascript:alert(1)',
  '2026-02-30 00:00:00',
  '2026-01-01T00:00:00Z',
  '0000-00-00 00:00:00',
  '9999-12-31 23:59:60',
  'USD',
  'cny',
  'Y',
  'wx',
  'SCAN_WEIXIN',
  '800202',
] as const

function text(longest: number): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...hostileTexts) },
    { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
    { weight: 1, arbitrary: fc.double().map(String) },
    { weight: 1, arbitrary: fc.maxSafeInteger().map(String) },
    { weight: 1, arbitrary: fc.webUrl() },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.constantFrom('0', '9', 'x', '测', '😀', '%', '['),
          fc.constantFrom(20, 64, 128, 255, 256, longest),
        )
        .map(([unit, length]) => unit.repeat(length / unit.length)),
    },
  )
}

/** A value as it is written into JSON. */
function jsonToken(longest: number): fc.Arbitrary<string> {
  const deep = fc
    .tuple(
      fc.oneof(fc.integer({ min: 2, max: 12_000 }), fc.constantFrom(10_000, longest)),
      fc.constantFrom(['[', ']'], ['{"a":', '}'], ['[{"a":', '}]'], ['[', '']),
    )
    .map(
      ([depth, [open = '', close = '']]) =>
        `${open.repeat(depth / open.length)}1${close.repeat(depth / open.length)}`,
    )
  return fc.oneof(
    { weight: 6, arbitrary: text(longest).map(value => JSON.stringify(value)) },
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        ...['0', '-0', '-1', '1.5', '1e2', '1E2', '100.0', '1e400', '-1e400', '1e-400', '9007199254740992'],
        ...['99999999999999999999999999', '01', '+1', '.5', 'NaN', '-Infinity', '0x10', 'null', 'true'],
        ...['[]', '{}', '[100]', '{"valueOf":1}', '{"toString":null}', '"\\ud800"', '"\\u0000"', '"\\x"'],
        ...['{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{"polluted":1}}}', '{"a\\u0000":1}'],
        ...['', '"', "'100'", '/* */1', '1,', '\u00a0' + '1'],
      ),
    },
    { weight: 2, arbitrary: fc.json({ maxDepth: 4 }) },
    { weight: 1, arbitrary: deep },
  )
}

interface Edit {
  readonly kind: 'set' | 'drop' | 'rename' | 'add' | 'repeat'
  readonly at: number
  readonly name: string
  readonly value: string
}

function edit(count: number, value: fc.Arbitrary<string>): fc.Arbitrary<Edit> {
  return fc.record({
    kind: fc.constantFrom('set', 'set', 'set', 'drop', 'rename', 'add', 'repeat'),
    at: fc.nat({ max: count - 1 }),
    name: fc.oneof(
      fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', '0', ''),
      fc.constantFrom('price[]', 'data[a][b]', 'TXAMT', ' txamt', 'a\u0000b', '\ud800', 'udid', 'rmb_tag'),
      fc.string({ unit: 'grapheme', maxLength: 10 }),
    ),
    value,
  })
}

function applyEdit(pairs: Pairs, { kind, at, name, value }: Edit): Pairs {
  const place = at % Math.max(pairs.length, 1)
  const [own = '', known = ''] = pairs[place] ?? []
  const before = pairs.slice(0, place)
  const after = pairs.slice(place + 1)
  switch (kind) {
    case 'set':
      return [...before, [own, value], ...after]
    case 'drop':
      return [...before, ...after]
    case 'rename':
      return [...before, [name, known], ...after]
    case 'add':
      return [...pairs, [name, value]]
    case 'repeat':
      return [...pairs, [own, value]]
  }
}

function toJsonPair([name, value]: readonly [string, string]): readonly [string, string] {
  return [name, name === 'amount' ? value : JSON.stringify(value)]
}

function writeJson(pairs: Pairs): string {
  return `{${pairs.map(([name, token]) => `${JSON.stringify(name)}:${token}`).join(',')}}`
}

function writeForm(pairs: Pairs): string {
  return pairs.map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`).join('&')
}

/** Half a character is written as the bytes that it would have in UTF-8. */
function percentEncode(value: string): string {
  return value.isWellFormed()
    ? encodeURIComponent(value)
    : `${encodeURIComponent(value.toWellFormed())}%ED%A0%80`
}

/** Bytes as a request target can hold them: visible ASCII, the rest percent-encoded. */
function toTarget(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .replace(/[^\x21-\x7e]|#/g, unit => `%${unit.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

interface ByteEdit {
  readonly kind: 'cut' | 'insert' | 'replace'
  /** Where, as a part of the whole. */
  readonly at: number
  readonly bytes: Uint8Array
}

const gbk = [0xb2, 0xe2, 0xca, 0xd4]
const notUtf8 = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe6, 0xb5], [0x00]]

const byteEdit: fc.Arbitrary<ByteEdit> = fc.record({
  kind: fc.constantFrom('cut', 'insert', 'replace'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  bytes: fc.oneof(
    fc.uint8Array({ maxLength: 12 }),
    fc.constantFrom(gbk, ...notUtf8).map(bytes => Uint8Array.from(bytes)),
    fc
      .constantFrom(
        '%',
        '%zz',
        '%E6%B5',
        '%B2%E2',
        '%ED%A0%80',
        '&&',
        '==',
        '+',
        '?',
        '{',
        '}',
        ',',
        '{}',
        '[]',
      )
      .map(piece => new TextEncoder().encode(piece)),
  ),
})

function applyByteEdit(bytes: Uint8Array, { kind, at, bytes: piece }: ByteEdit): Uint8Array {
  const place = Math.floor(at * bytes.length)
  if (kind === 'replace') return piece
  if (kind === 'cut') return bytes.subarray(0, place)
  return Buffer.concat([bytes.subarray(0, place), piece, bytes.subarray(place)])
}

interface HeaderEdit {
  readonly kind: 'set' | 'drop' | 'type'
  readonly at: number
  readonly value: string
  readonly type: string
}

const headerEdit: fc.Arbitrary<HeaderEdit> = fc.record({
  kind: fc.constantFrom('set', 'drop', 'type'),
  at: fc.nat({ max: 3 }),
  value: fc.oneof(
    fc.constantFrom('', 'Bearer', 'Bearer ', 'bearer x y', 'Basic eA==', '__proto__', 'constructor', '0'),
    fc.constantFrom('0'.repeat(16), 'f'.repeat(32), 'X'.repeat(4000), '\u00e9\u00ff', 'SHA1', 'sha256'),
    fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
  ),
  type: fc.constantFrom(
    ...['application/json', 'APPLICATION/JSON;charset=utf-8', 'text/plain', 'application/xml', ';;;', ''],
    ...['multipart/form-data; boundary=x', `${form}; charset=GBK`, form.toUpperCase(), `${form},${form}`],
  ),
})

function applyHeaderEdit(
  headers: Readonly<Record<string, string>>,
  { kind, at, value, type }: HeaderEdit,
): Record<string, string> {
  if (kind === 'type') return { ...headers, 'content-type': type }
  const names = [...Object.keys(headers), 'x-qf-signtype']
  const name = names[at % names.length] ?? ''
  const { [name]: _, ...others } = headers
  return kind === 'drop' ? others : { ...others, [name]: value }
}
