// What a file for `paydouble torture` says.
import * as z from 'zod'
import { fieldsAt, inOurWords, PaydoubleError, problemsOf } from '../contract/index.ts'
import { hooks, type TortureApp } from './app.ts'
import type { Invariant } from './invariants.ts'
import type { TortureOptions } from './torture.ts'

/** The double against which the app is to run. */
export interface Running {
  /** Where it answers, such as `http://127.0.0.1:4020`. */
  readonly url: string
}

/** An app that was started, and how it is ended. */
export type StartedApp = TortureApp & {
  /** Credentials and settings of the accounts of the runs, where they are known only now. */
  readonly account?: TortureOptions['account']
  close?(): unknown
}

/** A configuration of `paydouble torture`. */
export interface TortureConfig
  extends Pick<
    TortureOptions,
    'provider' | 'account' | 'invariants' | 'runs' | 'seed' | 'patienceMs' | 'timeLimitMs'
  > {
  /** The app, or what starts it once the double answers. */
  readonly app: TortureApp | ((double: Running) => StartedApp | Promise<StartedApp>)
  /** Port of the double, for an app that runs already. Default 0: a free one. */
  readonly port?: number | undefined
}

/**
 * Typed identity for `paydouble.torture.ts`.
 *
 * @example
 * export default defineTorture({ provider: 'qfpay', app: ({ url }) => startShop({ provider: url }) })
 */
export function defineTorture(config: TortureConfig): TortureConfig {
  return config
}

const isFunction = (value: unknown) => typeof value === 'function'
const hook = z.custom(isFunction, 'it is no function').optional()

const appSchema = z.union(
  [z.custom(isFunction), z.looseObject(Object.fromEntries(hooks.map(name => [name, hook])))],
  { error: 'it is neither an object with placeOrder() and getOrder(), nor a function that gives one' },
)

const whole = z.int({ error: 'it is not a whole number' })

const tortureConfigSchema = z.strictObject({
  provider: z.string().optional(),
  app: appSchema,
  account: z.record(z.string(), z.unknown()).optional(),
  invariants: z
    .array(z.custom<Invariant>(isInvariant, 'it is no invariant: it needs id, title and holds()'))
    .optional(),
  runs: whole.positive().optional(),
  seed: whole.optional(),
  patienceMs: whole.positive().optional(),
  timeLimitMs: whole.positive().optional(),
  port: whole.min(0).max(65535).optional(),
})

function isInvariant(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { id, title, holds } = value as Record<string, unknown>
  return typeof id === 'string' && typeof title === 'string' && isFunction(holds)
}

/**
 * What a file exports, checked.
 *
 * @param source where it is from, for the message
 * @throws PaydoubleError `badConfig`
 */
export function readTortureConfig(given: unknown, source: string): TortureConfig {
  const parsed = tortureConfigSchema.safeParse(given, inOurWords)
  if (parsed.success) return given as TortureConfig
  const [{ path = [], message, issue } = {}] = problemsOf(parsed.error)
  const at = path.join('.')
  const allowed = fieldsAt(tortureConfigSchema, path, given)?.names.join(', ')
  const why =
    issue?.code === 'unrecognized_keys'
      ? `there is no key ${issue.keys.map(key => JSON.stringify(key)).join(', ')}${at && ` in ${JSON.stringify(at)}`}; allowed are ${allowed}`
      : `${at ? JSON.stringify(at) : 'it'} is not right: ${message}`
  throw new PaydoubleError('badConfig', `Failed to read the configuration from ${source}: ${why}.`)
}
