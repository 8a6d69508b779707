import type { Store } from '../store.ts'
import type { Query } from './connect.ts'

export function createPruning(query: Query): Pick<Store, 'prune'> {
  return {
    async prune({ before, keep, limit }) {
      const [row] = await query<{ count: number }>(
        `with bound as materialized (
           select greatest(
             case when $1::bigint is not null then coalesce(
               (select n - 1 from orders where created_at >= $1::bigint order by n limit 1),
               (select max(n) from orders)
             ) end,
             case when $2::bigint is not null then (select n from orders order by n desc offset $2::bigint limit 1) end
           ) as n
         ), old as materialized (
           select n, version from orders o
           where n <= (select n from bound)
             and not exists (select from deliveries d where d.order_id = o.id and d.status in ('pending', 'held'))
           order by n limit $3
         ), gone as (
           delete from orders where n in (
             -- One that was changed since it was looked at may have got a delivery.
             select o.n from old join orders o on o.n = old.n and o.version = old.version
             for update of o skip locked
           )
           returning id, keys
         ), keys_gone as (
           delete from order_keys k using gone where k.key = any(gone.keys) and k.order_id = gone.id
         ), deliveries_gone as (
           delete from deliveries d using gone where d.order_id = gone.id
         )
         select count(*) as count from gone`,
        before ?? null,
        keep ?? null,
        limit,
      )
      return row?.count ?? 0
    },
  }
}
