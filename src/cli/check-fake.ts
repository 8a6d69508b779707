// `--fake`: the double in the provider's place, asked the same as in a capture.
import { simulators } from '../../mocks/index.ts'
import { type Check, type CheckAccount, createReplay, type Replay } from '../runner/index.ts'
import { createSqliteStore } from '../store/sqlite.ts'

/** @param accounts those of the configuration: the double has them with the same settings */
export function createFake(check: Check, accounts: readonly CheckAccount[]): Replay {
  return createReplay({ check, simulators, createStore: createSqliteStore, accounts })
}
