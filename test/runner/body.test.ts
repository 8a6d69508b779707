// The bytes of an answer: encodings, marks, names that come twice, signatures over what was sent.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { contracts } from '../../contracts/index.ts'
import { encodeGbk } from '../../src/contract/codec/text.ts'
import { type CapturedExchange, createCheck } from '../../src/runner/index.ts'
import { repeatedNames } from '../../src/runner/json-names.ts'
import { qfpayAccount } from '../harness/clients.ts'
import { capturesFolder, demoAccounts } from './read-captures.ts'

const [line = ''] = readFileSync(join(capturesFolder, 'qfpay/clean.ndjson'), 'utf8').split('\n')
const payment = JSON.parse(line) as CapturedExchange
const json = String(payment.response?.body)

/** What is found where QFPay answers a payment with such bytes, signed by the right key unless told otherwise. */
function found(
  body: string | Uint8Array | undefined,
  { type = 'application/json', sign = signature(body) } = {},
) {
  const check = createCheck({ contracts, accounts: demoAccounts })
  const headers = { 'content-type': type, 'x-qf-sign': sign }
  const place = { source: 'made', unit: 'line', number: 1 } as const
  const { findings } = check.judge({ ...payment, place, response: { status: 200, headers, body } })
  return findings.map(({ kind, received = '' }) => `${kind} ${received}`.trim())
}

function signature(body: string | Uint8Array | undefined): string {
  const hash = createHash('md5')
    .update(body ?? '')
    .update(qfpayAccount.clientKey)
  return hash.digest('hex').toUpperCase()
}

test('right bytes and right texts have no findings', () => {
  expect(found(json)).toEqual([])
  expect(found(new TextEncoder().encode(json))).toEqual([])
  expect(found(json.replaceAll('": ', '" :\n'))).toEqual([])
})

test('a body that was not captured is judged by its headers alone', () => {
  expect(found(undefined)).toEqual([])
  expect(found(undefined, { type: 'text/html' })).toEqual(['contentType text/html'])
})

test('bytes that are not UTF-8 are read as GBK, and their signature holds', () => {
  const chinese = json.replace('"OK"', '"成功"')
  expect(found(encodeGbk(chinese))).toEqual(['wrongCharset GBK'])
  expect(found(encodeGbk(chinese), { sign: signature(chinese) })).toEqual([
    'wrongCharset GBK',
    'wrongSignature',
  ])
})

test.each([
  ['application/json; charset=UTF-8', []],
  ['application/json;charset="utf8"', []],
  ['APPLICATION/JSON', []],
  ['application/json; charset=ISO-8859-1', ['wrongCharset ISO-8859-1']],
  ['text/plain;charset=UTF-8', ['contentType text/plain;charset=UTF-8']],
  ['', ['contentType']],
])('the content type %j gives %j', (type, findings) => {
  expect(found(json, { type })).toEqual(findings)
})

test('a byte order mark is found, and is part of what is signed', () => {
  const mark = 'wrongCharset UTF-8 with a byte order mark'
  expect(found(`\ufeff${json}`)).toEqual([mark])
  expect(found(new TextEncoder().encode(`\ufeff${json}`))).toEqual([mark])
})

test.each([
  ['', ['notJson nothing']],
  ['  \n', ['notJson nothing']],
  ['OK', ['notJson "OK"']],
  ['"OK"', ['typeChanged "OK"']],
  ['null', ['unexpectedNull null']],
  ['<html></html>', ['notJson "<html></html>"']],
])('the body %j gives %j', (body, findings) => {
  expect(found(body)).toEqual(findings)
})

test.each([
  ['{"a":1,"b":2}', []],
  ['{"a":1,"a":2}', ['/a']],
  ['{"a" : 1, "a"\n: 2}', ['/a']],
  ['{"a":1,"\\u0061":2}', ['/a']],
  ['{"a":"\\"b\\":1,\\"b\\":2"}', []],
  ['{"a":"\\\\","b":{"c":1,"c":2,"c":3}}', ['/b/c']],
  ['{"a":[{"c":1},{"c":1,"d":[],"c":{}}]}', ['/a/1/c']],
  ['{"":1,"":2}', ['/']],
  ['{"a":1,"a":2,"b" :3}', ['/a']],
  ['{"a":1,"a":2,"b"\n :3}', ['/a']],
  ['{"a":1,"a":2,"b\\\\":3}', ['/a']],
  ['{"a/b":1,"a/b":2}', ['/a~1b']],
  ['{"__proto__":1,"__proto__":2}', ['/__proto__']],
  ['[1,{"x":{}},"y"]', []],
])('in %s the names that come twice are %j', (text, names) => {
  expect(repeatedNames(text, JSON.parse(text))).toEqual(names)
})

test('what stands in an excerpt of a parser is not shown, because half a secret is not known for one', () => {
  const check = createCheck({ contracts, accounts: demoAccounts })
  const place = { source: 'made', unit: 'line', number: 1 } as const
  const body = `{"a": ${qfpayAccount.clientKey.slice(0, 20)}`
  const { findings } = check.judge({ ...payment, place, response: { status: 200, headers: {}, body } })
  expect(findings.map(({ message }) => message).join(' ')).not.toContain('TESTKEY')
})

test('what is known of a person is in no autopsy, and the places of differences stay', () => {
  const check = createCheck({ contracts, accounts: demoAccounts })
  const place = { source: 'made', unit: 'line', number: 1 } as const
  const extend = JSON.stringify({ user_creid: '430067798868676871', user_truename: '张三丰' })
  const params: Record<string, string> = Object.fromEntries(new URLSearchParams(String(payment.request.body)))
  params.extend_info = extend
  const unsorted = Object.entries(params).map(([name, value]) => `${name}=${value}`)
  const headers = { ...payment.request.headers, 'x-qf-sign': signature(unsorted.join('&')) }
  const body = new URLSearchParams(params).toString()
  const { findings } = check.judge({ ...payment, place, request: { ...payment.request, headers, body } })
  const [wrong] = findings.filter(({ kind }) => kind === 'wrongSignature')
  expect(wrong?.detail?.replace(/\s+/g, ' ')).toContain('in the order in which they are sent')
  expect(wrong?.detail?.replace(/\s/g, '')).toContain(`extend_info=${'*'.repeat(extend.length)}&goods_name=`)
  expect(wrong?.detail).not.toMatch(/430067|张|三|user_creid/)
})
