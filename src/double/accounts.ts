// The accounts of a double: those it begins with, and those that are changed and added while it runs.
import * as z from 'zod'
import { type Contract, inOurWords, PaydoubleError } from '../contract/index.ts'
import { type Account, accountKey } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import { createTurns } from '../store/turns.ts'
import { hexDigits, type Random } from './random.ts'
import type { SharedState } from './shared.ts'
import type { AccountSeed, Simulator } from './simulator.ts'

export interface Accounts {
  list(): Promise<Account[]>
  get(provider: string, id: string): Promise<Account | undefined>
  /**
   * Changes credentials or settings of an account, or adds one.
   * @throws PaydoubleError `unknownProvider`, `badAccount`
   */
  put(provider: string, id: string, changes: Readonly<Record<string, unknown>>): Promise<Account>
  /**
   * Adds an account of its own, with an invented id and invented credentials: for a test that shares the double
   * with others, and sees nothing of them. What is random about an account follows from the seed and its id: with
   * an `id` among the changes it is the same whatever others do.
   * @throws PaydoubleError `unknownProvider`, `badAccount`
   */
  create(provider: string, changes?: Readonly<Record<string, unknown>>): Promise<Account>
  /**
   * Forgets what one account did: its orders, deliveries, faults and journal. It is again as it was at first, or,
   * if it was added, as it was made by `create` and `put`.
   * @throws PaydoubleError `unknownProvider`, `accountUnknown`
   */
  reset(provider: string, id: string): Promise<Account>
  /**
   * Forgets an account and what it did.
   * @throws PaydoubleError `unknownProvider`, `accountUnknown`
   */
  remove(provider: string, id: string): Promise<void>
}

export function createAccounts(parts: {
  readonly simulatorOf: (provider: string) => Simulator
  readonly store: Store
  readonly random: Random
  readonly shared: SharedState
  /** The accounts with which the double begins. */
  readonly initial: () => readonly Account[]
  /** Forgets what else is known of an account besides what the store holds. */
  readonly forget: (provider: string, id: string) => void
  /** Has the others who share the store forget it as well, once the store has. */
  readonly forgotten: (provider: string, id: string) => void
}): Accounts {
  const { simulatorOf, store, random, shared, initial, forget, forgotten } = parts

  /** Those that were added, as they were made: without what has happened to them since. */
  const added = shared.add<Readonly<Record<string, Account>>>('accounts', () => ({}))
  // Of two that create an account with one id, one finds it.
  const inTurn = createTurns()

  async function find(provider: string, id: string): Promise<Account> {
    simulatorOf(provider)
    const known = await store.getAccount(provider, id)
    if (known) return known
    throw new PaydoubleError(
      'accountUnknown',
      `Failed to find the account ${provider}/${id}: there is none. "paydouble accounts" lists them.`,
    )
  }

  async function put(
    provider: string,
    id: string,
    given: Readonly<Record<string, unknown>>,
  ): Promise<Account> {
    const simulator = simulatorOf(provider)
    const { contract } = simulator
    const known = await store.getAccount(provider, id)
    const account = changeAccount(contract, known ?? newAccount(simulator, id, random), given)
    await store.putAccount(account)
    const key = accountKey(account)
    if (!initial().some(each => accountKey(each) === key)) {
      added.change(all => {
        const before = known && all[key]
        return { ...all, [key]: before ? changeAccount(contract, before, given) : account }
      })
    }
    return account
  }

  return {
    list: () => store.listAccounts(),
    get: (provider, id) => store.getAccount(provider, id),
    put: (provider, id, changes) => inTurn(provider, () => put(provider, id, changes)),

    create(provider, { id: given, ...changes } = {}) {
      return inTurn(provider, async () => {
        const { contract } = simulatorOf(provider)
        const id = given ?? `acc_${random.stream(`${contract.id}/accounts`).text(12, hexDigits)}`
        if (typeof id !== 'string' || !/^[^/]{1,100}$/.test(id) || (await store.getAccount(provider, id))) {
          throw new PaydoubleError(
            'badAccount',
            `Failed to create the account ${JSON.stringify(id)} of ${provider}: ${typeof id === 'string' && /^[^/]{1,100}$/.test(id) ? 'there is one with this id; reset or remove it' : 'an id is a text of 1 to 100 characters without a slash'}.`,
          )
        }
        return put(provider, id, changes)
      })
    },

    async reset(provider, id) {
      const known = await find(provider, id)
      const key = accountKey(known)
      const first = initial().find(each => accountKey(each) === key)
      const account = first ?? added.current[key] ?? known
      forget(provider, id)
      await store.resetAccount(account)
      forgotten(provider, id)
      return account
    },

    async remove(provider, id) {
      const account = await find(provider, id)
      added.change(({ [accountKey(account)]: _, ...rest }) => rest)
      forget(provider, id)
      await store.removeAccount(account)
      forgotten(provider, id)
    },
  }
}

/**
 * The accounts with which a double begins.
 *
 * @param given accounts by provider, instead of the simulators' own
 * @throws PaydoubleError `badAccount`, `unknownProvider`
 */
export function toInitialAccounts(
  simulators: readonly Simulator[],
  given: Readonly<Record<string, readonly AccountSeed[]>>,
  random: Random,
): Account[] {
  const known = simulators.map(({ contract }) => contract.id)
  const stranger = Object.keys(given).find(provider => !known.includes(provider))
  if (stranger !== undefined) {
    throw new PaydoubleError(
      'unknownProvider',
      `Failed to add the accounts of ${JSON.stringify(stranger)}: this double has ${known.join(', ')}.`,
    )
  }
  return simulators.flatMap(simulator => {
    const { contract } = simulator
    const accounts = (given[contract.id] ?? simulator.accounts).map(({ id, ...fields }) =>
      changeAccount(contract, newAccount(simulator, id, random), fields),
    )
    const { identifiedBy } = contract.account
    const id = repeated(accounts.map(account => account.id))
    const identity = repeated(accounts.map(account => String(account.credentials[identifiedBy])))
    if (id === undefined && identity === undefined) return accounts
    const what =
      id === undefined
        ? `two of them have the same ${identifiedBy}`
        : `the id ${JSON.stringify(id)} comes twice`
    throw new PaydoubleError('badAccount', `Failed to add the accounts of ${contract.id}: ${what}.`)
  })
}

/** An account as the simulator knows it by this id, or with invented credentials. */
function newAccount(
  { contract, accounts, inventCredentials }: Simulator,
  id: string,
  random: Random,
): Account {
  const invented = inventCredentials(random.stream(`${contract.id}/accounts/${id}`))
  const account = { provider: contract.id, id, credentials: invented, settings: contract.account.defaults }
  const { id: _, ...fields } = accounts.find(seeded => seeded.id === id) ?? { id }
  return changeAccount(contract, account, fields)
}

function repeated(values: readonly string[]): string | undefined {
  return values.find((value, i) => values.indexOf(value) !== i)
}

/**
 * Checks an account that was made elsewhere.
 * @throws PaydoubleError `badAccount`
 */
export function checkAccount(contract: Contract, account: Account): void {
  changeAccount(contract, account, {})
}

/**
 * The account with some fields changed.
 * @throws PaydoubleError `badAccount`
 */
function changeAccount(
  contract: Contract,
  account: Account,
  changes: Readonly<Record<string, unknown>>,
): Account {
  const { credentials, settings } = contract.account
  const known = [...Object.keys(credentials.shape), ...Object.keys(settings.shape)]
  const unknown = Object.keys(changes).find(name => !known.includes(name))
  const failure = (why: string) =>
    new PaydoubleError(
      'badAccount',
      `Failed to change the account ${account.provider}/${account.id}: ${why}. Its fields are ${known.join(', ')}.`,
    )
  if (unknown !== undefined) throw failure(`there is no field ${JSON.stringify(unknown)}`)
  const merged = { ...account.credentials, ...account.settings, ...changes }
  const parsed = fieldsOf(contract).safeParse(merged, inOurWords)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw failure(`${issue?.path.join('.')} is not right (${issue?.message})`)
  }
  const pick = (names: readonly string[]) => Object.fromEntries(names.map(name => [name, parsed.data[name]]))
  return {
    ...account,
    credentials: pick(Object.keys(credentials.shape)),
    settings: pick(Object.keys(settings.shape)),
  }
}

const knownFields = new WeakMap<Contract, z.ZodObject>()

/** Credentials and settings together. Made once, because zod compiles each schema anew. */
function fieldsOf(contract: Contract): z.ZodObject {
  const { credentials, settings } = contract.account
  const fields = knownFields.get(contract) ?? z.object({ ...credentials.shape, ...settings.shape })
  knownFields.set(contract, fields)
  return fields
}
