// The accounts whose keys a check knows: those of the configuration, or else the demo ones.
import { simulators } from '../../mocks/index.ts'
import { toInitialAccounts } from '../double/accounts.ts'
import { createRandom } from '../double/random.ts'
import type { CheckAccount } from '../runner/index.ts'
import { readConfig } from './config.ts'

/** @throws PaydoubleError `badConfig`, `configNotFound` */
export async function checkAccounts(file?: string): Promise<CheckAccount[]> {
  const { accounts = {} } = await readConfig({ flags: {}, file, env: process.env, directory: process.cwd() })
  return toInitialAccounts(simulators, accounts, createRandom(1))
}
