import type { Delivery } from '../records.ts'
import type { Store } from '../store.ts'
import type { Claims } from './claims.ts'
import type { Query } from './connect.ts'
import { readPage } from './page.ts'
import type { Parameter } from './texts.ts'

type DeliveryStore = Pick<Store, 'listDeliveries' | 'getDelivery' | 'addDelivery' | 'recordAttempt'>

/** What changes about a delivery is in columns; its record says how it was at first. */
export interface DeliveryRow extends Pick<Delivery, 'status' | 'behind'> {
  readonly n: number
  readonly due_at: number | null
  /** As JSON, with commas between them. */
  readonly attempts: string
  readonly record: Delivery
}

export const deliveryColumns = 'n, status, due_at, behind, attempts, record'

export function createDeliveryStore(
  query: Query,
  claims: Pick<Claims, 'sessionOf' | 'ended'>,
): DeliveryStore {
  return {
    async listDeliveries(filter, page) {
      const select = `select ${deliveryColumns} from deliveries`
      const { items, next } = await readPage<DeliveryRow>(query, select, page, {
        'provider =': filter.provider,
        'account =': filter.account,
        'order_id =': filter.order,
        'callback =': filter.callback,
        'status =': filter.status,
      })
      return { items: items.map(toDelivery), next }
    },

    async getDelivery(id) {
      const [row] = await query<DeliveryRow>(`select ${deliveryColumns} from deliveries where id = $1`, id)
      return row && toDelivery(row)
    },

    async addDelivery(delivery) {
      // The order counts as changed: whoever lets go of old ones has to see that it has a delivery.
      await query(
        `with changed as (update orders set version = version + 1 where id = any ($4::text[])) ${insertDeliveries(1)}`,
        ...toColumns([delivery]),
      )
    },

    async recordAttempt(id, attempt, next, { from } = {}) {
      const [row] = await query<DeliveryRow>(
        `update deliveries
         set attempts = case when $2::text is null then attempts when attempts = '' then $2::text else attempts || ',' || $2::text end,
           status = $3, due_at = $4, behind = case when $5 then $6 else behind end, claimed_by = null
         where id = $1 and (claimed_by is null or claimed_by = $7)
           and ($8::text is null or (status = $8 and attempts = $9))
         returning ${deliveryColumns}`,
        id,
        attempt ? JSON.stringify(attempt) : null,
        next.status,
        next.dueAt,
        next.behind !== undefined,
        next.behind ?? null,
        claims.sessionOf(id),
        from?.status ?? null,
        from ? toAttempts(from) : null,
      )
      if (row) claims.ended(id)
      return row && toDelivery(row)
    },
  }
}

export function toDelivery({ record, status, due_at: dueAt, behind, attempts }: DeliveryRow): Delivery {
  return { ...record, status, dueAt, behind, attempts: JSON.parse(`[${attempts}]`) }
}

/** Inserts deliveries whose columns are the parameters from this number on. Conditions may follow. */
export function insertDeliveries(from: number): string {
  const at = (nth: number) => `$${from + nth}`
  return `
    insert into deliveries (id, provider, account, order_id, callback, status, due_at, behind, attempts, record)
    select d.id, d.provider, d.account, d.order_id, d.callback, d.status, d.due_at, d.behind, d.attempts, d.record::json
    from unnest(
      ${at(0)}::text[], ${at(1)}::text[], ${at(2)}::text[], ${at(3)}::text[], ${at(4)}::text[],
      ${at(5)}::text[], ${at(6)}::bigint[], ${at(7)}::text[], ${at(8)}::text[], ${at(9)}::text[]
    ) with ordinality as d (id, provider, account, order_id, callback, status, due_at, behind, attempts, record, ordinality)`
}

export function toColumns(deliveries: readonly Delivery[]): Parameter[] {
  const column = (toValue: (delivery: Delivery) => string | number | null) => deliveries.map(toValue)
  return [
    column(({ id }) => id),
    column(({ provider }) => provider),
    column(({ account }) => account),
    column(({ order }) => order),
    column(({ callback }) => callback),
    column(({ status }) => status),
    column(({ dueAt }) => dueAt),
    column(({ behind }) => behind),
    column(toAttempts),
    column(delivery => JSON.stringify({ ...delivery, attempts: [] })),
  ]
}

function toAttempts({ attempts }: Pick<Delivery, 'attempts'>): string {
  return attempts.map(attempt => JSON.stringify(attempt)).join()
}
