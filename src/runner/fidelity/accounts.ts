// Accounts of the double that stand for those of a capture.
import type { Contract } from '../../contract/index.ts'
import type { Double } from '../../double/double.ts'
import type { Account } from '../../store/records.ts'
import type { CheckAccount, KnownAccounts } from '../known-accounts.ts'
import { mayTake } from './credentials.ts'

/** Where callbacks of accounts go that the capture says nothing of. Nothing is ever sent there. */
const callbackUrl = 'http://merchant.test/callback'

/** An account of the double, and what of it the capture has shown. */
export interface StandIn {
  readonly id: string
  /** Its credentials are known, or were in a request that the provider answered. */
  readonly settled: Set<string>
}

export interface StandIns {
  /** The double's account for the one that a request names, made where it is not there yet. */
  of(identity: string, credential: string | undefined): Promise<StandIn>
  /** Any account, where a request need not name one. */
  any(): Promise<StandIn>
  get(id: string): StandIn | undefined
  read(standIn: StandIn): Promise<Account>
  change(standIn: StandIn, changes: Readonly<Record<string, unknown>>): Promise<void>
}

export function createStandIns(double: Double, contract: Contract, known: KnownAccounts): StandIns {
  const byIdentity = new Map<string, StandIn>()
  const byAccount = new Map<CheckAccount, StandIn>()
  const byId = new Map<string, StandIn>()

  async function create(
    given: Readonly<Record<string, unknown>>,
    settled: readonly string[],
  ): Promise<StandIn> {
    const id = `replay-${byId.size + 1}`
    await double.accounts.create(contract.id, { ...callbackSetting(contract), ...given, id })
    const made = { id, settled: new Set(settled) }
    byId.set(id, made)
    return made
  }

  async function createFor(identity: string, credential: string | undefined): Promise<StandIn> {
    const account = known.named(contract, identity)
    if (!account) {
      const isShown = credential !== undefined && mayTake(contract, credential, identity)
      return create(isShown ? { [credential]: identity } : {}, isShown ? [credential] : [])
    }
    const before = byAccount.get(account)
    if (before) return before
    const { credentials, settings = {} } = account
    const made = await create(
      { ...withoutEmpty(contract, settings), ...credentials },
      Object.keys(credentials),
    )
    byAccount.set(account, made)
    return made
  }

  return {
    async of(identity, credential) {
      const standIn = byIdentity.get(identity) ?? (await createFor(identity, credential))
      byIdentity.set(identity, standIn)
      return standIn
    },
    any: async () => byId.values().next().value ?? create({}, []),
    get: id => byId.get(id),
    async read({ id }) {
      return (await double.accounts.get(contract.id, id)) as Account
    },
    async change({ id }, changes) {
      await double.accounts.put(contract.id, id, changes)
    },
  }
}

/** The setting that holds where callbacks go: an address, or a list of them. */
function callbackSetting({ account }: Contract): Record<string, unknown> {
  const { callbackAddress, settings } = account
  if (callbackAddress === undefined) return {}
  const isText = settings.shape[callbackAddress]?.safeParse(callbackUrl).success
  return { [callbackAddress]: isText ? callbackUrl : [callbackUrl] }
}

/** Without a callback address that says that there is none: then nothing could be compared. */
function withoutEmpty(
  { account: { callbackAddress = '' } }: Contract,
  settings: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const address = settings[callbackAddress]
  const isEmpty = address === null || address === '' || (Array.isArray(address) && address.length === 0)
  return Object.fromEntries(
    Object.entries(settings).filter(([name]) => !(isEmpty && name === callbackAddress)),
  )
}
