// How many callbacks a second `paydouble serve` delivers: `npm run callbacks` here, after `npm run build` above.
// Receiver, double and whoever pays are processes of their own, on one machine.
import { fork, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Agent, request as open } from 'node:http'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const bin = join(here, '../dist/bin/bin.js')
const count = Number(process.env.COUNT ?? 20_000)
const rounds = Number(process.env.ROUNDS ?? 3)
const only = process.env.ONLY
const key = 'TESTKEY0000000000000000000000000'
const atOnce = 100

const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
const receiver = fork(join(here, 'receiver.js'))
const [receiverUrl] = await nextMessage(receiver)

const measures = {
  'a bare node:http client sends them': sendBare,
  'all are due at one moment': () =>
    fallDue({ pay: { at: 'once' } }, { deliver: { callback: 'payment', sends: [{ after: '1s' }] } }),
  'all payers pay at one moment': () => fallDue({ pay: { after: '1s' } }),
  'each payer pays by a request': payByHand,
}

const results = {}
for (let round = 0; round < rounds; round++) {
  for (const [name, measure] of Object.entries(measures)) {
    if (only !== undefined && !name.includes(only)) continue
    const { rate, cpu } = await measure()
    results[name] ??= { rates: [], cpu: [] }
    results[name].rates.push(rate)
    results[name].cpu.push(cpu)
  }
}
receiver.disconnect()
agent.destroy()

process.stdout.write(
  `${count} callbacks to a bare node:http receiver, medians of ${rounds} rounds, Node ${process.version}\n\n`,
)
const [bare] = Object.values(results)
const heads = ['', 'callbacks/s', 'cpu each', 'of bare']
const rows = Object.entries(results).map(([name, { rates, cpu }]) => [
  name,
  String(Math.round(median(rates))),
  `${Math.round(median(cpu))} us`,
  median(cpu.map((each, i) => each / bare.cpu[i])).toFixed(1),
])
for (const row of [heads, ...rows])
  process.stdout.write(
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(36) : cell.padStart(12))).join(' | ')} |\n`,
  )

/** The ceiling: the same bodies from this process, with as many on their way at once. */
async function sendBare() {
  const body = 'x'.repeat(480)
  await forget()
  const before = process.cpuUsage()
  await inTurn(count, () => call(receiverUrl, 'POST', '/paid', body, { 'content-type': 'application/json' }))
  const { user, system } = process.cpuUsage(before)
  return { rate: (await seen()).rate, cpu: (user + system) / count }
}

/** While the clock stands still orders are made, of which something falls due a second later. */
async function fallDue(...faults) {
  const double = await serve('--clock', 'manual')
  for (const fault of faults)
    await call(
      double.url,
      'POST',
      '/_paydouble/api/faults',
      JSON.stringify({ provider: 'qfpay', times: 'always', ...fault }),
    )
  await inTurn(count, i => order(double.url, i))
  await forget()
  const before = cpuMicroseconds(double.child.pid)
  await call(double.url, 'POST', '/_paydouble/api/clock', '{"resume":true}')
  const { rate } = await seen(count)
  const cpu = (cpuMicroseconds(double.child.pid) - before) / count
  await double.stop()
  return { rate, cpu }
}

/** Each order is paid by a request, which is answered when its callback was tried. */
async function payByHand() {
  const double = await serve()
  const ids = await inTurn(count, i => order(double.url, i))
  await forget()
  const before = cpuMicroseconds(double.child.pid)
  await inTurn(count, i => call(double.url, 'POST', `/_paydouble/api/orders/${ids[i]}/pay`, '{}'))
  const cpu = (cpuMicroseconds(double.child.pid) - before) / count
  const { rate } = await seen(count)
  await double.stop()
  return { rate, cpu }
}

async function order(url, i) {
  const number = `n${i}`
  const canonical = `mchid=ZaMVg12345&notify_url=${receiverUrl}/paid&out_trade_no=${number}&pay_type=800201&txamt=300&txcurrcd=HKD&txdtm=2026-01-01 09:00:00`
  const sign = createHash('md5')
    .update(canonical + key)
    .digest('hex')
    .toUpperCase()
  const answer = await call(
    url,
    'POST',
    '/trade/v1/payment',
    `txamt=300&txcurrcd=HKD&pay_type=800201&out_trade_no=${number}&txdtm=2026-01-01+09%3A00%3A00&mchid=ZaMVg12345&notify_url=${encodeURIComponent(`${receiverUrl}/paid`)}`,
    {
      'content-type': 'application/x-www-form-urlencoded',
      'x-qf-appcode': 'DEMO0APP0CODE0000000000000000001',
      'x-qf-sign': sign,
    },
  )
  const { syssn } = JSON.parse(answer)
  if (!syssn) throw new Error(`the order was refused: ${answer}`)
  return syssn
}

/** Has all of them done, so many at once. */
async function inTurn(number, work) {
  const done = []
  let next = 0
  const worker = async () => {
    while (next < number) {
      const i = next++
      done[i] = await work(i)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return done
}

function call(url, method, path, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const request = open({ agent, host: hostname, port, path, method, headers }, response => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', chunk => {
        text += chunk
      })
      response.on('end', () =>
        response.statusCode < 300
          ? resolve(text)
          : reject(new Error(`${path}: ${response.statusCode} ${text}`)),
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}

async function serve(...flags) {
  const profile = process.env.PROFILE ? ['--cpu-prof', '--cpu-prof-dir', process.env.PROFILE] : []
  const child = spawn(
    process.execPath,
    [...profile, bin, 'serve', '--port', '0', '--json', '--no-rate-limits', ...flags],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const line = await new Promise(resolve =>
    child.stdout.once('data', data => resolve(String(data).split('\n')[0])),
  )
  const ended = new Promise(resolve => child.once('exit', resolve))
  return {
    child,
    url: JSON.parse(line).url,
    stop() {
      child.kill('SIGTERM')
      return ended
    },
  }
}

async function forget() {
  receiver.send({ forget: true })
  await nextMessage(receiver)
}

/** What the receiver has seen, once it is so many. */
async function seen(number = 0) {
  receiver.send({ number })
  return nextMessage(receiver)
}

function nextMessage(child) {
  return new Promise(resolve => child.once('message', resolve))
}

/** User and system time of a process so far. */
function cpuMicroseconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10_000
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}
