// States that are dumped and loaded from the command line.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Ended } from '../harness/cli.ts'
import { bin, paydouble, run, serve } from '../harness/cli.ts'
import { newSchema, temporaryFolder } from '../harness/stores.ts'

const flags = ['--port', '0', '--json', '--clock', 'manual', '--seed', '7', '--no-rate-limits']

/** A server with some orders, of which one is paid. */
async function serveOrders(count: number): Promise<string> {
  const { url } = await serve(flags)
  for (let n = 1; n <= count; n++) await order(url, `order-${n}`)
  const [first] = await ordersOf(url)
  await fetch(`${url}/_paydouble/api/orders/${first?.id}/pay`, { method: 'POST' })
  return url
}

async function order(url: string, number: string): Promise<void> {
  const path = `/tool/accounts/payment-qr-code?order_price=100&merchant_num=100001&relation_order_number=${number}`
  const headers = { authorization: 'Bearer de300000000000000000000000000000000000c1' }
  expect(await (await fetch(url + path, { headers })).json()).toMatchObject({ code: 0 })
}

async function ordersOf(url: string): Promise<{ id: string; orderNumber: string; status: string }[]> {
  const answer = await fetch(`${url}/_paydouble/api/orders?limit=500`)
  return ((await answer.json()) as { items: never[] }).items
}

const failure = ({ code, stderr }: Ended) => [code, stderr]

test('a state goes from a server to a file, to a PostgreSQL and into another server, byte for byte', async () => {
  const folder = temporaryFolder()
  const [one, two] = [join(folder, 'one.ndjson'), join(folder, 'two.ndjson')]
  const url = await serveOrders(3)
  expect(await paydouble(['state', 'dump', '--url', url, '--out', one])).toMatchObject({
    code: 0,
    stdout: `dumped 3 orders, 0 callbacks, 4 accounts, 4 entries of the journal to ${one}\n`,
  })
  const text = readFileSync(one, 'utf8')
  const data = join(folder, 'store.db')
  const loaded = await paydouble(['state', 'load', one, '--data', data])
  expect(loaded).toMatchObject({
    code: 0,
    stdout: 'loaded 3 orders, 0 callbacks, 4 accounts, 4 entries of the journal\n',
  })
  const database = await newSchema()
  const fromFile = await paydouble(['state', 'dump', '--data', data, '--out', two, '--json'])
  expect(JSON.parse(fromFile.stdout)).toEqual({ account: 4, value: 4, order: 3, delivery: 0, journal: 4 })
  expect(await paydouble(['state', 'load', two, '--database', database])).toMatchObject({ code: 0 })
  const { url: other } = await serve(['--port', '0', '--json'])
  const { stdout: dumped } = await paydouble(['state', 'dump', '--database', database])
  expect(await paydouble(['state', 'load', '-', '--url', other], { input: dumped })).toMatchObject({
    code: 0,
  })
  expect(await ordersOf(other)).toEqual(await ordersOf(url))
  const { stdout: last } = await paydouble(['state', 'dump'], { env: { PAYDOUBLE_URL: other } })
  expect(last).toBe(text)
})

test('a server lives on with a state that was loaded', async () => {
  const { stdout: dumped } = await paydouble(['state', 'dump', '--url', await serveOrders(2)])
  const { url } = await serve(['--port', '0', '--json'])
  await paydouble(['state', 'load', '-', '--url', url], { input: dumped })
  await order(url, 'order-3')
  const orders = await ordersOf(url)
  expect(orders.map(({ orderNumber, status }) => [orderNumber, status])).toEqual([
    ['order-3', 'pending'],
    ['order-2', 'paid'],
    ['order-1', 'pending'],
  ])
  expect(new Set(orders.map(({ id }) => id)).size).toBe(3)
  const clock = (await (await fetch(`${url}/_paydouble/api/clock`)).json()) as object
  expect(clock).toMatchObject({ kind: 'manual', time: '2026-01-01T01:00:00.000Z' })
})

test('a dump is for its owner alone, and replaces an older one only when it is whole', async () => {
  const file = join(temporaryFolder(), 'state.ndjson')
  writeFileSync(file, 'older', { mode: 0o644 })
  const failed = await paydouble(['state', 'dump', '--url', 'http://127.0.0.1:1', '--out', file])
  expect(failure(failed)).toEqual([1, expect.stringContaining('nothing answers there')])
  expect(readFileSync(file, 'utf8')).toBe('older')
  await paydouble(['state', 'dump', '--url', await serveOrders(1), '--out', file])
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(existsSync(`${file}.part`)).toBe(false)
})

test('a dump that cannot be written says why', async () => {
  const url = await serveOrders(1)
  const file = join(temporaryFolder(), 'nothing/state.ndjson')
  expect(failure(await paydouble(['state', 'dump', '--url', url, '--out', file]))).toEqual([
    1,
    expect.stringContaining(`Failed to write ${JSON.stringify(file)}: ENOENT`),
  ])
  // Where there is such a device.
  if (!existsSync('/dev/full')) return
  const full = await run('bash', ['-c', `"${process.execPath}" "${bin}" state dump --url ${url} > /dev/full`])
  expect(failure(full)).toEqual([
    1,
    'paydouble: Failed to write to standard output: ENOSPC: no space left on device, write.\n',
  ])
})

test('what is there is lost only with --replace', async () => {
  const { stdout: dumped } = await paydouble(['state', 'dump', '--url', await serveOrders(1)])
  const data = join(temporaryFolder(), 'store.db')
  const load = (...more: string[]) =>
    paydouble(['state', 'load', '-', '--data', data, ...more], { input: dumped })
  expect(await load()).toMatchObject({ code: 0 })
  expect(failure(await load())).toEqual([
    1,
    'paydouble: Failed to load standard input: there are orders, callbacks or added accounts already, which would be lost. Say --replace if they may be, and dump them before if they may not.\n',
  ])
  expect(await load('--replace')).toMatchObject({ code: 0 })
  const url = await serveOrders(1)
  const toUrl = await paydouble(['state', 'load', '-', '--url', url], { input: dumped })
  expect(failure(toUrl)).toEqual([1, expect.stringContaining('which would be lost')])
  expect(await paydouble(['state', 'load', '-', '--url', url, '--replace'], { input: dumped })).toMatchObject(
    {
      code: 0,
    },
  )
})

test('a dump that is wrong is loaded nowhere, and makes no file', async () => {
  const { stdout: dumped } = await paydouble(['state', 'dump', '--url', await serveOrders(2)])
  const folder = temporaryFolder()
  const cut = join(folder, 'cut.ndjson')
  writeFileSync(cut, dumped.slice(0, dumped.lastIndexOf('{"journal"')))
  const data = join(folder, 'store.db')
  expect(failure(await paydouble(['state', 'load', cut, '--data', data]))).toEqual([
    2,
    `paydouble: Failed to read ${JSON.stringify(cut)}, line 13: it ends in the middle: its last line, {"end":…}, is missing.\n`,
  ])
  expect(existsSync(data)).toBe(false)
  const url = await serveOrders(1)
  const toUrl = await paydouble(['state', 'load', cut, '--url', url, '--replace'])
  expect(failure(toUrl)).toEqual([2, expect.stringContaining('line 13: it ends in the middle')])
  expect(await ordersOf(url)).toHaveLength(1)
  const missing = await paydouble(['state', 'load', join(folder, 'nothing'), '--data', data])
  expect(failure(missing)).toEqual([2, expect.stringContaining('there is no such file')])
  expect(failure(await paydouble(['state', 'dump', '--data', data]))).toEqual([
    2,
    `paydouble: Failed to dump ${JSON.stringify(data)}: there is no such file.\n`,
  ])
  writeFileSync(data, '')
  expect(failure(await paydouble(['state', 'dump', '--data', data]))).toEqual([
    2,
    `paydouble: Failed to dump ${JSON.stringify(data)}: there is no state in it.\n`,
  ])
  expect(readFileSync(data, 'utf8')).toBe('')
})

test('of two places the command says that it needs one', async () => {
  expect(
    failure(await paydouble(['state', 'dump', '--data', 'a.db', '--url', 'http://127.0.0.1:1'])),
  ).toEqual([
    2,
    'paydouble: Failed to choose where the state is: --data and --url say different places. Give one of them.\n',
  ])
  const env = { PAYDOUBLE_DATA: 'a.db', PAYDOUBLE_DATABASE: 'postgres://127.0.0.1/x' }
  expect(failure(await paydouble(['state', 'dump'], { env }))).toEqual([
    2,
    'paydouble: Failed to choose where the state is: PAYDOUBLE_DATA and PAYDOUBLE_DATABASE say different places. Give one of them.\n',
  ])
})

test('the place comes from the environment as with serve, and a double that runs before a store', async () => {
  const url = await serveOrders(1)
  const { stdout: dumped } = await paydouble(['state', 'dump', '--url', url])
  const file = join(temporaryFolder(), 'store.db')
  const inFile = { env: { PAYDOUBLE_DATA: file } }
  const inDatabase = { env: { PAYDOUBLE_DATABASE: await newSchema(), PAYDOUBLE_DATA: ':memory:' } }
  for (const place of [inFile, inDatabase]) {
    expect(await paydouble(['state', 'load', '-'], { ...place, input: dumped })).toMatchObject({ code: 0 })
    expect((await paydouble(['state', 'dump'], place)).stdout).toBe(dumped)
  }
  const env = { PAYDOUBLE_URL: url, PAYDOUBLE_DATA: join(file, 'none') }
  expect((await paydouble(['state', 'dump'], { env })).stdout).toBe(dumped)
  const flagged = await paydouble(['state', 'dump', '--data', file], {
    env: { PAYDOUBLE_URL: 'http://127.0.0.1:1' },
  })
  expect(flagged.stdout).toBe(dumped)
})

test('who dumps the file of a server is told to ask the server', async () => {
  const file = join(temporaryFolder(), 'store.db')
  await serve(['--port', '0', '--json', '--data', file])
  expect(failure(await paydouble(['state', 'dump', '--data', file]))).toEqual([
    2,
    `paydouble: Failed to open ${JSON.stringify(file)}: another process works on it. Where that is a server, ask it with --url; or stop it.\n`,
  ])
})

test('a state that is larger than a body may be goes to a server in parts', async () => {
  const { stdout: dumped } = await paydouble(['state', 'dump', '--url', await serveOrders(1)])
  const lines = dumped.trimEnd().split('\n')
  const at = lines.findIndex(line => line.startsWith('{"order"'))
  const one = lines[at] ?? ''
  const id = (JSON.parse(one) as { order: { id: string } }).order.id
  // Quotation marks are twice as long in a request.
  const more = Array.from({ length: 3000 }, (_, n) =>
    one
      .replaceAll(id, `${id}${n}`)
      .replaceAll('order-1', `订单-${n}`)
      .replace('"fields":{', `"fields":{"marks":${JSON.stringify('"'.repeat(500))},`),
  )
  lines.splice(at, 1, ...more)
  const text = `${lines.join('\n').replace('"order":1,', '"order":3000,')}\n`
  expect(text.length).toBeGreaterThan(4_000_000)
  const { url } = await serve(['--port', '0', '--json'])
  expect(await paydouble(['state', 'load', '-', '--url', url], { input: text })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('loaded 3000 orders'),
  })
  expect(readFileSync(await dumpTo(url), 'utf8')).toBe(text)
})

async function dumpTo(url: string): Promise<string> {
  const file = join(temporaryFolder(), 'state.ndjson')
  await paydouble(['state', 'dump', '--url', url, '--out', file])
  return file
}

test('a server keeps no more orders than it is told to', async () => {
  const { url } = await serve([...flags, '--keep-orders', '50', '--keep-requests', '20'])
  for (let n = 1; n <= 160; n++) await order(url, `order-${n}`)
  expect((await ordersOf(url)).length).toBeLessThanOrEqual(151)
  const requests = await fetch(`${url}/_paydouble/api/requests?limit=500`)
  expect(((await requests.json()) as { items: unknown[] }).items).toHaveLength(20)
})

test.each([
  ['--keep-orders', '0', '"keepOrders" is not right: allowed is a whole number from 1 to 1000000000'],
  ['--keep-for', '7', '"keepFor" is not right: allowed is a duration such as 90s, 30m, 2h or 7d'],
  ['--keep-for', '0d', '"keepFor" is not right: allowed is a duration such as 90s, 30m, 2h or 7d'],
  ['--keep-requests', 'all', '"keepRequests" is not right: allowed is a whole number from 1 to 1000000'],
])('serve %s %s is refused', async (flag, value, why) => {
  const ended = await paydouble(['serve', '--port', '0', flag, value])
  expect(failure(ended)).toEqual([2, expect.stringContaining(why)])
})
