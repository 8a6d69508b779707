// What becomes of it at a million stored orders: making one, and finding one by its number.
import { median, medianRatio } from '../harness/numbers.js'
import { serverScript } from '../harness/paths.js'
import { startServer } from '../harness/process.js'
import { createNumbers, paymentPath, queryPath, toPayment, toQuery } from '../harness/qfpay.js'
import { toRow } from '../harness/rows.js'
import { load } from '../harness/wrk.js'

const million = 1_000_000
/** In the store that counts as empty, so that there is something to find. */
const few = 1000
const warmUps = 2

export async function measure({ rounds, seconds }) {
  const filled = serverScript('filled.js')
  const small = { server: await startServer([filled, String(few)]), creates: [], queries: [] }
  const large = { server: await startServer([filled, String(million)]), creates: [], queries: [] }
  const numbers = createNumbers()
  const queriesOf = new Map([
    [small, spread(few).map(toQuery)],
    [large, spread(million).map(toQuery)],
  ])
  for (let round = -warmUps; round < rounds; round++) {
    const payments = numbers(60_000 * seconds).map(toPayment)
    for (const each of [small, large]) {
      const queried = await load(each.server.url, {
        path: queryPath,
        requests: queriesOf.get(each),
        seconds,
        again: true,
      })
      const created = await load(each.server.url, { path: paymentPath, requests: payments, seconds })
      if (round < 0) continue
      each.queries.push(queried.rate)
      each.creates.push(created.rate)
    }
  }
  for (const { server } of [small, large]) await server.stop()
  return [
    toRatioRow(
      'signed QFPay payments at 1,000,000 stored orders, of the empty store',
      small.creates,
      large.creates,
    ),
    toRatioRow(
      'query by order number at 1,000,000 stored orders, of the empty store',
      small.queries,
      large.queries,
    ),
  ]
}

function toRatioRow(measure, few, many) {
  return toRow({
    measure,
    least: 0.9,
    value: medianRatio(many, few),
    unit: ' ×',
    detail: `${Math.round(median(many)).toLocaleString('en-US')}/s of ${Math.round(median(few)).toLocaleString('en-US')}/s`,
  })
}

/** Order numbers from all over the store, in no order. */
function spread(count) {
  const step = 7919
  return Array.from({ length: Math.min(count, 50_000) }, (_, i) => `f${(i * step * 17) % count}`)
}
