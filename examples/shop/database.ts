// The shop's database: a map that stands for a table, and can be told to fail.

export interface ShopOrder {
  readonly id: string
  /** Minor units. */
  readonly amount: number
  readonly status: 'pending' | 'paid' | 'expired' | 'failed' | 'refunded'
  /** What the customer was given for it, in minor units. */
  readonly credited: number
  /** QFPay's number of the payment, once it is paid. */
  readonly payment?: { readonly syssn: string }
}

export function createDatabase() {
  const orders = new Map<string, ShopOrder>()
  let failures = 0

  function write(order: ShopOrder): void {
    if (failures > 0) {
      failures--
      throw new Error('the database does not answer')
    }
    orders.set(order.id, order)
  }

  return {
    get: (id: string) => orders.get(id),
    /** @throws Error where there is no such order */
    show(id: string): { status: ShopOrder['status']; credited: number } {
      const order = orders.get(id)
      if (!order) throw new Error(`there is no order ${id}`)
      return { status: order.status, credited: order.credited }
    },
    all: () => [...orders.values()],
    insert: write,
    /** Changes an order as one step. @param change gives the new values, or undefined to leave it */
    update(id: string, change: (order: ShopOrder) => Partial<ShopOrder> | undefined): void {
      const order = orders.get(id)
      const changed = order && change(order)
      if (changed) write({ ...order, ...changed })
    },
    failNextWrite() {
      failures++
    },
    clear() {
      orders.clear()
      failures = 0
    },
  }
}
export type Database = ReturnType<typeof createDatabase>
