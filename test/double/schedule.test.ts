// What becomes of callbacks, with a provider that signs them, over real HTTP.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { simulators } from '../../mocks/index.ts'
import { hostilities } from '../../src/double/hostile.ts'
import {
  byteForms,
  deliver,
  type Schedule,
  type ScheduleBuilder,
  scheduleSchema,
} from '../../src/double/schedule.ts'
import type { Delivery, Order } from '../../src/store/records.ts'
import { describeDoors, type OpenDoor, type OpenOptions } from '../harness/doors.ts'
import { openReceiver, type Receiver } from '../harness/receiver.ts'
import { signatureOf, signedAccount, signedCall, signedSimulator } from '../harness/signed-provider.ts'

const minute = 60_000
type Open = (options?: OpenOptions) => Promise<OpenDoor>

/** A double with the signed provider, and a shop that answers what its callbacks ask for. */
async function openShop(
  open: Open,
  reply?: () => { status: number; body?: string },
  options: OpenOptions = {},
) {
  const receiver = await openReceiver(reply ?? (() => ({ status: 200, body: 'SUCCESS' })))
  const door = await open({ simulators: [...simulators, signedSimulator], ...options })
  await door.double.accounts.put('signedpay', 'demo', { url: receiver.url })
  const { double } = door
  return {
    door,
    double,
    receiver,
    plan: (schedule: Schedule) => double.faults.add({ provider: 'signedpay', deliver: schedule }),
    /** An order, made and paid. */
    async paid(number = 'order-1', amount = 1000): Promise<Order> {
      const { id } = (await signedCall(door, 'create', { number, amount })).json()
      return (await double.payer.pay(String(id))).order
    },
    start: double.clock.now(),
  }
}

const last = (receiver: Receiver) => {
  const found = receiver.received.at(-1)
  if (!found) throw new Error('nothing was received')
  return { ...found, json: () => JSON.parse(found.body) as Record<string, unknown> }
}

/** Whether what arrived is signed over just the bytes that arrived. */
const isSigned = ({ bytes, headers }: Receiver['received'][number]) =>
  headers['x-sign'] === signatureOf(bytes, signedAccount.key)

const deliveriesOf = async (door: OpenDoor, order?: string): Promise<Delivery[]> =>
  (await door.double.deliveries.list(order === undefined ? {} : { order })).items.reverse()

describeDoors('callbacks as planned', open => {
  test('a callback that nothing was planned for arrives once, signed, and no rule made it so', async () => {
    const { receiver, paid, door } = await openShop(open)
    await paid()
    expect(receiver.received).toHaveLength(1)
    expect(isSigned(last(receiver))).toBe(true)
    expect(last(receiver).json()).toMatchObject({ result: 'SUCCESS', number: 'order-1', amount: '1000' })
    expect(await deliveriesOf(door)).toMatchObject([{ status: 'delivered', rule: null }])
  })

  test('a callback comes twice, the second time seven minutes late', async () => {
    const { double, receiver, paid, plan, door, start } = await openShop(open)
    const [rule] = plan(deliver('payment').twice().after('7m'))
    const order = await paid()
    expect(receiver.received).toHaveLength(1)
    expect(await double.clock.advance('6m')).toEqual([])
    expect(await double.clock.advance('1m')).toMatchObject([{ kind: 'attempted', at: start + 7 * minute }])
    expect(receiver.received).toHaveLength(2)
    expect(receiver.received[0]?.body).toBe(receiver.received[1]?.body)
    const said = JSON.stringify(rule?.fault)
    expect(await deliveriesOf(door, order.id)).toMatchObject([
      { status: 'delivered', rule: said },
      { status: 'delivered', rule: said },
    ])
  })

  test('callbacks at one and the same time come in the order in which they were planned', async () => {
    const { double, receiver, paid, plan } = await openShop(open)
    plan(deliver('payment').after('1m').again().after('1m').amount(1).again().after('1m').amount(2))
    await paid()
    await double.clock.advance('1m')
    expect(receiver.received.map(({ body }) => JSON.parse(body).amount)).toEqual(['1000', '1', '2'])
  })

  test('a callback that is dropped never comes, and none is written down', async () => {
    const { double, receiver, paid, plan, door } = await openShop(open)
    plan(deliver('payment').drop())
    const order = await paid()
    await double.clock.advance('1d')
    expect(receiver.received).toEqual([])
    expect(await deliveriesOf(door, order.id)).toEqual([])
  })

  test('a callback comes only after the order would have expired', async () => {
    const { double, paid, plan, receiver, start } = await openShop(open)
    plan(deliver('payment').pastExpiry('5s'))
    await paid()
    expect(await double.clock.advance('30m')).toEqual([])
    expect(await double.clock.advance('5s')).toMatchObject([{ at: start + 30 * minute + 5000 }])
    expect(receiver.received).toHaveLength(1)
  })

  test('the refund comes before the payment', async () => {
    const { door, receiver, paid, plan, double } = await openShop(open)
    plan(deliver('payment').behind('refund'))
    const order = await paid()
    expect(await deliveriesOf(door, order.id)).toMatchObject([{ status: 'held', behind: 'refund' }])
    expect(receiver.received).toEqual([])
    await signedCall(door, 'refund', { amount: 300 })
    await double.callbacks.waitFor({ provider: 'signedpay', times: 2 })
    expect(receiver.received.map(({ body }) => JSON.parse(body).amount)).toEqual(['300', '1000'])
  })

  test('the refund waits for a payment that is late', async () => {
    const { door, receiver, paid, plan, double } = await openShop(open)
    plan(deliver('payment').after('10m'))
    plan(deliver('refund').behind('payment'))
    await paid()
    await signedCall(door, 'refund', { amount: 300 })
    await double.clock.advance('9m')
    expect(receiver.received).toEqual([])
    await double.clock.advance('1m')
    await double.callbacks.waitFor({ provider: 'signedpay', times: 2 })
    expect(receiver.received.map(({ body }) => JSON.parse(body).amount)).toEqual(['1000', '300'])
  })

  test('a callback is not held for one that was tried already, nor for that of another payment', async () => {
    const { door, receiver, paid, plan, double } = await openShop(open)
    await paid('order-1')
    plan(deliver('refund').behind('payment'))
    await signedCall(door, 'refund', { number: 'order-1', amount: 1 })
    await double.callbacks.waitFor({ callback: 'refund' })
    plan(deliver('payment').behind('refund'))
    const second = await paid('order-2')
    expect(await deliveriesOf(door, second.id)).toMatchObject([{ status: 'held' }])
    await signedCall(door, 'refund', { number: 'order-1', amount: 1 })
    await double.callbacks.waitFor({ callback: 'refund', times: 2 })
    expect(await deliveriesOf(door, second.id)).toMatchObject([{ status: 'held' }])
    expect(receiver.received).toHaveLength(3)
  })

  test.each<[string, (word: ScheduleBuilder) => ScheduleBuilder, object, boolean]>([
    ['another amount, signed for the right one', word => word.amount(1), { amount: '1' }, false],
    ['another amount, signed as it is', word => word.amount(1).resigned(), { amount: '1' }, true],
    ['the opposite', word => word.flipped(), { result: 'FAIL' }, false],
    ['another field', word => word.set({ title: 'x' }), { title: 'x' }, false],
    ['nothing else, unsigned', word => word.unsigned(), { amount: '1000' }, false],
    ['nothing else, signed with another key', word => word.wrongKey(), { amount: '1000' }, false],
  ])('a callback says %s', async (_, change, said, signed) => {
    const { receiver, paid, plan } = await openShop(open)
    plan(change(deliver('payment')))
    await paid()
    expect(last(receiver).json()).toMatchObject(said)
    expect(isSigned(last(receiver))).toBe(signed)
  })

  test('a field is taken away', async () => {
    const { receiver, paid, plan } = await openShop(open)
    plan(deliver('payment').set({ title: null }).resigned())
    await paid()
    expect(last(receiver).json()).not.toHaveProperty('title')
    expect(isSigned(last(receiver))).toBe(true)
  })

  test('an unsigned callback has no signature at all, and one with a wrong key has another one', async () => {
    const { receiver, paid, plan } = await openShop(open)
    plan(deliver('payment').unsigned().again().wrongKey())
    await paid()
    expect(receiver.received[0]?.headers).not.toHaveProperty('x-sign')
    expect(receiver.received[1]?.headers['x-sign']).toMatch(/^[0-9a-f]{32}$/)
  })

  test('a changed callback carries the signature that the right one would have', async () => {
    const { receiver, paid, plan } = await openShop(open)
    plan(deliver('payment').again().amount(1))
    await paid()
    const [right, changed] = receiver.received
    expect(changed?.headers['x-sign']).toBe(right?.headers['x-sign'])
    expect(changed?.body).not.toBe(right?.body)
  })

  test('what was sent for another order is sent for this one', async () => {
    const { receiver, paid, plan, door } = await openShop(open)
    const first = await paid('order-1')
    await paid('order-2')
    plan(deliver('payment').replayedFrom(first.id))
    plan(deliver('payment').replayedFrom())
    await paid('order-3')
    await paid('order-4')
    const numbers = receiver.received.map(({ body }) => JSON.parse(body).number)
    expect(numbers).toEqual(['order-1', 'order-2', 'order-1', 'order-1'])
    expect(receiver.received.every(isSigned)).toBe(true)
    expect((await deliveriesOf(door)).map(({ body }) => JSON.parse(body).number)).toEqual(numbers)
  })

  test('what was sent for the same order is not sent for another one', async () => {
    const { receiver, paid, plan, double } = await openShop(open)
    await paid('order-1')
    const { id } = await paid('order-2')
    plan(deliver('payment').replayedFrom())
    await double.payer.pay(id, { again: true })
    expect(last(receiver).json()).toMatchObject({ number: 'order-1' })
  })

  test('where nothing was sent for another order, nothing is sent, and the delivery says why', async () => {
    const { receiver, paid, plan, door } = await openShop(open)
    plan(deliver('payment').replayedFrom())
    await paid()
    expect(receiver.received).toEqual([])
    expect(await deliveriesOf(door)).toMatchObject([
      { status: 'failed', attempts: [{ error: expect.stringMatching(/sent for another order/) }] },
    ])
  })

  test.each([{ bytes: 'pretty' }, { bytes: 'gbk' }, { hostile: 'emoji' }, { hostile: 'bigIds' }] as const)(
    'as plain JSON, too, %j is signed as it is sent',
    async send => {
      const { receiver, paid, plan } = await openShop(open)
      plan({ callback: 'payment', sends: [send] })
      await paid()
      expect(isSigned(last(receiver))).toBe(true)
    },
  )

  test.each(byteForms)('the same content is signed over other bytes: %s', async form => {
    const { receiver, paid, plan } = await openShop(open)
    plan(deliver('payment').bytes(form))
    await paid()
    const { bytes } = last(receiver)
    expect(isSigned(last(receiver))).toBe(true)
    const text = new TextDecoder(form === 'gbk' ? 'gbk' : 'utf-8').decode(bytes)
    expect(JSON.parse(text)).toMatchObject({ number: 'order-1', title: '一本书' })
  })

  test('a byte order mark, escapes and GBK are what arrives', async () => {
    const { receiver, paid, plan } = await openShop(open)
    plan(deliver('payment').bytes('bom').again().bytes('escaped').again().bytes('gbk'))
    await paid()
    const [bom, escaped, gbk] = receiver.received
    expect([...(bom?.bytes.subarray(0, 3) ?? [])]).toEqual([0xef, 0xbb, 0xbf])
    expect(escaped?.body).toContain('\\u4e00\\u672c\\u4e66')
    expect(gbk?.bytes.includes(Buffer.from([0xd2, 0xbb, 0xb1, 0xbe, 0xca, 0xe9]))).toBe(true)
  })

  test.each(hostilities)('texts and numbers as some senders write them: %s', async hostility => {
    const { receiver, paid, plan } = await openShop(open)
    plan(deliver('payment').hostile(hostility))
    await paid()
    const expected = {
      fullWidthDigits: '"amount":"１０００"',
      emoji: '"title":"一本书\u{1F9E7}"',
      numbersAsTexts: '"amount":"1000"',
      textsAsNumbers: '"amount":1000',
      decimals: '"amount":"1000.00"',
      bigIds: /"id":9\d{17},/,
      timeZone: '"time":"2026-01-01 01:00:00"',
    }[hostility]
    expect(last(receiver).body).toMatch(expected)
    expect(isSigned(last(receiver))).toBe(true)
  })

  test.each<[string, (word: ScheduleBuilder) => ScheduleBuilder, object]>([
    ['an answer of 500', word => word.replied(500), { status: 500, acknowledged: false }],
    ['success in small letters', word => word.replied(200, 'success'), { acknowledged: false }],
    ['success after a byte order mark', word => word.replied(200, '\ufeffSUCCESS'), { acknowledged: false }],
    ['no answer in time', word => word.slow(), { status: null, acknowledged: false }],
    ['a right answer', word => word.replied(200, 'SUCCESS'), { status: 200, acknowledged: true }],
  ])('the answer counts as %s, and retries follow from that', async (_, change, attempt) => {
    const { double, receiver, paid, plan, door } = await openShop(open)
    plan(change(deliver('payment')))
    const order = await paid()
    const [first] = await deliveriesOf(door, order.id)
    expect(first?.attempts).toMatchObject([
      { ...attempt, reply: 'SUCCESS', error: expect.stringMatching(/counts as/) },
    ])
    await double.clock.advance('1h')
    expect(receiver.received).toHaveLength('status' in attempt && attempt.status === 200 ? 1 : 3)
  })

  test.each([
    ['500', { status: 500, body: 'SUCCESS' }],
    ['small letters', { status: 200, body: 'success' }],
    ['a byte order mark', { status: 200, body: '\ufeffSUCCESS' }],
    ['nothing', { status: 200, body: '' }],
    ['a redirect', { status: 302, body: 'SUCCESS' }],
  ])('a shop that answers with %s is called again until the retries are used up', async (_, reply) => {
    const { double, receiver, paid, door, start } = await openShop(open, () => reply)
    const order = await paid()
    const fired = await double.clock.advance('1d')
    expect(fired.map(({ at }) => at - start)).toEqual([minute, 3 * minute])
    expect(receiver.received).toHaveLength(3)
    expect(await deliveriesOf(door, order.id)).toMatchObject([
      { status: 'failed', attempts: Array(3).fill({ acknowledged: false, reply: reply.body }) },
    ])
  })

  test('a plan for an order number, for an account, or with a probability strikes no other', async () => {
    const { double, receiver, paid } = await openShop(open)
    const drop = deliver('payment').drop()
    double.faults.add([
      { provider: 'signedpay', orderNumber: 'drop-*', times: 'always', deliver: drop },
      { provider: 'signedpay', account: 'other', times: 'always', deliver: drop },
      { provider: 'signedpay', probability: 0, deliver: drop },
    ])
    for (const number of ['drop-1', 'keep-1', 'drop-2']) await paid(number)
    expect(receiver.received.map(({ body }) => JSON.parse(body).number)).toEqual(['keep-1'])
  })

  test('the second and the third callback are lost', async () => {
    const { double, receiver, paid } = await openShop(open)
    double.faults.add({ provider: 'signedpay', skip: 1, times: 2, deliver: deliver('payment').drop() })
    for (let n = 1; n <= 4; n++) await paid(`order-${n}`)
    expect(receiver.received.map(({ body }) => JSON.parse(body).number)).toEqual(['order-1', 'order-4'])
  })
})

test.each<[string, object, RegExp]>([
  [
    'the amount of a callback whose contract does not say where it is',
    { amount: 1 },
    /does not say which fields/,
  ],
  ['the opposite of one', { flipped: true }, /does not say which fields/],
])('a plan cannot change %s', async (_, send, message) => {
  const { contract } = signedSimulator
  const { forgery: _forgery, ...payment } = contract.callbacks.payment as never as { forgery: unknown }
  const changed = { ...contract, callbacks: { ...contract.callbacks, payment } }
  const { checkFault } = await import('../../src/double/fault.ts')
  const fault = { provider: 'signedpay', deliver: { callback: 'payment', sends: [send] } }
  expect(() => checkFault(changed as never, fault)).toThrow(message)
})

test('a schedule is the plain value that its JSON says', () => {
  const schedule = deliver('payment').twice().after('7m')
  expect(JSON.stringify(schedule)).toBe('{"callback":"payment","sends":[{},{"after":"7m"}]}')
  expect({ ...schedule }).toEqual({ callback: 'payment', sends: [{}, { after: '7m' }] })
  expect(structuredClone({ ...schedule })).toEqual({ ...schedule })
})

test('a word changes nothing about the schedule before it', () => {
  const once = deliver('payment')
  once.twice().after('7m')
  expect(once).toEqual({ callback: 'payment', sends: [{}] })
})

const duration = fc.oneof(fc.integer({ min: 0, max: 10 ** 12 }), fc.constantFrom('0s', '1.5h', '7m', '30d'))
type Word = (schedule: ScheduleBuilder) => ScheduleBuilder
const word = <T>(values: fc.Arbitrary<T>, say: (schedule: ScheduleBuilder, value: T) => ScheduleBuilder) =>
  values.map(
    (value): Word =>
      schedule =>
        say(schedule, value),
  )
const words: fc.Arbitrary<Word> = fc.oneof(
  fc.constantFrom<Word>(
    s => s.drop(),
    s => s.twice(),
    s => s.again(),
    s => s.pastExpiry(),
    s => s.replayedFrom(),
    s => s.flipped(),
    s => s.unsigned(),
    s => s.wrongKey(),
    s => s.resigned(),
    s => s.slow(),
  ),
  word(fc.integer({ min: 0, max: 3 }), (s, count) => s.times(count)),
  word(duration, (s, after) => s.after(after)),
  word(duration, (s, after) => s.pastExpiry(after)),
  word(fc.string(), (s, name) => s.behind(name)),
  word(fc.string(), (s, order) => s.replayedFrom(order)),
  word(fc.nat(), (s, amount) => s.amount(amount)),
  word(
    fc
      .dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3, noNullPrototype: true })
      // No field of a provider is called so, and Zod leaves it out.
      .filter(fields => !JSON.stringify(fields).includes('__proto__')),
    (s, fields) => s.set(fields),
  ),
  word(fc.constantFrom(...hostilities), (s, hostility) => s.hostile(hostility)),
  word(fc.constantFrom(...byteForms), (s, form) => s.bytes(form)),
  word(fc.tuple(fc.integer({ min: 100, max: 599 }), fc.string()), (s, [status, body]) =>
    s.replied(status, body),
  ),
)

test('whatever words are said, the schedule is valid and its JSON reads as the same', () => {
  fc.assert(
    fc.property(fc.array(words, { maxLength: 12 }), said => {
      const schedule = said.reduce((so, word) => (so.sends.length > 20 ? so : word(so)), deliver('payment'))
      const plain = { ...schedule }
      expect(scheduleSchema.parse(plain)).toEqual(plain)
      expect(scheduleSchema.parse(JSON.parse(JSON.stringify(schedule)))).toEqual(
        JSON.parse(JSON.stringify(plain)),
      )
    }),
    { numRuns: 500, verbose: true },
  )
})
