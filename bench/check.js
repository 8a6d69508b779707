// How fast captures are judged, against JSON.parse and Ajv, and in how much memory: `npm run check` here, after `npm run build` above.
import { spawn } from 'node:child_process'
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const exchanges = Number(process.env.EXCHANGES ?? 1_000_000)
const rounds = Number(process.env.ROUNDS ?? 3)
const most = Number(process.env.MOST_EXCHANGES ?? 10_000_000)
const bin = join(here, '../dist/bin/bin.js')

const folder = mkdtempSync(join(tmpdir(), 'paydouble-check-'))
try {
  const file = join(folder, 'exchanges.ndjson')
  await write(exchanges, file)
  const peers = {
    'JSON.parse + Ajv': [join(here, 'ajv-loop.js'), file],
    'paydouble check': [bin, 'check', 'capture', file],
  }
  const results = Object.fromEntries(Object.keys(peers).map(name => [name, []]))
  // In turn, so that what else the machine does falls on both alike.
  for (let round = 0; round < rounds; round++)
    for (const [name, args] of Object.entries(peers)) results[name].push(await run(args))

  const [bare] = Object.values(results)
  const rate = ({ seconds }) => exchanges / seconds
  process.stdout.write(
    `${exchanges.toLocaleString('en')} signed QFPay payments as NDJSON, ${Math.round(statSync(file).size / 2 ** 20)} MiB, ${rounds} rounds in turn, medians, Node ${process.version}\n\n`,
  )
  table([
    ['', 'exchanges/s', 'of the loop', 'cpu each', 'resident'],
    ...Object.entries(results).map(([name, runs]) => [
      name,
      Math.round(median(runs.map(rate))),
      median(runs.map((each, i) => rate(each) / rate(bare[i]))).toFixed(2),
      `${((median(runs.map(({ cpuSeconds }) => cpuSeconds)) / exchanges) * 1e6).toFixed(1)} us`,
      `${Math.round(median(runs.map(({ resident }) => resident)))} MiB`,
    ]),
  ])

  process.stdout.write('\nMemory of paydouble check, by the number of exchanges on its standard input\n\n')
  const sizes = [10_000, 100_000, 1_000_000, 10_000_000].filter(size => size <= most)
  const memory = []
  for (const size of sizes) {
    const { resident, seconds } = await run([bin, 'check', 'capture', '-'], size)
    memory.push([size.toLocaleString('en'), `${Math.round(resident)} MiB`, `${seconds.toFixed(1)} s`])
  }
  table([['exchanges', 'resident', 'time'], ...memory])
} finally {
  rmSync(folder, { recursive: true })
}

async function write(count, file) {
  const child = spawn(process.execPath, [join(here, 'exchanges.js'), String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await pipeline(child.stdout, createWriteStream(file))
}

/** Runs a program to its end, with so many exchanges on its standard input if it takes any. */
async function run(args, count) {
  const source =
    count === undefined
      ? undefined
      : spawn(process.execPath, [join(here, 'exchanges.js'), String(count)], {
          stdio: ['ignore', 'pipe', 'inherit'],
        })
  const began = performance.now()
  const child = spawn(process.execPath, args, {
    stdio: [source ? source.stdout : 'ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', data => {
    text += data
  })
  let resident = 0
  let cpuSeconds = 0
  const watch = setInterval(() => {
    try {
      resident = Math.max(
        resident,
        Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024,
      )
      const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ')
      cpuSeconds = (Number(fields[11]) + Number(fields[12])) / 100
    } catch {}
  }, 20)
  const code = await new Promise(resolve => child.once('close', resolve))
  clearInterval(watch)
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${text.slice(0, 2000)}`)
  return { seconds: (performance.now() - began) / 1000, cpuSeconds, resident }
}

function table(rows) {
  for (const row of rows)
    process.stdout.write(
      `| ${row.map((cell, i) => (i === 0 ? String(cell).padEnd(18) : String(cell).padStart(12))).join(' | ')} |\n`,
    )
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}
