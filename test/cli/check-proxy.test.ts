import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { bin, paydouble, type RunOptions, serve, startServer, stop } from '../harness/cli.ts'
import { qfpayPayment } from '../harness/clients.ts'
import { openHttp, send, type TestRequest } from '../harness/doors.ts'
import { openReceiver } from '../harness/receiver.ts'
import { selfSigned } from '../harness/self-signed.ts'

const startProxy = (args: readonly string[], options?: RunOptions) =>
  startServer(process.execPath, [bin, 'check', 'proxy', ...args], options)

async function openTarget() {
  const door = await openHttp()
  const pay = (url: string, params = {}, options = {}) =>
    qfpayPayment({ ...door, send: (_: string, request: TestRequest) => send(url, request) }, params, options)
  return { target: door.urlOf('qfpay'), double: door.double, pay }
}

test('says where it listens, passes on, and ends with 0 where nothing was found', async () => {
  const { target, pay } = await openTarget()
  const { url, child, text } = await startProxy(['qfpay', '--target', target, '--port', '0'])
  expect(text()).toContain(`judges qfpay on ${url}, and passes everything on to ${target}\n`)
  expect((await pay(url)).headers['x-paydouble-findings']).toBe('0')
  expect(await stop(child, 'SIGINT')).toBe(0)
  expect(text()).toContain('1 exchange')
})

test('ends with 1 where a target drifts, and names what has changed', async () => {
  const { target, pay, double } = await openTarget()
  double.faults.add({ provider: 'qfpay', answer: { set: { respcd: 17 } }, times: 'always' })
  const { url, child, text } = await startProxy(['qfpay', '--target', target, '--port', '0'])
  await pay(url)
  expect(await stop(child, 'SIGTERM')).toBe(1)
  expect(text()).toContain('respcd')
})

test('--fail-on none ends with 0 all the same', async () => {
  const { target, pay, double } = await openTarget()
  double.faults.add({ provider: 'qfpay', answer: { set: { respcd: 17 } }, times: 'always' })
  const { url, child } = await startProxy(['qfpay', '--target', target, '--port', '0', '--fail-on', 'none'])
  await pay(url)
  expect(await stop(child)).toBe(0)
})

test('ends with 3 where the target never answered', async () => {
  const { url, child, text } = await startProxy([
    'qfpay',
    '--target',
    'http://127.0.0.1:1',
    '--port',
    '0',
    '--json',
  ])
  expect(JSON.parse(text().split('\n')[0] ?? '')).toMatchObject({ url, callbacksUrl: `${url}/_callbacks` })
  expect((await send(url, { path: '/trade/v1/query' })).status).toBe(502)
  expect(await stop(child)).toBe(3)
  expect(text()).toContain('paydouble: Failed to reach the target (http://127.0.0.1:1): connect ECONNREFUSED')
})

test('ends with 2 where nobody asked for anything: nothing was judged', async () => {
  const { child } = await startProxy(['qfpay', '--target', 'http://127.0.0.1:1', '--port', '0'])
  expect(await stop(child)).toBe(2)
})

test('a command after -- runs through it, and ends it', async () => {
  const { url } = await serve(['--port', '0', '--json', '--no-rate-limits'])
  const script = `
    const answer = await fetch(process.env.PAYDOUBLE_PROXY_URL + '/trade/v1/query')
    console.log('the app saw', answer.headers.get('x-paydouble-findings'), process.argv[1], process.env.PAYDOUBLE_CALLBACKS_URL)`
  const args = ['check', 'proxy', 'qfpay', '--target', url, '--port', '0']
  const ended = await paydouble([
    ...args,
    '--',
    process.execPath,
    '--input-type=module',
    '-e',
    script,
    '--',
    '--port',
  ])
  expect(ended.stdout).toMatch(/the app saw \d+; \w+.* --port http:\/\/127\.0\.0\.1:\d+\/_callbacks\n/)
  expect(ended.stdout).toContain('1 exchange')
  expect(ended.code).toBe(1)
})

test('what went through is written down, without the secrets in it, and is read back', async () => {
  const { url } = await serve(['--port', '0', '--json', '--no-rate-limits'])
  const folder = mkdtempSync(join(tmpdir(), 'paydouble-proxy-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'out.har')
  const script = `
    const headers = { 'payment-key': 'de30000000000500', 'payment-secret': 'de300000000000000000000000000500' }
    const body = new URLSearchParams({ price: '1', name: 'a book', thirduid: '1', paytype: 'ali' })
    await fetch(process.env.PAYDOUBLE_PROXY_URL + '/order/createOrder', { method: 'POST', headers, body })`
  const args = ['check', 'proxy', 'its500', '--target', url, '--port', '0', '--record', file, '--']
  expect(await paydouble([...args, process.execPath, '--input-type=module', '-e', script])).toMatchObject({
    code: 0,
  })
  const text = readFileSync(file, 'utf8')
  expect(text).not.toContain('de300000000000000000000000000500')
  expect(JSON.parse(text).log.entries).toHaveLength(1)
  expect(await paydouble(['check', 'capture', file])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('its500.createOrder  1 exchange'),
  })
})

test('a command that fails keeps its exit code', async () => {
  const args = ['check', 'proxy', 'qfpay', '--target', 'http://127.0.0.1:1', '--port', '0', '--']
  expect(await paydouble([...args, process.execPath, '-e', 'process.exit(7)'])).toMatchObject({ code: 7 })
  expect(await paydouble([...args, process.execPath, '-e', 'process.kill(process.pid)'])).toMatchObject({
    code: 143,
  })
})

test('callbacks come through it with --merchant', async () => {
  const { target, pay, double } = await openTarget()
  const receiver = await openReceiver(() => ({ status: 200, body: 'SUCCESS' }))
  const merchant = new URL('/', receiver.url).href
  const { url, child, text } = await startProxy([
    'qfpay',
    '--target',
    target,
    '--port',
    '0',
    '--merchant',
    merchant,
  ])
  expect(text()).toContain(`what comes to ${url}/_callbacks/… goes to ${merchant.slice(0, -1)}/…`)
  await double.accounts.put('qfpay', 'demo', { notifyUrl: `${url}/_callbacks/paid` })
  const { syssn } = (await pay(url)).json()
  await double.payer.pay(String(syssn))
  expect(receiver.received).toMatchObject([{ path: '/paid' }])
  expect(await stop(child)).toBe(0)
  expect(text()).toContain('2 exchanges')
})

test('a target with a certificate of its own is reached once that is trusted', async () => {
  const server = createServer({ key: selfSigned.key, cert: selfSigned.cert }, (request, response) => {
    response.end(`${request.headers.host} ${'servername' in request.socket && request.socket.servername}`)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const folder = mkdtempSync(join(tmpdir(), 'paydouble-proxy-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'ca.pem')
  writeFileSync(file, selfSigned.cert)
  const host = `localhost:${(server.address() as AddressInfo).port}`
  const { url, child } = await startProxy(['qfpay', '--target', `https://${host}`, '--port', '0'], {
    env: { NODE_EXTRA_CA_CERTS: file },
  })
  expect((await send(url, { path: '/x' })).text).toBe(`${host} localhost`)
  // It is no operation.
  expect(await stop(child)).toBe(2)
})

test.each([
  [['nopay', '--target', 'http://127.0.0.1:1'], 'Failed to find the provider "nopay": there is '],
  [['qfpay'], "required option '--target <url>' not specified"],
  [['qfpay', '--target', 'ftp://a'], 'Failed to read --target "ftp://a"'],
  [['qfpay', '--target', 'http://127.0.0.1:1', '--merchant', 'x'], 'Failed to read --merchant "x"'],
  [['qfpay', '--target', 'http://127.0.0.1:1', '--port', '70000'], 'Failed to read --port "70000"'],
  [
    ['qfpay', '--target', 'http://127.0.0.1:1', '--port', '0', '--', 'no-such-command'],
    'Failed to run the command "no-such-command"',
  ],
])('%j is refused with 2', async (args, message) => {
  const { code, stderr } = await paydouble(['check', 'proxy', ...args])
  expect(stderr).toContain(message)
  expect(code).toBe(2)
})
