import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { paydouble, serve } from '../harness/cli.ts'
import { its500Account, qfpayAccount, vvtoolAccount } from '../harness/clients.ts'
import * as signer from '../signature/signer.ts'

const { entries, key, md5, notification } = signer
const { params, signature } = signer.vector('minimal')
const unsorted = md5(signer.join(entries(params)) + key)

const curlLine = (sign: string, appCode = qfpayAccount.appCode) =>
  `curl 'http://127.0.0.1:4020/trade/v1/payment' \\
  -H 'X-QF-APPCODE: ${appCode}' -H 'X-QF-SIGN: ${sign}' \\
  -d '${signer.join(entries(params))}'\n`

const rawRequest = (sign: string) =>
  [
    'POST /trade/v1/payment HTTP/1.1',
    'Host: openapi-hk.qfapi.com',
    'Content-Type: application/x-www-form-urlencoded',
    `X-QF-APPCODE: ${qfpayAccount.appCode}`,
    `X-QF-SIGN: ${sign}`,
    '',
    `${new URLSearchParams(params)}\n`,
  ].join('\r\n')

const rawCallback = `POST /notify HTTP/1.1\r\nX-QF-SIGN: ${notification.signature}\r\n\r\n${notification.body}`

const json = { 'content-type': 'application/json' }

function file(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'paydouble-explain-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'message'), text)
  return join(folder, 'message')
}

const explain = (input: string, args: readonly string[] = [], env: Record<string, string> = {}) =>
  paydouble(['explain', '--provider', 'qfpay', ...args], { input, env })

test.each([
  ['a line of curl', curlLine],
  ['a raw request', rawRequest],
])('%s from standard input is explained', async (_, write) => {
  const right = await explain(write(signature))
  expect(right).toMatchObject({ code: 0, stderr: '' })
  expect(right.stdout).toMatch(/^qfpay request, account demo: the signature is right\n/)
  const wrong = await explain(write(unsorted))
  expect(wrong).toMatchObject({ code: 1, stderr: '' })
  expect(wrong.stdout).toMatch(/The client joined the parameters in the order in which they are sent/)
  expect(wrong.stdout).not.toContain(key)
})

test('a file is explained', async () => {
  const { code, stdout } = await paydouble(['explain', '--provider', 'qfpay', file(rawRequest(unsorted))])
  expect(code).toBe(1)
  expect(stdout).toContain('without sorting')
})

test('--json prints the explanation as one line of JSON', async () => {
  const { code, stdout } = await explain(curlLine(unsorted), ['--json'])
  expect(code).toBe(1)
  expect(stdout.split('\n')).toHaveLength(2)
  expect(JSON.parse(stdout)).toMatchObject({
    verdict: 'mismatch',
    causes: [{ mistakes: [{ id: 'unsorted' }] }],
  })
})

test('a callback is explained, and what the app computed of it', async () => {
  const right = await explain(rawCallback, ['--callback'])
  expect(right).toMatchObject({ code: 0, stdout: expect.stringMatching(/^qfpay callback.*is right\n/) })
  expect(await explain(rawCallback, ['--callback', '--computed', notification.signature])).toMatchObject({
    code: 0,
  })
  const computed = md5(JSON.stringify(JSON.parse(notification.body)) + key)
  const wrong = await explain(rawCallback, ['--callback', '--computed', computed])
  expect(wrong).toMatchObject({ code: 1, stdout: expect.stringContaining('not the bytes that came') })
})

test('a body is explained together with its headers', async () => {
  const headers = [
    '--header',
    `X-QF-SIGN: ${notification.signature}`,
    '--header',
    'Content-Type: application/json',
  ]
  const args = ['explain', '--provider', 'qfpay', '--callback', ...headers, '--body']
  expect(await paydouble([...args, file(notification.body)])).toMatchObject({ code: 0 })
  expect(await paydouble([...args, '-'], { input: notification.body })).toMatchObject({ code: 0 })
  const edited = await paydouble([...args, file(`${notification.body}\n`)])
  expect(edited).toMatchObject({ code: 1, stdout: expect.stringContaining('another end of line') })
})

test('a body alone is taken to be of the type that the provider reads', async () => {
  const body = file(`${new URLSearchParams(params)}`)
  const headers = [`X-QF-APPCODE: ${qfpayAccount.appCode}`, `X-QF-SIGN: ${signature}`]
  const flags = headers.flatMap(header => ['--header', header])
  expect(await explain('', ['--body', body, ...flags])).toMatchObject({ code: 0, stderr: '' })
  const other = await explain('', ['--body', body, ...flags, '--header', 'Content-Type: text/plain'])
  expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('text/plain') })
})

test('an answer is known by its first line', async () => {
  const { body, signature: sign } = notification
  const answer = `HTTP/1.1 200 OK\r\nX-QF-SIGN: ${sign}\r\n\r\n${body}`
  expect(await explain(answer)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^qfpay response/) })
})

test('a key that only the user knows comes from the environment, and is not shown', async () => {
  const own = 'MYOWNKEY9999999999999999999999'
  const sign = md5(signer.canonical(params) + own)
  const right = await explain(curlLine(sign, 'MYAPPCODE'), [], { PAYDOUBLE_KEY: own })
  expect(right).toMatchObject({ code: 0, stdout: expect.stringContaining('MYOW…9999') })
  expect(right.stdout).not.toContain(own)
  const demoKey = await explain(curlLine(signature, 'MYAPPCODE'), [], { PAYDOUBLE_KEY: own })
  expect(demoKey).toMatchObject({ code: 1, stdout: expect.stringContaining('that of demo') })
})

test('the server is not confused by that variable', async () => {
  const { url } = await serve(['--port', '0', '--json'], { env: { PAYDOUBLE_KEY: 'x' } })
  expect((await fetch(`${url}/_paydouble/health`)).status).toBe(200)
})

test('the accounts of a running double are asked for', async () => {
  const { url } = await serve(['--port', '0', '--json'])
  await fetch(`${url}/_paydouble/api/accounts/qfpay/mine`, {
    method: 'PUT',
    headers: json,
    body: JSON.stringify({ appCode: 'MINE', clientKey: 'MINE-KEY-MINE-KEY-MINE', mchid: null }),
  })
  const sign = md5(`${signer.canonical(params)}MINE-KEY-MINE-KEY-MINE`)
  const found = await explain(curlLine(sign, 'MINE'), ['--url', url])
  expect(found).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^qfpay request, account mine: .*right/),
  })
  const other = await explain(curlLine(sign), ['--url', url])
  expect(other).toMatchObject({ code: 1, stdout: expect.stringContaining('that of mine') })
})

test('of a provider that signs nothing the credential is explained', async () => {
  const line = (secret: string) =>
    `curl h/order/createOrder -H 'Payment-Key: ${its500Account.appKey}' -H 'Payment-Secret: ${secret}' -d price=1`
  const ask = (provider: string, input: string) => paydouble(['explain', '--provider', provider], { input })
  const right = await ask('its500', line(its500Account.appSecret))
  expect(right).toMatchObject({ code: 0, stdout: expect.stringMatching(/nothing is signed[\s\S]*are right/) })
  expect(right.stdout).not.toContain(its500Account.appSecret)
  const wrong = await ask('its500', line('nonsense'))
  expect(wrong).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/nothing is signed[\s\S]*Payment-Secret/),
  })
  const token = await ask(
    'vvtool',
    `curl 'h/tool/accounts/payment-qr-code?a=1' -H 'Authorization: Bearer nobody'`,
  )
  expect(token).toMatchObject({ code: 1, stdout: expect.stringContaining('names another accessToken') })
  const bare = await ask(
    'vvtool',
    `curl 'h/tool/accounts/payment-qr-code?a=1' -H 'Authorization: ${vvtoolAccount.accessToken}'`,
  )
  expect(bare).toMatchObject({ code: 1, stdout: expect.stringContaining('is not "Bearer"') })
  expect(bare.stdout).not.toContain(vvtoolAccount.accessToken)
  const known = await ask('vvtool', `curl h/tool -H 'Authorization: Bearer ${vvtoolAccount.accessToken}'`)
  expect(known.code).toBe(0)
})

test.each([
  ['hello', [], /begins with "hello".*curl, or raw HTTP/],
  ['', [], /standard input: it is empty/],
  [curlLine('x'), ['--account', 'nobody'], /no account "nobody" of qfpay, but demo.*PAYDOUBLE_KEY/],
  [curlLine('x'), ['--callback', '--response'], /exclude each other/],
  [curlLine('x'), ['--header', 'nonsense'], /"nonsense".*Name: value/],
  [curlLine('x'), ['/nowhere'], /Failed to read \/nowhere/],
  [curlLine('x'), ['--body', 'a', 'b'], /--body cannot be given together/],
  ["curl h/trade/v1/payment --json '{}'", [], /QFPay reads application\/x-www-form-urlencoded/],
])('%j with %j is refused with what to do', async (input, args, message) => {
  expect(await explain(input, args)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(message),
  })
})

test('the provider must be named, and be one of those there are', async () => {
  expect(await paydouble(['explain'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--provider'),
  })
  expect(await paydouble(['explain', '--provider', 'paypal'], { input: 'x' })).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/"paypal".*qfpay/),
  })
})
