// Judging whatever is captured: nothing throws, and nothing secret is shown.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contracts } from '../../contracts/index.ts'
import { type CapturedExchange, createCheck } from '../../src/runner/index.ts'
import { its500Account, qfpayAccount, vvtoolAccount } from '../harness/clients.ts'
import { capturesFolder, demoAccounts, providers } from './read-captures.ts'

const secrets = [
  vvtoolAccount.accessToken,
  vvtoolAccount.clientSecret,
  its500Account.appSecret,
  qfpayAccount.clientKey,
]

const clean: readonly CapturedExchange[] = providers.flatMap(provider =>
  readFileSync(join(capturesFolder, provider, 'clean.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line, i) => ({
      ...(JSON.parse(line) as CapturedExchange),
      place: { source: provider, unit: 'line', number: i + 1 },
    })),
)

/** Texts of all kinds, with secrets and what is special to JavaScript among them. */
const text = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'data', 'code', 'respcd'),
  fc
    .tuple(
      fc.string({ maxLength: 90 }),
      fc.constantFrom(...secrets, ...secrets.map(encodeURIComponent)),
      fc.string({ maxLength: 90 }),
    )
    .map(parts => parts.join('')),
)

const json = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  text,
  fc.dictionary(text, text, { maxKeys: 8 }),
  fc.bigInt().map(String),
)

const body = fc.oneof(
  json.map(value => JSON.stringify(value)),
  text,
  fc.uint8Array({ maxLength: 200 }),
  fc.constant(undefined),
  fc.constantFrom(1, 300, 20_000).map(depth => '['.repeat(depth) + ']'.repeat(depth)),
  fc.constantFrom(1, 300, 20_000).map(depth => `${'{"data":'.repeat(depth)}1${'}'.repeat(depth)}`),
)

const headers = fc.dictionary(
  fc.oneof(
    text.map(name => name.toLowerCase()),
    fc.constantFrom('content-type', 'authorization', 'x-qf-appcode', 'x-qf-sign', 'x-qf-signtype', 'host'),
  ),
  fc.oneof(text, fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'text/html')),
  { maxKeys: 5 },
)

const url = fc.oneof(
  text,
  fc
    .tuple(fc.constantFrom(...clean.map(({ request }) => request.url)), text)
    .map(([known, more]) => known + more),
  fc.webUrl(),
)

const anything: fc.Arbitrary<CapturedExchange> = fc.record({
  request: fc.record({
    method: fc.oneof(fc.constantFrom('GET', 'POST', 'OPTIONS', 'HEAD'), text),
    url,
    headers,
    body,
  }),
  response: fc.option(fc.record({ status: fc.integer(), headers, body }), { nil: undefined }),
  at: fc.option(fc.oneof(fc.double(), fc.integer()), { nil: undefined }),
  durationMs: fc.option(fc.double(), { nil: undefined }),
  place: fc.constant({ source: 'made', unit: 'line', number: 1 } as const),
})

/** A right exchange in which a part is something else. */
const nearlyRight: fc.Arbitrary<CapturedExchange> = fc
  .tuple(fc.constantFrom(...clean), json, fc.nat(), body, headers, fc.integer({ min: 0, max: 6 }))
  .map(([exchange, value, place, other, more, which]) => {
    const { request, response } = exchange
    const changed = (given: unknown) => replaceIn(String(given ?? ''), value, place)
    if (which === 0) return { ...exchange, request: { ...request, body: other } }
    if (which === 1) return { ...exchange, request: { ...request, headers: { ...request.headers, ...more } } }
    if (which === 2) return { ...exchange, request: { ...request, body: changed(request.body) } }
    if (which === 3) return { ...exchange, request: { ...request, url: `${request.url}&${inText(value)}` } }
    if (!response) return exchange
    if (which === 4) return { ...exchange, response: { ...response, body: other } }
    if (which === 5)
      return { ...exchange, response: { ...response, headers: { ...response.headers, ...more } } }
    return { ...exchange, response: { ...response, body: changed(response.body) } }
  })

function inText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Puts a value in the place of a part of a JSON text, or of a form. */
function replaceIn(body: string, value: unknown, place: number): string {
  const parts = [...body.matchAll(/"(?:[^"\\]|\\.)*"|[\d.]+|=[^&]*/g)]
  const part = parts[place % Math.max(1, parts.length)]
  if (!part) return body
  const text = part[0].startsWith('=')
    ? `=${encodeURIComponent(inText(value).toWellFormed())}`
    : JSON.stringify(value)
  return body.slice(0, part.index) + text + body.slice(part.index + part[0].length)
}

test('judging never throws, and shows no secret, whatever was captured', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(anything, nearlyRight), { maxLength: 20 }), exchanges => {
      const check = createCheck({ contracts, accounts: demoAccounts })
      const found = exchanges.map(exchange => check.judge(exchange).findings)
      const report = check.end({ title: 'made', version: '0.0.0' })
      const shown = textsIn([found, report]).join('\n').toLowerCase()
      for (const secret of secrets) expect(shown).not.toContain(secret.toLowerCase())
    }),
    { numRuns: 200 },
  )
})

/** All texts in a value, as they are: JSON would write some characters in other ways. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => [name, ...textsIn(inner)])
}

test.each([
  ['a text of 20 million characters', JSON.stringify({ a: 'x'.repeat(20_000_000) })],
  ['a text of a million quotation marks', JSON.stringify({ a: '"'.repeat(1_000_000) })],
  ['a name of a million characters', JSON.stringify({ ['n'.repeat(1_000_000)]: 1 })],
  [
    '100,000 unknown fields',
    JSON.stringify(Object.fromEntries([...Array(100_000).keys()].map(i => [`k${i}`, i]))),
  ],
  ['100,000 levels', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  ['100,000 levels of lists', '['.repeat(100_000) + ']'.repeat(100_000)],
  ['a list of 10,000 rows that are none', JSON.stringify({ respcd: '0000', data: Array(10_000).fill({}) })],
])('an answer with %s is judged, and shown in few characters', (_, answer) => {
  const [exchange] = clean.filter(({ request }) => request.url.endsWith('/trade/v1/query'))
  if (!exchange?.response) throw new Error('there is no query')
  const check = createCheck({ contracts, accounts: demoAccounts })
  check.judge({ ...exchange, response: { ...exchange.response, body: answer } })
  const { findings } = check.end({ title: 'made', version: '0.0.0' })
  expect(findings).not.toEqual([])
  for (const finding of findings)
    for (const shown of textsIn({ ...finding, detail: '' })) expect(shown.length).toBeLessThanOrEqual(1000)
})
