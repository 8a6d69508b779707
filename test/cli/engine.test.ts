// The clock, faults, plans and callbacks of a running double, from the command line.
import { expect, test } from 'vitest'
import { paydouble, type Served, serve } from '../harness/cli.ts'
import { eventually } from '../harness/eventually.ts'
import { openReceiver } from '../harness/receiver.ts'

const account = { appKey: 'de30000000000500', appSecret: 'de300000000000000000000000000500' }

async function order({ url }: Served, headers: Record<string, string> = {}) {
  const answer = await fetch(`${url}/order/createOrder`, {
    method: 'POST',
    headers: { 'payment-key': account.appKey, 'payment-secret': account.appSecret, ...headers },
    body: new URLSearchParams({ price: '100', name: 'book', paytype: 'ali' }),
  })
  return (await answer.json()) as Record<string, string>
}

async function openServer(args: readonly string[] = []) {
  const receiver = await openReceiver()
  const served = await serve(['--port', '0', '--json', '--seed', '1', '--clock', 'manual', ...args])
  const put = {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ callbackUrls: [receiver.url], retryDelaysMs: [60_000] }),
  }
  await fetch(`${served.url}/_paydouble/api/accounts/its500/demo`, put)
  const run = (...command: string[]) => paydouble(command, { env: { PAYDOUBLE_URL: served.url } })
  return { served, run, received: receiver.received }
}

test('the clock is read, moved on, set, stopped and started', async () => {
  const { served, run } = await openServer()
  const { orderId } = await order(served)
  expect(await run('clock', 'now')).toMatchObject({
    code: 0,
    stdout: '2026-01-01T01:00:00.000Z (manual clock)\n',
  })
  expect((await run('clock', 'advance', '30m')).stdout).toBe(
    `2026-01-01T01:05:00.000Z  expired: order ${orderId} is expired\n2026-01-01T01:30:00.000Z (manual clock)\n`,
  )
  expect((await run('clock', 'set', '2026-01-02T09:00:00+08:00')).stdout).toBe(
    '2026-01-02T01:00:00.000Z (manual clock)\n',
  )
  const { stdout } = await run('clock', 'set', String(Date.UTC(2026, 0, 3)), '--json')
  expect(JSON.parse(stdout)).toMatchObject({ now: Date.UTC(2026, 0, 3), fired: [] })
  expect((await run('clock', 'resume')).stdout).toMatch(/\(offset clock\)\n$/)
  expect((await run('clock', 'freeze')).stdout).toMatch(/\(manual clock\)\n$/)
})

test.each([
  [['clock', 'advance', 'soon'], 2, /"soon".*"30m"/],
  [['clock', 'advance', '30'], 2, /"30".*"30m"/],
  [['clock', 'advance'], 2, /missing required argument 'duration'/],
  [['clock', 'set', 'soon'], 2, /"soon".*2026-01-02T09:00:00/],
  [['clock', 'set', '2026-01-02T09:00:00'], 2, /\+08:00/],
  [['clock', 'set', '0'], 1, /time does not go back/],
  [['clock', 'back'], 2, /back/],
  [['fault', 'add', '{'], 2, /no JSON.*Quote it/],
  [['fault', 'add', '[]'], 2, /not an object/],
  [['fault', 'add', '{"provider":"qfpay","error":"9999"}'], 2, /"9999"/],
  [['fault', 'add', '{"provider":"nobody","error":"1"}'], 2, /"nobody"/],
  [['fault', 'add', '{"provider":"qfpay","error":"1205","when":1}'], 2, /when/],
  [['fault', 'remove', 'fault_9'], 1, /"fault_9".*fault list/],
  [['fault', 'plan', '{"seed":"x"}'], 2, /seed.*A plan is/],
  [['fault', 'plan', '{"faults":[{"provider":"qfpay","error":"9999"}]}'], 2, /"9999"/],
  [['callbacks', 'wait', 'nobody', '--timeout', '1'], 1, /there were 0\. Nothing more is due/],
  [['callbacks', 'wait', 'nobody', '--times', 'often'], 2, /times/],
  [['callbacks', 'resend', 'dlv_1'], 1, /"dlv_1"/],
  [['callbacks', 'send', 'nobody'], 1, /"nobody"/],
  [['callbacks', 'send', 'nobody', '{'], 2, /no JSON/],
  [['callbacks', 'send', 'nobody', '{"sign":"x"}'], 2, /sign/],
] as const)('paydouble %j exits %i', async (command, code, message) => {
  const { run } = await openServer()
  const ended = await run(...command)
  expect([ended.code, ended.stderr, ended.stdout]).toEqual([code, expect.stringMatching(message), ''])
})

test('a fault is added, listed and taken away', async () => {
  const { served, run } = await openServer()
  expect((await run('fault', 'list')).stdout).toBe('nothing goes wrong on purpose\n')
  const added = await run('fault', 'add', '{"provider":"its500","error":"10007","times":2}')
  const { id } = JSON.parse(added.stdout)
  expect(await order(served)).toMatchObject({ code: '10007' })
  expect((await run('fault', 'list')).stdout).toBe(
    `${id}  1 left  {"provider":"its500","times":2,"error":"10007"}\n`,
  )
  expect((await run('fault', 'remove', id)).stdout).toBe('nothing goes wrong on purpose\n')
  expect(await order(served)).toMatchObject({ code: '10001' })
})

test('callbacks are waited for, listed, sent again and sent by hand', async () => {
  const { served, run, received } = await openServer()
  const { orderId = '' } = await order(served)
  await run('callbacks', 'send', orderId, '{"amount":1}')
  expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({ price: '0.01' })
  await run('pay', orderId)
  const waited = await run('callbacks', 'wait', orderId, '--times', '2')
  expect(waited).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/"paid" of oderpay-.*: delivered\n {2}2026-.*HTTP 200, acknowledged\n/),
  })
  const id = /^(dlv_\d+) /.exec(waited.stdout)?.[1] ?? ''
  expect((await run('callbacks', 'resend', id, '--body', '{"edited":1}')).stdout).toMatch(/: delivered\n/)
  expect(received.at(-1)?.body).toBe('{"edited":1}')
  const listed = await run('callbacks', 'list', '--order', orderId, '--json')
  expect(JSON.parse(listed.stdout).items).toHaveLength(3)
})

const plan =
  '{"seed":77,"faults":[{"provider":"its500","error":"10007"},{"provider":"its500","deliver":{"callback":"paid","sends":[{"amount":5},{"after":"7m"}]}}]}'

test('a list that is empty is said to be so, and a moment without its offset to have none', async () => {
  const { run } = await openServer()
  expect(await run('callbacks', 'list', '--order', 'nope')).toMatchObject({
    code: 0,
    stdout: 'no callbacks\n',
  })
  expect((await run('callbacks', 'outbox')).stdout).toContain('--callbacks pull')
  expect(await run('clock', 'set', '2026-01-05T00:00:00')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('its offset from UTC is missing'),
  })
  expect(await run('fault', 'plan', 'x')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Failed to read the plan: it is no JSON'),
  })
  const { stdout } = await run('callbacks', 'wait', '--help')
  expect(stdout.match(/127\.0\.0\.1:4020/g)).toHaveLength(1)
})

test('a plan gives the same bytes with serve --plan and with fault plan', async () => {
  const story = async ({ served, run, received }: Awaited<ReturnType<typeof openServer>>) => {
    const put = {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{"callbackUrls":["http://127.0.0.1:8080/its500/callback"]}',
    }
    await fetch(`${served.url}/_paydouble/api/accounts/its500/demo`, put)
    const answers = [await order(served), await order(served)]
    await run('pay', answers[1]?.orderId ?? '')
    await run('clock', 'advance', '7m')
    const listed = JSON.parse((await run('callbacks', 'list', '--json')).stdout)
    const sent = listed.items.map(({ id, body, rule }: Record<string, string>) => ({ id, body, rule }))
    return [answers, sent, received.length]
  }
  const first = await story(await openServer(['--seed', '77', '--plan', plan]))
  const second = await openServer()
  await order(second.served)
  expect((await second.run('fault', 'plan', plan)).stdout).toBe(`${JSON.stringify(JSON.parse(plan))}\n`)
  expect(await story(second)).toEqual(first)
  expect(first).toMatchObject([[{ code: '10007' }, { code: '10001' }], [{}, {}], 0])
})

test('serve refuses a plan that cannot be', async () => {
  const ended = await paydouble([
    'serve',
    '--port',
    '0',
    '--plan',
    '{"faults":[{"provider":"qfpay","error":"9999"}]}',
  ])
  expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/"9999"/) })
})

test('markers and the outbox are switched on by flags', async () => {
  const { served, run } = await openServer(['--markers', '--callbacks', 'pull'])
  const { orderId = '' } = await order(served)
  await run('pay', orderId)
  const outbox = await (await fetch(`${served.url}/_paydouble/api/outbox`)).json()
  expect(outbox).toMatchObject({ items: [{ order: orderId, status: 'held' }] })
  const marked = await fetch(`${served.url}/order/createOrder`, {
    method: 'POST',
    headers: { 'payment-key': account.appKey, 'payment-secret': account.appSecret },
    body: new URLSearchParams({ price: '100', name: 'paydouble:error=10007', paytype: 'ali' }),
  })
  expect(await marked.json()).toMatchObject({ code: '10007' })
})

test('the server ends though requests hang, are held up, or wait', async () => {
  const { served, run } = await openServer()
  await run('fault', 'add', '{"provider":"its500","network":{"do":"hang"}}')
  await run('fault', 'add', '{"provider":"its500","network":{"do":"delay","for":"1h"}}')
  const asked = [
    order(served),
    order(served),
    fetch(`${served.url}/_paydouble/api/deliveries/wait?timeoutMs=60000`),
  ]
  const ended = Promise.allSettled(asked)
  await eventually(async () => {
    const journal = await (await fetch(`${served.url}/_paydouble/api/requests`)).json()
    expect(journal).toMatchObject({ items: [{}, {}] })
  })
  served.child.kill('SIGTERM')
  const code = await new Promise(resolve => served.child.once('exit', resolve))
  expect(code).toBe(0)
  expect((await ended).map(({ status }) => status)).toEqual(Array(3).fill('rejected'))
})
