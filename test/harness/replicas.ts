// Several doubles on one state, without a database: the store of a process that says of itself that it is shared.
import { onTestFinished } from 'vitest'
import { simulators } from '../../mocks/index.ts'
import { createManualClock } from '../../src/double/clock.ts'
import { type AssembleOptions, assembleDouble, type Double } from '../../src/double/double.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import type { OpenDoor } from './doors.ts'
import { sendTo } from './in-process.ts'

export type Replica = Pick<OpenDoor, 'send'> & { readonly double: Double }

/** @returns what opens one double after the other on the same state */
export function openReplicas(): (options?: Partial<AssembleOptions>) => Replica {
  let shared: Store | undefined
  let begun = 0
  let first: Promise<unknown> | undefined
  return options => {
    const double = assembleDouble({
      simulators,
      deliver: async () => ({ status: 200, body: 'ok' }),
      clock: createManualClock(),
      rateLimits: false,
      ...options,
      createStore(storeOptions) {
        shared ??= createMemoryStore(storeOptions)
        const store = shared
        return {
          ...store,
          reach: 'shared',
          async begin(initial) {
            const before = begun++
            first ??= store.begin(initial)
            await first
            return before
          },
          close: async () => {},
        }
      },
    })
    onTestFinished(() => double.close())
    return { double, send: sendTo(double) }
  }
}
