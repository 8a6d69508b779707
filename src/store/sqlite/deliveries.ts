import type { Delivery } from '../records.ts'
import { isSince, type Store } from '../store.ts'
import { createLookBy } from './look-by.ts'
import type { Parts } from './parts.ts'
import { fromRow, one, toPage } from './rows.ts'

export interface DeliveryTable {
  readonly methods: Pick<Store, 'listDeliveries' | 'getDelivery' | 'addDelivery' | 'recordAttempt'>
  /** Adds one within a piece of work. */
  add(delivery: Delivery): void
}

/** What deliveries are looked for by, besides their order. */
const indexes = {
  status: "(record ->> 'status')",
  // As one, which is taken for nothing else: lists of an account alone are better read from their end.
  callback: "(provider || ' ' || account || ' ' || (record ->> 'callback'))",
}

export function createDeliveries({ db, transactions, list }: Parts): DeliveryTable {
  const insert = db.prepare(
    'insert into deliveries (id, provider, account, order_id, due_at, record) values (?, ?, ?, ?, ?, ?)',
  )
  const byId = db.prepare('select record from deliveries where id = ?')
  const update = db.prepare('update deliveries set due_at = ?, is_claimed = 0, record = ? where id = ?')

  const lookBy = createLookBy({ db, transactions }, 'deliveries')

  function add(delivery: Delivery): void {
    const { id, provider, account, order, dueAt } = delivery
    insert.run(id, provider, account, order, dueAt, JSON.stringify(delivery))
  }

  const methods: DeliveryTable['methods'] = {
    async listDeliveries({ provider, account, order, callback, status }, page) {
      const ofAccount = [provider, account, callback]
      let by: keyof typeof indexes | undefined
      if (order === undefined && status !== undefined) by = 'status'
      else if (order === undefined && !ofAccount.includes(undefined)) by = 'callback'
      return lookBy(by && { name: by, on: indexes[by] }, () =>
        toPage(
          list('deliveries', page, {
            provider,
            account,
            order_id: order,
            "record ->> 'callback'": callback,
            // The sign keeps it from its index, which must not be taken instead of that of an order.
            [by === 'status' ? indexes.status : `+${indexes.status}`]: status,
            [indexes.callback]: by === 'callback' ? ofAccount.join(' ') : undefined,
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
