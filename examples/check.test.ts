import { contracts } from 'paydouble/contracts'
import { createCheck, readCapture, toTerminalText } from 'paydouble/runner'
import { expect, test } from 'vitest'

/** What a gateway of yours logs, in whatever form. */
const logged = {
  request: {
    method: 'GET',
    url: 'http://api.vv-tool.com/tool/accounts/merchant-order-detail?order_number=order-0001&merchant_num=100001&type=3',
    headers: {},
    body: '',
  },
  response: {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"code":0,"msg":"成功","msec":"12","time":1796090400,"data":{}}',
  },
}

test('an exchange is judged, and the client told apart from the provider', () => {
  const check = createCheck({ contracts })
  const place = { source: 'the log', unit: 'line', number: 1 } as const
  const { findings } = check.judge({ ...logged, place })
  expect(findings).toMatchObject([
    { by: 'client', part: 'request', kind: 'newEnumValue', pointer: '/type', received: '"3"' },
    { by: 'client', part: 'request', kind: 'wrongCredentials' },
    { by: 'provider', part: 'response', kind: 'typeChanged', pointer: '/msec', expected: 'a number' },
  ])
})

test('a stream of exchanges is judged as it comes, and reported once', async () => {
  const check = createCheck({ contracts })
  const bytes = (async function* () {
    yield Buffer.from(`${JSON.stringify(logged)}\n`.repeat(3))
  })()
  for await (const items of readCapture(bytes, { source: 'the log' })) check.take(items)
  const report = check.end({ title: 'last night' })
  expect(report.findings.map(({ kind, count }) => [kind, count])).toContainEqual(['typeChanged', 3])
  expect(toTerminalText(report)).toContain('3 exchanges')
})
