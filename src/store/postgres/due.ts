// What falls due: the ends of orders, their acts, and deliveries, which belong to the session that claims them.
import type { Delivery, Order } from '../records.ts'
import type { ClaimOptions, Due, Store, StoreOptions } from '../store.ts'
import type { Claims } from './claims.ts'
import type { Query } from './connect.ts'
import { type DeliveryRow, toDelivery } from './deliveries.ts'
import { changeOrders } from './orders.ts'

export function createDueStore(
  query: Query,
  keysOf: StoreOptions['keysOf'],
  claims: Claims,
): Pick<Store, 'claimDue' | 'nextDueAt' | 'release'> {
  /** Expires those orders that nobody else has changed meanwhile. */
  async function expire(rows: readonly DueRow[], { now }: ClaimOptions): Promise<Due[]> {
    const changes = rows.map(row => {
      const before = row.record as Order
      const order: Order = { ...before, status: 'expired', changedAt: Math.max(now, row.due_at) }
      return { row: { ...row, record: before }, order, dueAt: row.due_at }
    })
    const changed = new Set(await changeOrders(query, keysOf, changes))
    return changes
      .filter(({ row }) => changed.has(row.n))
      .map(({ order, dueAt }) => ({ kind: 'expiry', dueAt, order }))
  }

  async function take(until: number, { now, limit }: ClaimOptions, me: number) {
    const rows = await query<ClaimRow>(claimText, until, now, limit, me)
    const found = rows.filter(row => row.kind !== null) as DueRow[]
    const claimed = found.filter(({ kind }) => kind === 'delivery')
    return { ids: claimed.map(({ record }) => (record as Delivery).id), result: { rows, found, me } }
  }

  return {
    release: claims.release,

    async claimDue(until, options) {
      for (;;) {
        const { rows, found, me } = await claims.claim(session => take(until, options, session))
        if (found[0]?.kind === 'expiry') {
          const expired = await expire(found, options)
          if (expired.length > 0) return expired
        } else if (found.length > 0) return found.map(toDue)
        // Nothing is free; what others have claimed is, if they have ended.
        else if (!rows[0]?.others || (await freeClaims(query, me)) === 0) return []
      }
    },

    async nextDueAt() {
      await claims.freeLost()
      const [row] = await query<{ at: number | null }>(`select least(${nextTimes}) as at`)
      return row?.at ?? undefined
    },
  }
}

/** Frees what was claimed by sessions that have ended: nobody holds their locks. @returns how many deliveries */
export async function freeClaims(query: Query, session: number): Promise<number> {
  const rows = await query(
    `with ended as (
       delete from sessions where number <> $1 and pg_try_advisory_xact_lock(hashtext(current_schema()), number)
       returning number
     )
     update deliveries set claimed_by = null from ended where claimed_by = ended.number returning 1`,
    session,
  )
  return rows.length
}

interface DueRow extends Omit<DeliveryRow, 'record'> {
  readonly kind: Due['kind']
  readonly due_at: number
  readonly version: number
  readonly record: unknown
}

/** Where nothing is due, one row says at least whether others have claimed something. */
type ClaimRow = { readonly others: boolean } & (DueRow | { readonly kind: null })

function toDue(row: DueRow): Due {
  const { kind, due_at: dueAt } = row
  if (kind === 'delivery') return { kind, dueAt, delivery: toDelivery(row as DeliveryRow) }
  return { kind, dueAt, order: row.record as Order }
}

const nextTimes = `
  (select expires_at from orders where status = 'pending' and expires_at is not null order by expires_at, n limit 1),
  (select act_at from orders where act_at is not null order by act_at, n limit 1),
  (select due_at from deliveries where due_at is not null and claimed_by is null order by due_at, n limit 1)`

/** $1: until, $2: now, $3: limit, $4: the session. */
const claimText = `
  with times as materialized (
    select * from (values (${nextTimes})) as t (expiry, act, delivery)
  ), bounds as materialized (
    select expiry is not null and expiry <= least(expiry, act, delivery) as "expires", first <= $1 as "isDue",
      case when expiry <= least(act, delivery) or coalesce(act, delivery) is null then least($1, act, delivery)
        else greatest(first, least($2, $1, expiry - 1)) end as bound
    from times, least(expiry, act, delivery) as first
  ), expiries as (
    select n, version, expires_at, record from orders
    where (select "expires" and "isDue" from bounds)
      and status = 'pending' and expires_at is not null and expires_at <= (select bound from bounds)
    order by expires_at, n limit $3
  ), acts as (
    select n, version, act_at, record from orders
    where (select not "expires" and "isDue" from bounds)
      and act_at is not null and act_at <= (select bound from bounds)
    order by act_at, n limit $3
  ), free as materialized (
    select n, due_at from deliveries
    where (select not "expires" and "isDue" from bounds)
      and due_at is not null and claimed_by is null and due_at <= (select bound from bounds)
    order by due_at, n limit $3
    for update skip locked
  ), first as materialized (
    select 0 as rank, n, act_at as due_at from acts
    union all select 1, n, due_at from free
    order by due_at, rank, n limit $3
  ), claimed as (
    update deliveries d set claimed_by = $4 from first
    where first.rank = 1 and d.n = first.n
    returning d.n, d.status, d.due_at, d.behind, d.attempts, d.record
  ), due as (
    select 'expiry' as kind, n, version, null as status, expires_at as due_at, null as behind, null as attempts, record
    from expiries
    union all
    select 'act', n, version, null, act_at, null, null, record from acts
    where exists (select from first where first.rank = 0 and first.n = acts.n)
    union all
    select 'delivery', n, 0, status, due_at, behind, attempts, record from claimed
  )
  select due.*, exists (select from deliveries where claimed_by is not null and claimed_by <> $4) as others
  from bounds left join due on true
  order by due.due_at, due.kind, due.n`
