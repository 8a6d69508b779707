// What happens to one order of an app, as a plain value, and in words.
import * as z from 'zod'
import { inOurWords, PaydoubleError, problemsOf, showProblem } from '../contract/index.ts'
import { faultSchema } from '../double/fault.ts'
import { durationSchema, sendSchema } from '../double/schedule.ts'

const minorUnits = z.int().positive()
const callback = z
  .string()
  .optional()
  .meta({ description: 'Name of the callback in the contract; the first where it is not given.' })
const { operation, skip, times, error, network, lag, answer } = faultSchema.shape

/** Where each step acts on the app, the hook of the app that it needs stands in {@link hookOf}. */
export const stepSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('place') }).meta({ description: 'The customer places the order.' }),
  z
    .strictObject({
      do: z.literal('pay'),
      amount: minorUnits.optional().meta({ description: 'What is paid; what is asked if not given.' }),
      late: z.boolean().optional().meta({ description: 'Also what has expired or was closed.' }),
      again: z.boolean().optional().meta({ description: 'Also what is paid already.' }),
    })
    .meta({ description: 'The payer pays, if the provider lets him.' }),
  z.strictObject({ do: z.literal('decline') }).meta({ description: 'The payer begins to pay and declines.' }),
  z.strictObject({ do: z.literal('advance'), by: durationSchema }).meta({
    description: 'So much time passes at the provider: orders expire there, callbacks are repeated.',
  }),
  z
    .strictObject({
      do: z.literal('deliver'),
      callback,
      sends: z
        .array(sendSchema.pick({ after: true, pastExpiry: true, behind: true, bytes: true, replied: true }))
        .max(20)
        .meta({ description: 'Each time it is sent; an empty list drops it.' }),
    })
    .meta({ description: 'What becomes of the next genuine callback.' }),
  z.strictObject({ do: z.literal('replay') }).meta({
    description: 'The newest genuine callback is sent once more, as it was.',
  }),
  z
    .strictObject({
      do: z.literal('forge'),
      callback,
      ...sendSchema.pick({ amount: true, flipped: true, set: true, bytes: true }).shape,
      sign: z.enum(['wrongKey', 'none', 'stale']).optional().meta({
        description: '`wrongKey` if not given; `stale` signs what it would have been unchanged.',
      }),
    })
    .meta({ description: 'A callback that is none of the provider says that the order is paid.' }),
  z
    .strictObject({ do: z.literal('fault'), operation, skip, times, error, network, lag, answer })
    .meta({ description: "Something goes wrong with the app's calls to the provider." }),
  z.strictObject({ do: z.literal('poll') }).meta({ description: "The app's polling job runs." }),
  z.strictObject({ do: z.literal('expire') }).meta({
    description: "The app's own time limit for the order is over, and its job for that runs.",
  }),
  z.strictObject({ do: z.literal('refund') }).meta({ description: 'The app is asked for a refund.' }),
  z.strictObject({ do: z.literal('hiccup') }).meta({
    description: "The next write to the app's own database fails.",
  }),
  z.strictObject({ do: z.literal('restart') }).meta({
    description: 'The app is ended without a warning, and started again.',
  }),
])
export type Step = Fixed<z.output<typeof stepSchema>>

/** What happens to one order from outside: a plain value, which as JSON reproduces it anywhere. */
export const tortureScheduleSchema = z.strictObject({
  amount: minorUnits.optional().meta({ description: 'What the order costs, in minor units. Default 1000.' }),
  steps: z
    .array(stepSchema)
    .max(100)
    .refine(steps => steps.filter(step => step.do === 'place').length <= 1, 'an order is placed once')
    .meta({ description: 'In their order; the order is placed first unless a step says when.' }),
})
export type TortureSchedule = Fixed<z.output<typeof tortureScheduleSchema>>

/** Not to be changed, down to its leaves. */
type Fixed<T> = T extends object ? { readonly [K in keyof T]: Fixed<T[K]> } : T

/** What an order costs unless the schedule says otherwise, in minor units. */
export const defaultAmount = 1000

/**
 * A schedule that somebody wrote.
 * @throws PaydoubleError `badSchedule`
 */
export function readSchedule(given: unknown): TortureSchedule {
  const parsed = tortureScheduleSchema.safeParse(given, inOurWords)
  if (parsed.success) return parsed.data
  const last = problemsOf(parsed.error)[0]?.path.at(-1)
  const known = stepSchema.options.map(option => option.shape.do.value).join(', ')
  const hint =
    last === 'do' ? ` A step has "do" with one of ${known}.` : ' A schedule is {"steps":[{"do":"pay"}]}.'
  throw new PaydoubleError(
    'badSchedule',
    `Failed to read the schedule ${show(given)}: ${showProblem(parsed.error, tortureScheduleSchema, given)}.${hint}`,
  )
}

function show(given: unknown): string {
  return (JSON.stringify(given) ?? String(given)).slice(0, 300)
}

/** A step as a person would tell it. */
export function toWords(step: Step): string {
  switch (step.do) {
    case 'place':
      return 'the customer places the order'
    case 'pay': {
      const what = step.amount === undefined ? '' : ` ${step.amount}`
      return `the payer pays${what}${step.late ? ', also when it is too late' : ''}${step.again ? ', also what is paid already' : ''}`
    }
    case 'decline':
      return 'the payer declines'
    case 'advance':
      return `${typeof step.by === 'number' ? `${step.by} ms` : step.by} pass at the provider`
    case 'deliver':
      return step.sends.length === 0
        ? `the next ${nameOf(step)} is lost`
        : `the next ${nameOf(step)} is sent ${step.sends.map(toSendWords).join(', then ')}`
    case 'replay':
      return 'the newest genuine callback is sent once more'
    case 'forge': {
      const { do: _, callback: __, sign = 'wrongKey', ...changes } = step
      const what = Object.keys(changes).length === 0 ? '' : ` with ${JSON.stringify(changes)}`
      return `a forged ${nameOf(step)} says that it is paid${what}, ${signWords[sign]}`
    }
    case 'fault': {
      const { do: _, operation, skip, times, ...effect } = step
      const which = `${skip ? ` after ${skip}` : ''}${times === undefined ? '' : ` (${times === 'always' ? times : `${times} times`})`}`
      return `the app's next call${operation ? ` of "${operation}"` : ' to the provider'}${which} meets ${JSON.stringify(effect)}`
    }
    case 'poll':
      return "the app's polling job runs"
    case 'expire':
      return "the app's own time limit for the order is over"
    case 'refund':
      return 'the app is asked for a refund'
    case 'hiccup':
      return "the next write to the app's database fails"
    case 'restart':
      return 'the app is ended and started again'
  }
}

const signWords = {
  wrongKey: 'signed with a wrong key',
  none: 'not signed',
  stale: 'signed over other content',
} as const

function nameOf({ callback: name }: { callback?: string | undefined }): string {
  return name === undefined ? 'callback' : `callback "${name}"`
}

function toSendWords(send: (Step & { do: 'deliver' })['sends'][number]): string {
  const { after, pastExpiry, behind, bytes, replied } = send
  const words = [
    after === undefined ? 'at once' : `after ${after}`,
    pastExpiry === undefined ? undefined : `${pastExpiry} past the expiry`,
    behind && `behind "${behind}"`,
    bytes && `as ${bytes} bytes`,
    replied &&
      (replied === 'timeout'
        ? 'and the answer comes too late'
        : `and the answer counts as ${JSON.stringify(replied)}`),
  ].filter(Boolean)
  return words.join(' ')
}
