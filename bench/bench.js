// One command, one table: `npm run bench` here, after `npm run build` above and `npm install` here.
// `npm run bench -- create start --rounds 3` measures some of it; the names are those of measures/. `--write` puts the
// table into docs/performance.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { stopAll } from './harness/process.js'
import { toTable } from './harness/rows.js'
import { checkWrk } from './harness/wrk.js'

/** In the order of the table. */
const names = ['create', 'million', 'memory', 'latency', 'callbacks', 'msw', 'postgres', 'start', 'import']

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
})
const stranger = positionals.find(name => !names.includes(name))
if (stranger !== undefined) {
  process.stderr.write(`bench: Failed to measure "${stranger}": there are ${names.join(', ')}.\n`)
  process.exit(2)
}
if (values.write && positionals.length > 0) {
  process.stderr.write(
    'bench: Failed to write the table: it would have some of its rows only. Measure all, or leave --write out.\n',
  )
  process.exit(2)
}
checkWrk()
process.once('SIGINT', () => stopAll().then(() => process.exit(130)))

const options = { rounds: Number(values.rounds), seconds: Number(values.seconds) }
const rows = []
try {
  for (const name of names) {
    if (positionals.length > 0 && !positionals.includes(name)) continue
    const began = performance.now()
    const { measure } = await import(`./measures/${name}.js`)
    const measured = await measure(options)
    rows.push(...measured)
    const took = `${Math.round((performance.now() - began) / 1000)} s`
    for (const { measure: what, result, verdict } of measured)
      process.stderr.write(`${name} (${took}): ${what}: ${result} ${verdict}\n`)
  }
} finally {
  await stopAll()
}
const conditions = `Medians of ${options.rounds} rounds of ${options.seconds} s, each in turn, on ${cpus().length} processors (${cpus()[0]?.model}), Node ${process.version}.`
const table = `${toTable(rows)}\n${conditions}\n`
process.stdout.write(table)
if (values.write) {
  const page = new URL('../docs/performance.md', import.meta.url)
  const [before, , after] = readFileSync(page, 'utf8').split(
    /(?<=<!-- bench -->\n)|(?=<!-- end of bench -->)/,
  )
  writeFileSync(page, `${before}\n${table}\n${after}`)
}
