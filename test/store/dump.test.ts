// A state that goes from one store into another, as records and as text.
import * as fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { dumpState } from '../../src/store/dump.ts'
import { loadState } from '../../src/store/load.ts'
import type { Delivery, Order } from '../../src/store/records.ts'
import { readState, toStateLines } from '../../src/store/state-lines.ts'
import type { Store } from '../../src/store/store.ts'
import {
  claim,
  describeStores,
  insertPaid,
  newAccount,
  newAct,
  newAttempt,
  newDelivery,
  newOrder,
  numberKey,
  storeOptions,
  stores,
} from '../harness/stores.ts'

async function textOf(store: Store): Promise<string> {
  let text = ''
  for await (const piece of toStateLines(dumpState(store), '1.2.3')) text += piece
  return text
}

async function load(store: Store, text: string) {
  const { records } = readState(chunksOf(text), { source: 'the test' })
  return loadState(store, records)
}

async function* chunksOf(text: string, length = 1000): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  for (let at = 0; at < bytes.length; at += length) yield bytes.slice(at, at + length)
}

async function readAll(text: string | string[]): Promise<unknown[]> {
  const lines = typeof text === 'string' ? text : text.map(line => `${line}\n`).join('')
  const all: unknown[] = []
  for await (const record of readState(chunksOf(lines, 7), { source: 'the file "x"' }).records)
    all.push(record)
  return all
}

/** What happens to a store: the same in each, whatever its kind. */
type Step = (store: Store) => Promise<unknown>

const small = fc.nat({ max: 12 })
/** Zod leaves a field out that is called `__proto__`. */
const isKept = (value: unknown) => !JSON.stringify(value).includes('__proto__')
const json = fc.jsonValue().filter(isKept)

/** Also what is special in JSON, SQL or JavaScript. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('订单 \u{1f600}', `'";--`, '\u2028', '\\', ''),
)

const orderFields: fc.Arbitrary<Partial<Order>> = fc.record(
  {
    kind: fc.constantFrom('payment', 'refund'),
    original: fc.constantFrom(null, 'order-1'),
    expiresAt: fc.option(small),
    acts: fc.array(
      small.map(at => newAct(at, { amount: at })),
      { maxLength: 2 },
    ),
    currency: text,
    fields: fc
      .dictionary(text, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3, noNullPrototype: true })
      .filter(isKept),
  },
  { requiredKeys: [] },
)

const deliveryFields: fc.Arbitrary<Partial<Delivery>> = fc.record(
  {
    status: fc.constantFrom('pending', 'held', 'delivered'),
    body: text,
    headers: fc.dictionary(fc.stringMatching(/^[a-z-]{1,8}$/), text, { maxKeys: 3, noNullPrototype: true }),
    replied: fc.constantFrom<Delivery['replied'][]>('timeout', { status: 500, body: 'no' }, null),
    rule: fc.option(text),
  },
  { requiredKeys: [] },
)

/** Only what is pending is due at a time. */
const isOver = ({ status = 'pending' }: Partial<Delivery>) => status !== 'pending'

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(small, orderFields).map(([n, fields]): Step => {
    return store => store.insertOrder(newOrder(n, { ...fields, id: `order-${n}` }))
  }),
  fc.tuple(small, fc.constantFrom('paid', 'closed'), small).map(([n, to, at]): Step => {
    const patch = {
      paidAt: at,
      past: [{ until: at, status: 'pending', paidAt: null, paidAmount: null, refunded: 0 }],
    }
    return async store => {
      const isFree = (await store.getDelivery(`delivery-${n + 100}`)) === undefined
      const deliveries = isFree ? [newDelivery(n + 100, { order: `order-${n}` })] : []
      await store.transition(`order-${n}`, 'pending', to as Order['status'], {
        patch: patch as never,
        deliveries,
      })
    }
  }),
  fc.tuple(small, deliveryFields).map(([n, fields]): Step => {
    return async store => {
      if ((await store.getDelivery(`delivery-${n}`)) === undefined)
        await store.addDelivery(newDelivery(n, { ...fields, ...(isOver(fields) && { dueAt: null }) }))
    }
  }),
  small.map(
    (n): Step =>
      store =>
        store.recordAttempt(`delivery-${n}`, newAttempt(n), { status: 'pending', dueAt: n + 5 }),
  ),
  small.map(
    (n): Step =>
      store =>
        claim(store, n),
  ),
  fc.tuple(small, text).map(
    ([n, value]): Step =>
      store =>
        store.putAccount(newAccount(`account-${n % 3}`, { settings: { value, nested: { [value]: [n] } } })),
  ),
  small.map(
    (n): Step =>
      store =>
        store.removeAccount(newAccount(`account-${n % 3}`)),
  ),
  fc.tuple(small, json).map(
    ([n, record]): Step =>
      store =>
        store.appendJournal([
          {
            provider: n % 2 === 0 ? null : 'some',
            account: 'demo',
            order: `order-${n}`,
            record: JSON.stringify(record),
          },
        ]),
  ),
  json.map(
    (value): Step =>
      async store => {
        const [clock] = await store.readValues({})
        if (clock) await store.writeValue(clock.name, value, clock.version)
      },
  ),
  small.map(
    (n): Step =>
      store =>
        store.prune({ keep: n, limit: 2 }),
  ),
)

const initial = { accounts: [newAccount('one')], values: { clock: { offset: 0 }, faults: [] } }

async function openAs(name: string): Promise<Store> {
  const store = (await stores[name]?.(storeOptions)) as Store
  onTestFinished(() => store.close())
  await store.begin(initial)
  return store
}

describe('a state', () => {
  test.each(Object.keys(stores))(
    'of a store (%s) is the same, byte for byte, in any other one',
    async name => {
      const from = await openAs(name)
      const others = await Promise.all(Object.keys(stores).map(openAs))
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
          await from.reset(initial)
          for (const run of steps) await run(from)
          const dumped = await textOf(from)
          for (const to of others) {
            await load(to, dumped)
            expect(await textOf(to)).toBe(dumped)
          }
        }),
        { numRuns: 40 },
      )
    },
  )

  test.each(Object.keys(stores))(
    'comes out of a store (%s) as it does out of the one in memory',
    async name => {
      const [one, memory] = [await openAs(name), await openAs('memory')]
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
          for (const store of [one, memory]) {
            await store.reset(initial)
            for (const run of steps) await run(store)
          }
          expect(await textOf(one)).toBe(await textOf(memory))
        }),
        { numRuns: 40 },
      )
    },
  )
})

describeStores('a loaded state', open => {
  test('holds its keys, falls due and is claimed by nobody', async () => {
    const from = await open()
    await insertPaid(from, newOrder(1), [newDelivery(10)])
    await from.insertOrder(newOrder(2, { expiresAt: 20, acts: [newAct(15)] }))
    expect(await claim(from, 12)).toHaveLength(1)
    const to = await open()
    await to.insertOrder(newOrder(3))
    expect(await load(to, await textOf(from))).toMatchObject({ order: 2, delivery: 1 })
    expect(await to.getOrder('order-3')).toBeUndefined()
    expect(await to.findOrder(numberKey('number-1'))).toMatchObject({ id: 'order-1' })
    expect(await to.insertOrder(newOrder(4, { orderNumber: 'number-2' }))).toMatchObject({ kind: 'number' })
    expect((await claim(to, 12)).map(({ kind, dueAt }) => [kind, dueAt])).toEqual([['delivery', 10]])
    expect(await to.nextDueAt()).toBe(15)
  })

  test('is found by identity, and holds the newest of the journal alone', async () => {
    const from = await open()
    await from.putAccount(newAccount('one'))
    await from.appendJournal(
      [1, 2, 3].map(n => ({ provider: null, account: null, order: null, record: `{"n":${n}}` })),
    )
    const to = await open({ journalSize: 2 })
    await load(to, await textOf(from))
    expect(await to.findAccount('some', 'key-one')).toEqual(newAccount('one'))
    expect((await to.listJournal({})).items.map(({ record }) => record)).toEqual(['{"n":3}', '{"n":2}'])
  })

  test('of more orders than a page holds is in the order of creation', async () => {
    const from = await open()
    for (let n = 1201; n > 0; n--) await from.insertOrder(newOrder(n))
    const to = await open()
    expect(await load(to, await textOf(from))).toMatchObject({ order: 1201 })
    const page = await to.listOrders({}, { first: 'oldest', limit: 2000 })
    expect(page.items.map(({ amount }) => amount - 1000)).toEqual(
      Array.from({ length: 1201 }, (_, n) => 1201 - n),
    )
  })

  test('with two orders of one key, or two deliveries of one id, is refused', async () => {
    const store = await open()
    const orders = [newOrder(1), newOrder(2, { orderNumber: 'number-1' })].map(order => ({ order }))
    await expect(loadState(store, orders)).rejects.toMatchObject({
      code: 'badState',
      message: expect.stringContaining('order-2 has the number of another order, "number/number-1"'),
    })
    const deliveries = [newDelivery(1), newDelivery(1)].map(delivery => ({ delivery }))
    await expect(loadState(store, deliveries)).rejects.toMatchObject({
      code: 'badState',
      message: 'Failed to load a state: there is a delivery "delivery-1" already.',
    })
  })
})

describe('the text of a state', () => {
  const head = '{"paydouble":{"format":1,"version":"1.2.3"}}'
  const order = JSON.stringify({ order: newOrder(1) })
  const end = '{"end":{"account":0,"value":0,"order":1,"delivery":0,"journal":0}}'

  test('begins with what it is, and ends with how much there is', async () => {
    const store = await openAs('memory')
    await store.insertOrder(newOrder(1))
    const lines = (await textOf(store)).trimEnd().split('\n')
    expect([lines[0], lines.at(-2), lines.at(-1)]).toEqual([
      head,
      order,
      '{"end":{"account":1,"value":2,"order":1,"delivery":0,"journal":0}}',
    ])
  })

  test('may have empty lines, and ends of lines as Windows has them', async () => {
    expect(await readAll([`${head}\r`, '', `${order}\r`, end, ''])).toEqual([{ order: newOrder(1) }])
  })

  test('may be cut into pieces anywhere, also within a character', async () => {
    const named = newOrder(1, { currency: '订单\u{1f600}' })
    const lines = `${[head, JSON.stringify({ order: named }), end].join('\n')}\n`
    for (let length = 1; length < 20; length++) {
      const records: unknown[] = []
      for await (const record of readState(chunksOf(lines, length), { source: 'x' }).records)
        records.push(record)
      expect(records).toEqual([{ order: named }])
    }
  })

  test.each([
    ['nothing', [], 'line 0: it is empty'],
    ['another file', ['hello'], 'line 1: it is no state of paydouble'],
    ['other JSON', ['{"orders":[]}'], 'line 1: it is no state of paydouble'],
    ['no format', ['{"paydouble":null}'], 'line 1: it is no state of paydouble'],
    ['a cut file', [head, order], 'line 2: it ends in the middle: its last line, {"end":…}, is missing'],
    ['a cut line', [head, order.slice(0, 50)], 'line 2: it is no JSON'],
    ['a line that is missing', [head, end], 'line 2: there should be 1 lines with "order", and there are 0'],
    [
      'a line too much',
      [head, order, order, end],
      'line 4: there should be 1 lines with "order", and there are 2',
    ],
    ['a line behind the end', [head, order, end, order], 'line 4: there is more behind its last line'],
    ['no object', [head, '7'], 'line 2: it is JSON, but no object'],
    ['an unknown record', [head, '{"refund":{}}'], 'line 2: it is no object with one of "account"'],
    ['two in one', [head, '{"order":{},"delivery":{}}'], 'line 2: it is no object with one of "account"'],
    [
      'a wrong field',
      [head, order.replace('"amount":1001', '"amount":-1')],
      'line 2: the order is not right: amount: ',
    ],
    [
      'a field that is not known',
      [head, order.replace('"amount"', '"tip":1,"amount"')],
      'line 2: the order is not right: there is no field "tip"',
    ],
    [
      'depth',
      [head, `{"value":{"name":"x","value":${'['.repeat(1e5)}${']'.repeat(1e5)}}}`],
      'line 2: it is nested',
    ],
  ])('that is wrong is refused with the number of its line: %s', async (_, lines, why) => {
    await expect(readAll(lines)).rejects.toMatchObject({
      code: 'badState',
      message: expect.stringContaining(`Failed to read the file "x", ${why}`),
    })
  })

  test('that is not UTF-8 is refused', async () => {
    const bytes = async function* () {
      yield new Uint8Array([0x7b, 0xff, 0xfe])
    }
    const { records } = readState(bytes(), { source: 'x' })
    await expect(records[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'badState' })
  })

  test('of a newer format is refused as that', async () => {
    await expect(
      readAll(['{"paydouble":{"format":2,"version":"9.0.0"}}', '{"new":1}']),
    ).rejects.toMatchObject({
      code: 'stateTooNew',
      message:
        'Failed to read the file "x": its format is 2, and this paydouble reads 1. Load it with the paydouble that wrote it, or a newer one.',
    })
  })

  test('is made and read as fast as it is taken', async () => {
    let made = 0
    const records = (function* () {
      for (; made < 100_000; made++) yield { order: newOrder(made) }
    })()
    const pieces = toStateLines(records, '1.2.3')
    await pieces.next()
    expect(made).toBeLessThan(1000)
    await pieces.return(undefined)
  })
})
