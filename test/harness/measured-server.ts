// A server in a process of its own, whose memory can be asked for: run by `startMeasured`.
import { simulators } from '../../mocks/index.ts'
import { deliverWith } from '../../src/doors/deliver.ts'
import { openHttpDoor } from '../../src/doors/http.ts'
import { createManualClock } from '../../src/double/clock.ts'
import { assembleDouble } from '../../src/double/double.ts'
import { createSqliteStore } from '../../src/store/sqlite.ts'
import { liveMemory } from './live-memory.ts'

const double = assembleDouble({
  simulators,
  createStore: createSqliteStore,
  deliver: deliverWith(fetch),
  clock: createManualClock(),
  rateLimits: false,
})
const limits = JSON.parse(process.argv[2] ?? '{}')
const { port } = await openHttpDoor(double, { limits })

process.on('message', () => process.send?.(liveMemory()))
process.send?.(port)
