// What falls due while the clock runs: much at one moment, and what somebody asks for meanwhile.
import { expect, onTestFinished, test } from 'vitest'
import { simulators } from '../../mocks/index.ts'
import { createManualClock, createSystemClock } from '../../src/double/clock.ts'
import { type AssembleOptions, assembleDouble } from '../../src/double/double.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { qfpayPayment } from '../harness/clients.ts'
import { eventually } from '../harness/eventually.ts'
import { sendTo } from '../harness/in-process.ts'

const notify_url = 'http://127.0.0.1:1/paid'

/** A double that counts how often its store is asked for what is due. */
function open(options: Partial<AssembleOptions> = {}) {
  let claims = 0
  const sent: string[] = []
  const double = assembleDouble({
    simulators,
    createStore(storeOptions) {
      const store = createMemoryStore(storeOptions)
      return {
        ...store,
        claimDue(...args) {
          claims++
          return store.claimDue(...args)
        },
      }
    },
    async deliver({ body }) {
      sent.push(JSON.parse(body).out_trade_no)
      return { status: 200, body: 'SUCCESS' }
    },
    rateLimits: false,
    ...options,
  })
  onTestFinished(() => double.close())
  const send = sendTo(double)
  const door = { double, urlOf: () => '', close: () => double.close(), send }
  const create = async (number: string) =>
    String((await qfpayPayment(door, { out_trade_no: number, notify_url })).json().syssn)
  return { double, sent, create, claimed: () => claims }
}

test('payers who pay at one moment all pay once, and share the look for what is due', async () => {
  const { double, sent, create, claimed } = open({
    clock: createManualClock(),
    faults: [{ provider: 'qfpay', times: 'always', pay: { after: 1 } }],
  })
  const numbers = Array.from({ length: 300 }, (_, i) => `n${i}`)
  for (const number of numbers) await create(number)
  const before = claimed()
  double.clock.resume()
  await double.callbacks.waitFor({ provider: 'qfpay', times: 300, acknowledged: true })
  expect(sent.toSorted()).toEqual(numbers.toSorted())
  // Alone each would have looked twice.
  expect(claimed() - before).toBeLessThan(60)
})

test('who pays an order whose payer is due finds it paid, also where that payer has not woken up', async () => {
  const { double, create } = open({
    clock: createSystemClock(),
    faults: [{ provider: 'qfpay', times: 'always', pay: { after: 1, amount: 200 } }],
  })
  const ids = [await create('n1'), await create('n2')]
  const end = double.clock.now() + 2
  // Nothing that waits for a time gets its turn in here.
  while (double.clock.now() < end) {}
  const paying = await Promise.allSettled(ids.map(id => double.payer.pay(id)))
  expect(paying).toMatchObject(ids.map(() => ({ reason: { code: 'orderNotPending' } })))
  for (const id of ids) {
    expect(await double.orders.get(id)).toMatchObject({ status: 'paid', paidAmount: 200 })
    expect(await double.callbacks.waitFor({ order: id })).toHaveLength(1)
  }
})

test('payments at one moment are each answered once their own callback was tried', async () => {
  const { double, create } = open({ clock: createSystemClock() })
  const ids = await Promise.all(Array.from({ length: 50 }, (_, i) => create(`n${i}`)))
  const payments = await Promise.all(ids.map(id => double.payer.pay(id)))
  for (const [i, payment] of payments.entries())
    expect(payment.deliveries).toMatchObject([
      { order: ids[i], status: 'delivered', attempts: [{ acknowledged: true }] },
    ])
})

test('a receiver that never answers holds up no other callback', async () => {
  const held: string[] = []
  const { double, create } = open({
    clock: createSystemClock(),
    deliver: ({ body, signal }) =>
      JSON.parse(body).out_trade_no === 'slow'
        ? new Promise((_, reject) => {
            held.push(body)
            signal.addEventListener('abort', () => reject(signal.reason))
          })
        : Promise.resolve({ status: 200, body: 'SUCCESS' }),
  })
  const slow = double.payer.pay(await create('slow'))
  await eventually(() => expect(held).toHaveLength(1))
  expect(await double.payer.pay(await create('quick'))).toMatchObject({
    deliveries: [{ status: 'delivered' }],
  })
  await double.reset()
  expect(await slow).toMatchObject({ deliveries: [] })
})

test.each([
  ['ends', undefined],
  ['fails', new Error('the store is away')],
])(
  'what comes while a look for what is due goes on is found by the next one, once that %s',
  async (_, error) => {
    let look: PromiseWithResolvers<void> | undefined
    let isLooking = false
    const { double, create } = open({
      clock: createSystemClock(),
      createStore(storeOptions) {
        const store = createMemoryStore(storeOptions)
        return {
          ...store,
          async claimDue(...args) {
            const due = await store.claimDue(...args)
            isLooking = look !== undefined
            await look?.promise
            return due
          },
        }
      },
    })
    const { deliveries } = await double.payer.pay(await create('n1'))
    const going = Promise.withResolvers<void>()
    look = going
    const outbox = double.callbacks.outbox().then(
      () => undefined,
      (reason: unknown) => reason,
    )
    await eventually(() => expect(isLooking).toBe(true))
    look = undefined
    const resent = double.callbacks.resend(deliveries[0]?.id ?? '')
    await eventually(async () => expect((await double.deliveries.list()).items).toHaveLength(2))
    if (error) going.reject(error)
    else going.resolve()
    expect(await resent).toMatchObject({ status: 'delivered', attempts: [{ acknowledged: true }] })
    expect(await outbox).toBe(error)
  },
)
