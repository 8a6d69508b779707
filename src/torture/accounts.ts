// An account for each run, so that no run sees anything of another.
import type { Contract } from '../contract/index.ts'
import type { Account } from '../store/records.ts'
import type { TorturedDouble } from './target.ts'

export interface RunAccounts {
  /** A new account. Credentials that are given go from each account to the next. */
  open(): Promise<Account>
  /** Forgets what happened to it. */
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

  /** Gives an account another identity: an invented one backwards, which nobody has. */
  async function retire(account: Account, invented: unknown): Promise<void> {
    const unused = [...String(invented)].reverse().join('')
    await accounts.put(provider, account.id, { [identifiedBy]: unused })
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
      const next = await accounts.create(provider)
      if (holder) await retire(holder, next.credentials[identifiedBy])
      holder = await accounts.put(provider, next.id, fields)
      return holder
    },

    async close({ id }) {
      await accounts.reset(provider, id)
    },

    async end() {
      if (!first || !holder || first.id === holder.id) return
      const { credentials } = await accounts.create(provider)
      await retire(holder, credentials[identifiedBy])
      await accounts.put(provider, first.id, { [identifiedBy]: identity })
    },
  }
}
