import { readFileSync } from 'node:fs'
const root = process.argv[2] ?? '/work/wt/corpus'
const { contracts } = await import(root + '/contracts/index.ts')
const { createCheck } = await import(root + '/src/runner/check.ts')
const { checkAccounts } = await import(root + '/src/cli/check-accounts.ts')
const accounts = await checkAccounts()
const lines = readFileSync('/tmp/ex.ndjson', 'utf8').trimEnd().split('\n')
const place = { source: 'x', unit: 'line', number: 1 }
for (let r = 0; r < 5; r++) {
  const check = createCheck({ contracts, accounts })
  const t = process.cpuUsage().user
  for (const l of lines) check.judge({ ...JSON.parse(l), place })
  const us = (process.cpuUsage().user - t) / lines.length
  const t2 = process.cpuUsage().user
  for (const l of lines) JSON.parse(JSON.parse(l).response.body)
  const us2 = (process.cpuUsage().user - t2) / lines.length
  console.log(us.toFixed(2), 'µs line and judge; JSON.parse twice', us2.toFixed(2))
}
