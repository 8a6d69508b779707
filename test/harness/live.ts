// Runs the cases of a provider against a double, as against a real provider.
import { contracts } from '../../contracts/index.ts'
import type { Contract } from '../../src/contract/index.ts'
import type { CaseOutcome, CheckReport, LiveOptions } from '../../src/runner/index.ts'
import { runCases } from '../../src/runner/index.ts'
import type { OpenDoor } from './doors.ts'

export function contractOf(provider: string): Contract {
  const contract = contracts.find(({ id }) => id === provider)
  if (!contract) throw new Error(`there is no ${provider}`)
  return contract
}

/** Where a provider answers at a door: behind a prefix of its own with HTTP. */
export function targetOf(door: OpenDoor, provider: string): string {
  const url = door.urlOf(provider)
  return /^http:\/\/127\.0\.0\.1:/.test(url) ? `${url}/${provider}` : url
}

/** The first account of a double. */
export async function accountOf(door: OpenDoor, provider: string): Promise<LiveOptions['account']> {
  const account = (await door.double.accounts.list()).find(each => each.provider === provider)
  if (!account) throw new Error(`${provider} has no account`)
  return account
}

/** Runs cases; time goes by on the double's clock alone. */
export async function runLive(
  door: OpenDoor,
  provider: string,
  options: Partial<LiveOptions> = {},
): Promise<CheckReport> {
  const { clock } = door.double
  return runCases(contractOf(provider), {
    target: targetOf(door, provider),
    account: await accountOf(door, provider),
    runId: 'test01',
    version: '0.0.0',
    now: () => clock.now(),
    wait: async ms => {
      await door.double.clock.advance(ms)
    },
    deadline: () => new AbortController().signal,
    ...options,
  })
}

/** What became of each case, by its name. */
export function outcomesOf({ cases = [] }: CheckReport): Record<string, CaseOutcome['outcome']> {
  return Object.fromEntries(cases.map(({ name, outcome }) => [name, outcome]))
}
