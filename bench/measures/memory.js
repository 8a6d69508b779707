// What a million orders take of the memory, where SQLite keeps them in a file.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bin, serveArgs } from '../harness/paths.js'
import { residentMib, startServer } from '../harness/process.js'
import { createNumbers, paymentPath, toPayment } from '../harness/qfpay.js'
import { toOpenRow, toRow } from '../harness/rows.js'
import { load } from '../harness/wrk.js'

const million = 1_000_000

const measured = 'resident memory at 1,000,000 orders, SQLite in a file'

export async function measure({ orders = million }) {
  if (!knowsData())
    return [toOpenRow({ measure: measured, bar: '≤ 200 MiB', why: 'this build has no `serve --data`' })]
  const folder = mkdtempSync(join(tmpdir(), 'paydouble-bench-'))
  const file = join(folder, 'orders.db')
  try {
    const { mib, how } = await throughHttp(file, orders)
    const size = statSync(file).size / 1024 / 1024
    return [
      toRow({
        measure: measured,
        most: 200,
        value: mib,
        unit: ' MiB',
        detail: `${how}; the file has ${Math.round(size)} MiB`,
      }),
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** As they come: each by a request. */
async function throughHttp(file, orders) {
  const server = await startServer([...serveArgs, '--data', file])
  const idle = residentMib(server.pid)
  const numbers = createNumbers()
  let stored = 0
  let most = 0
  while (stored < orders) {
    const done = await load(server.url, {
      path: paymentPath,
      requests: numbers(250_000).map(toPayment),
      seconds: 5,
    })
    stored += done.requests
    most = Math.max(most, residentMib(server.pid))
  }
  await server.stop()
  return {
    mib: most,
    how: `\`serve --data\`, ${stored.toLocaleString('en-US')} orders made by requests, the most that was seen; ${Math.round(idle)} MiB when it began`,
  }
}

function knowsData() {
  return execFileSync(process.execPath, [bin, 'serve', '--help'], { encoding: 'utf8' }).includes('--data')
}
