// Adversity: what may happen to an order, the likely and the simple first.
import * as fc from 'fast-check'
import type { Contract } from '../contract/index.ts'
import type { TortureApp } from './app.ts'
import { defaultAmount, type Step, type TortureSchedule } from './steps.ts'

/** Steps of a schedule, each of which may be missing: so each of them can be left out by itself. */
export type Slots = readonly (Step | undefined)[]

/** So many steps has the longest schedule. */
const slots = 8

/** No payment comes to it, so that it is never the truth. */
const forgedAmount = 77

/** How likely each kind of step is. */
const weights = {
  place: 1,
  pay: 7,
  decline: 1,
  advance: 3,
  deliver: 4,
  replay: 2,
  forge: 3,
  fault: 3,
  poll: 3,
  expire: 3,
  refund: 3,
  hiccup: 2,
  restart: 1,
} as const satisfies Record<Step['do'], number>

/** Schedules for an app and a provider. What the app has no hook for does not come up. */
export function arbitrarySlots(contract: Contract, app: TortureApp): fc.Arbitrary<Slots> {
  const steps = stepsFor(contract, app)
  const weighted = (Object.keys(steps) as Step['do'][]).flatMap(name => {
    const some = steps[name]
    if (some.length === 0) return []
    return [{ weight: weights[name] as number, arbitrary: name === 'pay' ? payments : oneOf(some) }]
  })
  // `nil` is what a missing step shrinks to; see https://fast-check.dev/docs/core-blocks/arbitraries/combiners/any/#option
  const slot = fc.option(fc.oneof(...weighted), { nil: undefined, freq: 2 })
  return fc.tuple(...Array<typeof slot>(slots).fill(slot))
}

/** One of these; it shrinks towards the first of them. */
function oneOf<T>(values: readonly T[]): fc.Arbitrary<T> {
  return fc.nat(values.length - 1).map(
    i => values[i] as T,
    value => values.indexOf(value as T),
  )
}

/** Mostly as it should be. Each of what is unusual shrinks by itself. */
const payments = fc
  .tuple(
    oneOf([...Array<undefined>(7).fill(undefined), 1, defaultAmount - 1, defaultAmount + 1]),
    oneOf([undefined, true]),
    oneOf([undefined, undefined, undefined, true]),
  )
  .map(
    ([amount, late, again]): Step => ({
      do: 'pay',
      ...(amount !== undefined && { amount }),
      ...(late && { late }),
      ...(again && { again }),
    }),
    given => {
      const step = given as Step
      if (step.do !== 'pay') throw new Error('this is no payment')
      return [step.amount, step.late, step.again]
    },
  )

/** The same steps again, from which only can be taken away. */
export function arbitrarySome(steps: readonly Step[]): fc.Arbitrary<Slots> {
  return fc.tuple(...steps.map(step => fc.option(fc.constant(step), { nil: undefined })))
}

export function toSchedule(given: Slots): TortureSchedule {
  let isPlaced = false
  const steps = given.filter(step => {
    if (step?.do !== 'place') return step !== undefined
    const isFirst = !isPlaced
    isPlaced = true
    return isFirst
  })
  return { steps: steps as Step[] }
}

/** All that may come up, by kind; of each kind the simplest first, because it shrinks to that. */
function stepsFor(contract: Contract, app: TortureApp): Readonly<Record<Step['do'], readonly Step[]>> {
  const [callback] = Object.values(contract.callbacks)
  const isSigned = contract.wire.signCallback !== undefined
  const when = (condition: unknown, ...steps: Step[]) => (condition ? steps : [])
  return {
    place: [{ do: 'place' }],
    pay: [{ do: 'pay' }],
    decline: [{ do: 'decline' }],
    advance: ['1m', '7m', '31m', '3h', '1d'].map(by => ({ do: 'advance', by })),
    deliver: callback ? deliveries(callback.contentType) : [],
    replay: when(callback, { do: 'replay' }),
    forge: when(
      callback && isSigned,
      { do: 'forge' },
      { do: 'forge', sign: 'none' },
      ...when(
        callback?.forgery,
        { do: 'forge', amount: forgedAmount, sign: 'stale' },
        { do: 'forge', amount: 100 * defaultAmount, sign: 'stale' },
        { do: 'forge', flipped: true },
        { do: 'forge', flipped: true, sign: 'stale' },
      ),
    ),
    fault: faults(contract),
    poll: when(app.poll, { do: 'poll' }),
    expire: when(app.expire, { do: 'expire' }),
    refund: when(app.refund, { do: 'refund' }),
    hiccup: when(app.failNextWrite, { do: 'hiccup' }),
    restart: when(app.restart, { do: 'restart' }),
  }
}

function deliveries(contentType: string): Step[] {
  const lost: Step = { do: 'deliver', sends: [] }
  const plain: Step[] = [
    ...Array<Step>(6).fill(lost),
    { do: 'deliver', sends: [{}, {}] },
    { do: 'deliver', sends: [{ after: '7m' }] },
    { do: 'deliver', sends: [{ pastExpiry: '1m' }] },
    { do: 'deliver', sends: [{ replied: { status: 500 } }] },
    { do: 'deliver', sends: [{ replied: 'timeout' }] },
    { do: 'deliver', sends: [{ after: '3m' }, {}, { after: '1d' }] },
  ]
  if (!contentType.startsWith('application/json')) return plain
  const forms = ['pretty', 'compact', 'reordered', 'escaped'] as const
  return [...plain, ...forms.map((bytes): Step => ({ do: 'deliver', sends: [{ bytes }] }))]
}

/** Without those that wait: a call that hangs costs the real time after which the app gives up. */
function faults({ operations, errors }: Contract): Step[] {
  const network = [
    { do: 'reset', phase: 'before' },
    { do: 'reset', phase: 'after' },
    { do: 'status', status: 502 },
    { do: 'status', status: 504, phase: 'after' },
    { do: 'truncate' },
    { do: 'garbage' },
  ] as const
  const names = Object.keys(operations)
  const unsuccessful = Object.entries(errors).filter(([, row]) => row.outcome !== 'success')
  const others: Step[] = [
    ...network.map((effect): Step => ({ do: 'fault', network: effect })),
    { do: 'fault', lag: '5m', times: 2 },
    ...names.flatMap(operation =>
      network.slice(0, 2).map((effect): Step => ({ do: 'fault', operation, network: effect })),
    ),
  ]
  // As likely as a code of the error table, of which there may be many.
  const often = Math.ceil(unsuccessful.length / others.length)
  return [
    ...Array<Step[]>(Math.max(1, often)).fill(others).flat(),
    ...unsuccessful.map(([error]): Step => ({ do: 'fault', error })),
  ]
}
