// How many callbacks a second reach a local receiver. The orders are made and paid while the clock stands still, and
// all of their notifications fall due at one moment, so that those are all that the server does then.
import { setTimeout as sleep } from 'node:timers/promises'
import { median } from '../harness/numbers.js'
import { serveArgs, serverScript } from '../harness/paths.js'
import { cpuMicroseconds, startServer } from '../harness/process.js'
import { createNumbers, paymentPath, toPayment } from '../harness/qfpay.js'
import { toRow } from '../harness/rows.js'
import { load } from '../harness/wrk.js'

const pauseMs = 1000

/** Payers pay at once, and the merchant is told of it a second later. */
const faults = [
  { provider: 'qfpay', pay: { after: 0 }, times: 'always' },
  { provider: 'qfpay', deliver: { callback: 'payment', sends: [{ after: pauseMs }] }, times: 'always' },
]

export async function measure({ rounds }) {
  const receiver = await startServer([serverScript('receiver.js')], { path: '/counted' })
  const server = await startServer(serveArgs)
  await send('PUT', `${server.url}/_paydouble/api/accounts/qfpay/demo`, {
    notifyUrl: `${receiver.url}/notify`,
  })
  const clock = `${server.url}/_paydouble/api/clock`
  for (const fault of faults) await send('POST', `${server.url}/_paydouble/api/faults`, fault)
  const numbers = createNumbers()
  const rates = []
  const cpu = []
  for (let round = -1; round < rounds; round++) {
    await send('POST', clock, { freeze: true })
    const requests = numbers(60_000).map(toPayment)
    const made = await load(server.url, { path: paymentPath, requests, seconds: 1 })
    await fetch(`${receiver.url}/counted?anew`)
    const before = cpuMicroseconds(server.pid)
    await send('POST', clock, { resume: true })
    const due = Date.now() + pauseMs
    const { count, last } = await receivedAll(receiver.url, made.requests)
    if (round < 0) continue
    rates.push((count * 1000) / (last - due))
    cpu.push((cpuMicroseconds(server.pid) - before) / count)
  }
  await server.stop()
  await receiver.stop()
  return [
    toRow({
      measure: 'callbacks delivered to a local receiver',
      least: 5000,
      value: Math.round(median(rates)),
      unit: '/s',
      detail: `signed notifications that fall due at one moment, until the last one came; about ${Math.round(median(cpu))} us of processor each`,
    }),
  ]
}

/** Waits until so many came, or until no more come. */
async function receivedAll(url, expected) {
  let counted = { count: 0 }
  for (let silent = 0; counted.count < expected && silent < 40; ) {
    await sleep(250)
    const now = await fetch(`${url}/counted`).then(answer => answer.json())
    silent = now.count === counted.count ? silent + 1 : 0
    counted = now
  }
  if (counted.count < expected) throw new Error(`${counted.count} callbacks came of ${expected}`)
  return counted
}

async function send(method, url, body) {
  const answer = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${method} ${url}: ${await answer.text()}`)
}
