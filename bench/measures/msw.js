// A request in process, through MSW.
import { serverScript } from '../harness/paths.js'
import { report } from '../harness/process.js'
import { toRow } from '../harness/rows.js'

export async function measure({ rounds }) {
  const { handWritten, few, many, ratio, growth } = await report(serverScript('msw.js'), String(rounds))
  return [
    toRow({
      measure: 'payment through MSW, of a hand-written handler that returns constant JSON',
      most: 1.5,
      value: ratio,
      unit: ' ×',
      detail: `${Math.round(few)} us of ${Math.round(handWritten)} us of processor each, \`fetch\` and all`,
    }),
    toRow({
      measure: 'the same at 100,000 orders, of 100 orders',
      // Flat, as far as can be told from noise.
      most: 1.1,
      value: growth,
      unit: ' ×',
      detail: `${Math.round(many)} us of ${Math.round(few)} us`,
    }),
  ]
}
