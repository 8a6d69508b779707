// The accounts whose keys are known, by what a request names them with.
import type { Contract } from '../contract/index.ts'
import type { KnownAccount } from '../signature/index.ts'

/** An account as far as checking goes; those of a double are such. */
export interface CheckAccount extends KnownAccount {
  readonly provider: string
}

export interface KnownAccounts {
  named(contract: Contract, identity: string): CheckAccount | undefined
  of(contract: Contract): readonly CheckAccount[]
}

export function createKnownAccounts(
  contracts: readonly Contract[],
  accounts: readonly CheckAccount[],
): KnownAccounts {
  const byIdentity = new Map<Contract, Map<string, CheckAccount>>()
  const byProvider = new Map<string, CheckAccount[]>()
  for (const contract of contracts) {
    const own = accounts
      .filter(({ provider }) => provider === contract.id)
      .map(account => ({ ...account, settings: { ...contract.account.defaults, ...account.settings } }))
    byProvider.set(contract.id, own)
    const { identifiedBy, identities } = contract.account
    const byName = new Map<string, CheckAccount>()
    byIdentity.set(contract, byName)
    for (const account of own) {
      const names = identities?.(account.credentials, account.settings) ?? []
      for (const name of [String(account.credentials[identifiedBy]), ...names]) byName.set(name, account)
    }
  }
  return {
    named: (contract, identity) => byIdentity.get(contract)?.get(identity),
    of: contract => byProvider.get(contract.id) ?? [],
  }
}

/** All that is secret of some accounts. */
export function secretsOf(contracts: readonly Contract[], accounts: readonly CheckAccount[]): string[] {
  return contracts.flatMap(({ id, account }) =>
    accounts
      .filter(({ provider }) => provider === id)
      .flatMap(({ credentials }) => account.secrets.map(name => String(credentials[name] ?? ''))),
  )
}
