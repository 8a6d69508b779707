// What doubles that share a state know of one another, and what a double finds that begins on an old one.
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { simulators } from '../../mocks/index.ts'
import { PaydoubleError } from '../../src/contract/index.ts'
import { afterRealTime, createManualClock } from '../../src/double/clock.ts'
import { type AssembleOptions, assembleDouble } from '../../src/double/double.ts'
import { createSharedState } from '../../src/double/shared.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { createSqliteStore } from '../../src/store/sqlite.ts'
import { qfpayPayment, qfpayQuery } from '../harness/clients.ts'
import { eventually } from '../harness/eventually.ts'
import { sendTo } from '../harness/in-process.ts'
import { openReplicas, type Replica } from '../harness/replicas.ts'
import { storeOptions, temporaryFolder } from '../harness/stores.ts'

const codeOf = async (replica: Replica, number: string) =>
  (await qfpayPayment(replica as never, { out_trade_no: number })).json().respcd

test('an order of one replica is known to the other, and its number is taken there', async () => {
  const open = openReplicas()
  const [one, two] = [open(), open()]
  expect(await codeOf(one, 'a')).toBe('0000')
  expect(await codeOf(two, 'a')).not.toBe('0000')
  const { data } = (await qfpayQuery(two as never, { out_trade_no: 'a' })).json()
  expect(data).toHaveLength(1)
})

test('replicas of one seed give out different numbers', async () => {
  const open = openReplicas()
  const ids: unknown[] = []
  for (const replica of [open(), open(), open()])
    ids.push((await qfpayPayment(replica as never, { out_trade_no: String(ids.length) })).json().syssn)
  expect(new Set(ids).size).toBe(3)
})

test('a fault that was added at one replica strikes as often as it says at all of them together', async () => {
  const open = openReplicas()
  const [one, two] = [open(), open()]
  one.double.faults.add({ provider: 'qfpay', error: 'maintenance', times: 3 })
  await one.double.sync()
  const codes = await Promise.all(
    Array.from({ length: 8 }, (_, n) => codeOf(n % 2 === 0 ? one : two, `number-${n}`)),
  )
  expect(codes.filter(code => code !== '0000')).toHaveLength(3)
  expect(two.double.faults.list()).toEqual([])
})

test('faults that are added at two replicas at once have ids of their own, and can be taken away anywhere', async () => {
  const open = openReplicas()
  const [one, two] = [open(), open()]
  await Promise.all([one.double.sync(), two.double.sync()])
  for (const { double } of [one, two]) double.faults.add({ provider: 'qfpay', error: 'maintenance' })
  await Promise.all([one.double.sync(), two.double.sync()])
  await Promise.all([one.double.sync(), two.double.sync()])
  const ids = one.double.faults.list().map(({ id }) => id)
  expect(new Set(ids).size).toBe(2)
  for (const id of ids) two.double.faults.remove({ id })
  await two.double.sync()
  await one.double.sync()
  expect(one.double.faults.list()).toEqual([])
})

test('a clock that was moved at one replica stands there at the other, where orders expire by it', async () => {
  const open = openReplicas()
  const [one, two] = [open(), open()]
  expect(await codeOf(two, 'a')).toBe('0000')
  await one.double.clock.advance('2d')
  const { items } = await two.double.orders.list()
  expect(two.double.clock.now()).toBe(one.double.clock.now())
  expect(items).toMatchObject([{ status: 'expired' }])
})

test('two replicas that move the clock at once leave it where the further one has moved it', async () => {
  const open = openReplicas()
  const [one, two] = [open(), open()]
  const start = one.double.clock.now()
  await Promise.all([one.double.clock.advance('1h'), two.double.clock.advance('5h')])
  for (const { double } of [one, two, one]) await double.sync()
  expect(one.double.clock.now()).toBe(start + 5 * 3_600_000)
  expect(two.double.clock.now()).toBe(start + 5 * 3_600_000)
})

test('a reset at one replica makes the other new as well', async () => {
  const open = openReplicas()
  const [one, two] = [open(), open()]
  await codeOf(two, 'a')
  two.double.faults.add({ provider: 'qfpay', error: 'maintenance' })
  await two.double.clock.advance('1h')
  await one.double.reset()
  expect((await two.double.orders.list()).items).toEqual([])
  expect(two.double.faults.list()).toEqual([])
  expect(two.double.clock.now()).toBe(createManualClock().now())
  expect((await two.double.journal.read()).items).toEqual([])
})

test('what an account did is forgotten by the other replica too once it is reset or removed', async () => {
  const open = openReplicas()
  const signals: AbortSignal[] = []
  const [one, two] = [
    open(),
    open({
      deliver({ signal }) {
        signals.push(signal)
        return new Promise(() => {})
      },
    }),
  ]
  const pay = async () => String((await qfpayPayment(two as never)).json().syssn)
  const notifyUrl = 'http://127.0.0.1:1/notified'
  for (const forget of ['reset', 'remove'] as const) {
    await one.double.accounts.put('qfpay', 'demo', { notifyUrl })
    const first = await pay()
    two.double.payer.pay(first).catch(() => {})
    await eventually(() => expect(signals).toHaveLength(1))
    expect(two.double.journal.list({ provider: 'qfpay' }).items).not.toEqual([])
    await one.double.accounts[forget]('qfpay', 'demo')
    await two.double.sync()
    expect(signals.pop()?.aborted).toBe(true)
    expect((await two.double.journal.read()).items).toEqual([])
    await one.double.accounts.put('qfpay', 'demo', { notifyUrl })
    expect(await pay()).toBe(first)
    await one.double.accounts.reset('qfpay', 'demo')
  }
})

test('a plan that was given to one replica holds at the other', async () => {
  const open = openReplicas()
  const [one, two] = [open(), open()]
  await one.double.apply({ seed: 77, faults: [{ provider: 'qfpay', error: 'maintenance' }] })
  expect(await codeOf(two, 'a')).not.toBe('0000')
  expect(two.double.seed).toBe(77)
})

test('an account that was added and changed at one replica is reset to what it was there', async () => {
  const open = openReplicas()
  const [one, two] = [open(), open()]
  const made = await one.double.accounts.create('qfpay', { id: 'mine', payTypes: ['800201'] })
  expect(await two.double.accounts.get('qfpay', 'mine')).toEqual(made)
  expect(await two.double.accounts.reset('qfpay', 'mine')).toEqual(made)
})

test('the journal of one replica is read at the other', async () => {
  const open = openReplicas()
  const [one, two] = [open(), open()]
  await codeOf(one, 'a')
  await one.double.journal.read()
  const { items } = await two.double.journal.read({ provider: 'qfpay' })
  expect(items).toMatchObject([{ provider: 'qfpay', operation: 'payment', outcome: 'answered' }])
  expect(new TextDecoder().decode(items[0]?.request?.body)).toContain('out_trade_no=a')
})

test('a replica that joins with another configuration adds what is new, and takes the rest as it is', async () => {
  const open = openReplicas()
  const account = (key: string) => ({ id: 'shop', appCode: 'A'.repeat(32), clientKey: key.repeat(32) })
  const one = open({
    accounts: { qfpay: [account('B')] },
    faults: [{ provider: 'qfpay', error: 'maintenance', times: 3 }],
  })
  await one.double.sync()
  const [its500] = simulators.filter(({ contract }) => contract.id === 'its500')
  const two = open({ simulators: its500 ? [its500] : [], faults: [] })
  const three = open({
    accounts: { qfpay: [account('C'), { id: 'new' }] },
    clock: createManualClock(createManualClock().now() + 1000),
  })
  await Promise.all([two.double.sync(), three.double.sync()])
  expect(three.double.faults.list()).toMatchObject([{ left: 3 }])
  expect(three.double.clock.now()).toBe(one.double.clock.now())
  await two.double.reset()
  const accounts = await one.double.accounts.list()
  expect(accounts.filter(({ provider }) => provider === 'qfpay')).toMatchObject([
    { id: 'shop', credentials: { clientKey: 'B'.repeat(32) } },
    { id: 'new' },
  ])
  await two.double.apply({ seed: 5 })
  expect((await one.double.accounts.list()).map(({ provider }) => provider)).toContain('vvtool')
})

test('changes that two have made to one value are both kept', async () => {
  const store = createMemoryStore(storeOptions)
  const [one, two] = [createSharedState(store), createSharedState(store)]
  const lists = [one, two].map(shared => shared.add<readonly number[]>('list', () => []))
  await one.begin([])
  await two.begin([])
  await Promise.all(
    lists.flatMap((list, at) =>
      Array.from({ length: 20 }, (_, n) =>
        n % 2 === 0
          ? list.change(all => [...all, at * 100 + n])
          : list.decide(all => ({ value: [...all, at * 100 + n], result: undefined })),
      ),
    ),
  )
  await Promise.all([one.sync(), two.sync()])
  const [stored] = await store.readValues({})
  const numbers = [...((stored?.value ?? []) as number[])]
  expect(numbers.sort((a, b) => a - b)).toEqual(
    [0, 100].flatMap(from => Array.from({ length: 20 }, (_, n) => from + n)),
  )
})

test('a change is kept while the store is away, and written when it is back', async () => {
  const store = createMemoryStore(storeOptions)
  let isAway = false
  const shared = createSharedState({
    ...store,
    writeValue: async (...args) => {
      if (isAway) throw new Error('away')
      return store.writeValue(...args)
    },
  })
  const value = shared.add<number>('value', () => 0)
  await shared.begin([])
  isAway = true
  value.change(n => n + 1)
  await expect(shared.sync()).rejects.toThrow('away')
  value.change(n => n + 1)
  expect(value.current).toBe(2)
  isAway = false
  await shared.sync()
  expect(await store.readValues({})).toMatchObject([{ value: 2 }])
})

test('a read that was slow takes back nothing that was written here meanwhile', async () => {
  const store = createMemoryStore(storeOptions)
  const slow = Promise.withResolvers<void>()
  let isSlow = false
  const here = createSharedState({
    ...store,
    reach: 'shared',
    async readValues(known) {
      const values = await store.readValues(known)
      if (isSlow) {
        isSlow = false
        await slow.promise
      }
      return values
    },
  })
  const told: number[] = []
  const value = here.add<number>(
    'value',
    () => 0,
    next => told.push(next),
  )
  await here.begin([])
  const there = createSharedState(store)
  const other = there.add<number>('value', () => 0)
  const [stored] = await store.readValues({})
  await store.writeValue('value', 10, stored?.version ?? 0)
  isSlow = true
  const reading = here.sync()
  await value.decide(before => ({ value: before + 100, result: undefined }))
  expect(value.current).toBe(110)
  slow.resolve()
  await reading
  expect(value.current).toBe(110)
  expect(told).not.toContain(0)
  expect(other.current).toBe(0)
})

test('what cannot be done while the store is away is not tried again and again', async () => {
  let isAway = false
  let tries = 0
  const double = assembleDouble({
    simulators,
    deliver: async () => ({ status: 200, body: 'ok' }),
    rateLimits: false,
    faults: [{ provider: 'qfpay', times: 'always', pay: { after: '1s' } }],
    createStore(options) {
      const store = createMemoryStore(options)
      return {
        ...store,
        reach: 'file',
        async transition(...change) {
          if (!isAway) return store.transition(...change)
          tries++
          throw new PaydoubleError('storeUnavailable', 'Failed to write: the disk is full.')
        },
      }
    },
  })
  onTestFinished(() => double.close())
  const replica = { double, send: sendTo(double) }
  expect(await codeOf(replica, 'a')).toBe('0000')
  isAway = true
  await double.clock.advance('2s').catch(() => {})
  double.clock.resume()
  // A timer of the system for each turn, because whoever tries again at once sets one as well.
  for (let turn = 0; turn < 200; turn++) await new Promise<void>(resolve => afterRealTime(0, resolve))
  expect(tries).toBeGreaterThan(0)
  expect(tries).toBeLessThan(10)
  isAway = false
  await eventually(async () => {
    expect((await double.orders.list()).items).toMatchObject([{ status: 'paid' }])
  })
})

test('what is asked for waits until the last of several states is loaded', async () => {
  const open = openReplicas()
  const from = open()
  for (const number of ['a', 'b']) await codeOf(from, number)
  let dump = ''
  for await (const text of from.double.state.dump('1.2.3')) dump += text
  const to = openFile()()
  const second = Promise.withResolvers<void>()
  let opened = 0
  const slowly = async function* () {
    // Each is opened to be checked, and to be loaded.
    if (++opened === 4) await second.promise
    yield new TextEncoder().encode(dump)
  }
  const loads = [1, 2].map(() => to.double.state.load(slowly, { replace: true }))
  await loads[0]
  const answered = codeOf(to, 'c')
  second.resolve()
  await loads[1]
  expect(await answered).toBe('0000')
  const { items } = await to.double.orders.list()
  expect(items.map(({ orderNumber }) => orderNumber)).toEqual(['c', 'b', 'a'])
})

test('old orders go also where each process makes only a few', async () => {
  const open = openFile()
  for (let day = 1; day <= 4; day++) {
    const { double, send } = open({ retention: { orders: 10 } })
    for (let n = 1; n <= 30; n++) expect(await codeOf({ double, send }, `${day}-${n}`)).toBe('0000')
    await double.close()
  }
  const { double } = open({ retention: { orders: 10 } })
  await eventually(async () => {
    expect((await double.orders.list()).items).toHaveLength(10)
  })
})

/** @returns what opens one double after the other on the same file */
function openFile(): (options?: Partial<AssembleOptions>) => Replica {
  const file = join(temporaryFolder(), 'state.db')
  return options => {
    const double = assembleDouble({
      simulators,
      deliver: async () => ({ status: 200, body: 'ok' }),
      clock: createManualClock(),
      rateLimits: false,
      ...options,
      createStore: storeOptions => createSqliteStore({ ...storeOptions, file }),
    })
    onTestFinished(() => double.close().catch(() => {}))
    return { double, send: sendTo(double) }
  }
}

test('a double goes on where another one has left the file: orders, clock, faults, accounts, journal', async () => {
  const open = openFile()
  const before = open({ seed: 9 })
  await codeOf(before, 'a')
  await before.double.clock.advance('1m')
  before.double.faults.add({ provider: 'qfpay', error: 'maintenance', times: 2 })
  await before.double.accounts.create('qfpay', { id: 'mine' })
  expect(await codeOf(before, 'b')).not.toBe('0000')
  const { items } = await before.double.orders.list()
  const now = before.double.clock.now()
  await before.double.close()

  const after = open({ seed: 5 })
  expect((await after.double.orders.list()).items).toEqual(items)
  expect(after.double.clock.now()).toBe(now)
  expect(after.double.seed).toBe(9)
  expect(await after.double.accounts.get('qfpay', 'mine')).toBeDefined()
  expect((await after.double.journal.read()).items).toHaveLength(2)
  expect(await codeOf(after, 'b')).not.toBe('0000')
  expect(await codeOf(after, 'b')).toBe('0000')
  expect(await codeOf(after, 'c')).toBe('0000')
  expect(new Set((await after.double.orders.list()).items.map(({ id }) => id)).size).toBe(3)
})

test('what fell due while nobody was there happens when a double begins on the file', async () => {
  const open = openFile()
  const before = open()
  await codeOf(before, 'a')
  await before.double.close()
  const after = open()
  await after.double.clock.advance('2d')
  expect((await after.double.orders.list()).items).toMatchObject([{ status: 'expired' }])
})

test('a double that begins on a file takes over what was configured otherwise since', async () => {
  const open = openFile()
  const seeds = (key: string) => ({
    accounts: { qfpay: [{ id: 'shop', appCode: 'A'.repeat(32), clientKey: key.repeat(32) }] },
  })
  const before = open({ ...seeds('B'), faults: [{ provider: 'qfpay', error: 'maintenance' }] })
  await before.double.accounts.create('qfpay', { id: 'mine' })
  await before.double.close()
  const same = open({ ...seeds('B'), faults: [{ provider: 'qfpay', error: 'maintenance' }] })
  await same.double.accounts.put('qfpay', 'shop', { payTypes: ['800201'] })
  await same.double.close()
  const other = open({ ...seeds('C'), faults: [] })
  const shop = await other.double.accounts.get('qfpay', 'shop')
  expect(Object.values(shop?.credentials ?? {})).toContain('C'.repeat(32))
  expect(await other.double.accounts.get('qfpay', 'mine')).toBeDefined()
  expect(other.double.faults.list()).toEqual([])
})

test('after a reset a double on an old file gives the same bytes as a new one', async () => {
  const open = openFile()
  const before = open({ seed: 3 })
  const first = (await qfpayPayment(before as never, { out_trade_no: 'a' })).text
  await before.double.close()
  const after = open({ seed: 3 })
  const other = (await qfpayPayment(after as never, { out_trade_no: 'b' })).json().syssn
  expect(first).not.toContain(String(other))
  await after.double.reset()
  expect((await qfpayPayment(after as never, { out_trade_no: 'a' })).text).toBe(first)
})

test('a request that finds the store away is answered with 503, and says so', async () => {
  let isAway = false
  const double = assembleDouble({
    simulators,
    deliver: async () => ({ status: 200, body: 'ok' }),
    createStore(options) {
      const store = createMemoryStore(options)
      return {
        ...store,
        reach: 'shared',
        async readValues(known) {
          if (isAway) throw new PaydoubleError('storeUnavailable', 'Failed to reach the database.')
          return store.readValues(known)
        },
      }
    },
  })
  onTestFinished(() => double.close())
  const replica = { double, send: sendTo(double) }
  expect(await codeOf(replica, 'a')).toBe('0000')
  isAway = true
  const answer = await qfpayPayment(replica as never, { out_trade_no: 'b' })
  expect(answer.status).toBe(503)
  expect(answer.json()).toMatchObject({ error: { code: 'storeUnavailable' } })
  expect(double.journal.list().items[0]).toMatchObject({
    outcome: 'failed',
    findings: [{ kind: 'storeUnavailable', message: 'Failed to reach the database.' }],
  })
  isAway = false
  expect(await codeOf(replica, 'b')).toBe('0000')
})
