import type { Delivery } from '../records.ts'
import { isSince, type Store } from '../store.ts'
import type { Parts } from './parts.ts'
import { fromRow, one, toPage } from './rows.ts'

export interface DeliveryTable {
  readonly methods: Pick<Store, 'listDeliveries' | 'getDelivery' | 'addDelivery' | 'recordAttempt'>
  /** Adds one within a piece of work. */
  add(delivery: Delivery): void
}

export function createDeliveries({ db, transactions, list }: Parts): DeliveryTable {
  const insert = db.prepare(
    'insert into deliveries (id, provider, account, order_id, due_at, record) values (?, ?, ?, ?, ?, ?)',
  )
  const byId = db.prepare('select record from deliveries where id = ?')
  const update = db.prepare('update deliveries set due_at = ?, is_claimed = 0, record = ? where id = ?')

  function add(delivery: Delivery): void {
    const { id, provider, account, order, dueAt } = delivery
    insert.run(id, provider, account, order, dueAt, JSON.stringify(delivery))
  }

  const methods: DeliveryTable['methods'] = {
    async listDeliveries({ provider, account, order, callback, status }, page) {
      return transactions.read(() =>
        toPage(
          list('deliveries', page, {
            provider,
            account,
            order_id: order,
            "record ->> 'callback'": callback,
            "record ->> 'status'": status,
          }),
          row => fromRow<Delivery>(row),
        ),
      )
    },

    getDelivery: id => transactions.read(() => one<Delivery>(byId, id)),

    addDelivery: delivery => transactions.write(() => add(delivery)),

    recordAttempt: (id, attempt, next, options) =>
      transactions.write(() => {
        const delivery = one<Delivery>(byId, id)
        if (!delivery || !isSince(delivery, options)) return undefined
        const attempts = attempt ? [...delivery.attempts, attempt] : delivery.attempts
        const changed: Delivery = { ...delivery, attempts, ...next }
        update.run(next.dueAt, JSON.stringify(changed), id)
        return changed
      }),
  }
  return { methods, add }
}
