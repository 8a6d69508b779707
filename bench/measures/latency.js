// How long payments take while the server is half as busy as it can be; and with a bare handler at the same rate,
// which tells what of it is the machine's.
import { at, median } from '../harness/numbers.js'
import { loadAt } from '../harness/open-loop.js'
import { bare, serveArgs } from '../harness/paths.js'
import { startServer } from '../harness/process.js'
import { createNumbers, paymentPath, toPayment } from '../harness/qfpay.js'
import { toRow } from '../harness/rows.js'
import { load } from '../harness/wrk.js'

const path = paymentPath

export async function measure({ rounds, seconds }) {
  const server = await startServer(serveArgs)
  const floor = await startServer([bare])
  const numbers = createNumbers()
  const full = []
  for (let n = 0; n < 5; n++)
    full.push(
      (await load(server.url, { path, requests: numbers(60_000 * seconds).map(toPayment), seconds })).rate,
    )
  // The first ones are to warm up.
  const perSecond = Math.round(median(full.slice(2)) / 2)
  const quantiles = []
  const floors = []
  for (let round = -1; round < rounds; round++) {
    const requests = numbers(Math.round(perSecond * seconds * 2)).map(toPayment)
    const latencies = await loadAt(server.url, { path, requests, perSecond })
    const least = await loadAt(floor.url, { path, requests, perSecond })
    if (round < 0) continue
    quantiles.push([0.5, 0.99, 0.999].map(part => at(latencies, part)))
    floors.push(at(least, 0.99))
  }
  await server.stop()
  await floor.stop()
  const [half, p99, p999] = [0, 1, 2].map(i => median(quantiles.map(each => each[i])))
  return [
    toRow({
      measure: 'p99 of signed QFPay payments at half load',
      most: 5,
      value: p99,
      unit: ' ms',
      detail: `${perSecond.toLocaleString('en-US')}/s in an open loop, from the time at which each was due; median ${half.toFixed(2)}, p99.9 ${p999.toFixed(1)} ms; p99 of a bare handler at the same rate ${median(floors).toFixed(2)} ms`,
    }),
  ]
}
