// The clock of a double: what happens while it moves, stands still, or runs with the system's time.
import { expect, onTestFinished, test, vi } from 'vitest'
import { simulators } from '../../mocks/index.ts'
import { createManualClock, createSystemClock, toMoment } from '../../src/double/clock.ts'
import { assembleDouble } from '../../src/double/double.ts'
import { deliver } from '../../src/double/schedule.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { createSqliteStore } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { describeDoors, type OpenDoor, type OpenOptions } from '../harness/doors.ts'
import { eventually } from '../harness/eventually.ts'
import { openReceiver } from '../harness/receiver.ts'
import { signedCall, signedSimulator } from '../harness/signed-provider.ts'
import { newOrder } from '../harness/stores.ts'

const minute = 60_000
type Open = (options?: OpenOptions) => Promise<OpenDoor>

async function openSigned(
  open: Open,
  {
    reply = () => ({ status: 200, body: 'SUCCESS' }),
    ...options
  }: OpenOptions & { reply?: () => { status: number; body: string } } = {},
) {
  const receiver = await openReceiver(reply)
  const door = await open({ simulators: [...simulators, signedSimulator], ...options })
  await door.double.accounts.put('signedpay', 'demo', { url: receiver.url })
  return {
    door,
    double: door.double,
    received: receiver.received,
    create: async (number = 'order-1') => String((await signedCall(door, 'create', { number })).json().id),
  }
}

function useFakeTimers(): void {
  vi.useFakeTimers()
  onTestFinished(() => {
    vi.useRealTimers()
  })
}

describeDoors('time', open => {
  test('what falls due at one time happens in its order: expiry, payer, callbacks', async () => {
    const { double, create, door } = await openSigned(open, { reply: () => ({ status: 500, body: '' }) })
    const late = await create('paid-late')
    double.faults.add({ provider: 'signedpay', pay: { after: '30m' }, orderNumber: 'acts' })
    const acts = await create('acts')
    double.faults.add({ provider: 'signedpay', deliver: deliver('payment').after('30m') })
    const paid = await create('paid')
    await double.payer.pay(paid)
    const fired = await double.clock.advance('30m')
    expect(
      fired.map(item => [item.kind, item.kind === 'attempted' ? item.delivery.order : item.order.id]),
    ).toEqual([
      ['expired', late],
      ['expired', acts],
      ['attempted', paid],
    ])
    expect((await signedCall(door, 'query', { number: 'acts' })).json()).toMatchObject({ status: 'expired' })
  })

  test('a query that is held up until an order expires still finds it pending, and the next one does not', async () => {
    const { double, create, door } = await openSigned(open)
    await create()
    double.faults.add({ provider: 'signedpay', network: { do: 'delay', for: '30m' } })
    const querying = signedCall(door, 'query')
    await eventually(() => expect(double.journal.list({}).items).toHaveLength(2))
    await double.clock.advance('1h')
    expect((await querying).json()).toMatchObject({ status: 'pending' })
    expect((await signedCall(door, 'query')).json()).toMatchObject({ status: 'expired' })
  })

  test('the clock can be set to a moment, and what falls due before it happens', async () => {
    const { double, create } = await openSigned(open)
    await create()
    const fired = await double.clock.set('2026-01-02T09:00:00+08:00')
    expect(fired).toMatchObject([{ kind: 'expired', at: Date.UTC(2026, 0, 1, 1, 30) }])
    expect(double.clock.now()).toBe(Date.UTC(2026, 0, 2, 1))
    await expect(double.clock.set(0)).rejects.toMatchObject({ code: 'clockGoesBack' })
    await expect(double.clock.set(-9e15)).rejects.toMatchObject({ code: 'clockGoesBack' })
  })

  test.each([
    ['soon', 'badDuration'],
    ['-5m', 'badDuration'],
    [1e300, 'badDuration'],
    [Number.MAX_SAFE_INTEGER, 'badDuration'],
    ['2920000d', 'badMoment'],
  ])('the clock cannot be advanced by %s', async (duration, code) => {
    const { double } = await openSigned(open)
    const before = double.clock.now()
    await expect(double.clock.advance(duration)).rejects.toMatchObject({ code })
    expect(double.clock.now()).toBe(before)
  })

  test('a receiver that asks the double, and is held up there, does not hold up the clock', async () => {
    const door: OpenDoor = await open({
      simulators: [...simulators, signedSimulator],
      async deliver() {
        const answer = await signedCall(door, 'query')
        return { status: 200, body: answer.json().status === 'paid' ? 'SUCCESS' : 'what?' }
      },
    })
    const { double } = door
    await double.accounts.put('signedpay', 'demo', { url: 'http://127.0.0.1/' })
    const start = double.clock.now()
    double.faults.add({ provider: 'signedpay', operation: 'query', network: { do: 'delay', for: '20s' } })
    double.faults.add({ provider: 'signedpay', pay: { after: '1m' } })
    await signedCall(door, 'create')
    const fired = await double.clock.advance('5m')
    expect(fired.map(({ kind, at }) => [kind, at - start])).toEqual([
      ['acted', minute],
      ['attempted', minute],
    ])
    const { items } = await double.deliveries.list()
    expect(items).toMatchObject([{ status: 'delivered', attempts: [{ at: start + minute }] }])
    expect(double.clock.now()).toBe(start + 5 * minute)
  })

  test('where a receiver is held up for longer, the clock stops where it was sent all the same', async () => {
    const door: OpenDoor = await open({
      simulators: [...simulators, signedSimulator],
      deliver: async () => ({ status: 200, body: (await signedCall(door, 'query')).text && 'SUCCESS' }),
    })
    const { double } = door
    await double.accounts.put('signedpay', 'demo', { url: 'http://127.0.0.1/' })
    double.faults.add({ provider: 'signedpay', operation: 'query', network: { do: 'delay', for: '10m' } })
    double.faults.add({ provider: 'signedpay', deliver: deliver('payment').after('1m') })
    const id = String((await signedCall(door, 'create')).json().id)
    await double.payer.pay(id)
    const start = double.clock.now()
    expect(await double.clock.advance('5m')).toEqual([])
    expect(double.clock.now()).toBe(start + 5 * minute)
    await double.clock.advance('20m')
    await double.callbacks.waitFor({ order: id })
    expect((await double.deliveries.list()).items).toMatchObject([{ status: 'delivered', attempts: [{}] }])
  })

  test('an attempt that takes long is not made a second time beside the first', async () => {
    let answer = (_: { status: number; body: string }) => {}
    let calls = 0
    const door: OpenDoor = await open({
      simulators: [...simulators, signedSimulator],
      deliver: () => {
        calls++
        return new Promise(resolve => {
          answer = resolve
        })
      },
    })
    await door.double.accounts.put('signedpay', 'demo', { url: 'http://127.0.0.1/' })
    const id = String((await signedCall(door, 'create')).json().id)
    const paying = door.double.payer.pay(id)
    await eventually(() => expect(calls).toBe(1))
    await door.double.clock.advance('1h')
    expect(calls).toBe(1)
    answer({ status: 200, body: 'SUCCESS' })
    expect(await paying).toMatchObject({ deliveries: [{ status: 'delivered' }] })
  })

  test('a reset ends attempts that are under way, and nothing of them is written down', async () => {
    const { promise: never } = Promise.withResolvers<{ status: number; body: string }>()
    let calls = 0
    const door: OpenDoor = await open({
      simulators: [...simulators, signedSimulator],
      deliver: () => {
        calls++
        return calls === 1 ? never : Promise.resolve({ status: 200, body: 'SUCCESS' })
      },
    })
    const { double } = door
    const order = async () => {
      await double.accounts.put('signedpay', 'demo', { url: 'http://127.0.0.1/' })
      return String((await signedCall(door, 'create')).json().id)
    }
    const first = await order()
    const paying = double.payer.pay(first)
    await eventually(() => expect(calls).toBe(1))
    await double.reset()
    await paying
    const second = await order()
    expect(second).toBe(first)
    expect(await double.payer.pay(second)).toMatchObject({
      deliveries: [{ status: 'delivered', attempts: [{ status: 200 }] }],
    })
  })

  test("under vitest's fake timers the clock of the system runs an act, a retry and an expiry", async () => {
    useFakeTimers()
    let status = 500
    const { double, create, received } = await openSigned(open, {
      clock: createSystemClock(),
      reply: () => ({ status, body: 'SUCCESS' }),
    })
    double.faults.add({ provider: 'signedpay', pay: { after: '10s' } })
    const [paid, left] = [await create('order-1'), await create('order-2')]
    await vi.advanceTimersByTimeAsync(10_000)
    await double.callbacks.waitFor({ order: paid, times: 1 })
    expect(await double.orders.get(paid)).toMatchObject({ status: 'paid' })
    status = 200
    await vi.advanceTimersByTimeAsync(minute)
    await double.callbacks.waitFor({ order: paid, times: 2 })
    expect(received).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(29 * minute)
    await eventually(async () => expect(await double.orders.get(left)).toMatchObject({ status: 'expired' }))
    expect(double.clock.kind).toBe('system')
  })

  test("under vitest's fake timers a request that is delayed is answered in its time", async () => {
    useFakeTimers()
    const { double, door } = await openSigned(open, { clock: createSystemClock() })
    double.faults.add({ provider: 'signedpay', network: { do: 'delay', for: '20s' } })
    let answered = false
    const creating = signedCall(door, 'create').finally(() => {
      answered = true
    })
    await eventually(() => expect(double.journal.list({}).items).toHaveLength(1))
    await vi.advanceTimersByTimeAsync(19_999)
    expect(answered).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect((await creating).json()).toMatchObject({ status: 'pending' })
  })

  test("under vitest's fake timers a manual clock moves when it is told to, and only then", async () => {
    useFakeTimers()
    const { double, create, received } = await openSigned(open, {
      clock: createManualClock(),
      reply: () => ({ status: 500, body: '' }),
    })
    const id = await create()
    await double.payer.pay(id)
    await vi.advanceTimersByTimeAsync(60 * minute)
    expect(received).toHaveLength(1)
    expect(await double.clock.advance('1h')).toHaveLength(2)
    expect(received).toHaveLength(3)
  })

  test('a clock of the system can be moved on, stand still, and run on', async () => {
    useFakeTimers()
    const { double, create } = await openSigned(open, { clock: createSystemClock() })
    const start = Date.now()
    const id = await create()
    expect(await double.clock.advance('29m')).toEqual([])
    expect([double.clock.kind, double.clock.now()]).toEqual(['offset', start + 29 * minute])
    double.clock.freeze()
    await vi.advanceTimersByTimeAsync(10 * minute)
    expect([double.clock.kind, double.clock.now()]).toEqual(['manual', start + 29 * minute])
    double.clock.resume()
    await vi.advanceTimersByTimeAsync(minute)
    await eventually(async () => expect(await double.orders.get(id)).toMatchObject({ status: 'expired' }))
    expect(double.clock.now()).toBe(start + 30 * minute)
  })

  test('the window of a rate limit goes by with the clock', async () => {
    const door = await open({ rateLimits: true, simulators })
    const limited = door.double.simulators.find(({ contract }) => contract.rateLimits.length > 0)
    const [limit] = limited?.contract.rateLimits ?? []
    expect(limit).toBeDefined()
    const { vvtoolQrCode } = await import('../harness/clients.ts')
    const code = async (n: number) =>
      (await vvtoolQrCode(door, { relation_order_number: `order-${n}` })).json().code
    let n = 0
    while (n < (limit?.limit ?? 0)) expect(await code(n++)).toBe(0)
    expect(await code(n++)).not.toBe(0)
    await door.double.clock.advance(limit?.windowMs ?? 0)
    expect(await code(n)).toBe(0)
  })
})

test.each<[number | string, number]>([
  [5, 5],
  ['2026-01-01T09:00:00+08:00', Date.UTC(2026, 0, 1, 1)],
  ['2026-01-01T01:00Z', Date.UTC(2026, 0, 1, 1)],
  ['2026-01-01T01:00:00.250Z', Date.UTC(2026, 0, 1, 1) + 250],
])('the moment %j is %d', (moment, at) => expect(toMoment(moment)).toBe(at))

test.each([
  '',
  'soon',
  '5',
  '2026',
  '2026-01-01',
  '2026-01-01T09:00:00',
  '2026-13-01T09:00:00Z',
  '1 May 2026',
  1.5,
])('%j is no moment: on another machine it would be another one, or none', moment => {
  expect(() => toMoment(moment)).toThrow(expect.objectContaining({ code: 'badMoment' }))
})

/** A store that counts how often it is asked for something. */
function counting(store: Store): { store: Store; calls: () => number } {
  let calls = 0
  const counted = new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        calls++
        return Reflect.apply(value, target, args)
      }
    },
  })
  return { store: counted, calls: () => calls }
}

test.each([
  ['memory', createMemoryStore],
  ['SQLite', createSqliteStore],
] as const)('a month with 10,000 expiries asks the %s store a few hundred times', async (_, createStore) => {
  let counted: ReturnType<typeof counting> | undefined
  const double = assembleDouble({
    simulators,
    deliver: async () => ({ status: 200, body: '' }),
    createStore(options) {
      counted = counting(createStore(options))
      return counted.store
    },
  })
  onTestFinished(() => double.close())
  const { store, calls } = counted as ReturnType<typeof counting>
  await double.accounts.list()
  const now = double.clock.now()
  const count = 10_000
  for (let n = 0; n < count; n++) {
    const at = now + 1 + ((n * 7919) % count) * 250_000
    await store.insertOrder(newOrder(n, { provider: 'dms', account: 'demo', createdAt: now, expiresAt: at }))
  }
  const before = calls()
  const fired = await double.clock.advance('30d')
  expect(fired).toHaveLength(count)
  expect(fired.every((item, i) => i === 0 || item.at >= (fired[i - 1]?.at ?? 0))).toBe(true)
  expect(calls() - before).toBeLessThan(count / 50)
})
