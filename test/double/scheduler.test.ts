import { expect, test } from 'vitest'
import type { CreateDoubleOptions } from '../../mocks/double.ts'
import { manualStart } from '../../src/double/clock.ts'
import type { Fired } from '../../src/double/scheduler.ts'
import { its500Account, its500Order } from '../harness/clients.ts'
import type { OpenDoor } from '../harness/doors.ts'
import { openInProcess } from '../harness/in-process.ts'

const minute = 60_000

/** An account of its500 whose callbacks are sent again, and a receiver that fails so often at first. */
function openRetrying(failures: number, options: CreateDoubleOptions = {}) {
  const attempts: { at: number; body: string }[] = []
  const door = openInProcess({
    accounts: { its500: [{ id: 'demo', ...its500Account, retryDelaysMs: [minute, 2 * minute] }] },
    async deliver({ body }) {
      attempts.push({ at: since(door.double.clock.now()), body })
      return { status: attempts.length > failures ? 200 : 500, body: '' }
    },
    ...options,
  })
  return { ...door, attempts }
}

/** Milliseconds since the double was new. */
function since(at: number): number {
  return at - manualStart
}

async function orderId(door: OpenDoor, price = '100'): Promise<string> {
  const answer = await its500Order(door, { price })
  return String(answer.json().orderId)
}

/** What happened when, and to which order. */
function toLines(fired: readonly Fired[]): [number, string, string][] {
  return fired.map(item =>
    item.kind === 'attempted'
      ? [since(item.at), `attempted ${item.delivery.status}`, item.delivery.order]
      : [since(item.at), `${item.kind} ${item.order.status}`, item.order.id],
  )
}

test('a callback that fails is sent again when the account says so, until it is acknowledged', async () => {
  const { double, attempts, ...door } = openRetrying(2)
  const id = await orderId({ double, ...door })
  const { deliveries } = await double.payer.pay(id)
  expect(deliveries).toMatchObject([{ status: 'pending', attempts: [{ status: 500, acknowledged: false }] }])
  expect(toLines(await double.clock.advance('10m'))).toEqual([
    [minute, 'attempted pending', id],
    [3 * minute, 'attempted delivered', id],
  ])
  expect(attempts.map(({ at }) => at)).toEqual([0, minute, 3 * minute])
  expect(new Set(attempts.map(({ body }) => body)).size).toBe(1)
  const { items } = await double.deliveries.list({ order: id })
  expect(items).toMatchObject([{ status: 'delivered', dueAt: null, attempts: { length: 3 } }])
})

test('a callback that is never acknowledged fails for good after its last retry', async () => {
  const { double, attempts, ...door } = openRetrying(99)
  const id = await orderId({ double, ...door })
  await double.payer.pay(id)
  expect(toLines(await double.clock.advance('1d'))).toEqual([
    [minute, 'attempted pending', id],
    [3 * minute, 'attempted failed', id],
  ])
  expect(attempts).toHaveLength(3)
  expect(await double.clock.advance('1d')).toEqual([])
})

test('a callback whose receiver cannot be reached is sent again as well', async () => {
  let calls = 0
  const { double, ...door } = openRetrying(0, {
    async deliver() {
      calls++
      if (calls === 1) throw new Error('connection refused')
      return { status: 200, body: '' }
    },
  })
  const { deliveries } = await double.payer.pay(await orderId({ double, ...door }))
  expect(deliveries).toMatchObject([{ attempts: [{ status: null, error: 'connection refused' }] }])
  expect(await double.clock.advance(minute)).toMatchObject([{ delivery: { status: 'delivered' } }])
})

test('expiries and retries come in the order in which they are due', async () => {
  const { double, ...door } = openRetrying(2)
  const first = await orderId({ double, ...door }, '100')
  await double.clock.advance('3m')
  const second = await orderId({ double, ...door }, '200')
  const paid = await orderId({ double, ...door }, '300')
  await double.payer.pay(paid)
  expect(toLines(await double.clock.advance('1h'))).toEqual([
    [4 * minute, 'attempted pending', paid],
    [5 * minute, 'expired expired', first],
    [6 * minute, 'attempted delivered', paid],
    [8 * minute, 'expired expired', second],
  ])
})

test('the clock stands at what falls due while it happens, and where it was sent in the end', async () => {
  const { double, attempts, ...door } = openRetrying(1)
  await double.payer.pay(await orderId({ double, ...door }))
  await double.clock.advance('90s')
  expect(attempts.map(({ at }) => at)).toEqual([0, minute])
  expect(since(double.clock.now())).toBe(1.5 * minute)
})

test('callbacks that are due at one time are sent one after the other', async () => {
  const log: string[] = []
  const { double, ...door } = openRetrying(0, {
    async deliver({ body }) {
      const { originalprice } = JSON.parse(body)
      log.push(`${originalprice} starts`)
      for (let i = 0; i < 10; i++) await undefined
      log.push(`${originalprice} ends`)
      return { status: log.length > 4 ? 200 : 500, body: '' }
    },
  })
  for (const price of ['100', '200']) await double.payer.pay(await orderId({ double, ...door }, price))
  await double.clock.advance('1m')
  expect(log.slice(4)).toEqual(['100 starts', '100 ends', '200 starts', '200 ends'])
})

test('nothing happens before it is due', async () => {
  const { double, ...door } = openRetrying(1)
  await double.payer.pay(await orderId({ double, ...door }))
  expect(await double.clock.advance(minute - 1)).toEqual([])
  expect(await double.clock.advance(1)).toHaveLength(1)
})

test('what happened once does not happen again', async () => {
  const { double, ...door } = openRetrying(0)
  await orderId({ double, ...door })
  expect(await double.clock.advance('5m')).toHaveLength(1)
  expect(await double.clock.advance('5m')).toEqual([])
})

test('an order that was paid does not expire', async () => {
  const { double, ...door } = openRetrying(0)
  const id = await orderId({ double, ...door })
  await double.payer.pay(id)
  expect(await double.clock.advance('1h')).toEqual([])
  expect(await double.orders.get(id)).toMatchObject({ status: 'paid' })
})

test('money for an order that has expired is lost', async () => {
  const { double, ...door } = openRetrying(0)
  const id = await orderId({ double, ...door })
  await double.clock.advance('5m')
  expect(await double.payer.pay(id)).toMatchObject({ outcome: 'lost', order: { status: 'expired' } })
})

test('more orders than are claimed at once all expire, the oldest first', async () => {
  const { double, ...door } = openRetrying(0)
  const ids: string[] = []
  for (let n = 0; n < 250; n++) ids.push(await orderId({ double, ...door }, String(100 + n)))
  const fired = await double.clock.advance('5m')
  expect(fired.map(item => item.kind === 'expired' && item.order.id)).toEqual(ids)
})

test('payments at one and the same time all end after their own callback was tried', async () => {
  const { double, attempts, ...door } = openRetrying(0)
  const ids = [await orderId({ double, ...door }, '100'), await orderId({ double, ...door }, '200')]
  const payments = await Promise.all(ids.map(id => double.payer.pay(id)))
  for (const { deliveries } of payments) expect(deliveries).toMatchObject([{ status: 'delivered' }])
  expect(attempts).toHaveLength(2)
})

test('of two payments of one order at the same time one is refused, and the journal says so', async () => {
  const { double, attempts, ...door } = openRetrying(0)
  const id = await orderId({ double, ...door })
  const payments = await Promise.allSettled([double.payer.pay(id), double.payer.pay(id)])
  expect(payments.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(attempts).toHaveLength(1)
  const { items } = double.journal.list({ order: id }, { limit: 2 })
  expect(items.map(({ outcome }) => outcome).sort()).toEqual(['paid', 'refused'])
})

test('what an act brings about is told after it', async () => {
  const { double, ...door } = openRetrying(1)
  double.faults.add({ provider: 'its500', pay: { after: '3m' } })
  const id = await orderId({ double, ...door })
  expect(toLines(await double.clock.advance('1h'))).toEqual([
    [3 * minute, 'acted paid', id],
    [3 * minute, 'attempted pending', id],
    [4 * minute, 'attempted delivered', id],
  ])
})

test('a reset forgets what was due', async () => {
  const { double, ...door } = openRetrying(99)
  await double.payer.pay(await orderId({ double, ...door }))
  await orderId({ double, ...door })
  await double.reset()
  expect(since(double.clock.now())).toBe(0)
  expect(await double.clock.advance('1d')).toEqual([])
})

test('a duration that is none is refused, and the clock stays', async () => {
  const { double } = openRetrying(0)
  await expect(double.clock.advance('soon')).rejects.toMatchObject({ code: 'badDuration' })
  expect(since(double.clock.now())).toBe(0)
})
