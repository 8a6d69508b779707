// Payments through MSW in one process, against a handler that somebody wrote by hand: `node msw.js ROUNDS ORDERS`,
// with so many orders in the double. It prints microseconds of each request as one line of JSON.
import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { createDouble } from '../../dist/mocks/msw.js'
import { median, medianRatio } from '../harness/numbers.js'
import { createNumbers, paymentPath, toHeaders, toPayment } from '../harness/qfpay.js'

const [rounds = 9, orders = 100] = process.argv.slice(2).map(Number)
const each = 200
const warmUps = 3
const host = 'https://openapi-hk.qfapi.com'
const numbers = createNumbers()

const handWritten = http.post(host + paymentPath, () => HttpResponse.json({ respcd: '0000', respmsg: 'OK' }))
const double = createDouble({ rateLimits: false })
await fill(orders)
const subjects = { handWritten: [handWritten], double: double.handlers }

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
  double: median(times.double),
  ratio: medianRatio(times.double, times.handWritten),
}
process.stdout.write(`${JSON.stringify(result)}\n`)
process.exit(0)

/** By requests, but past MSW. */
async function fill(count) {
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
