// Payments through MSW in one process, against a handler that somebody wrote by hand: `node msw.js ROUNDS`. It prints
// microseconds of each request as one line of JSON.
import { createRequire } from 'node:module'
import { createDouble } from '../../dist/mocks/msw.js'
import { median, medianRatio } from '../harness/numbers.js'
import { createNumbers, paymentPath, toHeaders, toPayment } from '../harness/qfpay.js'

const { http, HttpResponse } = await import(createRequire(import.meta.url).resolve('msw'))
const { setupServer } = await import(createRequire(import.meta.url).resolve('msw/node'))

const rounds = Number(process.argv[2] ?? 9)
const each = 500
const warmUps = 4
const host = 'https://openapi-hk.qfapi.com'
const numbers = createNumbers()

const handWritten = http.post(host + paymentPath, () => HttpResponse.json({ respcd: '0000', respmsg: 'OK' }))
const few = createDouble({ rateLimits: false })
const many = createDouble({ rateLimits: false })
await fill(few, 100)
await fill(many, 100_000)
const subjects = { handWritten: [handWritten], few: few.handlers, many: many.handlers }

const server = setupServer()
server.listen({ onUnhandledFrame: 'error' })
const times = Object.fromEntries(Object.keys(subjects).map(name => [name, []]))
for (let round = -warmUps; round < rounds; round++) {
  for (const [name, handlers] of Object.entries(subjects)) {
    server.resetHandlers(...handlers)
    const requests = numbers(each).map(toPayment)
    const before = process.cpuUsage()
    for (const { body, sign } of requests) {
      const answer = await fetch(host + paymentPath, { method: 'POST', headers: toHeaders(sign), body })
      const { respcd } = await answer.json()
      if (respcd !== '0000') throw new Error(`refused: ${respcd}`)
    }
    const { user, system } = process.cpuUsage(before)
    if (round >= 0) times[name].push((user + system) / each)
  }
}
server.close()
const result = {
  handWritten: median(times.handWritten),
  few: median(times.few),
  many: median(times.many),
  ratio: medianRatio(times.few, times.handWritten),
  growth: medianRatio(times.many, times.few),
}
process.stdout.write(`${JSON.stringify(result)}\n`)
process.exit(0)

/** By requests, but past MSW. */
async function fill(double, count) {
  for (const { body, sign } of createNumbers('f')(count).map(toPayment)) {
    await double.handle({
      door: 'msw',
      method: 'POST',
      host: new URL(host).host,
      path: paymentPath,
      query: '',
      headers: toHeaders(sign),
      body: Buffer.from(body),
    })
  }
}
