import { Buffer } from 'node:buffer'
import { expect, test } from 'vitest'
import { readHttpMessage } from '../../src/cli/http-message.ts'

/** A message with its body as text. */
function read(text: string) {
  const { body, ...message } = readHttpMessage(Buffer.from(text))
  return { ...message, body: body.toString('utf8') }
}

test.each(['\n', '\r\n'])('a raw request is read, with lines that end in %j', end => {
  const lines = ['POST /trade/v1/payment?x=1 HTTP/1.1', 'Host: a', 'X-QF-Sign:  ABC ', '', '{"a": 1}\n']
  expect(read(lines.join(end))).toEqual({
    kind: 'request',
    method: 'POST',
    path: '/trade/v1/payment',
    query: 'x=1',
    headers: { host: 'a', 'x-qf-sign': 'ABC' },
    body: '{"a": 1}\n',
  })
})

test.each([
  ['an answer', 'HTTP/1.1 200 OK\r\na: 1\r\n\r\n{}', { kind: 'response', headers: { a: '1' }, body: '{}' }],
  [
    'headers and a body alone',
    'A: 1\nB: 2\n\n{}',
    { kind: 'request', headers: { a: '1', b: '2' }, body: '{}' },
  ],
  ['no body', 'GET /a HTTP/1.1\nA: 1\n', { method: 'GET', path: '/a', headers: { a: '1' }, body: '' }],
  ['a whole URL', 'GET http://host:80/a?b=c HTTP/1.1\n\n', { path: '/a', query: 'b=c' }],
  ['no version', 'POST /a\n\nx', { path: '/a', body: 'x' }],
  ['lines before it', '\ufeff\n\nPOST /a HTTP/1.1\n\nx', { path: '/a', body: 'x' }],
  ['a header twice', 'POST /a\nA: 1\nA: 2\n\n', { headers: { a: '1, 2' } }],
  ['an empty line in the body', 'POST /a\n\nx\n\ny', { body: 'x\n\ny' }],
])('%s is read', (_, text, message) => {
  expect(read(text)).toMatchObject(message)
})

test('a body is cut to its length', () => {
  expect(read('POST /a\ncontent-length: 2\n\nab\n').body).toBe('ab')
})

test('the line break that an editor adds is no part of a form', () => {
  expect(read('POST /a\nContent-Type: application/x-www-form-urlencoded\n\na=1\n').body).toBe('a=1')
})

test('a body is kept byte for byte', () => {
  const bytes = Buffer.concat([Buffer.from('POST /a\r\n\r\n'), Buffer.from([0, 0xff, 0x80, 0x0d, 0x0a])])
  expect([...readHttpMessage(bytes).body]).toEqual([0, 0xff, 0x80, 0x0d, 0x0a])
})

test.each([
  ['hello', /begins with "hello".*curl, or raw HTTP/],
  ['{"a": 1}', /begins with "\{.*--body and --header/],
  ['POST /a HTTP/1.1\nno header\n\n', /the header "no header".*Name: value/],
])('%j cannot be read, and it is said why', (text, message) => {
  expect(() => read(text)).toThrow(message)
})
