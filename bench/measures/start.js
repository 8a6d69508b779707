// From nothing to the first answer of the built command.
import { at, median } from '../harness/numbers.js'
import { bare, serveArgs } from '../harness/paths.js'
import { startServer } from '../harness/process.js'
import { toRow } from '../harness/rows.js'

export async function measure({ rounds }) {
  const own = []
  const floor = []
  for (let round = -1; round < rounds; round++) {
    for (const [args, times] of [
      [serveArgs, own],
      [[bare], floor],
    ]) {
      const server = await startServer(args)
      await server.stop()
      if (round >= 0) times.push(server.startMs)
    }
  }
  return [
    toRow({
      measure: 'start of the built command to its first answer',
      most: 200,
      value: Math.round(median(own)),
      unit: ' ms',
      detail: `the fastest ${Math.round(at(own, 0))}, the slowest ${Math.round(at(own, 1))} ms; a bare \`node:http\` handler ${Math.round(median(floor))} ms`,
    }),
  ]
}
