// What it costs a test file to import the double, in fresh processes and in turn.
import { fileURLToPath } from 'node:url'
import { median, medianRatio } from '../harness/numbers.js'
import { report } from '../harness/process.js'
import { toRow } from '../harness/rows.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

export async function measure({ rounds }) {
  const subjects = { own: ['paydouble/msw'], alone: ['msw', 'zod'] }
  const times = { own: [], alone: [] }
  for (let round = -1; round < rounds * 2; round++) {
    for (const [name, modules] of Object.entries(subjects)) {
      const ms = await timeOf(modules)
      if (round >= 0) times[name].push(ms)
    }
  }
  return [
    toRow({
      measure: 'importing `paydouble/msw`, of importing `msw` and `zod` alone',
      most: 1.3,
      value: medianRatio(times.own, times.alone),
      unit: ' ×',
      detail: `${Math.round(median(times.own))} ms of ${Math.round(median(times.alone))} ms`,
    }),
  ]
}

/** In a process of its own; names are looked up as in a file of the package itself. */
function timeOf(modules) {
  const imports = modules.map(name => `await import('${name}')`).join('\n')
  const script = `const began = performance.now()\n${imports}\nconsole.log(performance.now() - began)\nprocess.exit()`
  return report(['--input-type=module', '--eval', script], { cwd: root })
}
