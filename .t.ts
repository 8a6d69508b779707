import { readFileSync } from 'node:fs'
import { contracts } from './contracts/index.ts'
import { createCheck } from './src/runner/check.ts'
import { demoAccounts } from './test/runner/read-captures.ts'
const e = JSON.parse(readFileSync('test/runner/captures/qfpay/clean.ndjson','utf8').split('\n')[0]!)
for (const [n,b] of Object.entries({obj:`${'{"data":'.repeat(20000)}1${'}'.repeat(20000)}`, arr: '['.repeat(20000)+']'.repeat(20000), big: JSON.stringify({a:'x'.repeat(50_000_000)}), bigq: JSON.stringify({a:'"'.repeat(5_000_000), b: 1}).replace('"b":1','"b":1,"b":2'), keys: JSON.stringify(Object.fromEntries(Array.from({length:100000},(_, i)=>['k'+i,i]))), bigname: JSON.stringify({['n'.repeat(10_000_000)]: 1})})) {
  const check = createCheck({ contracts, accounts: demoAccounts })
  const t = performance.now()
  try { const j = check.judge({...e, response: {...e.response, body: b}, place: {source:'x',unit:'line',number:1}}); console.log(n, j.findings.length, (performance.now()-t).toFixed(0)+'ms', j.findings.map(f=>f.kind+' '+String(f.received).length+' '+f.message.length+' '+(f.detail?.length??0)).slice(0,4).join(', ')) } catch (err) { console.log(n, (performance.now()-t).toFixed(0), (err as Error).stack?.slice(0,900)) }
}
