import { readFileSync } from 'node:fs'
const { contracts } = await import('./dist/contracts/index.js')
const { createKnownOrders } = await import('./dist/src/runner/known-orders.js')
const { amountOf, numberOf, differentAmount } = await import('./dist/src/runner/order-values.js')
const lines = readFileSync('/tmp/ex.ndjson', 'utf8').trimEnd().split('\n')
const c = contracts.find(x => x.id === 'qfpay')
const f = c.operations.payment.orders
const mk = (whose, merchant, own, amount, madeAt) => ({ contract: c, whose, merchant, own, operation: 'payment', amount, madeAt, paidShown: undefined, early: undefined, callbacks: 0, acknowledged: 0 })
const steps = {
  base: () => l => { const e = JSON.parse(l); const a = JSON.parse(e.response.body); return a.syssn.length },
  numbers: () => l => { const e = JSON.parse(l); const a = JSON.parse(e.response.body); return numberOf(a, '/syssn') + numberOf(a, '/out_trade_no') },
  amounts: () => l => { const e = JSON.parse(l); const a = JSON.parse(e.response.body); const x = amountOf(a, f.request); differentAmount(x, a, f.response) },
  alloc: () => { const keep = []; return l => { const e = JSON.parse(l); const a = JSON.parse(e.response.body); keep.push(mk('demo', a.out_trade_no, a.syssn, 300, e.at)) } },
  find: () => { const k = createKnownOrders(50000, () => {}); return l => { const e = JSON.parse(l); const a = JSON.parse(e.response.body); k.findMerchant(c, a.out_trade_no, 'demo') } },
  remember: () => { const k = createKnownOrders(50000, () => {}); return l => { const e = JSON.parse(l); const a = JSON.parse(e.response.body); k.remember(mk('demo', a.out_trade_no, a.syssn, 300, e.at)) } },
  both: () => { const k = createKnownOrders(50000, () => {}); return l => { const e = JSON.parse(l); const a = JSON.parse(e.response.body); k.findMerchant(c, a.out_trade_no, 'demo');  k.remember(mk('demo', a.out_trade_no, a.syssn, 300, e.at)) } },
}
for (const [name, make] of Object.entries(steps)) {
  let best = 1e9
  for (let i = 0; i < 5; i++) { const f = make(); const t = process.cpuUsage().user; for (const l of lines) f(l); best = Math.min(best, (process.cpuUsage().user - t) / lines.length) }
  console.log(name.padEnd(14), best.toFixed(2))
}
