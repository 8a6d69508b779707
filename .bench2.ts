import { readFileSync } from 'node:fs'
const root = process.argv[2] ?? '/work/wt/corpus'
const { contracts } = await import(root + '/contracts/index.ts')
const { createCheck } = await import(root + '/src/runner/check.ts')
const { checkAccounts } = await import(root + '/src/cli/check-accounts.ts')
const accounts = await checkAccounts()
const lines = readFileSync('/tmp/ex.ndjson', 'utf8').trimEnd().split('\n')
// vvtool and its500, of the same number, from the clean captures
const one = (p: string, n: number) => JSON.parse(readFileSync(`/work/wt/corpus/test/runner/captures/${p}/clean.ndjson`, 'utf8').split('\n')[n]!)
const vv = one('vvtool', 2), its = one('its500', 0)
const place = { source: 'x', unit: 'line', number: 1 }
const sets: Record<string, any[]> = {
  qfpay: lines.map(l => ({ ...JSON.parse(l), place })),
  vvtool: lines.map((_, i) => JSON.parse(JSON.stringify({ ...vv, place }).replaceAll('order-0001', 'o-' + i).replaceAll('2026120110000000000001', 'v' + i))),
  its500: lines.map((_, i) => JSON.parse(JSON.stringify({ ...its, place }).replaceAll('oderpay-7ae379d1', 'oderpay-' + i))),
}
for (let r = 0; r < 3; r++) for (const [name, set] of Object.entries(sets)) {
  const check = createCheck({ contracts, accounts })
  const t = process.cpuUsage().user
  for (const e of set) check.judge(e)
  const us = (process.cpuUsage().user - t) / set.length
  const f = check.end({ title: '', version: '' }).findings
  const t2 = process.cpuUsage().user
  for (const l of lines) JSON.parse(l)
  const us2 = (process.cpuUsage().user - t2) / lines.length
  console.log(name, us.toFixed(2), 'µs (JSON.parse of a line', us2.toFixed(2) + ')', f.map((x: any) => x.id).slice(0, 3))
}
