import { readFileSync } from 'node:fs'
const { contracts } = await import('./dist/contracts/index.js')
const { createMatcher, queryOf } = await import('./dist/src/runner/match.js')
const { createRequestJudge } = await import('./dist/src/runner/judge-request.js')
const { createResponseJudge } = await import('./dist/src/runner/judge-response.js')
const { judgeBody } = await import('./dist/src/runner/judge-body.js')
const { createHistory } = await import('./dist/src/runner/history.js')
const { createCheck } = await import('./dist/src/runner/check.js')
const { createFits } = await import('./dist/src/runner/fits.js')
const { repeatedNames } = await import('./dist/src/runner/json-names.js')
const { createKnownAccounts } = await import('./dist/src/runner/known-accounts.js')
const { checkAccounts } = await import('./dist/src/cli/check-accounts.js')
const { toBytes } = await import('./dist/src/runner/exchange.js')
const accounts = await checkAccounts()
const lines = readFileSync('/tmp/ex.ndjson', 'utf8').trimEnd().split('\n')
const place = { source: 'x', unit: 'line', number: 1 }
const known = createKnownAccounts(contracts, accounts)
const c = contracts.find(x => x.id === 'qfpay')
const fitsReq = createFits(c.operations.payment.request.schema), fitsRes = createFits(c.operations.payment.response)
const steps = {
  parse: () => l => JSON.parse(l),
  match: () => { const m = createMatcher({ contracts }); return l => { const e = JSON.parse(l); m(e.request) } },
  decode: () => l => { const e = JSON.parse(l); c.wire.decode({ method: 'POST', path: '/', query: '', headers: e.request.headers, body: toBytes(e.request.body) }) },
  decodeVerify: () => l => { const e = JSON.parse(l); const m = c.wire.decode({ method: 'POST', path: '/', query: '', headers: e.request.headers, body: toBytes(e.request.body) }); c.wire.verify(m, accounts.find(a => a.provider === 'qfpay').credentials, {}, { operation: 'payment', now: 0 }) },
  decodeFits: () => l => { const e = JSON.parse(l); const m = c.wire.decode({ method: 'POST', path: '/', query: '', headers: e.request.headers, body: toBytes(e.request.body) }); fitsReq(m.params) },
  matchRequest: () => { const m = createMatcher({ contracts }), r = createRequestJudge(known); return l => { const e = JSON.parse(l); r(e, m(e.request)) } },
  body: () => l => { const e = JSON.parse(l); judgeBody(e.response, 'application/json') },
  bodyParseOnly: () => l => { const e = JSON.parse(l); JSON.parse(e.response.body) },
  names: () => l => { const e = JSON.parse(l); repeatedNames(e.response.body, JSON.parse(e.response.body)) },
  bodyFits: () => l => { const e = JSON.parse(l); fitsRes(JSON.parse(e.response.body)) },
  matchResponse: () => { const m = createMatcher({ contracts }), r = createResponseJudge(known); const a = known.named(c, 'DEMO0APP0CODE0000000000000000001'); return l => { const e = JSON.parse(l); r(e.response, m(e.request), a) } },
  noHistory: () => { const m = createMatcher({ contracts }), r = createRequestJudge(known), s = createResponseJudge(known); return l => { const e = JSON.parse(l); const x = m(e.request); const q = r(e, x); s(e.response, x, q.account) } },
  history: () => { const m = createMatcher({ contracts }), r = createRequestJudge(known), s = createResponseJudge(known), h = createHistory(() => {}); return l => { const e = JSON.parse(l); const x = m(e.request); const q = r(e, x); h.call({ ...e, place }, x, { request: q, response: s(e.response, x, q.account) }) } },
  all: () => { const check = createCheck({ contracts, accounts }); return l => check.judge({ ...JSON.parse(l), place }) },
}
for (const [name, make] of Object.entries(steps)) {
  let best = 1e9
  for (let i = 0; i < 4; i++) { const f = make(); const t = process.cpuUsage().user; for (const l of lines) f(l); best = Math.min(best, (process.cpuUsage().user - t) / lines.length) }
  console.log(name.padEnd(14), best.toFixed(2))
}
