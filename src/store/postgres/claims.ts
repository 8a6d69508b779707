// Which deliveries this process has claimed: the database tells of whom it is, and this one what it still works on.
import type { Store } from '../store.ts'
import { createTurns } from '../turns.ts'
import type { Query } from './connect.ts'

export interface Claims extends Pick<Store, 'release'> {
  /** Has claims come one after the other, and keeps what was claimed. */
  claim<T>(work: (session: number) => Promise<{ ids: readonly string[]; result: T }>): Promise<T>
  /** The session under which this process has claimed a delivery; null where it has not. */
  sessionOf(id: string): number | null
  /** A claim has ended by what was written down. */
  ended(id: string): void
  /** Frees what counts as claimed by this process, and is not: its claim could not be given up, or was answered to nobody. */
  freeLost(): Promise<void>
}

/** @param session the number under which this process claims deliveries now */
export function createClaims(query: Query, session: () => Promise<number>): Claims {
  const held = new Map<string, number>()
  const inTurn = createTurns()
  let mayHaveLost = false

  /** In turn with claims, because what is just being claimed is not known here yet. */
  async function freeInTurn(): Promise<void> {
    if (!mayHaveLost) return
    mayHaveLost = false
    await orLose(async () =>
      query(
        'update deliveries set claimed_by = null where claimed_by = $1 and id <> all ($2::text[])',
        await session(),
        [...held.keys()],
      ),
    )
  }

  async function orLose<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      mayHaveLost = true
      throw error
    }
  }

  return {
    claim: work =>
      inTurn('claims', async () => {
        await freeInTurn()
        const me = await session()
        const { ids, result } = await orLose(() => work(me))
        for (const id of ids) held.set(id, me)
        return result
      }),

    sessionOf: id => held.get(id) ?? null,

    ended: id => held.delete(id),

    freeLost: () => inTurn('claims', freeInTurn),

    async release(id) {
      const claimedBy = held.get(id)
      if (claimedBy === undefined) return
      held.delete(id)
      await orLose(() =>
        query('update deliveries set claimed_by = null where id = $1 and claimed_by = $2', id, claimedBy),
      )
    },
  }
}
