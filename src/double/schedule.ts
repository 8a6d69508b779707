// What becomes of the callbacks of an order, as a plain value.
import * as z from 'zod'
import { strictObject } from '../contract/late-object.ts'
import { repliedSchema } from '../store/records.ts'
import { readDuration } from './clock.ts'
import { hostilities } from './hostile.ts'

/** Milliseconds, or a text such as `7m`. */
export const durationSchema = z
  .union([z.number(), z.string()])
  .refine(value => readDuration(value) !== undefined, {
    error: 'not a duration such as "90s", "30m", "2h", "1d", or milliseconds',
  })
  .meta({ description: 'Milliseconds, or a text such as `90s`, `30m`, `2h`, `1d`.' })
export type Duration = z.output<typeof durationSchema>

/** Other bytes for the same content. */
export const byteForms = ['compact', 'pretty', 'reordered', 'escaped', 'unescaped', 'bom', 'gbk'] as const
export type ByteForm = (typeof byteForms)[number]

export const signings = ['right', 'stale', 'none', 'wrongKey'] as const

/** One time that a callback is sent: when, with what in it, signed how, and what its answer counts as. */
export const sendSchema = strictObject(() => ({
  after: durationSchema
    .optional()
    .meta({ description: 'How long after what it tells of; at once if not given.' }),
  pastExpiry: durationSchema
    .optional()
    .meta({ description: 'How long after the expiry of the order, instead.' }),
  behind: z.string().optional().meta({
    description: 'Name of a callback of the same payment: this one is held until that one was tried.',
  }),
  from: z.string().optional().meta({
    description:
      'Sends the bytes that were sent for another order: its id, or `another` for the newest other one.',
  }),
  amount: z.int().nonnegative().optional().meta({ description: 'Tells of this amount, in minor units.' }),
  flipped: z.boolean().optional().meta({ description: 'Says the opposite of what happened.' }),
  set: z.record(z.string(), z.unknown()).optional().meta({
    description: 'Fields of the payload with other values; null takes a field away.',
  }),
  hostile: z
    .enum(hostilities)
    .optional()
    .meta({ description: 'Writes texts and numbers as some senders do.' }),
  bytes: z
    .enum(byteForms)
    .optional()
    .meta({ description: 'Writes the same content with other bytes, over which it is then signed.' }),
  sign: z.enum(signings).optional().meta({
    description:
      '`right`; `stale`, over what it would have been unchanged; `none`; `wrongKey`. Where `amount`, `flipped` or `set` change what it says it is `stale`, otherwise `right`, unless this says so.',
  }),
  replied: repliedSchema
    .optional()
    .meta({ description: 'What the answer counts as, whatever the merchant answers.' }),
}))
export type Send = z.output<typeof sendSchema>

export const scheduleSchema = strictObject(() => ({
  callback: z.string().meta({ description: 'Name of the callback in the contract.' }),
  sends: z.array(sendSchema).max(100).meta({ description: 'Each time it is sent; an empty list drops it.' }),
}))
export type Schedule = z.output<typeof scheduleSchema>

/** Writes a {@link Schedule} as a sentence. Each word is about the last time that the callback is sent. */
export interface ScheduleBuilder extends Schedule {
  /** Never sent. */
  drop(): ScheduleBuilder
  /** Sent so often in the same way. */
  times(count: number): ScheduleBuilder
  /** Sent once more in the same way. */
  twice(): ScheduleBuilder
  /** Sent once more, as it should be. */
  again(): ScheduleBuilder
  /** Sent so long after what it tells of. */
  after(duration: Duration): ScheduleBuilder
  /** Sent so long after the order has expired. */
  pastExpiry(duration?: Duration): ScheduleBuilder
  /** Sent after another callback of the same payment was tried. */
  behind(callback: string): ScheduleBuilder
  /** Sends what was sent for another order. @param order its id; by default the newest other one */
  replayedFrom(order?: string): ScheduleBuilder
  /** Tells of another amount, in minor units. The signature is that of the right one. */
  amount(minorUnits: number): ScheduleBuilder
  /** Says the opposite. The signature is that of the truth. */
  flipped(): ScheduleBuilder
  /** Has other values in some fields. The signature is that of the right ones. */
  set(fields: Readonly<Record<string, unknown>>): ScheduleBuilder
  /** Texts and numbers as some senders write them; signed as they are sent. */
  hostile(hostility: Send['hostile'] & string): ScheduleBuilder
  /** Other bytes for the same content; signed as they are sent. */
  bytes(form: ByteForm): ScheduleBuilder
  unsigned(): ScheduleBuilder
  /** Signed with a key that is not the account's. */
  wrongKey(): ScheduleBuilder
  /** Signed rightly over whatever was changed. */
  resigned(): ScheduleBuilder
  /** The answer counts as this, whatever the merchant answers. */
  replied(status: number, body?: string): ScheduleBuilder
  /** The answer comes too late to count, however soon the merchant answers. */
  slow(): ScheduleBuilder
}

/**
 * A schedule for a callback, to begin with: sent once, at once, as it should be. What comes out is a plain
 * value: it can be compared, and written as JSON.
 *
 * @param callback its name in the contract
 * @example
 * pay.faults.add({ provider: 'qfpay', deliver: deliver('payment').twice().after('7m') })
 */
export function deliver(callback: string): ScheduleBuilder {
  return toBuilder({ callback, sends: [{}] })
}

function toBuilder(schedule: Schedule): ScheduleBuilder {
  const { callback, sends } = schedule
  const last = sends.at(-1) ?? {}
  const next = (...changed: Send[]) => toBuilder({ callback, sends: changed })
  const change = (fields: Send) => next(...sends.slice(0, -1), { ...last, ...fields })
  const words: Omit<ScheduleBuilder, keyof Schedule> = {
    drop: () => next(),
    times: count => next(...sends.slice(0, -1), ...Array<Send>(count).fill(last)),
    twice: () => next(...sends, last),
    again: () => next(...sends, {}),
    after: duration => change({ after: duration }),
    pastExpiry: (duration = 0) => change({ pastExpiry: duration }),
    behind: name => change({ behind: name }),
    replayedFrom: (order = 'another') => change({ from: order }),
    amount: minorUnits => change({ amount: minorUnits }),
    flipped: () => change({ flipped: true }),
    set: fields => change({ set: { ...last.set, ...fields } }),
    hostile: hostility => change({ hostile: hostility }),
    bytes: form => change({ bytes: form }),
    unsigned: () => change({ sign: 'none' }),
    wrongKey: () => change({ sign: 'wrongKey' }),
    resigned: () => change({ sign: 'right' }),
    replied: (status, body = '') => change({ replied: { status, body } }),
    slow: () => change({ replied: 'timeout' }),
  }
  // The words do not show, so that the schedule is the plain value that its JSON says.
  const hidden = Object.fromEntries(
    Object.entries(words).map(([name, value]) => [name, { value, enumerable: false }]),
  )
  return Object.defineProperties({ callback, sends }, hidden) as ScheduleBuilder
}
