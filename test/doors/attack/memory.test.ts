// A server under attack: it answers others meanwhile, and afterwards its memory is what it was.
import { execFileSync } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../../harness/eventually.ts'
import { type Measured, startMeasured } from '../../harness/measured.ts'

/** How far from its level memory may be, in bytes: caches of Node and of the journal, which keep their size. */
const margin = 8 * 1024 * 1024

const patienceMs = 600_000

let server: Measured
let level: number

beforeAll(async () => {
  // Nothing ends by itself that is to be there all at once, however slowly this machine opens it.
  server = await startMeasured({
    headersMs: patienceMs,
    requestMs: patienceMs,
    idleMs: patienceMs,
    stalledMs: patienceMs,
  })
  // The journal is full from here on, and what is compiled when it is used is compiled.
  for (let i = 0; i < 30; i++) await attackWith(100, () => head('GET /nothing HTTP/1.1', 'Connection: close'))
  level = await server.memory()
})
afterAll(() => server.stop())

const head = (line: string, ...headers: string[]) => [line, 'Host: x', ...headers, '', ''].join('\r\n')

function open(bytes = ''): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: server.port, host: '127.0.0.1', noDelay: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      socket.on('error', () => {})
      if (bytes) socket.write(bytes, 'latin1')
      resolve(socket)
    })
  })
}

async function openMany(count: number, bytes: (i: number) => string): Promise<Socket[]> {
  const sockets: Socket[] = []
  // In steps, because the system holds back no more connections than its backlog has places.
  for (let from = 0; from < count; from += 200) {
    const step = Math.min(200, count - from)
    sockets.push(...(await Promise.all(Array.from({ length: step }, (_, i) => open(bytes(from + i))))))
  }
  return sockets
}

/** Sends the same over many connections, and resolves when the server has ended them all. */
async function attackWith(count: number, bytes: (i: number) => string): Promise<void> {
  const sockets = await openMany(count, bytes)
  await Promise.all(
    sockets.map(socket => new Promise<void>(resolve => socket.resume().once('close', () => resolve()))),
  )
}

async function expectAlive(): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${server.port}/_paydouble/health`)
  expect(await answer.json()).toMatchObject({ status: 'ok', clock: 'system' })
}

async function expectBodyRead(): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${server.port}/trade/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ a: 'a'.repeat(4000) }),
  })
  expect(answer.status).toBe(200)
}

async function expectLevel(): Promise<void> {
  await eventually(async () => expect((await server.memory()) - level).toBeLessThan(margin))
  await expectAlive()
}

function closeAll(sockets: readonly Socket[]): void {
  for (const socket of sockets) socket.destroy()
}

test('10,000 idle connections keep nobody from being answered, and leave nothing behind', async () => {
  const files = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim()
  const most = files === 'unlimited' ? Number.POSITIVE_INFINITY : Number(files) - 1000
  const count = Math.min(10_000, most)
  // One in two has been used before.
  const sockets = await openMany(count, i => (i % 2 ? head('GET /nothing HTTP/1.1') : ''))
  for (let i = 0; i < 100; i++) await expectAlive()
  expect(sockets.filter(socket => socket.destroyed)).toEqual([])
  const each = ((await server.memory()) - level) / count
  expect(each).toBeLessThan(32 * 1024)
  closeAll(sockets)
  await expectLevel()
})

test.each([
  ['heads that never end', 2000, () => `GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ${'a'.repeat(10_000)}`],
  [
    'bodies that never end',
    200,
    () => `${head('POST /trade/v1/payment HTTP/1.1', 'Content-Length: 1048576')}${'a'.repeat(1_000_000)}`,
  ],
  [
    'small bodies that never end',
    2000,
    () => `${head('POST /order/createOrder HTTP/1.1', 'Content-Length: 9')}a`,
  ],
])('%s: others are answered, and nothing is left behind', async (_, count, bytes) => {
  const sockets = await openMany(count, bytes)
  for (let i = 0; i < 100; i++) await expectAlive()
  closeAll(sockets)
  await expectLevel()
})

test('calls that ask to be delayed for 300 days, and hang up: others are answered, and nothing is left behind', async () => {
  const headers = [
    'X-Paydouble: {"network":{"do":"delay","for":"300d"}}',
    'Content-Type: application/x-www-form-urlencoded',
    'Content-Length: 1048576',
  ]
  // More than may be under way of all bodies together.
  for (let round = 0; round < 10; round++) {
    const sockets = await openMany(
      30,
      () => `${head('POST /trade/v1/payment HTTP/1.1', ...headers)}${'a'.repeat(1_048_576)}`,
    )
    await Promise.all(sockets.map(socket => new Promise<void>(sent => socket.end(sent))))
    await expectBodyRead()
  }
  // The journal keeps the beginnings of their bodies: others take their place.
  for (let i = 0; i < 10; i++) await attackWith(100, () => head('GET /nothing HTTP/1.1', 'Connection: close'))
  await expectLevel()
})

test.each([
  ['invalid HTTP', 2000, () => 'rubbish\r\n\r\n'],
  ['bytes by chance', 500, (i: number) => randomBytes(i, 5000)],
  ['floods of headers', 500, () => `GET / HTTP/1.1\r\n${'X-Flood: 1\r\n'.repeat(10_000)}`],
  [
    'bodies over the limit',
    100,
    () =>
      `${head('POST /trade/v1/payment HTTP/1.1', 'Transfer-Encoding: chunked')}200000\r\n${'a'.repeat(2_097_152)}`,
  ],
  ['pipelines of 2,000 requests', 50, () => `${head('GET /nothing HTTP/1.1').repeat(2000)}end\r\n\r\n`],
])(
  '%s: each connection is ended, others are answered, and nothing is left behind',
  async (_, count, bytes) => {
    const attack = attackWith(count, bytes)
    for (let i = 0; i < 20; i++) await expectAlive()
    await attack
    await expectLevel()
  },
)

/** The same for the same seed. Few of them begin like a request, so they all get an answer. */
function randomBytes(seed: number, length: number): string {
  let state = seed + 1
  return String.fromCharCode(
    ...Array.from({ length }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      return (state >>> 16) & 0xff
    }),
  )
}
