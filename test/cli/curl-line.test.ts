import { Buffer } from 'node:buffer'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readCurlLine } from '../../src/cli/curl-line.ts'

/** The request of a line, with its body as text. */
function read(line: string) {
  const { body, ...request } = readCurlLine(line)
  return { ...request, body: body.toString('utf8') }
}

const form = { 'content-type': 'application/x-www-form-urlencoded' }

test('a usual line is read', () => {
  expect(
    read(`curl -sS 'http://localhost:4020/trade/v1/payment?x=1' -H 'X-QF-SIGN: ABC' -d 'a=1&b=2' -d c=3`),
  ).toEqual({
    kind: 'request',
    method: 'POST',
    path: '/trade/v1/payment',
    query: 'x=1',
    headers: { ...form, 'x-qf-sign': 'ABC' },
    body: 'a=1&b=2&c=3',
  })
})

test('a line over several lines is read, as browsers and shells write them', () => {
  const line = `curl --request POST \\
  --url "https://openapi-hk.qfapi.com/trade/v1/payment" \\\r
  --header "x-qf-sign: A\\"B" \\
  --data-raw $'goods_name=it\\'s \\u6d4b\\n' --compressed ; echo done`
  expect(read(line)).toMatchObject({
    method: 'POST',
    path: '/trade/v1/payment',
    headers: { 'x-qf-sign': 'A"B' },
    body: "goods_name=it's 测\n",
  })
})

test.each([
  ['curl h/a', { method: 'GET', path: '/a', body: '' }],
  ['curl -XPUT h/a', { method: 'PUT', path: '/a' }],
  ['curl --request=PUT h/a', { method: 'PUT' }],
  ['curl h', { path: '/', query: '' }],
  ['curl -G h/a -d b=1 --data-urlencode "c=x y&z"', { method: 'GET', query: 'b=1&c=x%20y%26z', body: '' }],
  ["curl -Gd b=1 'h/a?x=1'", { query: 'x=1&b=1' }],
  ['curl h/a --data-urlencode =a+b --data-urlencode "c d"', { body: 'a%2Bb&c%20d' }],
  ['curl h/a --json \'{"a": 1}\'', { headers: { 'content-type': 'application/json' }, body: '{"a": 1}' }],
  ['curl h/a -d 1 -H "Content-Type: text/plain"', { headers: { 'content-type': 'text/plain' } }],
  ['curl h/a -H "X-Empty;"', { headers: { 'x-empty': '' } }],
  ['curl h/a -u me:it', { headers: { authorization: 'Basic bWU6aXQ=' } }],
  ['curl -v -o out.json -w "%{http_code}" -m 3 h/a', { path: '/a' }],
  ['curl h/a -d ""', { method: 'POST', body: '' }],
])('%s', (line, request) => {
  expect(read(line)).toMatchObject(request)
})

test('data is read from files, without line breaks unless it is binary', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paydouble-curl-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'data')
  writeFileSync(file, Buffer.from('a=1\r\n&b=\xff\n', 'latin1'))
  expect(readCurlLine(`curl h -d @${file}`).body.toString('latin1')).toBe('a=1&b=\xff')
  expect(readCurlLine(`curl h --data-binary @${file}`).body.toString('latin1')).toBe('a=1\r\n&b=\xff\n')
  expect(read(`curl h --data-raw @${file}`).body).toBe(`@${file}`)
})

test.each([
  ['curl -d a=1', /has no URL/],
  ['curl h/a h/b', /two URLs, "h\/a" and "h\/b"/],
  ['curl h -H', /option -H has no value/],
  ['curl h -H nonsense', /"nonsense" is no header/],
  ["curl 'h", /a ' is never closed/],
  ['curl h -H "X-QF-SIGN: $SIGN"', /\$SIGN.*only your shell knows/],
  ['curl h -d $(cat x)', /only your shell knows/],
  ['curl h -F a=1', /multipart/],
  ['curl h -d @/nowhere', /"\/nowhere" cannot be read/],
])('%s cannot be read, and it is said why', (line, message) => {
  expect(() => readCurlLine(line)).toThrow(message)
})
