// Exchanges as recordings keep them.
import { expect, test } from 'vitest'
import { contracts } from '../../contracts/index.ts'
import { createMask } from '../../src/runner/index.ts'
import { maskExchange } from '../../src/runner/mask-exchange.ts'

const mask = createMask(contracts, [])

function masked(body: string, type = 'application/json'): unknown {
  const request = { method: 'POST', url: '/', headers: { 'content-type': type }, body }
  const place = { source: 'made', unit: 'line', number: 1 } as const
  return maskExchange({ request, place }, mask).exchange.request.body
}

test.each([
  [
    '{"true_name":{"last":"张三丰","first":["x"]},"a":"b"}',
    '{"true_name":{"last":"…","first":["…"]},"a":"b"}',
  ],
  ['{"true_name":[{"last":"张三"}],"a":{"b":"c"}}', '{"true_name":[{"last":"…"}],"a":{"b":"c"}}'],
  ['{"authorization":{"value":"s3cret"},"a":"b"}', '{"authorization":{"value":"…"},"a":"b"}'],
  ['{"a":"{\\"phone\\":{\\"x\\":\\"1\\"}}"}', '{"a":"{\\"phone\\":{…}}"}'],
  ['{"phone":"12', '{"phone":"…"'],
  ['{"a" : [1, true,\n"x"]}', '{"a" : [1, true,\n"x"]}'],
])('%s is kept as %s', (body, kept) => {
  expect(masked(body)).toBe(kept)
})

test('each part of a multipart body is masked by its name', () => {
  const part = (name: string, value: string) =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\nX-A: 1\r\n\r\n${value}\r\n`
  const type = 'multipart/form-data; boundary=b'
  const whole = `${part('goods', 'x')}${part('phone', '123')}--b--\r\n`
  expect(masked(whole, type)).toBe(whole.replace('123', '…'))
  expect(masked(part('phone', '123').trimEnd(), type)).toBe(part('phone', '…').trimEnd())
})

test.each([
  ['a text that does not end', `{"a":"${'\\"'.repeat(2_000_000)}`, 'application/json'],
  ['a text of many megabytes', `{"a":"${'x'.repeat(20_000_000)}"}`, 'application/json'],
  ['spaces', `{"a"${' '.repeat(2_000_000)}`, 'application/json'],
  ['parts that do not end', 'name="a"\r\n\r\n'.repeat(200_000), 'multipart/form-data'],
])('%s stays as it is, in little time', (_, body, type) => {
  // Compared so, because a difference of megabytes would take long to show.
  expect(masked(body, type) === body).toBe(true)
})
