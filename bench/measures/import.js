// What it costs a test file to import the double, in fresh processes and in turn.
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { median, medianRatio } from '../harness/numbers.js'
import { serverScript } from '../harness/paths.js'
import { report } from '../harness/process.js'
import { toRow } from '../harness/rows.js'

// As the built package finds them.
const own = fileURLToPath(new URL('../../dist/mocks/msw.js', import.meta.url))
const { resolve } = createRequire(own)

export async function measure({ rounds }) {
  const subjects = {
    paydouble: [own],
    alone: [resolve('msw'), resolve('zod')],
  }
  const times = { paydouble: [], alone: [] }
  for (let round = -1; round < rounds * 2; round++) {
    for (const [name, modules] of Object.entries(subjects)) {
      const urls = modules.map(path => String(pathToFileURL(path)))
      const { ms } = await report(serverScript('import-time.js'), ...urls)
      if (round >= 0) times[name].push(ms)
    }
  }
  return [
    toRow({
      measure: 'importing `paydouble/msw`, of importing `msw` and `zod` alone',
      most: 1.3,
      value: medianRatio(times.paydouble, times.alone),
      unit: ' ×',
      detail: `${Math.round(median(times.paydouble))} ms of ${Math.round(median(times.alone))} ms`,
    }),
  ]
}
