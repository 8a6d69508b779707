// What a fault is: its shape, how one is checked, and how one is read from a header or a marker.
import * as z from 'zod'
import { type Contract, inOurWords, PaydoubleError, showProblem } from '../contract/index.ts'
import { strictObject } from '../contract/late-object.ts'
import { durationSchema, type Send, scheduleSchema, sendSchema } from './schedule.ts'

const phases = ['before', 'after'] as const
const phase = z.enum(phases).optional().meta({
  description:
    '`before`: the provider never sees the request. `after`: it has done what was asked, and the answer is lost.',
})

/** What the network does to a call. */
export const networkSchema = z.discriminatedUnion('do', [
  strictObject(() => ({
    do: z.literal('delay'),
    for: durationSchema.optional().meta({ description: 'Always so long.' }),
    from: durationSchema.optional().meta({ description: 'Uniform, along with `to`.' }),
    to: durationSchema.optional(),
    median: durationSchema.optional().meta({ description: 'Log-normal, along with `sigma`.' }),
    sigma: z.number().positive().max(5).optional().meta({ description: '0.5 where it is not given.' }),
    phase,
  })),
  strictObject(() => ({ do: z.literal('reset'), phase })).meta({ description: 'The connection is reset.' }),
  strictObject(() => ({ do: z.literal('hang'), phase })).meta({ description: 'No answer ever comes.' }),
  strictObject(() => ({ do: z.literal('truncate'), phase })).meta({
    description: 'The connection ends in the middle of the body. `after` where no phase is given.',
  }),
  strictObject(() => ({ do: z.literal('garbage'), phase })).meta({
    description: 'Random bytes in place of the body. `after` where no phase is given.',
  }),
  strictObject(() => ({
    do: z.literal('contentType'),
    as: z
      .string()
      .max(200)
      .regex(/^[\x20-\x7e]+$/, 'not a text that a header can hold')
      .optional(),
    phase,
  })).meta({ description: 'Another content type; `text/html` and `after` where nothing else is given.' }),
  strictObject(() => ({
    do: z.literal('status'),
    status: z.int().min(200).max(599),
    body: z.string().max(100_000).optional(),
    phase,
  })).meta({ description: 'A gateway answers in place of the provider, with a page of its own.' }),
])
export type NetworkFault = z.output<typeof networkSchema>

/** When the payer pays an order by himself. */
export const progressSchema = strictObject(() => ({
  at: z.literal('once').optional().meta({ description: 'Before the answer to the order is out.' }),
  after: durationSchema.optional().meta({ description: 'So long after the order was made.' }),
  afterQueries: z.int().positive().max(1_000_000).optional().meta({ description: 'After so many queries.' }),
  pastExpiry: durationSchema.optional().meta({ description: 'So long after the order has expired.' }),
  amount: z.int().positive().optional().meta({ description: 'What is paid, in minor units.' }),
}))

const effectNames = ['error', 'network', 'answer', 'lag', 'pay', 'deliver'] as const
export type Effect = (typeof effectNames)[number]

const effects = () =>
  ({
    error: z.string().meta({ description: "A code of the provider's error table, or the name of its row." }),
    network: networkSchema,
    answer: strictObject(() => ({
      set: sendSchema.shape.set,
      rename: z.record(z.string(), z.string().min(1)).optional().meta({
        description:
          'Fields under another name, each with what it holds: `{"data.order_number": "order_no"}`.',
      }),
      hostile: sendSchema.shape.hostile,
    })).meta({
      description: 'Fields of the answer with other values or names; a value of null takes a field away.',
    }),
    lag: durationSchema.meta({ description: 'Queries show an order as it was so long ago.' }),
    pay: progressSchema.meta({ description: 'When the payer pays a new order by himself.' }),
    deliver: scheduleSchema.meta({ description: 'What becomes of a callback.' }),
  }) satisfies Record<Effect, z.ZodType>

const where = () => ({
  provider: z.string(),
  operation: z.string().optional().meta({ description: 'Only calls of this operation.' }),
  account: z.string().optional().meta({ description: 'Only this account, by its id.' }),
  orderNumber: z
    .string()
    .optional()
    .meta({ description: "Only orders whose merchant's number is so; `*` stands for anything." }),
  skip: z.int().nonnegative().optional().meta({ description: 'So many go well first.' }),
  times: z
    .union([z.int().positive(), z.literal('always')])
    .optional()
    .meta({ description: 'How often it strikes: once, or always where it has a probability.' }),
  probability: z.number().min(0).max(1).optional().meta({ description: 'How likely it strikes each time.' }),
})

/** A value that says what goes wrong, where and how often. It holds exactly one of the effects. */
export const faultSchema = strictObject(() => ({
  ...where(),
  ...(z.object(effects()).partial().shape as {
    [K in Effect]: z.ZodOptional<ReturnType<typeof effects>[K]>
  }),
}))
export type Fault = z.output<typeof faultSchema>

/** The header by which a client asks for a fault on its own call: `x-paydouble: error=1205`. */
export const faultHeader = 'x-paydouble'

/**
 * A fault that can strike.
 * @throws PaydoubleError `badFault`, `unknownError`
 */
export function checkFault(contract: Contract, given: Fault): Fault {
  const parsed = faultSchema.safeParse(given, inOurWords)
  const failure = (why: string) =>
    new PaydoubleError('badFault', `Failed to add the fault ${show(given)}: ${why}.`)
  if (!parsed.success) throw failure(showProblem(parsed.error, faultSchema, given))
  const fault = parsed.data
  const chosen = effectNames.filter(name => fault[name] !== undefined)
  if (chosen.length !== 1) {
    throw failure(
      `it holds ${chosen.length === 0 ? 'no effect' : chosen.join(' and ')}; give exactly one of ${effectNames.join(', ')}`,
    )
  }
  const { operations, callbacks } = contract
  if (fault.operation !== undefined && !Object.hasOwn(operations, fault.operation)) {
    throw failure(
      `${contract.id} has no operation ${JSON.stringify(fault.operation)}. Its operations are ${Object.keys(operations).join(', ')}`,
    )
  }
  if (fault.deliver && fault.operation !== undefined)
    throw failure('a callback follows from a payment and not from an operation; leave "operation" out')
  const callback = fault.deliver?.callback
  if (callback !== undefined && !Object.hasOwn(callbacks, callback)) {
    const known = Object.keys(callbacks)
    throw failure(
      `${contract.id} has no callback ${JSON.stringify(callback)}; ${known.length === 0 ? 'it has none' : `its callbacks are ${known.join(', ')}`}`,
    )
  }
  for (const send of fault.deliver?.sends ?? []) checkSend(contract, fault.deliver?.callback, send)
  if (fault.network?.do === 'delay') {
    const { for: fixed, from, to, median } = fault.network
    const given = [fixed !== undefined, from !== undefined && to !== undefined, median !== undefined]
    if (given.filter(Boolean).length !== 1)
      throw failure('a delay needs "for", or "from" and "to", or "median"')
  }
  if (fault.pay) {
    const { at, after, afterQueries, pastExpiry } = fault.pay
    const count = [at, after, afterQueries, pastExpiry].filter(value => value !== undefined).length
    if (count !== 1) throw failure('"pay" needs one of "at", "after", "afterQueries", "pastExpiry"')
  }
  if (fault.error !== undefined && findErrorName(contract, fault.error) === undefined)
    throw unknownError(contract, fault.error)
  return fault
}

/**
 * Whether a callback can be changed as a schedule says.
 * @throws PaydoubleError `badFault`
 */
export function checkSend({ id, callbacks }: Contract, callback: string | undefined, send: Send): void {
  const failure = (why: string) => new PaydoubleError('badFault', `Failed to plan the callback: ${why}.`)
  const forgery = callback === undefined ? undefined : callbacks[callback]?.forgery
  if ((send.amount !== undefined || send.flipped) && !forgery) {
    throw failure(
      `the contract of ${id} does not say which fields of "${callback}" hold amount and outcome; use "set"`,
    )
  }
  if (send.behind !== undefined && !Object.hasOwn(callbacks, send.behind)) {
    throw failure(
      `${id} has no callback ${JSON.stringify(send.behind)} to wait for; it has ${Object.keys(callbacks).join(', ') || 'none'}`,
    )
  }
}

function show(fault: unknown): string {
  return (JSON.stringify(fault) ?? String(fault)).slice(0, 300)
}

/**
 * The fault that a header or a marker asks for: JSON, or pairs such as `error=1205` or
 * `network=reset; phase=after`.
 *
 * @throws PaydoubleError `badFault`, `unknownError`
 */
export function readAsked(contract: Contract, text: string): Fault {
  const { id: provider } = contract
  const failure = (why: string) =>
    new PaydoubleError(
      'badFault',
      `Failed to read ${JSON.stringify(text.slice(0, 200))} as a fault: ${why}. By header it is "${faultHeader}: error=CODE", "${faultHeader}: network=reset; phase=after", or the fault as JSON.`,
    )
  const given = text.trimStart().startsWith('{') ? readJson(text, failure) : readPairs(text, failure)
  const own = 'provider' in given && given.provider === provider
  const strange = Object.keys(given).find(
    name => !askable.includes(name as Effect) && !(own && name === 'provider'),
  )
  if (strange !== undefined)
    throw failure(
      `it is about this call alone, so it can hold one of ${askable.join(', ')}, and no ${strange}`,
    )
  return checkFault(contract, { ...given, provider })
}

/** What a call can ask for by itself. */
const askable: readonly Effect[] = ['error', 'network', 'answer', 'lag', 'pay']

type Failure = (why: string) => PaydoubleError

function readJson(text: string, failure: Failure): object {
  try {
    return JSON.parse(text)
  } catch {
    throw failure('it is no JSON')
  }
}

function readPairs(text: string, failure: Failure): object {
  const values: Record<string, string> = {}
  for (const pair of text.split(/[;,]/)) {
    const [, name, value] = /^\s*(\w+)\s*=\s*(.*?)\s*$/s.exec(pair) ?? []
    if (name !== undefined && value !== undefined) values[name] = value
    else if (pair.trim() !== '') throw failure(`${JSON.stringify(pair.trim())} is no pair`)
  }
  const { error, network, lag, status, ...rest } = values
  if (network === undefined) {
    if (error === undefined && lag === undefined) throw failure('it names neither error, network nor lag')
    return { ...(error !== undefined && { error }), ...(lag !== undefined && { lag }) }
  }
  const how = { do: network, ...(status !== undefined && { status: Number(status) }), ...rest }
  return { network: how, ...(error !== undefined && { error }), ...(lag !== undefined && { lag }) }
}

/**
 * The row of the error table with this name or code; of several with one code the first.
 * @throws PaydoubleError `unknownError`
 */
export function toErrorName(contract: Contract, error: string): string {
  const name = findErrorName(contract, error)
  if (name === undefined) throw unknownError(contract, error)
  return name
}

function unknownError(contract: Contract, asked: string): PaydoubleError {
  return new PaydoubleError(
    'unknownError',
    `Failed to answer with ${JSON.stringify(asked)}: ${contract.id} has no such code. Its codes are ${codesOf(contract)}; by header it is "${faultHeader}: error=CODE".`,
  )
}

function findErrorName(contract: Contract, error: string): string | undefined {
  const failing = Object.entries(contract.errors).filter(([, row]) => row.outcome !== 'success')
  return (failing.find(([name]) => name === error) ?? failing.find(([, row]) => row.code === error))?.[0]
}

function codesOf(contract: Contract): string {
  const codes = Object.values(contract.errors).filter(row => row.outcome !== 'success')
  return [...new Set(codes.map(row => row.code))].join(', ')
}
