// `serve --data`: what is in a file goes on with the next process, however the one before has ended.
import { execFile } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { bin, type Ended, paydouble, stop } from '../harness/cli.ts'
import { its500Order, qfpayPayment, qfpayQuery } from '../harness/clients.ts'
import { eventually } from '../harness/eventually.ts'
import { type FileServer, serveFile } from '../harness/file-server.ts'
import { openReceiver } from '../harness/receiver.ts'
import { canMount, openSmallDisk } from '../harness/small-disk.ts'
import { temporaryFolder } from '../harness/stores.ts'

interface Listed {
  readonly items: readonly { readonly id: string; readonly status: string; readonly orderNumber: string }[]
}

/** How a process ends, and leaves its file. */
const endings = ['SIGTERM', 'SIGKILL'] as const

async function order(server: FileServer, params: Readonly<Record<string, string>> = {}): Promise<string> {
  return String((await its500Order(server.door, params)).json().orderId)
}

async function qfpay(server: FileServer, number: string): Promise<Record<string, unknown>> {
  return (await qfpayPayment(server.door, { out_trade_no: number })).json()
}

test.each(endings)('what was there before %s is there after it', async signal => {
  const file = join(temporaryFolder(), 'state.db')
  const before = await serveFile(file, '--seed', '7', '--clock', 'manual')
  const paid = await order(before)
  await before.control(`orders/${paid}/pay`, {})
  const open = await order(before)
  await qfpay(before, 'number-1')
  const added = await before.control<{ id: string }>('accounts/qfpay', { id: 'added' })
  await before.control('faults', { provider: 'qfpay', error: '1205', times: 3 })
  await before.control('clock', { advance: '1m' })
  expect(await qfpay(before, 'number-2')).toMatchObject({ respcd: '1205' })
  const health = async (server: FileServer) =>
    (await server.door.send('', { path: '/_paydouble/health' })).json()
  const orders = await before.control('orders')
  const accounts = await before.control('accounts')
  const { seed, clock, now } = await health(before)
  await eventually(async () =>
    expect((await before.control<Listed>('requests?limit=500')).items.length).toBeGreaterThanOrEqual(4),
  )
  await stop(before.child, signal)

  const after = await serveFile(file)
  expect(await after.control('orders')).toEqual(orders)
  expect(await after.control('accounts')).toEqual(accounts)
  expect(JSON.stringify(accounts)).toContain(added.id)
  expect(await health(after)).toMatchObject({ seed, clock, now })
  expect(await after.control('faults')).toMatchObject({ items: [{ left: 2 }] })
  expect(await after.control(`orders/${paid}`)).toMatchObject({ status: 'paid' })
  expect(await after.control(`orders/${open}`)).toMatchObject({ status: 'pending' })
  // What the provider says of it, and that its number is taken.
  await after.control('faults', undefined, 'DELETE')
  expect((await qfpayQuery(after.door, { out_trade_no: 'number-1' })).json()).toMatchObject({
    respcd: '0000',
  })
  expect(await qfpay(after, 'number-1')).toMatchObject({ respcd: '1251' })
})

test('the journal of before is read after a restart', async () => {
  const file = join(temporaryFolder(), 'state.db')
  const before = await serveFile(file)
  await qfpay(before, 'number-1')
  await stop(before.child)
  const after = await serveFile(file)
  await qfpay(after, 'number-2')
  const { items } = await after.control<{ items: { operation: string; response: unknown }[] }>('requests')
  expect(items).toHaveLength(2)
  expect(items[1]).toMatchObject({ provider: 'qfpay', operation: 'payment', outcome: 'answered' })
})

test('no number is given a second time after a restart with the same seed', async () => {
  const file = join(temporaryFolder(), 'state.db')
  const ids: string[] = []
  for (let start = 0; start < 4; start++) {
    const server = await serveFile(file, '--seed', '7', '--clock', 'manual')
    for (let n = 0; n < 3; n++) ids.push(await order(server))
    ids.push(String((await qfpay(server, `number-${start}`)).syssn))
    await stop(server.child, 'SIGKILL')
  }
  expect(new Set(ids).size).toBe(16)
})

test('a callback that was under way when the process was killed is sent again', async () => {
  let isUp = false
  const hanging = createServer((_, response) => {
    if (isUp) response.end()
  })
  await new Promise<void>(resolve => hanging.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    hanging.closeAllConnections()
    hanging.close()
  })
  let calls = 0
  hanging.on('request', () => calls++)
  const file = join(temporaryFolder(), 'state.db')
  const before = await serveFile(file)
  const url = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}/`
  await before.control('accounts/its500/demo', { callbackUrls: [url] }, 'PUT')
  const id = await order(before)
  before.control(`orders/${id}/pay`, {}).catch(() => {})
  await eventually(() => expect(calls).toBe(1))
  await stop(before.child, 'SIGKILL')

  isUp = true
  const after = await serveFile(file)
  await eventually(async () =>
    expect(await after.control(`deliveries?order=${id}`)).toMatchObject({
      items: [{ status: 'delivered', attempts: [{ status: 200 }] }],
    }),
  )
  expect(calls).toBe(2)
})

test('what falls due while no process runs happens with the next one', async () => {
  const receiver = await openReceiver()
  const file = join(temporaryFolder(), 'state.db')
  const before = await serveFile(file, '--clock', 'manual')
  await before.control('accounts/its500/demo', { callbackUrls: [receiver.url] }, 'PUT')
  const expiring = await order(before)
  await before.control('faults', { provider: 'its500', pay: { after: '1m' } })
  const acting = await order(before)
  await stop(before.child, 'SIGKILL')
  // The clock of the file stands at a moment at which both are over.
  const db = new DatabaseSync(file)
  db.exec(
    `update named_values set value = json_set(value, '$.frozenAt', value ->> 'frozenAt' + 3600000) where name = 'clock'`,
  )
  db.close()
  const after = await serveFile(file)
  await eventually(async () => {
    expect(await after.control(`orders/${expiring}`)).toMatchObject({ status: 'expired' })
    expect(await after.control(`orders/${acting}`)).toMatchObject({ acts: [] })
  })
})

test('the seed of the file holds, and another one that is asked for is an error', async () => {
  const file = join(temporaryFolder(), 'state.db')
  await stop((await serveFile(file, '--seed', '7')).child)
  expect(await paydouble(['serve', '--port', '0', '--data', file, '--seed', '8'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/Failed to begin with the seed 8: .* begun with 7. Leave the seed out/),
  })
  expect(JSON.parse((await serveFile(file)).first)).toMatchObject({ seed: 7 })
})

test('the clock of the file holds, unless another one is asked for', async () => {
  const file = join(temporaryFolder(), 'state.db')
  const kinds: unknown[] = []
  for (const flags of [['--clock', 'manual'], [], ['--clock', 'system'], [], ['--clock', 'manual'], []]) {
    const server = await serveFile(file, ...flags)
    kinds.push((JSON.parse(server.first) as { clock: string }).clock)
    await stop(server.child, 'SIGKILL')
  }
  expect(kinds).toEqual(['manual', 'manual', 'offset', 'offset', 'manual', 'manual'])
})

test('the same plan keeps its counts, and another one takes the place of all faults', async () => {
  const file = join(temporaryFolder(), 'state.db')
  const plan = ['--plan', '{"faults":[{"provider":"qfpay","error":"1205","times":3}]}']
  const lefts: unknown[] = []
  for (const flags of [plan, plan, []]) {
    const server = await serveFile(file, ...flags)
    await qfpay(server, 'number-1')
    const { items } = await server.control<{ items: { left: number }[] }>('faults')
    lefts.push(items.map(({ left }) => left))
    if (lefts.length === 2) await server.control('faults', { provider: 'its500', error: '1001', times: 9 })
    await stop(server.child, 'SIGKILL')
  }
  expect(lefts).toEqual([[2], [1], []])
})

test('a file is for one process, until that ends', async () => {
  const file = join(temporaryFolder(), 'state.db')
  const first = await serveFile(file)
  const id = await order(first)
  expect(await paydouble(['serve', '--port', '0', '--data', file])).toEqual({
    code: 2,
    stdout: '',
    stderr: `paydouble: Failed to open "${file}": another process works on it. Stop that one, or give this one a file of its own.\n`,
  })
  expect(await first.control(`orders/${id}`)).toMatchObject({ id })
  await stop(first.child, 'SIGKILL')
  expect(await (await serveFile(file)).control(`orders/${id}`)).toMatchObject({ id })
})

test('a file comes from the environment or the configuration as well, and not together with a database', async () => {
  const folder = temporaryFolder()
  const file = join(folder, 'state.db')
  writeFileSync(file, 'no database')
  writeFileSync(join(folder, 'paydouble.config.json'), JSON.stringify({ data: file }))
  const refused = { code: 2, stderr: expect.stringContaining('it is no SQLite database') }
  const args = ['serve', '--port', '0']
  expect(await paydouble(args, { env: { PAYDOUBLE_DATA: file } })).toMatchObject(refused)
  expect(await paydouble(args, { cwd: folder })).toMatchObject(refused)
  expect(readFileSync(file, 'utf8')).toBe('no database')
  expect(await paydouble([...args, '--data', file, '--database', 'postgres://127.0.0.1/x'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Give one of them.'),
  })
})

test('where the state is, a flag says over the environment, and that over the configuration', async () => {
  const folder = temporaryFolder()
  const [file, other] = [join(folder, 'state.txt'), join(folder, 'other.txt')]
  for (const each of [file, other]) writeFileSync(each, 'no database')
  const database = 'postgres://127.0.0.1:1/x'
  writeFileSync(join(folder, 'paydouble.config.json'), JSON.stringify({ database }))
  const start = async (args: string[], env: Record<string, string>) =>
    (await paydouble(['serve', '--port', '0', ...args], { cwd: folder, env })).stderr
  expect(await start(['--data', file], {})).toContain(`"${file}": it is no SQLite`)
  expect(await start([], { PAYDOUBLE_DATA: file })).toContain(`"${file}": it is no SQLite`)
  expect(await start(['--data', file], { PAYDOUBLE_DATA: other })).toContain(`"${file}": it is no SQLite`)
  expect(await start(['--database', database], { PAYDOUBLE_DATA: file })).toContain(
    'postgres://127.0.0.1:1/x',
  )
  expect(await start([], { PAYDOUBLE_DATA: file, PAYDOUBLE_DATABASE: database })).toContain(
    'Give one of them',
  )
})

test.each([
  ['a folder that is read-only', 0o555, 0o666],
  ['a file that is read-only', 0o777, 0o444],
  ['a file that cannot be read', 0o777, 0o000],
])('%s is an error that says what to do', async (_, folderMode, fileMode) => {
  const folder = temporaryFolder()
  const file = join(folder, 'state.db')
  const server = await serveFile(file)
  await order(server)
  await stop(server.child)
  const before = readFileSync(file)
  chmodSync(file, fileMode)
  chmodSync(folder, folderMode)
  onTestFinished(() => chmodSync(folder, 0o777))
  expect(await paydoubleAsOther(['serve', '--port', '0', '--data', file])).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(
      /^paydouble: Failed to open ".*": .*. Let paydouble (read and )?write the file and its folder/,
    ),
  })
  expect(readFileSync(file)).toEqual(before)
})

test('a new file in a folder that is read-only is an error that says what to do', async () => {
  const folder = temporaryFolder()
  chmodSync(folder, 0o555)
  onTestFinished(() => chmodSync(folder, 0o777))
  expect(await paydoubleAsOther(['serve', '--port', '0', '--data', join(folder, 'state.db')])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Let paydouble write the file and its folder'),
  })
})

test.runIf(canMount)(
  'with a full disk requests get 503 with the reason, and it goes on once there is room',
  async () => {
    const receiver = await openReceiver()
    const disk = openSmallDisk(700)
    const server = await serveFile(join(disk.folder, 'state.db'))
    await server.control('accounts/its500/demo', { callbackUrls: [receiver.url] }, 'PUT')
    const paid = await order(server)
    const answered: string[] = []
    let refused: Awaited<ReturnType<typeof qfpayPayment>> | undefined
    for (let n = 0; refused === undefined; n++) {
      const answer = await qfpayPayment(server.door, { out_trade_no: `number-${n}` })
      if (answer.status === 503) refused = answer
      else answered.push(`number-${n}`)
    }
    const error = {
      code: 'storeUnavailable',
      message: expect.stringContaining('the disk is full. Make room'),
    }
    expect(refused.json()).toEqual({ error })
    const number = `number-${answered.length}`
    expect((await qfpayPayment(server.door, { out_trade_no: number })).status).toBe(503)
    const listed = async () =>
      (await server.control<Listed>('orders?provider=qfpay&limit=500')).items.map(
        ({ orderNumber }) => orderNumber,
      )
    expect(await listed()).toEqual(answered.toReversed())

    disk.resize(16_384)
    expect((await qfpayPayment(server.door, { out_trade_no: number })).json()).toMatchObject({
      respcd: '0000',
    })
    expect(await listed()).toEqual([...answered, number].toReversed())
    await server.control(`orders/${paid}/pay`, {})
    await eventually(() => expect(receiver.received).toHaveLength(1))
  },
)

test.runIf(canMount)(
  'a file on a disk that is full from the start is an error, and none is left behind',
  async () => {
    const disk = openSmallDisk(8)
    const file = join(disk.folder, 'state.db')
    expect(await paydouble(['serve', '--port', '0', '--data', file])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/Failed to open .*: the disk is full. Make room, or give another file/),
    })
    expect(existsSync(file)).toBe(false)
  },
)

test('a file with a provider that is not served is an error that names both, and changes nothing', async () => {
  const file = join(temporaryFolder(), 'state.db')
  await stop((await serveFile(file)).child)
  expect(await paydouble(['serve', '--port', '0', '--data', file, '--provider', 'qfpay'])).toEqual({
    code: 2,
    stdout: '',
    stderr: `paydouble: Failed to open "${file}": it has accounts of "vvtool", which is not served now. Serve that one as well, or give another file; nothing in this one was changed.\n`,
  })
  await serveFile(file)
})

/** Runs the command as somebody for whom modes hold, which they do not for the administrator. */
function paydoubleAsOther(args: readonly string[]): Promise<Ended> {
  const other = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
  return new Promise(resolve => {
    const child = execFile(process.execPath, [bin, ...args], { ...other, cwd: '/' }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}
