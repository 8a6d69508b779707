// One command, one table: `npm run bench` here, after `npm run build` above.
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const seconds = Number(process.env.SECONDS_EACH ?? 1)
const rounds = Number(process.env.ROUNDS ?? 9)
const warmUps = 3
const ordersEach = 80_000 * seconds
const key = 'TESTKEY0000000000000000000000000'
const bin = join(here, '../dist/bin/bin.js')

const servers = {
  'bare node:http': [join(here, 'bare.js')],
  'paydouble serve': [bin, 'serve', '--port', '0', '--json', '--no-rate-limits'],
}

try {
  execFileSync('wrk', ['--version'], { stdio: 'ignore' })
} catch (error) {
  if (error.code === 'ENOENT') {
    process.stderr.write(
      'bench: Failed to measure: there is no wrk on this machine. Install it with: apt-get install wrk\n',
    )
    process.exit(2)
  }
}

const folder = mkdtempSync(join(tmpdir(), 'paydouble-bench-'))
const names = Object.keys(servers)
const running = {}
const results = {}
for (const name of names) {
  running[name] = await start(servers[name])
  results[name] = {
    rates: [],
    cpu: [],
    startMs: running[name].startMs,
    idle: residentMib(running[name].child.pid),
  }
}
// In turn and in short bursts, so that what else the machine does falls on all of them alike.
let orders = 0
for (let round = -warmUps; round < rounds; round++) {
  const script = writeLoad(folder, orders)
  orders += ordersEach
  for (const name of names) {
    const { url, child } = running[name]
    const before = cpuMicroseconds(child.pid)
    const { rate, requests } = await load(url, script)
    if (round < 0) continue
    results[name].rates.push(rate)
    results[name].cpu.push((cpuMicroseconds(child.pid) - before) / requests)
  }
}
for (const name of names) {
  const { child } = running[name]
  results[name].busy = residentMib(child.pid)
  child.kill('SIGTERM')
  await new Promise(resolve => child.once('exit', resolve))
}
rmSync(folder, { recursive: true })

const bare = results[names[0]]
const rows = names.map(name => {
  const { rates, cpu, startMs, idle, busy } = results[name]
  return [
    name,
    String(Math.round(median(rates))),
    median(rates.map((rate, i) => rate / bare.rates[i])).toFixed(2),
    `${Math.round(median(cpu))} us`,
    median(cpu.map((each, i) => bare.cpu[i] / each)).toFixed(2),
    `${Math.round(startMs)} ms`,
    `${Math.round(idle)} MiB`,
    `${Math.round(busy)} MiB`,
  ]
})
process.stdout.write(
  `signed QFPay payments, wrk -t1 -c32, ${rounds} rounds of ${seconds} s in turn after ${warmUps} to warm up, medians, Node ${process.version}\n\n`,
)
const heads = ['', 'requests/s', 'of bare', 'cpu each', 'of bare', 'first answer', 'idle', 'after load']
for (const row of [heads, ...rows]) {
  process.stdout.write(
    `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(16) : cell.padStart(12))).join(' | ')} |\n`,
  )
}

/** A wrk script that sends a differently numbered, rightly signed order each time. */
function writeLoad(directory, from) {
  const bodies = []
  for (let i = 0; i < ordersEach; i++) {
    const number = `n${from + i}`
    const canonical = `mchid=ZaMVg12345&out_trade_no=${number}&pay_type=800201&txamt=300&txcurrcd=HKD&txdtm=2026-01-01 09:00:00`
    const sign = createHash('md5')
      .update(canonical + key)
      .digest('hex')
      .toUpperCase()
    bodies.push(`${number} ${sign}`)
  }
  writeFileSync(join(directory, 'orders'), bodies.join('\n'))
  const lua = join(directory, 'load.lua')
  writeFileSync(
    lua,
    `local orders = {}
for line in io.lines("${join(directory, 'orders')}") do orders[#orders + 1] = line end
local i = 0
local refused = 0
request = function()
  i = i + 1
  local number, sign = orders[i]:match("(%S+) (%S+)")
  return wrk.format("POST", "/trade/v1/payment", {
    ["content-type"] = "application/x-www-form-urlencoded",
    ["x-qf-appcode"] = "DEMO0APP0CODE0000000000000000001",
    ["x-qf-sign"] = sign,
  }, "txamt=300&txcurrcd=HKD&pay_type=800201&out_trade_no=" .. number .. "&txdtm=2026-01-01+09%3A00%3A00&mchid=ZaMVg12345")
end
response = function(status, headers, body)
  if i % 1000 == 0 and not body:find('"respcd": ?"0000"') then refused = refused + 1 end
  if refused > 0 then print("REFUSED " .. body) wrk.thread:stop() end
end
`,
  )
  return lua
}

async function start(args) {
  const began = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const line = await new Promise(resolve =>
    child.stdout.once('data', data => resolve(String(data).split('\n')[0])),
  )
  const { url } = JSON.parse(line)
  await fetch(`${url}/_paydouble/health`).then(answer => answer.arrayBuffer())
  return { child, url, startMs: performance.now() - began }
}

async function load(url, script) {
  const wrk = spawn('wrk', ['-t1', '-c32', `-d${seconds}s`, '-s', script, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  for await (const chunk of wrk.stdout) text += chunk
  if (text.includes('REFUSED') || text.includes('Non-2xx')) throw new Error(`the load was refused: ${text}`)
  return {
    rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]),
    requests: Number(/(\d+) requests in/.exec(text)?.[1]),
  }
}

/** User and system time of a process so far. Unlike a rate it does not suffer from what else the machine does. */
function cpuMicroseconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10_000
}

function residentMib(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}
