import { actDueAt, type Delivery, type Order } from '../records.ts'
import type { ClaimOptions, Due, Store } from '../store.ts'
import type { OrderTable } from './orders.ts'
import type { Parts } from './parts.ts'
import { fromRow, limitTo, many } from './rows.ts'

type NextDue = Readonly<Record<Due['kind'], number>>

/** What falls due, and who has claimed it. */
export function createDue(
  { db, transactions, prepared }: Parts,
  orders: OrderTable,
): Pick<Store, 'claimDue' | 'release' | 'nextDueAt'> {
  const next = db.prepare(
    `select (select min(expires_at) from orders where status = 'pending' and expires_at is not null) as expiry,
       (select min(act_at) from orders where act_at is not null) as act,
       (select min(due_at) from deliveries where due_at is not null and is_claimed = 0) as delivery`,
  )
  const expire = db.prepare(`update orders set status = 'expired', record = ? where n = ?`)
  const claim = db.prepare('update deliveries set is_claimed = ? where id = ?')
  /** Whose claims could not be given up, because the disk was full for instance: that is done with the next claim. */
  const unreleased = new Set<string>()

  /** When something falls due next, by what it is. */
  function nextDue(): NextDue {
    const { expiry, act, delivery } = next.get() as Record<Due['kind'], number | null>
    const never = Number.POSITIVE_INFINITY
    return { expiry: expiry ?? never, act: act ?? never, delivery: delivery ?? never }
  }

  /** Expires pending orders whose life is over by then, the first of them first. */
  function expireOrders(until: number, { now, limit }: ClaimOptions): Due[] {
    const over = prepared(
      `select n, record from orders where status = 'pending' and expires_at <= ? order by expires_at, n ${limitTo(limit)}`,
    )
    return over.all(until).map(row => {
      const order = fromRow<Order>(row)
      const dueAt = order.expiresAt ?? now
      const expired: Order = { ...order, status: 'expired', changedAt: Math.max(now, dueAt) }
      orders.changeKeys(row.n as number, order, expired)
      expire.run(JSON.stringify(expired), row.n as number)
      return { kind: 'expiry', dueAt, order: expired }
    })
  }

  /** Takes acts and deliveries that are due by then, the first of them first. */
  function takeOthers(first: NextDue, until: number, { now, limit }: ClaimOptions): Due[] {
    const acts = prepared(`select record from orders where act_at <= ? order by act_at, n ${limitTo(limit)}`)
    const deliveries = prepared(
      `select record from deliveries where due_at <= ? and is_claimed = 0 order by due_at, n ${limitTo(limit)}`,
    )
    const dueActs = (first.act > until ? [] : many<Order>(acts, until)).map(
      order => ({ kind: 'act', dueAt: actDueAt(order) ?? now, order }) as const,
    )
    // Where there are acts enough, only what comes before the last of them is still of interest.
    const last = dueActs.length < limit ? undefined : dueActs.at(-1)
    const end = last === undefined ? until : last.dueAt - 1
    const dueDeliveries = (first.delivery > end ? [] : many<Delivery>(deliveries, end)).map(
      delivery => ({ kind: 'delivery', dueAt: delivery.dueAt ?? now, delivery }) as const,
    )
    const due = [...dueActs, ...dueDeliveries]
    due.sort((a, b) => a.dueAt - b.dueAt)
    due.length = Math.min(due.length, limit)
    for (const item of due) if (item.kind === 'delivery') claim.run(1, item.delivery.id)
    return due
  }

  async function releaseAll(): Promise<void> {
    if (unreleased.size === 0) return
    await transactions.write(() => {
      for (const id of unreleased) claim.run(0, id)
    })
    unreleased.clear()
  }

  return {
    async claimDue(until, options) {
      await releaseAll()
      const due = transactions.look(nextDue)
      const first = Math.min(due.expiry, due.act, due.delivery)
      if (first > until) return transactions.read(() => [])
      if (due.expiry === first) {
        const end = Math.min(until, due.act, due.delivery)
        return transactions.together(() => expireOrders(end, options))
      }
      const end = Math.max(first, Math.min(options.now, until, due.expiry - 1))
      const take = () => takeOthers(due, end, options)
      return due.delivery > end ? transactions.read(take) : transactions.together(take)
    },

    async release(id) {
      try {
        await transactions.write(() => claim.run(0, id))
      } catch (error) {
        unreleased.add(id)
        throw error
      }
    },

    async nextDueAt() {
      await releaseAll()
      const { expiry, act, delivery } = await transactions.read(nextDue)
      const at = Math.min(expiry, act, delivery)
      return Number.isFinite(at) ? at : undefined
    },
  }
}
