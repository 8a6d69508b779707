// An account for each run, so that no run sees anything of another.
import type { Contract } from '../contract/index.ts'
import type { Account } from '../store/records.ts'
import type { TorturedDouble } from './target.ts'

export interface RunAccounts {
  /** A new account. Credentials that are given go from each account to the next. */
  open(): Promise<Account>
  /** Takes it away, unless it holds credentials that go on to the next one. */
  close(account: Account): Promise<void>
  /** Gives given credentials back to who had them before. */
  end(): Promise<void>
}

/** @param fields credentials and settings of each account; what is not given is invented */
export function createRunAccounts(
  { accounts }: Pick<TorturedDouble, 'accounts'>,
  { id: provider, account: { identifiedBy } }: Contract,
  fields: Readonly<Record<string, unknown>>,
): RunAccounts {
  const identity = fields[identifiedBy]
  /** Who has the given credentials now, and who had them at first. */
  let holder: Account | undefined
  let first: Account | undefined
  let isLookedUp = false

  /** Lets go of the given credentials: an account of a run goes, the one that had them at first waits for them. */
  async function giveUp(account: Account): Promise<void> {
    if (account.id !== first?.id) return accounts.remove(provider, account.id)
    const invented = await accounts.create(provider)
    await accounts.remove(provider, invented.id)
    await accounts.put(provider, account.id, { [identifiedBy]: invented.credentials[identifiedBy] })
  }

  return {
    async open() {
      if (identity === undefined) return accounts.create(provider, fields)
      if (!isLookedUp) {
        isLookedUp = true
        const all = await accounts.list()
        first = all.find(each => each.provider === provider && each.credentials[identifiedBy] === identity)
        holder = first
      }
      if (holder) await giveUp(holder)
      holder = await accounts.create(provider, fields)
      return holder
    },

    async close({ id }) {
      if (identity === undefined) await accounts.remove(provider, id)
      else await accounts.reset(provider, id)
    },

    async end() {
      if (!holder || holder.id === first?.id) return
      await giveUp(holder)
      if (first) await accounts.put(provider, first.id, { [identifiedBy]: identity })
    },
  }
}
