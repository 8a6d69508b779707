// The app under torture, as functions that whoever tests it provides.
import * as z from 'zod'
import { inOurWords, PaydoubleError, showProblem } from '../contract/index.ts'
import { afterRealTime } from '../double/clock.ts'

/** What the app says of an order of its own. */
export const appOrderSchema = z.strictObject({
  status: z
    .enum(['pending', 'paid', 'expired', 'failed', 'refunded'])
    .meta({ description: '`expired` is whatever ended unpaid; `refunded` also while it is under way.' }),
  credited: z.int().nonnegative().meta({
    description: 'What the customer was given for it so far, in minor units: twice the price if given twice.',
  }),
})
export type AppOrder = z.output<typeof appOrderSchema>

export interface Placing {
  /** What it costs, in minor units. */
  readonly amount: number
  /** Id of the account at the provider. */
  readonly account: string
  /** The credentials of that account, for an app that can be told them. */
  readonly credentials: Readonly<Record<string, unknown>>
}

/** The app under torture. Only the first two are needed; what is missing is not tried, and the report says so. */
export interface TortureApp {
  /**
   * Places an order, as a customer would. Throws if the app refuses or fails.
   * @returns the app's own id of the order
   */
  placeOrder(order: Placing): Awaitable<string | number | { readonly id: string | number }>
  /** What the app says of an order. */
  getOrder(id: string): Awaitable<AppOrder>
  /** Runs the job that asks the provider about orders, at least about this one. */
  poll?(id: string): Awaitable<unknown>
  /** Has the app's own time limit for the order be over, and runs the job that ends such orders. */
  expire?(id: string): Awaitable<unknown>
  /** Asks for a refund. Resolves also where the app refuses it politely; throws where it fails (HTTP 5xx). */
  refund?(id: string): Awaitable<unknown>
  /** Has the next write to the app's own database fail. */
  failNextWrite?(): Awaitable<unknown>
  /** Ends the app without a warning and starts it again: what is not in its database is gone. */
  restart?(): Awaitable<unknown>
  /** Resolves when the app has nothing left to do, where it works on after it has answered. */
  idle?(): Awaitable<unknown>
  /** Forgets all orders; runs before each schedule. */
  reset?(): Awaitable<unknown>
}
export type Hook = keyof TortureApp

type Awaitable<T> = T | Promise<T>

export const hooks = [
  'placeOrder',
  'getOrder',
  'poll',
  'expire',
  'refund',
  'failNextWrite',
  'restart',
  'idle',
  'reset',
] as const satisfies readonly Hook[]

/** The app did not answer in time. */
export class Hung extends Error {
  constructor(what: string, ms: number) {
    super(`${what} did not come to an end within ${ms} ms`)
  }
}

/** The outcome of something, unless it takes longer than anybody waits, in real milliseconds. */
export function within<T>(ms: number, what: string, run: () => Awaitable<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const patience = afterRealTime(ms, () => reject(new Hung(what, ms)))
    const done = (settle: () => void) => {
      patience.cancel()
      settle()
    }
    Promise.resolve()
      .then(run)
      .then(
        value => done(() => resolve(value)),
        error => done(() => reject(error)),
      )
  })
}

/**
 * What `getOrder` answered, checked.
 * @throws PaydoubleError `badApp`
 */
export function readAppOrder(given: unknown): AppOrder {
  const parsed = appOrderSchema.safeParse(given, inOurWords)
  if (parsed.success) return parsed.data
  throw new PaydoubleError(
    'badApp',
    `Failed to read what getOrder() answered, ${JSON.stringify(given)}: ${showProblem(parsed.error, appOrderSchema, given)}. It answers { status: 'pending' | 'paid' | 'expired' | 'failed' | 'refunded', credited: 1000 }, with what was credited in minor units.`,
  )
}

/**
 * The id that `placeOrder` answered.
 * @throws PaydoubleError `badApp`
 */
export function readPlaced(given: unknown): string {
  const id = typeof given === 'object' && given !== null && 'id' in given ? given.id : given
  if ((typeof id === 'string' && id !== '') || typeof id === 'number') return String(id)
  throw new PaydoubleError(
    'badApp',
    `Failed to read what placeOrder() answered, ${JSON.stringify(given)}: it answers the app's own id of the order, or an object with "id".`,
  )
}
