// Things that happen at once: moves of the clock, payments, resets, and callbacks whose receivers take their time.
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { simulators } from '../../mocks/index.ts'
import type { Deliver } from '../../src/double/callbacks.ts'
import { createManualClock } from '../../src/double/clock.ts'
import { assembleDouble } from '../../src/double/double.ts'
import { deliver } from '../../src/double/schedule.ts'
import type { Fired } from '../../src/double/scheduler.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Account } from '../../src/store/records.ts'
import type { Store } from '../../src/store/store.ts'
import type { OpenDoor } from '../harness/doors.ts'
import { eventually } from '../harness/eventually.ts'
import { openInProcess, sendTo } from '../harness/in-process.ts'
import { signedCall, signedSimulator } from '../harness/signed-provider.ts'

const minute = 60_000
const success = { status: 200, body: 'SUCCESS' }

interface Sent {
  readonly number: string
  readonly path: string
  readonly at: number
  readonly reply: (reply?: { status: number; body: string }) => void
}

/** A receiver that answers when the test says so: its first callbacks, so many, the others at once. */
function openSlow({ held = 0, simulator = signedSimulator, answer = async () => success } = {}) {
  const sent: Sent[] = []
  const receive: Deliver = ({ url, body }) =>
    new Promise(resolve => {
      const reply = (given = success) => resolve(given)
      const { number } = JSON.parse(body)
      sent.push({ number, path: new URL(url).pathname, at: door.double.clock.now(), reply })
      if (sent.length > held) answer().then(reply)
    })
  const door = openInProcess({ simulators: [...simulators, simulator], deliver: receive })
  const { double } = door
  return {
    door,
    double,
    sent,
    newAccount: (name: string) => double.accounts.create('signedpay', { url: `http://127.0.0.1/${name}` }),
    create: async (account: Account, number = 'order-1') =>
      String((await signedCall(door, 'create', { number }, { account })).json().id),
  }
}

const kindsOf = (fired: readonly Fired[]) => fired.map(({ kind }) => kind)

test('the clock waits for a callback that is under way as it is moved, and tells of it', async () => {
  const { double, door, newAccount, create, sent } = openSlow({ held: 2 })
  const account = await newAccount('a')
  const id = await create(account)
  const paying = double.payer.pay(id)
  await eventually(() => expect(sent).toHaveLength(1))
  sent[0]?.reply()
  await paying
  const start = double.clock.now()
  await signedCall(door, 'refund', { amount: 1 }, { account })
  await eventually(() => expect(sent).toHaveLength(2))
  const moving = double.clock.advance('90s')
  await pause(20)
  expect(double.clock.now()).toBe(start)
  sent[1]?.reply({ status: 500, body: '' })
  expect(await moving).toMatchObject([
    { kind: 'attempted', at: start, delivery: { callback: 'refund', attempts: { length: 1 } } },
    { kind: 'attempted', at: start + minute, delivery: { callback: 'refund', status: 'delivered' } },
  ])
})

test('the clock waits for a callback that a request brings about while it is moved', async () => {
  const { double, door, newAccount, create, sent } = openSlow({ held: 2 })
  const account = await newAccount('a')
  const paying = double.payer.pay(await create(account))
  await eventually(() => expect(sent).toHaveLength(1))
  sent[0]?.reply()
  await paying
  const start = double.clock.now()
  const network = { do: 'delay', for: '1m', phase: 'before' } as const
  double.faults.add({ provider: 'signedpay', operation: 'refund', network })
  const refunding = signedCall(door, 'refund', { amount: 1 }, { account })
  await double.clock.held()
  const moving = double.clock.advance('5m')
  await eventually(() => expect(sent).toHaveLength(2))
  await pause(20)
  sent[1]?.reply({ status: 500, body: '' })
  expect((await moving).map(({ at }) => at)).toEqual([start + minute, start + 2 * minute])
  await refunding
})

test('the clock does not wait in vain for a receiver that it holds up itself', async () => {
  const { double, door, newAccount, create, sent } = openSlow({ held: 1 })
  const account = await newAccount('a')
  const paying = double.payer.pay(await create(account))
  await eventually(() => expect(sent).toHaveLength(1))
  double.faults.add({ provider: 'signedpay', operation: 'query', network: { do: 'delay', for: '20s' } })
  const asking = signedCall(door, 'query', {}, { account }).then(() => sent[0]?.reply())
  await double.clock.held()
  expect(await double.clock.advance('10s')).toEqual([])
  expect(kindsOf(await double.clock.advance('1m'))).toEqual(['attempted'])
  await Promise.all([asking, paying])
}, 1500)

test('whenever a payment comes while the clock is moved, its callback is told of, or comes after the move', async () => {
  for (let steps = 0; steps < 40; steps++) {
    const { double, newAccount, create } = openSlow({ answer: () => pause(1, success) })
    const id = await create(await newAccount('a'))
    const until = double.clock.now() + 5 * minute
    const paying = double.payer.pay(id)
    for (let step = 0; step < steps; step++) await undefined
    const fired = await double.clock.advance('5m')
    const { deliveries } = await paying
    const sentAt = deliveries[0]?.attempts[0]?.at
    expect([steps, fired.length === 1 || sentAt === until]).toEqual([steps, true])
  }
})

test('the receiver of a payment may move the clock: the move goes on without its answer', async () => {
  const { double, newAccount, create } = openSlow({
    answer: async () => {
      await double.clock.advance('1m')
      return success
    },
  })
  const start = double.clock.now()
  expect(await double.payer.pay(await create(await newAccount('a')))).toMatchObject({
    deliveries: [{ status: 'delivered' }],
  })
  expect(double.clock.now()).toBe(start + minute)
})

test('moves of the clock come one after the other, each as long as it should be', async () => {
  const { double, newAccount, create } = openSlow({ answer: () => pause(5, success) })
  const id = await create(await newAccount('a'))
  double.faults.add({ provider: 'signedpay', deliver: deliver('payment').after('40m') })
  await double.payer.pay(id)
  const start = double.clock.now()
  const moves = [double.clock.advance('30m'), double.clock.advance('30m'), double.clock.advance('1m')]
  expect((await Promise.all(moves)).map(kindsOf)).toEqual([[], ['attempted'], []])
  expect(double.clock.now()).toBe(start + 61 * minute)
})

test('a moment that is past when it is its turn is refused, and the next move goes on', async () => {
  const { double } = openSlow()
  const start = double.clock.now()
  const moves = await Promise.allSettled([
    double.clock.advance('30m'),
    double.clock.set(start + minute),
    double.clock.advance('30m'),
  ])
  expect(moves).toMatchObject([
    { status: 'fulfilled' },
    { status: 'rejected', reason: { code: 'clockGoesBack' } },
    { status: 'fulfilled' },
  ])
  expect(double.clock.now()).toBe(start + 60 * minute)
})

test('a receiver may move the clock while it is moved: both moves are as long as they should be', async () => {
  const { double, newAccount, create, sent } = openSlow({
    answer: async () => {
      if (sent.length === 1) await double.clock.advance('5m')
      return { status: 500, body: '' }
    },
  })
  const id = await create(await newAccount('a'))
  double.faults.add({ provider: 'signedpay', deliver: deliver('payment').after('10m') })
  await double.payer.pay(id)
  const start = double.clock.now()
  await double.clock.advance('30m')
  expect(sent.map(({ at }) => (at - start) / minute)).toEqual([10, 16, 18])
  expect(double.clock.now()).toBe(start + 35 * minute)
})

test('what waits for its turn to move the clock is forgotten by a reset', async () => {
  const { double, newAccount, create, sent } = openSlow({ held: 1 })
  const id = await create(await newAccount('a'))
  const start = double.clock.now()
  double.faults.add({ provider: 'signedpay', deliver: deliver('payment').after('10m') })
  await double.payer.pay(id)
  const moves = [double.clock.advance('30m'), double.clock.advance('30m')]
  await eventually(() => expect(sent).toHaveLength(1))
  await double.reset()
  expect(await Promise.all(moves)).toEqual([[], []])
  expect(double.clock.now()).toBe(start)
})

test('a payment waits for no receiver of another account', async () => {
  const { double, newAccount, create, sent } = openSlow({ held: 1 })
  const [one, two] = [await create(await newAccount('a')), await create(await newAccount('b'))]
  const slow = double.payer.pay(one)
  expect(await double.payer.pay(two)).toMatchObject({ deliveries: [{ status: 'delivered' }] })
  sent[0]?.reply()
  await slow
})

test('payments of two accounts at the same time do not wait for one another', async () => {
  const { double, newAccount, create, sent } = openSlow({ held: 1 })
  const [one, two] = [await create(await newAccount('a')), await create(await newAccount('b'))]
  const [slow, fast] = [double.payer.pay(one), double.payer.scan(`signed://pay/${two}`)]
  expect(await fast).toMatchObject({ deliveries: [{ status: 'delivered' }] })
  const [delivery] = (await fast).deliveries
  expect(await double.callbacks.resend(delivery?.id ?? '')).toMatchObject({ status: 'delivered' })
  sent[0]?.reply()
  expect(await slow).toMatchObject({ deliveries: [{ status: 'delivered' }] })
})

test('callbacks of one account that are due at once are sent one after the other, also without a move', async () => {
  const { double, newAccount, create, sent } = openSlow({ held: 1 })
  const account = await newAccount('a')
  double.faults.add({ provider: 'signedpay', deliver: deliver('payment').twice() })
  const paying = double.payer.pay(await create(account))
  await eventually(() => expect(sent).toHaveLength(1))
  await pause(20)
  expect(sent).toHaveLength(1)
  sent[0]?.reply()
  expect((await paying).deliveries).toMatchObject([{ status: 'delivered' }, { status: 'delivered' }])
})

test('what is tried again at once is tried again without a move', async () => {
  let replies = 0
  const { double, newAccount, create, sent } = openSlow({
    answer: async () => (++replies < 3 ? { status: 500, body: '' } : success),
  })
  const account = await newAccount('a')
  await double.accounts.put('signedpay', account.id, { retryDelaysMs: [0, 0] })
  await double.payer.pay(await create(account))
  await double.callbacks.waitFor({ acknowledged: true })
  expect(sent).toHaveLength(3)
})

/** Two accounts with a callback each that is due in a minute, and a receiver that does not answer the first. */
async function openTwoDue() {
  const slow = openSlow({ held: 1 })
  const { double, newAccount, create } = slow
  const accounts = [await newAccount('a'), await newAccount('b')] as const
  double.faults.add({ provider: 'signedpay', deliver: deliver('payment').after('1m'), times: 2 })
  for (const account of accounts) await double.payer.pay(await create(account))
  const moving = double.clock.advance('2m')
  await eventually(() => expect(slow.sent).toHaveLength(1))
  return { ...slow, accounts, moving }
}

test('a callback that waits for its turn is not sent once its account was reset', async () => {
  const { double, accounts, sent, moving } = await openTwoDue()
  await double.accounts.reset('signedpay', accounts[1].id)
  sent[0]?.reply()
  expect(kindsOf(await moving)).toEqual(['attempted'])
  expect(sent.map(({ path }) => path)).toEqual(['/a'])
})

test('a reset of an account breaks off its callback, and that of no other', async () => {
  const { double, newAccount, create, sent } = openSlow({ held: 2 })
  const accounts = [await newAccount('a'), await newAccount('b')] as const
  const pays = []
  for (const account of accounts) pays.push(double.payer.pay(await create(account)))
  await eventually(() => expect(sent).toHaveLength(2))
  await double.accounts.reset('signedpay', accounts[0].id)
  expect(await pays[0]).toMatchObject({ deliveries: [] })
  sent[1]?.reply()
  expect(await pays[1]).toMatchObject({ deliveries: [{ status: 'delivered' }] })
})

test('what waits for its turn is not sent once the double is closed', async () => {
  const { double, sent, moving } = await openTwoDue()
  await double.close()
  await moving
  expect(sent).toHaveLength(1)
})

test('of two payments at once the one that is refused uses up no rule', async () => {
  const { double, newAccount, create, sent } = openSlow()
  const id = await create(await newAccount('a'))
  double.faults.add({ provider: 'signedpay', deliver: deliver('payment').behind('refund') })
  const pays = await Promise.allSettled([double.payer.pay(id), double.payer.pay(id)])
  expect(pays.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect((await double.deliveries.list({ order: id })).items).toMatchObject([
    { status: 'held', behind: 'refund' },
  ])
  expect(sent).toEqual([])
})

test('who declines what is paid at the same time is refused', async () => {
  const { double, newAccount, create } = openSlow({
    simulator: { ...signedSimulator, failsWhenDeclined: true },
  })
  const id = await create(await newAccount('a'))
  const [paid, declined] = await Promise.allSettled([double.payer.pay(id), double.payer.decline(id)])
  expect(paid).toMatchObject({ status: 'fulfilled' })
  expect(declined).toMatchObject({ status: 'rejected', reason: { code: 'orderNotPending' } })
  expect(double.journal.list({ order: id }).items.map(({ outcome }) => outcome)).not.toContain('declined')
})

test('a callback is not held for one that was tried just before it was committed', async () => {
  const sent: string[] = []
  let beforeCommit = async () => {}
  const { promise: answered, resolve: reply } = Promise.withResolvers<typeof success>()
  const double = assembleDouble({
    simulators: [...simulators, signedSimulator],
    clock: createManualClock(),
    async deliver({ body }) {
      sent.push(JSON.parse(body).amount)
      return sent.length === 1 ? answered : success
    },
    createStore(options) {
      const store = createMemoryStore(options)
      const late: Pick<Store, 'transition'> = {
        async transition(id, from, to, effects) {
          if (effects.deliveries?.some(({ status }) => status === 'held')) await beforeCommit()
          return store.transition(id, from, to, effects)
        },
      }
      return Object.assign({}, store, late)
    },
  })
  onTestFinished(() => double.close())
  const door: OpenDoor = { double, urlOf: () => '', close: () => double.close(), send: sendTo(double) }
  await double.accounts.put('signedpay', 'demo', { url: 'http://127.0.0.1/' })
  const id = String((await signedCall(door, 'create')).json().id)
  double.faults.add({ provider: 'signedpay', deliver: deliver('refund').behind('payment') })
  const paying = double.payer.pay(id)
  await eventually(() => expect(sent).toHaveLength(1))
  beforeCommit = async () => {
    reply(success)
    await paying
  }
  await signedCall(door, 'refund', { amount: 300 })
  await double.callbacks.waitFor({ callback: 'refund', acknowledged: true })
  expect(sent).toEqual(['1000', '300'])
})

test('a callback that was held is not sent once more where it is let go of late', async () => {
  const sent: string[] = []
  const double = assembleDouble({
    simulators: [...simulators, signedSimulator],
    clock: createManualClock(),
    async deliver({ body }) {
      sent.push(JSON.parse(body).amount)
      return sent.length === 1 ? { status: 500, body: '' } : success
    },
    createStore(options) {
      const store = createMemoryStore(options)
      const before = new Map<string, Awaited<ReturnType<Store['listDeliveries']>>>()
      const late: Pick<Store, 'listDeliveries'> = {
        async listDeliveries(filter, page) {
          const key = JSON.stringify(filter)
          const found = before.get(key) ?? (await store.listDeliveries(filter, page))
          if (found.items.some(({ status }) => status === 'held')) before.set(key, found)
          return found
        },
      }
      return Object.assign({}, store, late)
    },
  })
  onTestFinished(() => double.close())
  const door: OpenDoor = { double, urlOf: () => '', close: () => double.close(), send: sendTo(double) }
  await double.accounts.put('signedpay', 'demo', { url: 'http://127.0.0.1/' })
  double.faults.add([
    { provider: 'signedpay', deliver: deliver('payment').after('1m') },
    { provider: 'signedpay', deliver: deliver('refund').behind('payment') },
  ])
  await double.payer.pay(String((await signedCall(door, 'create')).json().id))
  await signedCall(door, 'refund', { amount: 300 })
  await double.clock.advance('1h')
  expect(sent).toEqual(['1000', '300', '1000'])
})
