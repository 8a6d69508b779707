import { expect, onTestFinished, test } from 'vitest'
import { contracts } from '../../contracts/index.ts'
import { openHttpDoor } from '../../src/doors/http.ts'
import {
  connect,
  defaultInvariants,
  defineInvariant,
  expectUnbroken,
  type InvariantReport,
  type TortureOptions,
  type TortureReport,
  type TortureSchedule,
  torture,
  tortureScheduleSchema,
  toText,
} from '../../src/torture/index.ts'
import { qfpayPayment } from '../harness/clients.ts'
import { openInProcess } from '../harness/in-process.ts'
import { openStub, type Stub } from './stub-app.ts'

const runs = 60

function run({ pay, app, account }: Stub, options: Partial<TortureOptions> = {}): Promise<TortureReport> {
  return torture(pay, { provider: 'qfpay', account, runs, ...app, ...options })
}

function reportOf({ invariants }: TortureReport, id: string): InvariantReport | undefined {
  return invariants.find(invariant => invariant.id === id)
}

test('a report is plain JSON, and names the smallest schedule, what was expected, and the lines that repeat it', async () => {
  const report = await run(openStub(['crashesOnRefund']), { config: "my shop's.ts" })
  expect(JSON.parse(JSON.stringify(report))).toEqual(report)
  expect(reportOf(report, 'doesNotFail')).toMatchObject({
    verdict: 'broken',
    smallest: {
      schedule: { steps: [{ do: 'refund' }] },
      steps: ['the customer places the order', 'the app is asked for a refund'],
      expected: 'an answer, if only a polite refusal',
      got: 'refund() failed: the payment is undefined',
      repeated: true,
      command: `npx paydouble torture --config 'my shop'\\''s.ts' --replay '{"steps":[{"do":"refund"}]}'`,
      code: 'await torture(pay, { ...app, schedules: [{"steps":[{"do":"refund"}]}] })',
    },
  })
  const text = toText(report)
  expect(text).toMatch(/^60 schedules .*against qfpay, seed 1: 1 of 8 is broken$/m)
  expect(text).toMatch(/^BROKEN +doesNotFail /m)
  expect(text).toContain('  2. the app is asked for a refund\n')
})

test('a test that expects an unbroken app fails with the whole report', async () => {
  const held = await run(openStub())
  expect(() => expectUnbroken(held)).not.toThrow()
  const report = await run(openStub(['crashesOnRefund']))
  expect(() => expectUnbroken(report)).toThrow(toText(report).trimEnd())
})

test('schedules that are given are played as they are, and not made smaller', async () => {
  const schedule: TortureSchedule = { amount: 250, steps: [{ do: 'poll' }, { do: 'pay' }, { do: 'replay' }] }
  const report = await run(openStub(['creditsAgain']), { schedules: [schedule] })
  expect(report).toMatchObject({ ok: false, schedules: 1, different: 1 })
  expect(reportOf(report, 'creditedOnce')?.smallest).toMatchObject({
    schedule,
    got: '500 is credited',
  })
  expect(reportOf(report, 'rightAmount')).toMatchObject({
    verdict: 'notChecked',
    note: 'no schedule put it to the test',
  })
})

test('what the app has no hook for is not tried, and the report says so', async () => {
  const { pay, app, account } = openStub()
  const { placeOrder, getOrder } = app
  const report = await torture(pay, { provider: 'qfpay', account, runs: 200, placeOrder, getOrder })
  expect(report.ok).toBe(true)
  expect(reportOf(report, 'healedByPolling')).toMatchObject({ verdict: 'notChecked', note: 'give poll()' })
  expect(reportOf(report, 'staysPaid')).toMatchObject({
    verdict: 'held',
    note: 'not all was tried: give expire(), refund()',
  })
  expect(reportOf(report, 'acknowledgedIsKept')?.note).toMatch(/give failNextWrite\(\)/)
  expect(toText(report)).toMatch(/^not checked +healedByPolling .*\(give poll\(\)\)$/m)
})

test('an app that does not get as far as an order is reported with the empty schedule', async () => {
  const stub = openStub()
  const report = await run(stub, {
    placeOrder() {
      throw new Error('no such product')
    },
  })
  expect(reportOf(report, 'doesNotFail')?.smallest).toMatchObject({
    schedule: { steps: [] },
    steps: ['the customer places the order'],
    got: 'placeOrder() failed: no such product',
  })
  expect(reportOf(report, 'creditedOnce')).toMatchObject({ verdict: 'notChecked', cases: 0 })
})

test.each(['placeOrder', 'getOrder', 'refund', 'idle'] as const)(
  'an app whose %s never answers ends the run soon, and is reported',
  async hook => {
    const report = await run(openStub(), { [hook]: () => new Promise(() => {}), patienceMs: 20 })
    expect(report).toMatchObject({ ok: false, stopped: expect.stringMatching(/the app did not answer/) })
    expect(reportOf(report, 'doesNotFail')?.smallest?.got).toBe(
      `${hook}() did not come to an end within 20 ms`,
    )
  },
)

test('an app that leaves a callback without an answer is reported', async () => {
  const { app, account } = openStub()
  const silent = openInProcess({
    deliver: ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
      }),
  })
  const report = await torture(silent.double, {
    provider: 'qfpay',
    account,
    ...app,
    placeOrder: async () => {
      await qfpayPayment(silent)
      return 'order1'
    },
    getOrder: () => ({ status: 'pending', credited: 0 }),
    schedules: [{ steps: [{ do: 'pay' }] }],
    patienceMs: 50,
  })
  expect(reportOf(report, 'doesNotFail')?.smallest?.got).toBe(
    'the callback of the payment did not come to an end within 50 ms',
  )
})

test('an error that nobody catches counts against the app', async () => {
  const stub = openStub()
  const listeners = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  onTestFinished(() => {
    for (const listener of listeners) process.on('unhandledRejection', listener)
  })
  const report = await run(stub, {
    schedules: [{ steps: [{ do: 'pay' }, { do: 'poll' }] }],
    async poll() {
      Promise.reject(new Error('nobody cares'))
      await new Promise(resolve => setImmediate(resolve))
    },
  })
  expect(reportOf(report, 'doesNotFail')?.smallest?.got).toBe('an error was not caught: nobody cares')
})

test('what fails because it was disturbed on purpose does not count', async () => {
  const report = await run(openStub(), {
    schedules: [
      { steps: [{ do: 'fault', network: { do: 'reset' } }, { do: 'place' }] },
      {
        steps: [
          { do: 'pay' },
          { do: 'fault', operation: 'refund', network: { do: 'status', status: 502 } },
          { do: 'refund' },
        ],
      },
      { steps: [{ do: 'hiccup' }, { do: 'pay' }] },
    ],
  })
  expect(report.ok).toBe(true)
})

test('invariants of the own join the others, or take their place', async () => {
  const stub = openStub()
  const never = defineInvariant({
    id: 'neverPaid',
    title: 'Nobody ever pays.',
    holds: ({ moments }) => {
      const paid = moments.findIndex(({ truth }) => truth.received > 0)
      return paid < 0 || { expected: 'no payment', got: `one after step ${paid}` }
    },
  })
  const report = await run(stub, { invariants: [...defaultInvariants, never] })
  expect(report.invariants).toHaveLength(defaultInvariants.length + 1)
  expect(reportOf(report, 'neverPaid')?.smallest).toMatchObject({
    schedule: { steps: [{ do: 'pay' }] },
    got: 'one after step 1',
  })
  const alone = await run(stub, { invariants: [never] })
  expect(alone.invariants.map(({ id }) => id)).toEqual(['neverPaid'])
})

test('the double is afterwards as it was: the clock runs again, and credentials are where they were', async () => {
  const stub = openStub()
  stub.pay.clock.resume()
  await run(stub)
  expect(stub.pay.clock.kind).not.toBe('manual')
  const holders = (await stub.pay.accounts.list()).filter(
    ({ credentials }) => credentials.appCode === stub.account.appCode,
  )
  expect(holders).toMatchObject([{ id: 'demo' }])
})

test('a callback that never comes, because nobody said where, is noted', async () => {
  const { pay, app, account } = openStub()
  const report = await torture(pay, {
    provider: 'qfpay',
    account: { ...account, notifyUrl: null },
    runs,
    ...app,
  })
  expect(report.notes).toEqual([expect.stringMatching(/No callback ever came to the app.*"account"/)])
})

test('a double that asks for a token says so at once, and with it tells its seed', async () => {
  const { pay } = openStub()
  const token = 'a-token-of-the-tests-1234'
  const door = await openHttpDoor(pay as never, { token })
  onTestFinished(() => door.close())
  await expect(connect(door.url, contracts)).rejects.toMatchObject({ code: 'tokenNeeded' })
  expect(await connect(door.url, contracts, { token })).toMatchObject({ seed: pay.seed })
})

test('a double that runs elsewhere is as good', async () => {
  const stub = openStub(['expiresWhatIsPaid'])
  const door = await openHttpDoor(stub.pay as never)
  onTestFinished(() => door.close())
  const remote = await connect(door.url, contracts)
  const report = await run({ ...stub, pay: remote })
  expect(reportOf(report, 'staysPaid')?.smallest?.schedule).toEqual({
    steps: [{ do: 'pay' }, { do: 'expire' }],
  })
  const inProcess = await run(openStub(['expiresWhatIsPaid']))
  expect(report).toEqual(inProcess)
})

test.each<[string, Partial<TortureOptions>, string, RegExp]>([
  ['no function', { poll: 5 as never }, 'badTorture', /poll is no function/],
  ['no placeOrder', { placeOrder: undefined as never }, 'badTorture', /no placeOrder\(\)/],
  ['no runs', { runs: 0 }, 'badTorture', /"runs" is 0/],
  ['another provider', { provider: 'paypal' }, 'unknownProvider', /"paypal".*qfpay/],
  ['no provider, where there are several', { provider: undefined }, 'badTorture', /"provider"/],
  [
    'an unknown step',
    { schedules: [{ steps: [{ do: 'explode' } as never] }] },
    'badSchedule',
    /steps\.0.*"do" with one of place, pay/,
  ],
  [
    'an unknown field',
    { schedules: [{ steps: [{ do: 'pay', often: 2 } as never] }] },
    'badSchedule',
    /steps\.0.*"often"/,
  ],
  [
    'two placements',
    { schedules: [{ steps: [{ do: 'place' }, { do: 'place' }] }] },
    'badSchedule',
    /placed once/,
  ],
  [
    'a forgery that is none',
    { schedules: [{ steps: [{ do: 'forge', sign: 'stale' }] }] },
    'badSchedule',
    /signed rightly/,
  ],
  ['an unknown code', { schedules: [{ steps: [{ do: 'fault', error: '9' }] }] }, 'unknownError', /"9"/],
  ['an unknown setting', { account: { colour: 'red' } }, 'badAccount', /"colour"/],
  [
    'an answer of getOrder that says nothing',
    { getOrder: () => ({ state: 1 }) as never },
    'badApp',
    /getOrder.*status: 'pending'/,
  ],
  [
    'an answer of placeOrder without an id',
    { placeOrder: () => ({}) as never },
    'badApp',
    /placeOrder.*"id"/,
  ],
])('%s is refused', async (_, options, code, message) => {
  await expect(run(openStub(), options)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  })
})

test('all generated schedules are what the schema says', async () => {
  const seen: TortureSchedule[] = []
  const watch = defineInvariant({
    id: 'watch',
    title: 'All is seen.',
    holds({ schedule }) {
      seen.push(schedule)
      return true
    },
  })
  await run(openStub(), { invariants: [watch], runs: 500 })
  for (const schedule of seen)
    expect(tortureScheduleSchema.parse(JSON.parse(JSON.stringify(schedule)))).toEqual(schedule)
  const kinds = new Set(seen.flatMap(({ steps }) => steps.map(step => step.do)))
  expect([...kinds].sort()).toEqual([
    'advance',
    'decline',
    'deliver',
    'expire',
    'fault',
    'forge',
    'hiccup',
    'pay',
    'place',
    'poll',
    'refund',
    'replay',
    'restart',
  ])
})
