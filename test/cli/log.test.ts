import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createLog, type LogOptions } from '../../src/cli/log.ts'
import type { IncomingRequest } from '../../src/double/router.ts'
import { bin, type Served, serve, stop } from '../harness/cli.ts'
import { eventually } from '../harness/eventually.ts'

const token = 'a-token-of-the-tests-1234'

/** A server that was asked one thing of each kind, and what it has logged. */
async function logOf(level: string, flags: readonly string[] = []): Promise<string[]> {
  const served = await serve(['--port', '0', '--clock', 'manual', '--log', level, '--token', token, ...flags])
  const start = served.text().length
  await its500Order(served)
  await its500Order(served, 'de30000000000000000000000000050f')
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const accounts = `${served.url}/_paydouble/api/accounts/its500/demo`
  await fetch(accounts, {
    method: 'PUT',
    headers,
    body: '{"callbackUrls":["http://127.0.0.1:1/paid?key=0123456789"],"retryDelaysMs":[60000]}',
  })
  const { orderId } = await its500Order(served)
  await fetch(`${served.url}/_paydouble/api/orders/${orderId}/pay`, { method: 'POST', headers })
  await fetch(`${served.url}/_paydouble/api/orders`)
  const socket = connect(Number(new URL(served.url).port), '127.0.0.1', () => socket.write('rubbish\r\n\r\n'))
  await new Promise(resolve => socket.resume().once('close', resolve))
  expect(await stop(served.child)).toBe(0)
  // What was written last is read last.
  await eventually(() => expect(served.child.stderr?.readableEnded).toBe(true))
  return served
    .text()
    .slice(start)
    .split('\n')
    .filter(line => line !== '')
}

async function its500Order({ url }: Served, secret = 'de300000000000000000000000000500') {
  const headers = { 'payment-key': 'de30000000000500', 'payment-secret': secret }
  const body = new URLSearchParams({ price: '1', name: 'a thing' })
  const answer = await fetch(`${url}/order/createOrder?hidden=query`, { method: 'POST', headers, body })
  return (await answer.json()) as { orderId: string }
}

const exchange =
  /^[\d:.]{12} info {2}POST \/order\/createOrder its500\.createOrder: answered 200 \(account demo, order oderpay-\S+, [\d.]+ ms\)$/
const refusal =
  /^[\d:.]{12} warn {2}POST \/order\/createOrder its500\.createOrder: refused wrongCredentials 200 \(/
const finding = /^ +warn {4}signature: The header Payment-Secret/
const callback =
  /^[\d:.]{12} warn {2}callback "paid" to http:\/\/127\.0\.0\.1:1\/paid, attempt 1: not acknowledged, .*ECONNREFUSED.*; it is sent again \(/
const stranger = /^[\d:.]{12} warn {2}GET \/_paydouble\/api\/orders: 401 tokenNeeded$/
const broken = /^[\d:.]{12} warn {2}no request: 400 badHttp: The request is no valid HTTP/
const control = /^[\d:.]{12} debug PUT \/_paydouble\/api\/accounts\/its500\/demo: 200$/
const payment = /^[\d:.]{12} info {2}the payer of its500: paid/

test.each([
  ['silent', [], [exchange, refusal, callback, stranger, broken, control]],
  ['error', [], [exchange, refusal, callback, stranger, broken, control]],
  ['warn', [refusal, finding, callback, stranger, broken], [exchange, payment, control]],
  ['info', [exchange, refusal, finding, callback, payment, stranger, broken], [control]],
  ['debug', [exchange, refusal, finding, callback, control, stranger, broken], []],
])('--log %s writes what it is for', async (level, there, notThere) => {
  const lines = await logOf(level)
  for (const line of there) expect(lines).toContainEqual(expect.stringMatching(line))
  for (const line of notThere) expect(lines).not.toContainEqual(expect.stringMatching(line))
  expect(lines.join('\n')).not.toMatch(/hidden=query|0123456789/)
})

test('--log with --json writes a JSON object on each line', async () => {
  const entries = (await logOf('info', ['--json'])).map(line => JSON.parse(line))
  expect(entries).toContainEqual(
    expect.objectContaining({
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      level: 'info',
      event: 'request',
      method: 'POST',
      path: '/order/createOrder',
      provider: 'its500',
      operation: 'createOrder',
      status: 200,
      outcome: 'answered',
      ms: expect.any(Number),
    }),
  )
  expect(entries).toContainEqual(
    expect.objectContaining({ level: 'warn', event: 'callback', attempt: 1, outcome: 'not acknowledged' }),
  )
})

test('PAYDOUBLE_LOG says the same, and without either it is warn', async () => {
  for (const [env, isThere] of [
    [{ PAYDOUBLE_LOG: 'info' }, true],
    [{}, false],
  ] as const) {
    const served = await serve(['--port', '0'], { env })
    await its500Order(served)
    await stop(served.child)
    await eventually(() => expect(served.child.stderr?.readableEnded).toBe(true))
    expect(served.text().includes('its500.createOrder: answered')).toBe(isThere)
  }
})

test('nobody who reads the log is waited for: requests are answered, lines dropped and counted, and the server ends', async () => {
  const child = spawn(process.execPath, [bin, 'serve', '--port', '0', '--json', '--log', 'info'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const first = await new Promise(resolve => child.stdout.once('data', resolve))
  const { url } = JSON.parse(String(first)) as { url: string }
  const port = Number(new URL(url).port)
  // More than a pipe holds, and than the log keeps.
  const count = 15_000
  const request = 'GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n'
  let answered = 0
  await new Promise<void>(resolve => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(request.repeat(count))
    })
    socket.on('data', data => {
      answered += data.toString('latin1').split('HTTP/1.1 501').length - 1
      if (answered >= count) resolve()
    })
    onTestFinished(() => void socket.destroy())
  })
  const isRead = new Promise<string>(resolve => {
    let text = ''
    child.stderr.on('data', data => {
      text += data
    })
    child.stderr.once('end', () => resolve(text))
    child.stderr.pause()
  })
  if (process.platform !== 'win32') child.kill('SIGTERM')
  const code = await new Promise(resolve => child.once('exit', resolve))
  expect(code).toBe(0)
  child.stderr.resume()
  expect((await isRead).split('\n').length).toBeLessThan(count)
})

function logWith(options: Partial<LogOptions> = {}) {
  const written: string[] = []
  const log = createLog({
    level: 'info',
    json: false,
    write: async text => void written.push(text),
    secrets: async () => [],
    secretsOf: () => [],
    pathOf: () => undefined,
    ...options,
  })
  const refuse = (message: string) =>
    log.refused({ status: 400, headers: {}, body: JSON.stringify({ error: { code: 'x', message } }) })
  return { log, written, refuse }
}

test('what cannot be written is counted, and told in its place', async () => {
  const blocked = Promise.withResolvers<void>()
  const written: string[] = []
  const { log, refuse } = logWith({
    most: 100,
    write: text => {
      written.push(text)
      return blocked.promise
    },
  })
  refuse('first')
  expect(await log.close()).toBe(false)
  for (let i = 0; i < 1334; i++) refuse(`number ${i}`)
  blocked.resolve()
  await eventually(() => expect(written).toHaveLength(2))
  const lines = (written[1] ?? '').trim().split('\n')
  expect(lines).toHaveLength(101)
  expect(lines[99]).toMatch(/number 99$/)
  expect(lines[100]).toMatch(
    / warn {2}1,234 lines were dropped, because they came faster than they could be written$/,
  )
  expect(await log.close()).toBe(true)
})

test('a line shows no secret that was known when it was written, and none without knowing them', async () => {
  let known: Promise<string[]> = Promise.reject(new Error('not there'))
  known.catch(() => {})
  const { log, written, refuse } = logWith({ secrets: () => known })
  refuse('is it 0123456789abcdef?')
  await log.close()
  expect(written.join('')).toMatch(
    / 1 lines were dropped, because the accounts, whose secrets no line may show, could not be read\n$/,
  )
  known = Promise.resolve(['0123456789abcdef'])
  refuse('is it 0123456789abcdef?')
  await log.close()
  expect(written.join('')).toMatch(/is it …cdef\?/)
  expect(written.join('')).not.toContain('0123456789abcdef')
})

test('lines are written by the secrets that were known last while the accounts cannot be read', async () => {
  const asked = [Promise.resolve(['0123456789abcdef']), Promise.reject(new Error('the database is away'))]
  asked[1]?.catch(() => {})
  const { log, written, refuse } = logWith({ secrets: () => asked.shift() ?? Promise.resolve([]) })
  await log.learn()
  refuse('is it 0123456789abcdef?')
  await log.close()
  expect(written.join('')).toMatch(/is it …cdef\?\n$/)
})

test('what the control interface could not do is an error, with its reason', async () => {
  const { log, written } = logWith({ level: 'error' })
  const request = { method: 'GET', path: '/_paydouble/api/orders' } as IncomingRequest
  const error = { code: 'storeUnavailable', message: 'Failed to reach the database.' }
  log.controlled(request, { status: 503, headers: {}, body: JSON.stringify({ error }) })
  await log.close()
  expect(written.join('')).toMatch(
    / error GET \/_paydouble\/api\/orders: 503 storeUnavailable: Failed to reach the database\.\n$/,
  )
})

test('an exchange that failed is an error, with its reason', async () => {
  const { log, written } = logWith({ level: 'error' })
  const message = 'Failed to reach the database.'
  log.exchange({
    id: '1',
    kind: 'request',
    at: 0,
    bodyBytes: 0,
    step: 'provider',
    findings: [{ kind: 'storeUnavailable', severity: 'breaking', pointer: '', message }],
    outcome: 'failed',
  })
  await log.close()
  expect(written.join('')).toMatch(/\n +error {3}storeUnavailable: Failed to reach the database\.\n$/)
})

test('an address shows no password', async () => {
  const { log, written, refuse } = logWith()
  refuse('http://user:geheim@127.0.0.1/auth is no http address')
  await log.close()
  expect(written.join('')).toMatch(/http:\/\/user:…@127\.0\.0\.1\/auth is no http address\n$/)
})

test('a path of no operation is shown without what may be a secret', async () => {
  const { log, written } = logWith()
  const request = {
    door: 'http',
    method: 'GET',
    host: '',
    path: '/v1/sk_live_51ProductionKey',
    query: '',
    headers: {},
    body: new Uint8Array(),
  }
  log.exchange({
    id: '1',
    kind: 'request',
    at: 0,
    bodyBytes: 0,
    step: 'provider',
    findings: [],
    outcome: 'unmatched',
    request,
  })
  await log.close()
  expect(written.join('')).toMatch(/ info {2}GET \/v1\/…nKey: unmatched\n$/)
})

test('what came from outside begins no line of its own', async () => {
  const { log, written, refuse } = logWith()
  refuse('one\ntwo\r\u001b[31mthree\u202e')
  await log.close()
  expect(written.join('')).toMatch(/one\\u\{a\}two\\u\{d\}\\u\{1b\}\[31mthree\\u\{202e\}\n$/)
})
