// What the SQLite store alone costs, in memory and in a file, empty and with a million orders:
// `node store.js [orders] [memory|file]`, after `npm run build` above. Processor time, because a rate suffers from what else the machine does.
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSqliteStore } from '../dist/src/index.js'

const many = Number(process.argv[2] ?? 1_000_000)
/** One alone says what it takes of the memory. */
const only = process.argv[3]
const few = 1000
const calls = 20_000
/** How many requests a server has read in one turn of its loop, under load. */
const together = 32
const rounds = 5

const folder = mkdtempSync(join(tmpdir(), 'paydouble-bench-'))
const options = {
  keysOf: order => ({ number: `${order.provider}/${order.account}/number/${order.orderNumber}` }),
  identitiesOf: account => [account.id],
}

const rows = [
  ['', 'orders', 'insert', 'insert, 32 at a time', 'by order number', 'by id', 'next due', 'resident'],
]
for (const [where, file] of [
  ['memory', undefined],
  ['file', join(folder, 'orders.db')],
]) {
  if (only !== undefined && only !== where) continue
  const store = createSqliteStore({ ...options, ...(file && { file }) })
  await store.begin({ accounts: [], values: {} })
  let stored = 0
  const insert = () => store.insertOrder(toOrder(stored++))
  const insertTogether = () => Promise.all(Array.from({ length: together }, insert))
  for (const size of [few, many]) {
    while (stored < size) await insertTogether()
    const times = { one: [], group: [], number: [], id: [], due: [] }
    for (let round = 0; round < rounds; round++) {
      times.one.push(await timeOf(calls, insert))
      times.group.push((await timeOf(calls / together, insertTogether)) / together)
      times.number.push(
        await timeOf(calls, n =>
          store.listOrders(
            { provider: 'qfpay', account: 'demo', orderNumber: `f${spread(n, size)}` },
            { limit: 1 },
          ),
        ),
      )
      times.id.push(await timeOf(calls, n => store.getOrder(toId(spread(n, size)))))
      times.due.push(await timeOf(calls, () => store.nextDueAt()))
    }
    const cells = Object.values(times).map(each => `${median(each).toFixed(1)} us`)
    const mib = `${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB`
    rows.push([`in ${where}`, size.toLocaleString('en-US'), ...cells, mib])
  }
  for (const filter of [{ qr: 'x', status: 'pending' }, { original: 'x' }, { createdFrom: 9e12 }]) {
    const began = performance.now()
    await store.listOrders(filter)
    process.stdout.write(
      `first look by ${Object.keys(filter)[0]}: ${Math.round(performance.now() - began)} ms\n`,
    )
  }
  const began = performance.now()
  await store.close()
  process.stdout.write(`close: ${Math.round(performance.now() - began)} ms\n`)
  if (file) {
    process.stdout.write(`file: ${Math.round(statSync(file).size / 2 ** 20)} MiB\n`)
    const began = performance.now()
    await createSqliteStore({ ...options, file }).close()
    process.stdout.write(`open: ${Math.round(performance.now() - began)} ms\n`)
  }
}
rmSync(folder, { recursive: true })
for (const row of rows) process.stdout.write(`| ${row.map(cell => cell.padStart(20)).join(' | ')} |\n`)

/** Microseconds of processor time for one call. */
async function timeOf(count, call) {
  const before = process.cpuUsage()
  for (let n = 0; n < count; n++) await call(n)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / count
}

/** Numbers from all over the store, in no order. */
function spread(n, size) {
  return (n * 7919 * 17) % size
}

function toId(n) {
  return `20260101090000${String(n * 5).padStart(12, '0')}`
}

/** As a payment leaves it. */
function toOrder(n) {
  return {
    id: toId(n),
    provider: 'qfpay',
    account: 'demo',
    orderNumber: `f${n}`,
    kind: 'payment',
    original: null,
    status: 'pending',
    amount: 300,
    currency: 'HKD',
    qr: `weixin://wxpay/bizpayurl?pr=${((n * 48_271) % 2_147_483_647).toString(36)}`,
    createdAt: 1_767_229_200_000 + n,
    expiresAt: 1_767_231_000_000 + n,
    paidAt: null,
    paidAmount: null,
    refunded: 0,
    changedAt: null,
    past: [],
    acts: [],
    fields: {
      txamt: '300',
      txcurrcd: 'HKD',
      pay_type: '800201',
      out_trade_no: `f${n}`,
      txdtm: '2026-01-01 09:00:00',
      mchid: 'ZaMVg12345',
    },
  }
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}
