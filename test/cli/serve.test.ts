import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { contracts } from '../../contracts/index.ts'
import type { Account } from '../../src/store/records.ts'
import { paydouble, root, run, serve, stop } from '../harness/cli.ts'
import { openReceiver } from '../harness/receiver.ts'

const json = { 'content-type': 'application/json' }

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'paydouble-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

async function health(url: string): Promise<Record<string, unknown>> {
  return (await fetch(`${url}/_paydouble/health`)).json() as Promise<Record<string, unknown>>
}

test('serve prints where it is, the credentials, and a curl line for each provider that works', async () => {
  const { url, text } = await serve(['--port', '0'])
  const accounts = (await (await fetch(`${url}/_paydouble/api/accounts`)).json()) as { credentials: object }[]
  for (const { credentials } of accounts) {
    for (const [name, value] of Object.entries(credentials)) expect(text()).toContain(`${name}=${value}`)
  }
  const lines = text().match(/^ {2}curl .*$/gm) ?? []
  expect(lines).toHaveLength(contracts.length)
  const answers = await Promise.all(lines.map(line => run('bash', ['-c', line])))
  for (const { stdout } of answers) expect(stdout).toMatch(/成功|"respcd": "0000"/)
})

test('serve --json prints one line of JSON with the url first', async () => {
  const { first, url } = await serve(['--port', '0', '--json', '--seed', '5', '--clock', 'manual'])
  expect(JSON.parse(first)).toMatchObject({ url, seed: 5, clock: 'manual' })
  expect(await health(url)).toMatchObject({ seed: 5, clock: 'manual' })
})

test('serve --provider serves those alone', async () => {
  const { url } = await serve(['--port', '0', '--json', '--provider', 'qfpay,its500'])
  expect(await health(url)).toMatchObject({ providers: ['its500', 'qfpay'] })
  expect((await fetch(`${url}/tool/accounts/payment-qr-code`)).status).toBe(501)
})

test('serve --no-rate-limits keeps none', async () => {
  const { url } = await serve(['--port', '0', '--json', '--no-rate-limits'])
  const path =
    '/tool/accounts/payment-qr-code?order_price=1&merchant_num=100001&relation_order_number=order-1'
  const headers = { authorization: 'Bearer de300000000000000000000000000000000000c1' }
  const answers = await Promise.all(
    Array.from(
      { length: 30 },
      async () => (await fetch(url + path, { headers })).json() as Promise<{ code: number }>,
    ),
  )
  expect(answers.map(answer => answer.code)).toEqual(Array(30).fill(0))
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends the server cleanly, also with a connection open',
  async signal => {
    const { child, url } = await serve(['--port', '0', '--json'])
    await health(url)
    expect(await stop(child, signal)).toBe(0)
  },
)

test('SIGTERM ends the server also while a receiver does not answer a callback', async () => {
  const hanging = createServer(() => {})
  await new Promise<void>(resolve => hanging.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    hanging.closeAllConnections()
    hanging.close()
  })
  const { child, url } = await serve(['--port', '0', '--json'])
  const address = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}/`
  const put = { method: 'PUT', headers: json, body: JSON.stringify({ callbackUrls: [address] }) }
  await fetch(`${url}/_paydouble/api/accounts/its500/demo`, put)
  const headers = { 'payment-key': 'de30000000000500', 'payment-secret': 'de300000000000000000000000000500' }
  const body = new URLSearchParams({ price: '1', name: 'a thing' })
  const order = (await (
    await fetch(`${url}/order/createOrder`, { method: 'POST', headers, body })
  ).json()) as {
    orderId: string
  }
  const called = new Promise(resolve => hanging.once('request', resolve))
  const paying = fetch(`${url}/_paydouble/api/orders/${order.orderId}/pay`, { method: 'POST' }).catch(
    () => {},
  )
  await called
  expect(await stop(child)).toBe(0)
  await paying
})

test('flags win over environment, environment over file, file over defaults', async () => {
  const cwd = folderWith({
    'paydouble.config.json': JSON.stringify({ port: 0, seed: 1, clock: 'manual', host: '127.0.0.1' }),
  })
  const { first } = await serve(['--json', '--seed', '3'], { cwd, env: { PAYDOUBLE_SEED: '2' } })
  expect(JSON.parse(first)).toMatchObject({ seed: 3, clock: 'manual' })
  const second = await serve(['--json'], { cwd, env: { PAYDOUBLE_SEED: '2' } })
  expect(JSON.parse(second.first)).toMatchObject({ seed: 2, clock: 'manual' })
  const third = await serve(['--json'], { cwd })
  expect(JSON.parse(third.first)).toMatchObject({ seed: 1 })
})

test.each(['ts', 'js'])(
  'a paydouble.config.%s sets accounts and callback addresses, and the callback arrives',
  async ending => {
    const receiver = await openReceiver()
    const typed =
      ending === 'ts'
        ? `import { defineConfig, type PaydoubleConfig } from ${JSON.stringify(join(root, 'src/config.ts'))}\nconst typed: PaydoubleConfig = `
        : 'const typed = '
    const source = `{ port: 0, callbackUrls: { its500: ['${receiver.url}'] }, accounts: { its500: [{ id: 'shop', appKey: '00000000000000aa', appSecret: '000000000000000000000000000000aa' }] } }`
    const exported = ending === 'ts' ? 'export default defineConfig(typed)' : 'export default typed'
    const cwd = folderWith({
      [`paydouble.config.${ending}`]: `${typed}${source}\n${exported}\n`,
      'package.json': '{"type":"module"}',
    })
    const { url } = await serve(['--json'], { cwd })
    const order = (await (
      await fetch(`${url}/order/createOrder`, {
        method: 'POST',
        headers: { 'payment-key': '00000000000000aa', 'payment-secret': '000000000000000000000000000000aa' },
        body: new URLSearchParams({ price: '1', name: 'a thing' }),
      })
    ).json()) as { orderId: string }
    const paid = await paydouble(['pay', order.orderId, '--url', url])
    expect(paid).toMatchObject({ code: 0, stdout: expect.stringContaining('delivered') })
    expect(receiver.received).toHaveLength(1)
  },
)

test('callback addresses reach a provider whose accounts have a single one', async () => {
  const cwd = folderWith({
    'paydouble.config.json': JSON.stringify({
      port: 0,
      callbackUrls: { qfpay: ['http://127.0.0.1:1/paid'] },
    }),
  })
  const { url } = await serve(['--json'], { cwd })
  const accounts = (await (await fetch(`${url}/_paydouble/api/accounts`)).json()) as Account[]
  expect(accounts.find(({ provider }) => provider === 'qfpay')).toMatchObject({
    settings: { notifyUrl: 'http://127.0.0.1:1/paid' },
  })
})

test.each([
  ['an unknown flag', ['--nothing'], {}, 2, /unknown option '--nothing'/],
  ['a port that is no number', ['--port', 'abc'], {}, 2, /"port".*whole number from 0 to 65535/],
  ['a port that is too high', ['--port', '70000'], {}, 2, /"port".*whole number from 0 to 65535/],
  ['a clock that is none', ['--clock', 'sundial'], {}, 2, /"clock".*system and manual/],
  ['a provider that is none', ['--provider', 'paypal'], {}, 2, /"paypal".*vvtool, its500, dms, qfpay/],
  [
    'a configuration that is not there',
    ['--config', 'nowhere.json'],
    {},
    2,
    /nowhere\.json: there is no such file/,
  ],
  ['an unknown variable', [], { PAYDOUBLE_PRT: '1' }, 2, /PAYDOUBLE_PRT.*PAYDOUBLE_PORT/],
  ['a wrong variable', [], { PAYDOUBLE_RATE_LIMITS: 'maybe' }, 2, /"rateLimits".*true and false/],
])('%s is a clear error', async (_, args, env, code, message) => {
  const ended = await paydouble(['serve', '--port', '0', ...args], { env })
  expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) })
})

test.each([
  ['a key that is none', { prot: 1 }, /"prot".*allowed are port/],
  ['two accounts with one id', { accounts: { its500: [{ id: 'a' }, { id: 'a' }] } }, /its500.*"a".*twice/],
  [
    'two accounts with one credential',
    {
      accounts: {
        dms: [
          { id: 'a', payerId: 'p' },
          { id: 'b', payerId: 'p' },
        ],
      },
    },
    /dms.*payerId/,
  ],
  [
    'an account of a provider that is not served',
    { providers: ['qfpay'], accounts: { its500: [{ id: 'a', x: 1 }] } },
    /"x"/,
  ],
  ['providers that are no list', { providers: 'qfpay' }, /"providers".*list/],
  ['a wrong value', { seed: 'seven' }, /"seed".*whole number/],
  [
    'an account field that is none',
    { accounts: { qfpay: [{ id: 'a', colour: 1 }] } },
    /"colour".*appCode, clientKey/,
  ],
  ['a wrong account value', { accounts: { its500: [{ id: 'a', balance: -1 }] } }, /balance/],
  ['accounts of a provider that is none', { accounts: { paypal: [] } }, /"paypal".*qfpay/],
  [
    'callback addresses for a provider without callbacks',
    { callbackUrls: { dms: ['http://localhost/'] } },
    /dms sends no callbacks/,
  ],
  [
    'two callback addresses where there is one',
    { callbackUrls: { qfpay: ['http://localhost/1', 'http://localhost/2'] } },
    /one callback address.*gives 2/,
  ],
])('%s in the configuration is a clear error', async (_, config, message) => {
  const cwd = folderWith({ 'paydouble.config.json': JSON.stringify(config) })
  const ended = await paydouble(['serve', '--port', '0'], { cwd })
  expect(ended).toMatchObject({ code: 2, stderr: expect.stringMatching(message) })
  expect(ended.stderr.trim().split('\n')).toHaveLength(1)
})

const matching = ['*', '.ok', 'Shop.Example', '2001:db8::1', '8.8.8.8']

test.each([
  ...['a:80', 'http://x', '.x', '*', ''].map(host => ['allowedHosts', [host]] as const),
  ...['a:80', 'http://x', '*.x', ''].map(host => ['allowedCallbackHosts', [...matching, host]] as const),
])('a host in %s that none can be is a clear error: %j', async (name, hosts) => {
  const cwd = folderWith({ 'paydouble.config.json': JSON.stringify({ [name]: hosts }) })
  const ended = await paydouble(['serve', '--port', '0'], { cwd })
  const message = new RegExp(`"${name}.${hosts.length - 1}.*without http://, a port or a path`)
  expect(ended).toMatchObject({ code: 2, stderr: expect.stringMatching(message) })
})

test('a port that is taken is a clear error', async () => {
  const { url } = await serve(['--port', '0', '--json'])
  const ended = await paydouble(['serve', '--port', new URL(url).port])
  expect(ended).toMatchObject({ code: 2, stderr: expect.stringMatching(/port is taken.*--port/) })
})

test.each([
  ['nosuch.invalid', /there is no address of this name\. Give --host an address of this machine/],
  ['192.0.2.1', /not one of this machine\. Give --host one that is/],
])('to listen on %s is a clear error', async (host, message) => {
  const ended = await paydouble(['serve', '--port', '0', '--host', host, '--token', token])
  expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) })
})

const token = 'a-token-of-the-tests-1234'

test('on an address that others reach it starts with a token alone, which the commands send', async () => {
  const refused = await paydouble(['serve', '--port', '0', '--host', '0.0.0.0'])
  expect(refused).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/--token or PAYDOUBLE_TOKEN/),
  })
  const { url, text } = await serve(['--port', '0', '--host', '0.0.0.0'], { env: { PAYDOUBLE_TOKEN: token } })
  expect(text()).not.toContain(token)
  const here = `http://127.0.0.1:${new URL(url).port}`
  expect(text()).toContain(`npx paydouble pay ORDER --url ${here} --token TOKEN\n`)
  expect(text()).toMatch(new RegExp(`curl .*${here}/`))
  expect(await health(url)).toMatchObject({ status: 'ok' })
  const ask = (flags: string[], env = {}) => paydouble(['accounts', '--url', url, ...flags], { env })
  expect(await ask([])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/asks for the token.*--token/),
  })
  expect(await ask(['--token', 'another-token-of-others'])).toMatchObject({ code: 1 })
  expect(await ask(['--token', token])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('qfpay demo'),
  })
  expect(await ask([], { PAYDOUBLE_TOKEN: token })).toMatchObject({ code: 0 })
  const { stdout: help } = await paydouble(['accounts', 'list', '--help'], {
    env: { PAYDOUBLE_TOKEN: token },
  })
  expect(help).toMatch(/--token <text>/)
  expect(help).not.toContain(token)
})

test.each([
  ['--token', 'short', /"token".*16 to 256/],
  ['--log', 'loud', /"log".*silent, error, warn, info, debug/],
])('%s %s is a clear error', async (flag, value, message) => {
  const ended = await paydouble(['serve', '--port', '0', flag, value])
  expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) })
})

test('secrets of a configuration that is gone are masked as before, where the state has kept their account', async () => {
  const secret = 'the-very-own-key-0123456789'
  const accounts = { qfpay: [{ id: 'mine', appCode: 'MYCODE', clientKey: secret }] }
  const cwd = folderWith({ 'with.json': JSON.stringify({ accounts }) })
  const flags = ['--port', '0', '--data', 'state.db', '--token', token]
  const first = await serve([...flags, '--config', 'with.json'], { cwd })
  await fetch(`${first.url}/_paydouble/api/accounts/qfpay/invented`, {
    method: 'PUT',
    headers: { ...json, authorization: `Bearer ${token}` },
    body: '{}',
  })
  await stop(first.child)
  for (const host of ['127.0.0.1', '0.0.0.0']) {
    const { child, url, text } = await serve([...flags, '--host', host], { cwd })
    expect(text()).toContain('MYCODE')
    expect(text()).not.toContain(secret)
    const { stdout } = await paydouble(['accounts', '--json', '--url', url, '--token', token])
    expect(stdout.includes(secret)).toBe(host === '127.0.0.1')
    const given = (JSON.parse(stdout) as Account[]).filter(({ id }) => id !== 'mine')
    expect(given.length).toBeGreaterThan(3)
    for (const { credentials } of given) expect(JSON.stringify(credentials)).not.toContain('…')
    await stop(child)
  }
})

test('secrets of the configuration are in no output, and beyond loopback in no answer', async () => {
  const secret = 'the-very-own-key-0123456789'
  const cwd = folderWith({
    'paydouble.config.json': JSON.stringify({
      port: 0,
      token,
      accounts: {
        qfpay: [
          { id: 'mine', appCode: 'MYCODE', clientKey: secret },
          { id: 'other', appCode: 'OTHERCODE', clientKey: 'abc' },
        ],
      },
    }),
  })
  for (const host of ['127.0.0.1', '0.0.0.0']) {
    for (const flags of [[], ['--json']]) {
      const { url, text } = await serve(['--host', host, ...flags], { cwd })
      expect(text()).toContain('MYCODE')
      expect(text()).not.toMatch(/the-very-own-key|"abc"|=abc/)
      const { stdout } = await paydouble(['accounts', '--json', '--url', url, '--token', token])
      const shown = (JSON.parse(stdout) as Account[]).flatMap(({ credentials }) => Object.values(credentials))
      expect(shown).toContain('MYCODE')
      expect(shown.includes(secret)).toBe(host === '127.0.0.1')
      expect(shown.includes('abc')).toBe(host === '127.0.0.1')
    }
  }
})
