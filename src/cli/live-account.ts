// Whose credentials a live run uses: those of the environment, of the configuration, or, on this machine only, the demo ones.
import { simulators } from '../../mocks/index.ts'
import { type Contract, inOurWords, PaydoubleError, showProblem } from '../contract/index.ts'
import { toInitialAccounts } from '../double/accounts.ts'
import { createRandom } from '../double/random.ts'
import type { AccountSeed } from '../double/simulator.ts'
import type { CheckAccount } from '../runner/index.ts'
import { readConfig } from './config.ts'
import { credentialVariables } from './credential-variables.ts'

interface Asked {
  /** The id of an account of the configuration, which then wins over the environment. */
  readonly id?: string | undefined
  readonly file?: string | undefined
  readonly target: URL
  readonly env: Readonly<Record<string, string | undefined>>
}

export interface LiveAccount {
  readonly account: CheckAccount
  /** Where its credentials come from, and how to give others. */
  readonly origin: string
}

/**
 * The account with the credentials that were given, and no others: those that are missing are not invented.
 *
 * @throws PaydoubleError `badConfig`, `badAccount`, `configNotFound`
 */
export async function liveAccount(contract: Contract, asked: Asked): Promise<LiveAccount> {
  const { id, file, target, env } = asked
  const { accounts = {} } = await readConfig({ flags: {}, file, env, directory: process.cwd() })
  const seeds = accounts[contract.id] ?? []
  const variables = credentialVariables(contract)
  const names = [...variables.keys()].join(', ')
  // An empty one is one that a build has no value for.
  const isSet = [...variables.keys()].some(name => Boolean(env[name]))
  if (id !== undefined || !isSet) {
    const seed = id === undefined ? seeds[0] : seeds.find(each => each.id === id)
    if (seed) {
      const account = toAccount(contract, seed, { id: seed.id, settings: settingsOf(contract, seed) })
      const hasAny = Object.values(account.credentials).some(value => value !== null)
      if (hasAny) return { account, origin: 'They come from the configuration.' }
    }
    if (id !== undefined && seeds.length > 0 && !seed) throw noAccount(contract, id, seeds)
    const account = demoAccount(contract, { target, id, names })
    return {
      account,
      origin: `They are those of a double. Set ${names}, or give "accounts" in paydouble.config.ts.`,
    }
  }
  const given = Object.fromEntries(
    [...variables].flatMap(([variable, name]) => (env[variable] ? [[name, env[variable]]] : [])),
  )
  // The configuration says how the account is set, also where its secrets are not in it.
  const [seed] = seeds
  const settings = seed && settingsOf(contract, seed)
  const account = toAccount(contract, given, { id: 'environment', settings })
  return { account, origin: `They come from the environment: ${names}.` }
}

/** The settings that an account of the configuration has, with those that it does not name. */
function settingsOf({ id }: Contract, seed: AccountSeed): CheckAccount['settings'] {
  const accounts = toInitialAccounts(simulators, { [id]: [seed] }, createRandom(1))
  return accounts.find(({ provider }) => provider === id)?.settings
}

/** What can be null and is not given is null: the account has none. */
function toAccount(
  contract: Contract,
  given: Readonly<Record<string, unknown>>,
  { id, settings }: { readonly id: string; readonly settings?: CheckAccount['settings'] | undefined },
): CheckAccount {
  const schema = contract.account.credentials
  const { shape } = schema
  const credentials: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(shape)) {
    if (given[name] !== undefined) credentials[name] = given[name]
    else if (field.safeParse(null).success) credentials[name] = null
  }
  const parsed = schema.partial().safeParse(credentials, inOurWords)
  if (!parsed.success) {
    throw new PaydoubleError(
      'badAccount',
      `Failed to use the account ${JSON.stringify(id)} of ${contract.id}: ${showProblem(parsed.error, schema, {})}.`,
    )
  }
  return { provider: contract.id, id, credentials, settings: settings ?? contract.account.defaults }
}

/** The account of a double that was not configured; no real provider knows it. */
function demoAccount(
  contract: Contract,
  { target, id, names }: { target: URL; id: string | undefined; names: string },
): CheckAccount {
  const demo = toInitialAccounts(simulators, {}, createRandom(1)).find(
    account => account.provider === contract.id && (id === undefined || account.id === id),
  )
  if (demo && isLoopback(target)) return demo
  const why = demo
    ? `no credentials of ${contract.id} are configured, and the demo ones are good for a double on this machine alone`
    : `there is no account ${JSON.stringify(id)} of ${contract.id}`
  throw new PaydoubleError(
    'badAccount',
    `Failed to choose an account for ${target.host}: ${why}. Set ${names}, or give "accounts" in paydouble.config.ts.`,
  )
}

function noAccount({ id: provider }: Contract, id: string, seeds: readonly { id: string }[]): PaydoubleError {
  return new PaydoubleError(
    'badAccount',
    `Failed to find the account ${JSON.stringify(id)} of ${provider} in the configuration: there is ${seeds.map(seed => seed.id).join(', ')}.`,
  )
}

function isLoopback({ hostname }: URL): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname)
}
