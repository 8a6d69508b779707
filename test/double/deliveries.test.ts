// What is asked of the store for a callback, however many there were before it.
import { expect, onTestFinished, test } from 'vitest'
import { assembleDouble } from '../../src/double/double.ts'
import { deliver } from '../../src/double/schedule.ts'
import { createSqliteStore } from '../../src/store/sqlite.ts'
import type { DeliveryFilter, OrderFilter, Store, StoreOptions } from '../../src/store/store.ts'
import { sendTo } from '../harness/in-process.ts'
import { signedCall, signedSimulator } from '../harness/signed-provider.ts'
import { temporaryFolder } from '../harness/stores.ts'

/** A double whose state is in a file, so that any callback may wait for another one, and what its store is asked for. */
async function openShop() {
  let orders: OrderFilter[] = []
  let deliveries: DeliveryFilter[] = []
  const createStore = (options: StoreOptions): Store => {
    const store = createSqliteStore({ ...options, file: `${temporaryFolder()}/store.db` })
    return {
      ...store,
      listOrders(filter, page) {
        orders.push(filter)
        return store.listOrders(filter, page)
      },
      listDeliveries(filter, page) {
        deliveries.push(filter)
        return store.listDeliveries(filter, page)
      },
    }
  }
  const tried: string[] = []
  const double = assembleDouble({
    createStore,
    simulators: [signedSimulator],
    deliver: async () => ({ status: 200, body: 'SUCCESS' }),
    onAttempt: ({ callback }) => tried.push(callback),
  })
  onTestFinished(() => double.close())
  await double.accounts.put('signedpay', 'demo', { url: 'http://127.0.0.1:1/' })
  const call = async (...[name, params]: [name: 'create' | 'refund', params: object]) =>
    (await signedCall({ send: sendTo(double) } as never, name, { ...params })).json()
  return {
    double,
    call,
    tried,
    async paid(number: string): Promise<void> {
      await double.payer.pay(String((await call('create', { number })).id))
    },
    asked() {
      const asked = { orders, deliveries }
      orders = []
      deliveries = []
      return asked
    },
  }
}

/** Whether only few come into question, which every store finds by an index. */
const isOfOnePayment = (filter: DeliveryFilter | OrderFilter) =>
  Object.keys(filter).some(name => name === 'order' || name === 'original')

test('a callback looks only at those of its payment', async () => {
  const { paid, asked } = await openShop()
  await paid('order-1')
  const first = asked()
  expect([...first.orders, ...first.deliveries].filter(filter => !isOfOnePayment(filter))).toEqual([])
  for (let n = 2; n <= 20; n++) await paid(`order-${n}`)
  asked()
  await paid('order-21')
  const { orders, deliveries } = asked()
  expect([orders.length, deliveries.length]).toEqual([first.orders.length, first.deliveries.length])
  expect([...orders, ...deliveries].filter(filter => !isOfOnePayment(filter))).toEqual([])
})

test('one that waits for another one looks, and is let go of, only among those of its payment', async () => {
  const { double, call, tried, paid, asked } = await openShop()
  for (let n = 1; n <= 3; n++) await paid(`order-${n}`)
  asked()
  double.faults.add({ provider: 'signedpay', deliver: deliver('payment').behind('refund') })
  await paid('order-4')
  await call('refund', { number: 'order-4', amount: 300 })
  await double.clock.advance(0)
  expect(tried.slice(3)).toEqual(['refund', 'payment'])
  expect(asked().deliveries.filter(filter => !isOfOnePayment(filter))).toEqual([])
})
