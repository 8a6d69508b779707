// A plan is one value: with it and the same requests, the same bytes come out, wherever it is given.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDouble } from '../../mocks/double.ts'
import { simulators } from '../../mocks/index.ts'
import { hostilities } from '../../src/double/hostile.ts'
import { type Plan, planSchema } from '../../src/double/plan.ts'
import { byteForms, deliver, signings } from '../../src/double/schedule.ts'
import { its500Order, qfpayPayment } from '../harness/clients.ts'
import { describeDoors, type OpenDoor, type OpenOptions, openHttp, send } from '../harness/doors.ts'
import { openInProcess } from '../harness/in-process.ts'
import { signedCall, signedSimulator } from '../harness/signed-provider.ts'

const all = [...simulators, signedSimulator]

const plan: Plan = {
  seed: 77,
  faults: [
    { provider: 'qfpay', error: '1205', probability: 0.3 },
    { provider: 'qfpay', network: { do: 'garbage' }, probability: 0.2 },
    { provider: 'signedpay', pay: { at: 'once' }, times: 'always' },
    { provider: 'signedpay', deliver: deliver('payment').twice().after('7m'), skip: 1, times: 3 },
    { provider: 'signedpay', deliver: deliver('payment').amount(1), times: 'always' },
    { provider: 'its500', answer: { hostile: 'decimals' }, skip: 1 },
  ],
}

type Said = string[]

/** What a client and a shop see of a double, byte for byte. */
async function story(door: OpenDoor, said: Said): Promise<string> {
  said.length = 0
  await door.double.accounts.put('signedpay', 'demo', { url: 'http://127.0.0.1/shop' })
  for (let n = 0; n < 12; n++) {
    const { status, text } = await qfpayPayment(door, { out_trade_no: `order-${n}` })
    said.push(`${status} ${text}`)
  }
  for (let n = 0; n < 3; n++) said.push((await its500Order(door, { price: String(100 + n) })).text)
  for (let n = 0; n < 6; n++) said.push((await signedCall(door, 'create', { number: `order-${n}` })).text)
  await door.double.clock.advance('1h')
  const { id } = await door.double.accounts.create('qfpay')
  const { items } = await door.double.deliveries.list()
  return JSON.stringify([
    said,
    id,
    items.map(({ id: each, headers, body, rule }) => [each, headers, body, rule]),
  ])
}

const listen = (said: Said): OpenOptions => ({
  simulators: all,
  async deliver({ url, headers, body }) {
    said.push(JSON.stringify([url, headers, body]))
    return { status: 200, body: 'SUCCESS' }
  },
})

describeDoors('a plan', open => {
  test('gives the same bytes in a fresh double, and in one that was used before it was applied', async () => {
    const said: Said = []
    const fresh = await story(await open({ ...listen(said), seed: 77, faults: plan.faults ?? [] }), said)
    expect(said.length).toBeGreaterThan(25)
    const used = await open({ ...listen(said), seed: 5 })
    await story(used, said)
    await used.double.apply(JSON.parse(JSON.stringify(plan)))
    expect(await story(used, said)).toBe(fresh)
    await used.double.reset()
    expect(await story(used, said)).toBe(fresh)
  })

  test('gives other bytes with another seed', async () => {
    const said: Said = []
    const door = await open(listen(said))
    await door.double.apply(plan)
    const first = await story(door, said)
    await door.double.apply({ ...plan, seed: 78 })
    expect(await story(door, said)).not.toBe(first)
  })

  test('that cannot be leaves the double as it was', async () => {
    const door = await open(listen([]))
    await door.double.apply({ seed: 9, faults: [{ provider: 'qfpay', error: '1205' }] })
    await signedCall(door, 'create')
    const bad = {
      seed: 10,
      faults: [
        { provider: 'qfpay', error: '1205' },
        { provider: 'qfpay', error: '9999' },
      ],
    }
    await expect(door.double.apply(bad)).rejects.toMatchObject({ code: 'unknownError' })
    expect(door.double.seed).toBe(9)
    expect((await door.double.orders.list()).items).toHaveLength(1)
    await door.double.reset()
    expect(door.double.faults.list()).toMatchObject([{ fault: { error: '1205' } }])
  })

  test('brings its faults back with each reset, and no others', async () => {
    const door = await open(listen([]))
    await door.double.apply({ faults: [{ provider: 'qfpay', error: '1205' }] })
    await qfpayPayment(door)
    door.double.faults.add({ provider: 'qfpay', error: '1100' })
    await door.double.reset()
    expect(door.double.faults.list().map(({ fault }) => fault.error)).toEqual(['1205'])
    await door.double.apply({})
    expect(door.double.faults.list()).toEqual([])
  })
})

test('a plan gives the same through the control interface as in code', async () => {
  const said: Said = []
  const inCode = await story(openInProcess({ ...listen(said), seed: 77, faults: plan.faults ?? [] }), said)
  const door = await openHttp(listen(said))
  const applied = await send(door.urlOf(''), {
    method: 'POST',
    path: '/_paydouble/api/plan',
    body: JSON.stringify(plan),
  })
  expect(applied.json()).toEqual(JSON.parse(JSON.stringify(plan)))
  // MSW hands over bytes that are no text as they are, this door too: both are read as UTF-8 here.
  expect(await story(door, said)).toBe(inCode)
})

test('invented credentials follow from the seed of the plan', async () => {
  const accounts = { qfpay: [{ id: 'mine' }] }
  const credentials = async (double: ReturnType<typeof createDouble>) =>
    (await double.accounts.get('qfpay', 'mine'))?.credentials
  const fresh = openInProcess({ accounts, seed: 4 }).double
  const other = openInProcess({ accounts, seed: 5 }).double
  expect(await credentials(other)).not.toEqual(await credentials(fresh))
  await other.apply({ seed: 4 })
  expect(await credentials(other)).toEqual(await credentials(fresh))
})

test('several faults are added together or not at all', () => {
  const { double } = openInProcess()
  const faults = [
    { provider: 'qfpay', error: '1205' },
    { provider: 'qfpay', error: '9999' },
  ]
  expect(() => double.faults.add(faults)).toThrow(/9999/)
  expect(double.faults.list()).toEqual([])
  expect(() => createDouble({ faults })).toThrow(/9999/)
})

// Properties, over plans of all sorts.

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const duration = fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.constantFrom('0s', '1.5h', '7m', '30d'))
const text = fc.string({ maxLength: 12 })
const fields = fc
  .dictionary(text, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4, noNullPrototype: true })
  // No field of a provider is called so, and Zod leaves it out.
  .filter(values => !JSON.stringify(values).includes('__proto__'))
const phase = maybe(fc.constantFrom('before' as const, 'after' as const))
const sendArbitrary = fc.record(
  {
    after: duration,
    pastExpiry: duration,
    behind: fc.constantFrom('payment', 'refund'),
    from: fc.oneof(text, fc.constant('another')),
    amount: fc.nat(),
    flipped: fc.boolean(),
    set: fields,
    hostile: fc.constantFrom(...hostilities),
    bytes: fc.constantFrom(...byteForms),
    sign: fc.constantFrom(...signings),
    replied: fc.oneof(
      fc.constant('timeout' as const),
      fc.record({ status: fc.integer({ min: 100, max: 599 }), body: text }, { requiredKeys: [] }),
    ),
  },
  { requiredKeys: [] },
)
const effect = fc.oneof(
  fc.constantFrom('E01', 'E07', 'signature', 'busy').map(error => ({ error })),
  fc
    .oneof(
      fc.record({ do: fc.constantFrom('reset', 'truncate', 'garbage'), phase }),
      fc.record({ do: fc.constant('contentType'), as: fc.constantFrom('text/plain', 'x/y; z=1'), phase }),
      fc.record({
        do: fc.constant('status'),
        status: fc.integer({ min: 200, max: 599 }),
        body: maybe(fc.string()),
        phase,
      }),
      fc.record({ do: fc.constant('delay'), for: fc.constant(0), phase }),
    )
    .map(network => ({ network })),
  fc
    .record({ set: fields, hostile: fc.constantFrom(...hostilities) }, { requiredKeys: [] })
    .map(answer => ({ answer })),
  duration.map(lag => ({ lag })),
  fc
    .oneof(
      fc.record({ at: fc.constant('once') }),
      fc.record({ after: duration, amount: maybe(fc.integer({ min: 1, max: 9999 })) }),
      fc.record({ afterQueries: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ pastExpiry: duration }),
    )
    .map(pay => ({ pay })),
  fc
    .record({
      callback: fc.constantFrom('payment', 'refund'),
      sends: fc.array(sendArbitrary, { maxLength: 4 }),
    })
    .map(schedule => ({ deliver: schedule })),
)
const where = fc.record(
  {
    account: fc.constantFrom('demo', 'other'),
    orderNumber: fc.constantFrom('order-*', '*-1', 'order-2', '(', '[a-'),
    skip: fc.integer({ min: 0, max: 2 }),
    times: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constant('always')),
    probability: fc.double({ min: 0, max: 1, noNaN: true }),
  },
  { requiredKeys: [] },
)
/** Any fault that the signed provider takes. Undefined is left out, as JSON does. */
const faultArbitrary = fc
  .tuple(where, effect)
  .map(([at, what]) => JSON.parse(JSON.stringify({ provider: 'signedpay', ...at, ...what })))

const settings = { verbose: true } as const

test('any fault is added, listed as it was given, and taken away by its id', () => {
  const { double } = openInProcess({ simulators: all })
  fc.assert(
    fc.property(fc.array(faultArbitrary, { minLength: 1, maxLength: 5 }), faults => {
      // What a run has left that failed must not make others fail while it is shrunk.
      double.faults.remove()
      const rules = double.faults.add(faults)
      expect(rules.map(({ fault }) => fault)).toEqual(faults)
      expect(JSON.parse(JSON.stringify(double.faults.list()))).toMatchObject(rules.map(({ id }) => ({ id })))
      expect(planSchema.parse({ faults: double.faults.list().map(({ fault }) => fault) })).toEqual({ faults })
      for (const { id } of rules) double.faults.remove({ id })
      expect(double.faults.list()).toEqual([])
    }),
    { ...settings, numRuns: 300 },
  )
})

test('no mix of faults makes the double fail, and each mix does the same twice', async () => {
  const live = async (faults: never[], said: Said) => {
    const door = openInProcess({ ...listen(said), seed: 3, faults })
    await door.double.accounts.put('signedpay', 'demo', { url: 'http://127.0.0.1/shop' })
    for (let n = 1; n <= 3; n++) {
      const number = `order-${n}`
      for (const name of ['create', 'query', 'query', 'refund', 'query'] as const) {
        const { status, text: body } = await signedCall(door, name, { number })
        expect(body).not.toContain('"code":"bug"')
        said.push(`${status} ${body}`)
      }
      await door.double.clock.advance('20m')
    }
    await door.double.clock.advance('40d')
    expect(
      door.double.journal.list({}, { limit: 500 }).items.filter(({ outcome }) => outcome === 'failed'),
    ).toEqual([])
    await door.double.close()
    return said
  }
  await fc.assert(
    fc.asyncProperty(fc.array(faultArbitrary, { maxLength: 8 }), async faults => {
      expect(await live(faults as never[], [])).toEqual(await live(faults as never[], []))
    }),
    { ...settings, numRuns: 150 },
  )
})
