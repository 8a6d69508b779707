// Writes all captures: `node test/runner/captures/make/make.ts`.
import { mkdirSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { dms } from './dms.ts'
import { its500 } from './its500.ts'
import { qfpay } from './qfpay.ts'
import { vvtool } from './vvtool.ts'

const root = resolve(import.meta.dirname, '..')

for (const [provider, captures] of Object.entries({ vvtool, its500, dms, qfpay })) {
  mkdirSync(resolve(root, provider), { recursive: true })
  for (const [name, exchanges] of Object.entries(captures)) {
    const lines = exchanges.map(exchange => `${JSON.stringify(exchange)}\n`)
    writeFileSync(resolve(root, provider, `${name}.ndjson`), lines.join(''))
  }
}
