import { describe, expect, test } from 'vitest'
import { contracts } from '../../contracts/index.ts'
import { createMask } from '../../src/runner/index.ts'

const key = 'TESTKEY0000000000000000000000000'
const mask = createMask(contracts, [key])

describe('masked in a text', () => {
  test.each([
    ['a known secret', `key ${key}.`, 'key TEST…0000.'],
    ['a known secret in lower case', key.toLowerCase(), 'test…0000'],
    ['a bearer token', 'Authorization: Bearer abcdefgh12345678', 'Authorization: Bearer ab…'],
    ['who signs in, in an address', 'https://user:pass@example.com/', 'https://us…@example.com/'],
    ['a mobile number', 'call 13912345678!', 'call 13…!'],
    ['a mobile number with its country', 'call +86 139 1234 5678 or +86 13912345678', 'call +8… or +8…'],
    ['a mobile number of Hong Kong', '+852 9123 4567', '+8…'],
    ['a number of an ID card', 'id 11010519491231002X.', 'id 11….'],
    ['a number of an ID card of Hong Kong', 'A123456(7)', 'A1…'],
    ['an e-mail address', 'to li.si@example.com', 'to li…'],
    ['an e-mail address, percent-encoded', 'li.si%40example.com', 'li…'],
    ['a real name in JSON', '{"user_truename": "张三丰", "a": 1}', '{"user_truename": "…", "a": 1}'],
    ['a name that is cut', '{"user_truename": "张三', '{"user_truename": "…'],
    ['a name with quotation marks in it', '{"realname":"a\\"bc","x":"y"}', '{"realname":"…","x":"y"}'],
    ['a name that ends with a backslash', '{"realname":"ab\\\\","x":"y"}', '{"realname":"…","x":"y"}'],
    ['a number in JSON', '{"id_card": 430421, "x": 2}', '{"id_card": …, "x": 2}'],
    [
      'names in a text within JSON',
      '"{\\"user_creid\\":\\"4304\\",\\"user_truename\\":\\"张三\\"}"',
      '"{\\"user_creid\\":\\"…\\",\\"user_truename\\":\\"…\\"}"',
    ],
    [
      'names in a text within a text',
      '{\\\\\\"user_creid\\\\\\":\\\\\\"4304\\\\\\"}',
      '{\\\\\\"user_creid\\\\\\":\\\\\\"…\\\\\\"}',
    ],
    [
      'names in percent-encoded JSON',
      'a=%7B%22user_creid%22%3A%20%224304%22%2C%22x%22%3A1%7D&b=2',
      'a=%7B%22user_creid%22%3A%20%22…%22%2C%22x%22%3A1%7D&b=2',
    ],
    [
      'a form',
      'txamt=1&extend_info=%7B%7D&client_secret=abc&z=1',
      'txamt=1&extend_info=…&client_secret=…&z=1',
    ],
    ['a cookie', 'password=hunter2; path=/', 'password=…; path=/'],
  ])('%s', (_, text, masked) => {
    expect(mask.text(text)).toBe(masked)
  })
})

describe('readable, as it was', () => {
  test.each([
    ['an order number of 18 digits with a date in it', '110105194912310020'],
    ['an order number that begins with a date', '202612011000000001'],
    ['an order number of 19 digits', '1285453080879468544'],
    ["QFPay's number", '20200410000300020086358791'],
    ['milliseconds since 1970', '1796090400000'],
    ['seconds since 1970', '1612416107'],
    ['an amount', '13900000000.50'],
    ['a small amount', '300'],
    ['a time', '2026-12-01 10:00:00'],
    ['a number with letters', 'no13912345678x'],
    ['an address with a query', 'https://qr.alipay.com/bax071438zy1ckv6sfum503a?a=1'],
    ['the code of a wallet', 'weixin://wxpay/bizpayurl?pr=4PsXP5N'],
    ['a name of goods in JSON', '{"goods_name": "测试", "name": "开通超级VIP"}'],
    ['a field that is no token', 'token_type=Bearer'],
    ['an at sign', 'a @ b, user@host'],
  ])('%s', (_, text) => {
    expect(mask.text(text)).toBe(text)
  })
})

test('a field that a contract calls personal or secret is masked whatever it holds', () => {
  expect(mask.field('thirduid', 'anybody at all')).toBe('an…')
  expect(mask.field('extend_info', '{}')).toBe('…')
  expect(mask.field('access_token', 'abc')).toBe('…')
  expect(mask.field('goods_name', '测试')).toBe('测试')
  expect(mask.field('realname', '')).toBe('')
})

test('headers that hold credentials are masked, and others are not', () => {
  expect(mask.header('authorization', 'Bearer de300000000000000000000000000000000000c1')).toBe('Bear…00c1')
  expect(mask.header('payment-secret', 'short')).toBe('…')
  expect(mask.header('x-qf-sign', 'F772627AF705B712B5CC3CC999C11619')).toBe(
    'F772627AF705B712B5CC3CC999C11619',
  )
  expect(mask.header('set-cookie', 'a=b')).toBe('…')
})

test('in place, each character has its star', () => {
  const text = 'a={"user_truename":"张三"}&b=13912345678'
  expect(mask.inPlace(text)).toBe('a={"user_truename":"**"}&b=***********')
})

test('a text of any length is masked in little time', () => {
  const long = `"realname":"${'\\"'.repeat(500_000)}","x":"${'a.'.repeat(500_000)}"`
  expect(mask.text(long)).toBe(`"realname":"\\"…","x":"${'a.'.repeat(500_000)}"`)
})

test.each([
  ['an object', '{"authorization":{"value":"s3cret"},"a":1}', '{"authorization":{"v…},"a":1}'],
  ['an object in a name', '{"true_name":{"last":"张}三","b":[1]},"a":"b"}', '{"true_name":{"l…},"a":"b"}'],
  ['a list', '{"true_name":["张三丰"],"a":1}', '{"true_name":[…],"a":1}'],
  ['an object within a text', '{\\"phone\\":{\\"x\\":\\"}1\\"},\\"a\\":1}', '{\\"phone\\":{\\"…},\\"a\\":1}'],
  [
    'an object, percent-encoded',
    '%22phone%22%3A%7B%22a%22%3A1%7D%2C%22b%22',
    '%22phone%22%3A%7B%2…%7D%2C%22b%22',
  ],
  ['an object of a form', 'a=1&true_name={"a":"b"}&c=d', 'a=1&true_name={…}&c=d'],
  ['what is cut', '{"true_name":{"last":"张三', '{"true_name":{"l…'],
  ['a name with a space', '{"accessToken ":"abc"}', '{"accessToken ":"…"}'],
  ['a Chinese name', '{"姓名":"张三丰"}', '{"姓名":"…"}'],
  ['a header of a page', '<pre>payment-secret: abc\nHost: b</pre>', '<pre>payment-secret: …\nHost: b</pre>'],
  ['a header with quotes', '"Authorization: Digest a=\\"b\\"\\nHost: c"', '"Authorization: Di…\\nHost: c"'],
  ['a Chinese line', '您的姓名：张三', '您的姓名：…'],
])('%s under a hidden name is hidden', (_, text, masked) => {
  expect(mask.text(text)).toBe(masked)
})

test.each([
  'refreshToken',
  'sessionToken',
  'signKey',
  'x-auth',
  'x-access-key',
  'x-session-id',
  'buyer_name',
  'customerName',
  'payer_name',
  'userPhone',
  'accessToken ',
])('the name %s is known', name => {
  expect(mask.isHidden(name)).toBe(true)
})

test.each(['goods_name', 'token_type', 'sign', 'x-qf-sign', 'author', 'order_name', 'sessions'])(
  'the name %s hides nothing',
  name => {
    expect(mask.isHidden(name)).toBe(false)
  },
)

describe('a text of megabytes costs little, whatever it is made of', () => {
  const many = 1_000_000
  test.each([
    ['colons behind a scheme', `https://${':'.repeat(many)}`],
    ['backslashes', `=${'\\'.repeat(many)}`],
    ['names that open an object', '"phone":{'.repeat(many / 10)],
    ['quotation marks', `:${'"a'.repeat(many)}`],
    ['spaces', `"a"${' '.repeat(many)}`],
    ['hidden names without a value', '"phone":\\"'.repeat(many / 10)],
    ['header names', 'phone: '.repeat(many / 10)],
  ])('%s', (_, text) => {
    expect(mask.text(text).length).toBeLessThanOrEqual(text.length)
  })
})
