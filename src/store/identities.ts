// By an identity a request names its account, so no two accounts of a provider have one in common.
import { PaydoubleError } from '../contract/index.ts'
import { type Account, accountKey } from './records.ts'

type Named = Pick<Account, 'provider' | 'id'>

/**
 * @param holder who has an identity of the account by now
 * @throws PaydoubleError `badAccount`
 */
export function checkHolder(account: Named, holder: Named | undefined): void {
  if (holder !== undefined && holder.id !== account.id) throw identityTaken(account, holder.id)
}

/**
 * Checks accounts that are all added at once.
 * @throws PaydoubleError `badAccount`
 */
export function checkApart(
  accounts: readonly Account[],
  identitiesOf: (account: Account) => readonly string[],
): void {
  const holders = new Map<string, Account>()
  for (const account of accounts) {
    for (const identity of identitiesOf(account)) {
      const name = `${account.provider}/${identity}`
      checkHolder(account, holders.get(name))
      holders.set(name, account)
    }
  }
}

/** @param holder the id of the account that has one of its identities */
export function identityTaken(account: Named, holder = 'that came first'): PaydoubleError {
  return new PaydoubleError(
    'badAccount',
    `Failed to change the account ${accountKey(account)}: requests name the account ${holder} by the same credential. Give one of them another.`,
  )
}
