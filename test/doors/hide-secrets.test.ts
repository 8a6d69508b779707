import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  hideInAddresses,
  hideSecrets,
  mask,
  secretsOfAddresses,
} from '../../src/doors/control/hide-secrets.ts'

test.each([
  ['in the middle of a text', { a: 'x0123456789abcdefy' }, { a: 'x…cdefy' }],
  ['as a name', { '0123456789abcdef': 1 }, { '…cdef': 1 }],
  ['twice in a row', ['0123456789abcdef0123456789abcdef'], ['…cdef…cdef']],
  ['in JSON in a text', { body: '{"key":"0123456789abcdef"}' }, { body: '{"key":"…cdef"}' }],
])('a secret is masked %s', (_, value, shown) => {
  expect(hideSecrets(value, ['0123456789abcdef'])).toEqual(shown)
})

test('a secret is masked as a form, an address and JSON write it', () => {
  const secret = 'a b+c/"ü"&12345'
  const written = [
    secret,
    JSON.stringify({ secret }),
    `${new URLSearchParams({ secret })}`,
    encodeURIComponent(secret),
  ]
  expect(hideSecrets(written, [secret])).toEqual(['…2345', '{"secret":"…2345"}', 'secret=…2345', '…2345'])
})

test('a short secret is masked only where it stands alone', () => {
  expect(hideSecrets({ a: 'abc', b: 'abcd' }, ['abc'])).toEqual({ a: '…', b: 'abcd' })
})

test('of secrets that hold one another the longest is masked', () => {
  expect(hideSecrets('0123456789abcdef', ['0123456789', '0123456789abcdef'])).toBe('…cdef')
})

test('whatever the secrets and the text are, none of them is left, and nothing else is lost', () => {
  const secret = fc.string({
    minLength: 12,
    maxLength: 16,
    unit: fc.constantFrom('0', '1', '"', '\\', 'ü', '%'),
  })
  const other = fc.string({ maxLength: 10, unit: fc.constantFrom('x', 'y', 'z', ' ', '\n') })
  fc.assert(
    fc.property(
      fc.array(secret, { minLength: 1, maxLength: 10 }),
      fc.array(other, { maxLength: 20 }),
      (secrets, others) => {
        const at = (i: number) => String(secrets[i % secrets.length])
        const text = others.map((each, i) => `${each}|${at(i)}|`).join('')
        const expected = others.map((each, i) => `${each}|${mask(at(i))}|`).join('')
        expect(hideSecrets(text, secrets)).toBe(expected)
      },
    ),
  )
})

test('thousands of secrets that begin alike are looked for in one pass', () => {
  const secrets = Array.from({ length: 20_000 }, (_, i) => `aaaaaa${i}`)
  expect(hideSecrets({ a: 'aaaaaa1', text: 'a'.repeat(1_000_000) }, secrets).text).toHaveLength(1_000_000)
})

test('of tokens of one kind none is shown, however many lengths they are of, and what stands beside them is', () => {
  const secrets = Array.from({ length: 60 }, (_, i) => `eyJhbGciOiJIUzI1NiJ9.${'p'.repeat(60 + i)}.sig${i}`)
  const shown = hideSecrets(
    { secrets, body: JSON.stringify({ secrets }), text: `${secrets.join(', ')}; end` },
    secrets,
  )
  const masked = Array(60).fill('…')
  expect(shown).toEqual({
    secrets: masked,
    body: JSON.stringify({ secrets: masked }),
    text: `${masked.join(', ')}; end`,
  })
})

test('of secrets of many lengths none is shown, whatever they are made of', () => {
  const secrets = Array.from({ length: 60 }, (_, i) => `"\\\n\u0001üü😀${'\n"'.repeat(i)}${i}`)
  const shown = hideSecrets({ secrets, body: JSON.stringify({ secrets }), other: 'x' }, secrets)
  expect(shown).toMatchObject({ secrets: Array(60).fill('…'), other: 'x' })
  for (const secret of secrets) expect(shown.body).not.toContain(JSON.stringify(secret).slice(1, -1))
})

test('a secret is masked, however many wrong ones that begin like it were sent before', () => {
  const wrong = Array.from({ length: 30 }, (_, i) => `sk_live_${'x'.repeat(i)}`)
  const real = `sk_live_${'y'.repeat(40)}`
  expect(hideSecrets(`it is ${real}`, [...wrong, real])).toBe('it is …')
})

test('short secrets are masked, however many there are', () => {
  const secrets = Array.from({ length: 1000 }, (_, i) => String(i))
  expect(hideSecrets({ 7: secrets, other: '1000', text: '"7"' }, secrets)).toEqual({
    '…': Array(1000).fill('…'),
    other: '1000',
    text: '"7"',
  })
})

test.each([
  ['\nabcdefghijk', 'nabcdefghijk'],
  ['\u0001abcdefghijk', '01abcdefghijk'],
])('what only looks like a secret in the writing of JSON is none: %j', (text, secret) => {
  expect(hideSecrets(text, [secret])).toBe(text)
})

test.each([
  ['http://user:geheim@127.0.0.1:8088/auth', 'http://user:…@127.0.0.1:8088/auth', ['geheim', 'geheim']],
  ['to http://user:a@b:c@shop/ and on', 'to http://user:…@shop/ and on', ['a@b:c', 'a@b:c']],
  ['ftp://x@shop/', 'ftp://…@shop/', ['x', 'x']],
  [
    'http://s/k?a=1&token=geheim%20token1',
    'http://s/k?a=1&token=…ken1',
    ['geheim%20token1', 'geheim token1'],
  ],
  ['http://shop/a@b?order=12345678#token=1', 'http://shop/a@b?order=12345678#token=1', []],
])('of the address %s only %s is shown', (address, shown, secrets) => {
  expect(hideInAddresses({ [address]: [address] })).toEqual({ [shown]: [shown] })
  expect(secretsOfAddresses(address)).toEqual(secrets)
})
