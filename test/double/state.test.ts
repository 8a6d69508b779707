// Whole states that go out of a double and into another one.
import { copyFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { simulators } from '../../mocks/index.ts'
import { createManualClock, createSystemClock } from '../../src/double/clock.ts'
import { type AssembleOptions, assembleDouble, type Double } from '../../src/double/double.ts'
import { storeOptionsFor } from '../../src/double/keys.ts'
import { dumpToLines, emptyState, loadIntoStore } from '../../src/double/state.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { createSqliteStore } from '../../src/store/sqlite.ts'
import { dmsPayment } from '../harness/clients.ts'
import { sendTo } from '../harness/in-process.ts'
import { temporaryFolder } from '../harness/stores.ts'

type CreateStore = AssembleOptions['createStore']

/** A double with a manual clock; its callbacks are acknowledged. */
function openDouble(createStore: CreateStore, options: Partial<AssembleOptions> = {}): Double {
  const double = assembleDouble({
    simulators,
    createStore,
    deliver: async () => ({ status: 200, body: 'SUCCESS' }),
    clock: createManualClock(),
    rateLimits: false,
    ...options,
  })
  onTestFinished(() => double.close())
  return double
}

const inFile = (file = `${temporaryFolder()}/store.db`) => {
  return (options: Parameters<CreateStore>[0]) => createSqliteStore({ ...options, file })
}

const kinds: Readonly<Record<string, () => CreateStore>> = {
  memory: () => createMemoryStore,
  'SQLite in memory': () => createSqliteStore,
  'SQLite in a file': () => inFile(),
}

async function textOf(lines: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const piece of lines) text += piece
  return text
}

const dump = (double: Double) => textOf(double.state.dump('1.2.3'))

const opened = (text: string) =>
  async function* () {
    yield text
  }

async function order(double: Double, number: string): Promise<string> {
  await dmsPayment({ send: sendTo(double) } as never, { bz_order: number })
  return (await double.orders.list({}, { limit: 1 })).items[0]?.id ?? ''
}

/** A double with which something has happened: an order that is paid, one that will be, a fault of which one time is left. */
async function withHistory(createStore: CreateStore): Promise<Double> {
  const double = openDouble(createStore, { seed: 7 })
  await double.accounts.create('its500', { id: 'own', callbackUrls: ['http://127.0.0.1:1/paid'] })
  await double.accounts.put('dms', 'demo', { duplicateOrders: 'allow' })
  await double.payer.pay(await order(double, 'order-1'))
  double.faults.add({ provider: 'dms', pay: { after: '30m' } })
  await order(double, 'order-2')
  double.faults.add({ provider: 'dms', error: '1005', times: 3 })
  await order(double, 'order-3')
  await double.clock.advance('10m')
  return double
}

describe.each(Object.keys(kinds))('a state of a double (%s)', from => {
  test.each(Object.keys(kinds))('is the same, byte for byte, in another one (%s)', async to => {
    const one = await withHistory(kinds[from]?.() as CreateStore)
    const text = await dump(one)
    const other = openDouble(kinds[to]?.() as CreateStore, { clock: createSystemClock() })
    const counts = await other.state.load(opened(text))
    expect(counts).toMatchObject({ order: 2, value: 4, journal: 4 })
    expect(await dump(other)).toBe(text)
  })

  test('goes on where it stood: clock, acts, faults, accounts, journal', async () => {
    const text = await dump(await withHistory(kinds[from]?.() as CreateStore))
    const double = openDouble(createSqliteStore, { clock: createSystemClock(), seed: 1 })
    await double.state.load(opened(text))
    expect([double.clock.kind, new Date(double.clock.now()).toISOString()]).toEqual([
      'manual',
      '2026-01-01T01:10:00.000Z',
    ])
    expect(double.seed).toBe(7)
    expect(double.faults.list()).toMatchObject([{ left: 2, fault: { error: '1005' } }])
    expect((await double.journal.read()).items.map(({ outcome }) => outcome)).toEqual([
      'refused',
      'answered',
      'paid',
      'answered',
    ])
    const fired = await double.clock.advance('20m')
    expect(fired).toMatchObject([{ kind: 'acted', order: { orderNumber: 'order-2', status: 'paid' } }])
    const own = await double.accounts.reset('its500', 'own')
    expect(own.settings.callbackUrls).toEqual(['http://127.0.0.1:1/paid'])
    double.faults.remove()
    await order(double, 'order-1')
    expect((await double.orders.list({ orderNumber: 'order-1' })).items).toHaveLength(2)
  })
})

describe('a double on which a state was loaded', () => {
  const load = async (text: string, options: Partial<AssembleOptions> = {}) => {
    const double = openDouble(createSqliteStore, options)
    await double.state.load(opened(text))
    return double
  }
  const ids = async (double: Double, name = 'new') => {
    const all = new Set<string>()
    for (let n = 1; n <= 20; n++) all.add(await order(double, `${name}-${n}`))
    expect(all.size).toBe(20)
    return [...all]
  }

  test('draws other values than the one from which it comes, and the same each time', async () => {
    const one = openDouble(createSqliteStore)
    const text = await dump(one)
    const drawn = await ids(one)
    const [first, second] = [await ids(await load(text)), await ids(await load(text))]
    expect(second).toEqual(first)
    expect(first.filter(id => drawn.includes(id))).toEqual([])
    const third = await ids(await load(await dump(one)), 'newer')
    expect(third.filter(id => [...drawn, ...first].includes(id))).toEqual([])
  })

  test('is reset to what it was at first, with the seed of the state', async () => {
    const text = await dump(await withHistory(createSqliteStore))
    const double = await load(text)
    await double.reset()
    expect((await double.orders.list()).items).toEqual([])
    expect(await double.accounts.get('its500', 'own')).toBeUndefined()
    expect(await ids(double)).toEqual(await ids(openDouble(createSqliteStore, { seed: 7 })))
  })

  test('says no where something would be lost, unless it may be', async () => {
    const text = await dump(await withHistory(createSqliteStore))
    const double = openDouble(createMemoryStore)
    await order(double, 'mine')
    await expect(double.state.load(opened(text))).rejects.toMatchObject({ code: 'stateNotEmpty' })
    expect((await double.orders.list()).items).toHaveLength(1)
    await double.state.load(opened(text), { replace: true })
    expect((await double.orders.list({ orderNumber: 'mine' })).items).toEqual([])
    const another = openDouble(createMemoryStore)
    await another.accounts.create('dms')
    await expect(another.state.load(opened(text))).rejects.toMatchObject({ code: 'stateNotEmpty' })
  })

  test('is as it was where the state is wrong', async () => {
    const text = await dump(await withHistory(createSqliteStore))
    const double = openDouble(createMemoryStore)
    const id = await order(double, 'mine')
    const wrong: [string, RegExp][] = [
      [text.slice(0, -20), /line \d+: it is no JSON/],
      [text.replace('"frozenAt":', '"frozen":'), /the value "clock" is not right: .*frozen/],
      [
        text.replaceAll('"provider":"dms"', '"provider":"acme"'),
        /line \d+: Failed to find the provider "acme"/,
      ],
      [
        text.replace('"duplicateOrders":"allow"', '"duplicateOrders":"maybe"'),
        /duplicateOrders is not right/,
      ],
      [
        text.replace(
          /"journal":\{"provider":"dms"(.*)"step":"[a-zA-Z]+"/,
          '"journal":{"provider":"dms"$1"step":7',
        ),
        /the record of the journal is not right/,
      ],
    ]
    for (const [lines, why] of wrong) {
      expect(lines).not.toBe(text)
      const loading = double.state.load(opened(lines), { replace: true })
      await expect(loading).rejects.toMatchObject({
        code: expect.stringMatching(/^bad|unknown/),
        message: expect.stringMatching(why),
      })
      expect(await double.orders.get(id)).toBeDefined()
    }
  })

  test('is new where the state turns out to be wrong only when it is loaded', async () => {
    const one = openDouble(createSqliteStore)
    const ours = await order(one, 'order-1')
    const lines = (await dump(one)).split('\n')
    const at = lines.findIndex(line => line.startsWith('{"order"'))
    lines.splice(at, 0, lines[at]?.replaceAll(ours, `${ours}9`) ?? '')
    const text = lines.join('\n').replace('"order":1', '"order":2')
    const double = openDouble(createMemoryStore)
    await order(double, 'mine')
    await expect(
      double.state.load(opened(text), { replace: true, source: 'the file "x"' }),
    ).rejects.toMatchObject({
      code: 'badState',
      message: expect.stringMatching(
        new RegExp(
          `^Failed to load the file "x", line ${at + 2}: the order ${ours} has the number .* is empty now\\.$`,
        ),
      ),
    })
    expect((await double.orders.list()).items).toEqual([])
    expect(await order(double, 'order-1')).toBe(ours)
  })

  test('has whoever asks meanwhile wait until all of it is there', async () => {
    const one = openDouble(createSqliteStore)
    for (let n = 1; n <= 50; n++) await order(one, `order-${n}`)
    const text = await dump(one)
    const double = openDouble(createSqliteStore)
    await double.accounts.list()
    const loading = double.state.load(opened(text))
    await Promise.resolve()
    const seen = await Promise.all([
      double.orders.list({}, { limit: 100 }),
      double.orders.list({}, { limit: 100 }),
    ])
    expect(seen.map(({ items }) => items.length)).toEqual([50, 50])
    await loading
  })
})

describe('a store that no double works with', () => {
  async function openFile(file: string) {
    const store = createSqliteStore({ ...storeOptionsFor(simulators), file })
    await store.begin(emptyState)
    return store
  }

  test('takes a state with which a double goes on that begins there', async () => {
    const text = await dump(await withHistory(createMemoryStore))
    const file = `${temporaryFolder()}/store.db`
    const store = await openFile(file)
    await loadIntoStore(store, { open: opened(text), source: 'x', simulators }, { replace: false })
    expect(await textOf(dumpToLines(store, '1.2.3'))).toBe(text)
    await expect(
      loadIntoStore(store, { open: opened(text), source: 'x', simulators }, { replace: false }),
    ).rejects.toMatchObject({ code: 'stateNotEmpty' })
    await store.close()
    const double = openDouble(inFile(file), { clock: createSystemClock() })
    expect((await double.orders.list()).items.map(({ orderNumber }) => orderNumber)).toEqual([
      'order-2',
      'order-1',
    ])
    expect(double.clock.kind).toBe('manual')
    double.faults.remove()
    const before = (await double.orders.list()).items.map(({ id }) => id)
    expect(before).not.toContain(await order(double, 'order-3'))
  })

  test('is empty where loading fails, and a double begins there with its accounts', async () => {
    const file = `${temporaryFolder()}/store.db`
    const store = await openFile(file)
    const text = await dump(await withHistory(createMemoryStore))
    await expect(
      loadIntoStore(
        store,
        { open: opened(text.slice(0, -100)), source: 'x', simulators },
        { replace: false },
      ),
    ).rejects.toMatchObject({
      code: 'badState',
    })
    expect((await store.listOrders({})).items).toEqual([])
    await store.close()
    const double = openDouble(inFile(file))
    expect(await order(double, 'order-1')).not.toBe('')
    expect(await double.accounts.get('its500', 'own')).toBeUndefined()
  })
})

describe('a state of which only a part is there, as a kill in the middle of loading leaves it', () => {
  const load: Readonly<Record<string, (file: string, open: ReturnType<typeof opened>) => Promise<unknown>>> =
    {
      'into a double': (file, open) => openDouble(inFile(file)).state.load(open),
      async 'into a store'(file, open) {
        const store = createSqliteStore({ ...storeOptionsFor(simulators), file })
        onTestFinished(() => store.close())
        await store.begin(emptyState)
        await loadIntoStore(store, { open, source: 'x', simulators }, { replace: false })
      },
    }

  /** Two files: of one that was killed after the orders, and of one that was not. */
  async function loadHalf(into: string) {
    const [file, half] = [`${temporaryFolder()}/store.db`, `${temporaryFolder()}/half.db`]
    const text = await dump(await withHistory(createMemoryStore))
    const cut = text.indexOf('{"journal"')
    await load[into]?.(file, async function* () {
      yield text.slice(0, cut)
      for (let turn = 1; turn <= 5; turn++) await setImmediate()
      for (const end of ['', '-wal']) copyFileSync(`${file}${end}`, `${half}${end}`)
      yield text.slice(cut)
    })
    return { text, file, half }
  }
  const openStore = async (file: string) => {
    const store = createSqliteStore({ ...storeOptionsFor(simulators), file })
    await store.begin(emptyState)
    return store
  }

  test.each(Object.keys(load))('no double begins on it (%s)', async into => {
    const { half } = await loadHalf(into)
    await expect(openDouble(inFile(half)).orders.list()).rejects.toMatchObject({
      code: 'stateHalfLoaded',
      message:
        'Failed to go on with the state that is there: it is being loaded, or was when that was broken off, and only a part of it is there. If nobody is loading it now, load it again, with --replace.',
    })
  })

  test.each(Object.keys(load))('it is not dumped, and is whole once it is loaded again (%s)', async into => {
    const { text, half } = await loadHalf(into)
    const store = await openStore(half)
    expect((await store.listOrders({})).items).toHaveLength(2)
    await expect(textOf(dumpToLines(store, '1.2.3'))).rejects.toMatchObject({ code: 'stateHalfLoaded' })
    await loadIntoStore(store, { open: opened(text), source: 'x', simulators }, { replace: true })
    expect(await textOf(dumpToLines(store, '1.2.3'))).toBe(text)
    await store.close()
    expect((await openDouble(inFile(half)).orders.list()).items).toHaveLength(2)
  })

  test.each(Object.keys(load))('a double begins on one that was loaded to its end (%s)', async into => {
    const { file } = await loadHalf(into)
    const copy = `${temporaryFolder()}/copy.db`
    for (const end of ['', '-wal']) copyFileSync(`${file}${end}`, `${copy}${end}`)
    expect((await openDouble(inFile(copy)).orders.list()).items).toHaveLength(2)
  })
})
