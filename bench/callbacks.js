// Where the time of a callback goes: `npm run callbacks` here, after `npm run build` above. The receiver, the double and
// whoever pays are processes of their own. How many a second there are is in the table of `npm run bench`.
import { Agent, request as open } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { median, medianRatio } from './harness/numbers.js'
import { serveArgs, serverScript } from './harness/paths.js'
import { cpuMicroseconds, startServer, stopAll } from './harness/process.js'
import { createNumbers, paymentPath, toHeaders, toPayment } from './harness/qfpay.js'

const count = Number(process.env.COUNT ?? 20_000)
const rounds = Number(process.env.ROUNDS ?? 5)
/** How many requests are on their way at once. */
const atOnce = 100
const pauseMs = 1000

const provider = 'qfpay'
const paidAtOnce = { provider, times: 'always', pay: { at: 'once' } }
const toldLater = { provider, times: 'always', deliver: { callback: 'payment', sends: [{ after: pauseMs }] } }
const paidLater = { provider, times: 'always', pay: { after: pauseMs } }

const measures = {
  'a bare node:http client sends them': sendBare,
  'all of them are due at one moment': () => fallDue([paidAtOnce, toldLater]),
  'all payers pay at one moment': () => fallDue([paidLater]),
  'each payer pays by a request': payByHand,
}

const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
const numbers = createNumbers()
const receiver = await startServer([serverScript('receiver.js')], { path: '/counted' })
const results = Object.fromEntries(Object.keys(measures).map(name => [name, { rates: [], cpu: [] }]))
try {
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of Object.entries(measures)) {
      const { rate, cpu } = await measure()
      results[name].rates.push(rate)
      results[name].cpu.push(cpu)
    }
  }
} finally {
  agent.destroy()
  await stopAll()
}

const [bare] = Object.values(results)
process.stdout.write(
  `${count} callbacks to one receiver, medians of ${rounds} rounds in turn, Node ${process.version}\n\n`,
)
const heads = ['', 'callbacks/s', 'cpu of each', 'of bare']
const rows = Object.entries(results).map(([name, { rates, cpu }]) => [
  name,
  String(Math.round(median(rates))),
  `${Math.round(median(cpu))} us`,
  medianRatio(cpu, bare.cpu).toFixed(1),
])
for (const row of [heads, ...rows])
  process.stdout.write(
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(36) : cell.padStart(12))).join(' | ')} |\n`,
  )

/** The ceiling: bodies as long as those, from this process. */
async function sendBare() {
  const body = 'x'.repeat(480)
  return watch(process.pid, () =>
    inTurn(numbers(count), () =>
      call(receiver.url, 'POST', '/notify', body, { 'content-type': 'text/plain' }),
    ),
  )
}

/** While the clock stands still orders are made, of which something falls due a second later. */
async function fallDue(faults) {
  const double = await startDouble('--clock', 'manual')
  for (const fault of faults) await control(double, 'POST', 'faults', fault)
  await inTurn(numbers(count), number => order(double, number))
  const seen = await watch(
    double.pid,
    async () => {
      await control(double, 'POST', 'clock', { resume: true })
    },
    pauseMs,
  )
  await double.stop()
  return seen
}

/** Each order is paid by a request, which is answered when its callback was tried. */
async function payByHand() {
  const double = await startDouble()
  const ids = await inTurn(numbers(count), number => order(double, number))
  const seen = await watch(double.pid, () =>
    inTurn(ids, id => control(double, 'POST', `orders/${id}/pay`, {})),
  )
  await double.stop()
  return seen
}

async function startDouble(...flags) {
  const double = await startServer([...serveArgs, ...flags])
  await control(double, 'PUT', 'accounts/qfpay/demo', { notifyUrl: `${receiver.url}/notify` })
  return double
}

/** Has callbacks sent, and says how quickly they came and what they took of a process. */
async function watch(pid, begin, dueInMs = 0) {
  await call(receiver.url, 'GET', '/counted?anew')
  const before = cpuMicroseconds(pid)
  const began = Date.now() + dueInMs
  await begin()
  for (;;) {
    const counted = JSON.parse(await call(receiver.url, 'GET', '/counted'))
    if (counted.count >= count)
      return {
        rate: (count * 1000) / (counted.last - began),
        cpu: (cpuMicroseconds(pid) - before) / count,
      }
    await sleep(100)
  }
}

async function order(double, number) {
  const { body, sign } = toPayment(number)
  const answer = await call(double.url, 'POST', paymentPath, body, toHeaders(sign))
  const { syssn } = JSON.parse(answer)
  if (!syssn) throw new Error(`the order was refused: ${answer}`)
  return syssn
}

function control(double, method, path, body) {
  return call(double.url, method, `/_paydouble/api/${path}`, JSON.stringify(body), {
    'content-type': 'application/json',
  })
}

/** Does it for all of them, so many at once. */
async function inTurn(all, work) {
  const done = []
  let next = 0
  const worker = async () => {
    while (next < all.length) {
      const i = next++
      done[i] = await work(all[i])
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return done
}

function call(url, method, path, body, headers = {}) {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const request = open({ agent, host: hostname, port, path, method, headers }, response => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', chunk => {
        text += chunk
      })
      response.on('end', () =>
        response.statusCode < 300
          ? resolve(text)
          : reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`)),
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}
