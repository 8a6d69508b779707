// A request in process, through MSW.
import { median } from '../harness/numbers.js'
import { serverScript } from '../harness/paths.js'
import { report } from '../harness/process.js'
import { toRow } from '../harness/rows.js'

const few = 100
const many = 100_000
/** Each in a process of its own, because all that is in a process takes part in its garbage collection. */
const processes = 3

export async function measure({ rounds }) {
  const results = { few: [], many: [] }
  for (let n = 0; n < processes; n++) {
    const perProcess = String(Math.ceil(rounds / processes))
    results.few.push(await report([serverScript('msw.js'), perProcess, String(few)]))
    results.many.push(await report([serverScript('msw.js'), perProcess, String(many)]))
  }
  const of = (all, name) => median(all.map(each => each[name]))
  const [atFew, atMany] = [of(results.few, 'double'), of(results.many, 'double')]
  return [
    toRow({
      measure: 'payment through MSW, of a hand-written handler that returns constant JSON',
      most: 1.5,
      value: of(results.few, 'ratio'),
      unit: ' ×',
      detail: `${Math.round(atFew)} us of ${Math.round(of(results.few, 'handWritten'))} us of processor each, \`fetch\` and all`,
    }),
    toRow({
      measure: 'the same at 100,000 orders, of 100 orders',
      // Flat, as far as noise lets one tell.
      most: 1.1,
      value: atMany / atFew,
      unit: ' ×',
      detail: `${Math.round(atMany)} us of ${Math.round(atFew)} us; the hand-written handler takes ${Math.round(of(results.many, 'handWritten'))} us beside as many orders`,
    }),
  ]
}
