// Signed QFPay payments through HTTP: against the floor, and against the mock servers that others use.
import { median, medianRatio } from '../harness/numbers.js'
import { bare, serveArgs } from '../harness/paths.js'
import { peers, starterOf } from '../harness/peers.js'
import { cpuMicroseconds, residentMib, startServer } from '../harness/process.js'
import { createNumbers, paymentPath, toPayment } from '../harness/qfpay.js'
import { toOpenRow, toRow } from '../harness/rows.js'
import { load } from '../harness/wrk.js'

const warmUps = 3
/** More than the fastest of them answers in a second. */
const mostPerSecond = 90_000

export async function measure({ rounds, seconds }) {
  const subjects = {
    'bare node:http': () => startServer([bare]),
    paydouble: () => startServer(serveArgs),
    ...Object.fromEntries(Object.keys(peers).map(name => [name, starterOf(name)])),
  }
  const running = new Map()
  for (const [name, start] of Object.entries(subjects))
    if (start) running.set(name, { server: await start(), rates: [], cpu: [] })
  await race([...running.values()], { rounds, seconds })
  const own = running.get('paydouble')
  const floor = running.get('bare node:http')
  const says = ({ rates, cpu }) => `${perSecond(rates)} (${Math.round(median(cpu))} us of processor each)`
  const rows = [
    toRow({
      measure: 'signed QFPay payments, of a bare `node:http` handler',
      least: 0.6,
      value: medianRatio(own.rates, floor.rates),
      unit: ' ×',
      detail: `${says(own)} of ${says(floor)}; by processor time ${medianRatio(floor.cpu, own.cpu).toFixed(2)}; ${Math.round(residentMib(own.server.pid))} MiB afterwards`,
    }),
    ...Object.entries(peers).map(([name, { least }]) => toPeerRow(name, least, own, running.get(name))),
  ]
  for (const { server } of running.values()) await server.stop()
  return rows
}

/** In turn and in short bursts, so that what else the machine does falls on all of them alike. */
async function race(all, { rounds, seconds }) {
  const numbers = createNumbers()
  for (let round = -warmUps; round < rounds; round++) {
    const requests = numbers(mostPerSecond * seconds).map(toPayment)
    for (const { server, rates, cpu } of all) {
      const before = cpuMicroseconds(server.pid)
      const done = await load(server.url, { path: paymentPath, requests, seconds })
      if (round < 0) continue
      rates.push(done.rate)
      cpu.push((cpuMicroseconds(server.pid) - before) / done.requests)
    }
  }
}

function toPeerRow(name, least, own, other) {
  const measure = `the same, of ${name}`
  if (!other)
    return toOpenRow({ measure, bar: `≥ ${least} ×`, why: 'not installed: run `npm install` in bench/' })
  return toRow({
    measure,
    least,
    value: medianRatio(own.rates, other.rates),
    unit: ' ×',
    digits: 1,
    detail: `of ${perSecond(other.rates)}; its first answer after ${Math.round(other.server.startMs)} ms`,
  })
}

function perSecond(rates) {
  return `${Math.round(median(rates)).toLocaleString('en-US')}/s`
}
