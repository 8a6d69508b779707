import { Buffer } from 'node:buffer'
import { expect, test } from 'vitest'
import { encodeGbk } from '../../../src/contract/codec/text.ts'

// The bytes are those of Python's codec "gbk".
test.each([
  ['', ''],
  ['a=1&b', '613d312662'],
  ['测试商品', 'b2e2cad4c9ccc6b7'],
  ['é·—', 'a8a6a1a4a1aa'],
  ['開', 'e95f'],
])('%j as GBK is %s', (text, hex) => {
  expect(Buffer.from(encodeGbk(text)).toString('hex')).toBe(hex)
})

test('what GBK does not have becomes one question mark', () => {
  expect(Buffer.from(encodeGbk('a😀b\ud800')).toString('latin1')).toBe('a?b?')
})

test('what is encoded is decoded to the same', () => {
  const text = '中华人民共和国，站长付￥。'
  expect(new TextDecoder('gbk').decode(encodeGbk(text))).toBe(text)
})
