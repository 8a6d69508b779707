import * as z from 'zod'
import { readDuration } from './double/clock.ts'
import { faultSchema } from './double/fault.ts'

/** Each with what those before it have. */
export const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const

const allowedHost = 'allowed is a name such as shop.example, without http://, a port or a path'
const hostName = z.string({ error: allowedHost }).refine(isHost, allowedHost)

const allowedCallbackHost = `${allowedHost}; .shop.example for its subdomains as well, or * for all`
const callbackHost = z
  .string({ error: allowedCallbackHost })
  .refine(host => host === '*' || isHost(host.replace(/^\./, '')), allowedCallbackHost)

const whole = (min: number, max: number) =>
  z
    .int({ error: `allowed is a whole number from ${min} to ${max}` })
    .refine(value => value >= min && value <= max, `allowed is a whole number from ${min} to ${max}`)

const allowedDuration =
  'allowed is a duration such as 90s, 30m, 2h or 7d, or a number of milliseconds, above 0'

const duration = z
  .union([z.string(), z.number()], { error: allowedDuration })
  .refine(value => (readDuration(value) ?? 0) > 0, allowedDuration)

/** What a configuration file may hold. */
export const configSchema = z.strictObject({
  port: whole(0, 65535).optional().meta({ description: 'Port to listen on; 0 takes a free one.' }),
  host: z.string().min(1).optional().meta({ description: 'Address to listen on.' }),
  token: z
    .string()
    .regex(/^[\x21-\x7e]{16,256}$/, 'allowed are 16 to 256 visible ASCII characters, without blanks')
    .optional()
    .meta({
      description: 'What clients of the control interface have to send, as `Authorization: Bearer …`.',
    }),
  allowedHosts: z.array(hostName).optional().meta({
    description: 'Names by which the control interface may be called, besides localhost and addresses.',
  }),
  log: z
    .enum(logLevels, { error: `allowed are ${logLevels.join(', ')}` })
    .optional()
    .meta({ description: 'What is written to standard error.' }),
  providers: z
    .array(z.string(), { error: 'allowed is a list of providers' })
    .min(1, 'allowed is a list of at least one provider')
    .optional()
    .meta({ description: 'Providers to serve.' }),
  seed: whole(-(2 ** 31), 2 ** 32 - 1)
    .optional()
    .meta({ description: 'Seed of all chance.' }),
  clock: z.enum(['system', 'manual'], { error: 'allowed are system and manual' }).optional(),
  rateLimits: z
    .boolean({ error: 'allowed are true and false' })
    .optional()
    .meta({ description: 'Whether documented rate limits are kept.' }),
  allowedCallbackHosts: z
    .array(callbackHost)
    .optional()
    .meta({ description: 'Hosts other than private ones to which callbacks may go.' }),
  markers: z
    .boolean({ error: 'allowed are true and false' })
    .optional()
    .meta({ description: 'Whether `paydouble:error=CODE` in a text of a request asks for a fault.' }),
  callbacks: z
    .enum(['push', 'pull'], { error: 'allowed are push and pull' })
    .optional()
    .meta({ description: 'Whether callbacks are sent, or held in an outbox until they are fetched.' }),
  data: z
    .string({ error: 'allowed is the path of a file, or :memory:' })
    .min(1)
    .optional()
    .meta({ description: 'SQLite file in which the state is.' }),
  database: z
    .string({ error: 'allowed is the address of a PostgreSQL, as a text' })
    .min(1)
    .optional()
    .meta({ description: 'Address of a PostgreSQL in which the state is.' }),
  keepOrders: whole(1, 1_000_000_000)
    .optional()
    .meta({ description: 'How many of the newest orders stay; there may be a tenth more.' }),
  keepFor: duration
    .optional()
    .meta({ description: 'How long orders stay, such as 7d, on the clock of the double.' }),
  keepRequests: whole(1, 1_000_000).optional().meta({ description: 'How many requests the journal keeps.' }),
  faults: z
    .array(faultSchema, { error: 'allowed is a list of faults' })
    .optional()
    .meta({ description: 'What goes wrong from the beginning, and again after a reset.' }),
  callbackUrls: z.record(z.string(), z.array(z.string())).optional().meta({
    description: 'Callback addresses for all accounts of a provider: one, or several where it takes several.',
  }),
  accounts: z
    .record(z.string(), z.array(z.looseObject({ id: z.string().min(1) })))
    .optional()
    .meta({ description: 'Accounts by provider, instead of the demo ones.' }),
})

/** A configuration of `paydouble serve`. */
export type PaydoubleConfig = z.input<typeof configSchema>

/**
 * Typed identity for `paydouble.config.ts`.
 *
 * @example
 * export default defineConfig({ port: 4021, callbackUrls: { its500: ['http://localhost:3000/paid'] } })
 */
export function defineConfig(config: PaydoubleConfig): PaydoubleConfig {
  return config
}

/** Whether there can be an address that leads to it: another one would be compared with all, and be none of them. */
function isHost(host: string): boolean {
  if (host.startsWith('.') || host.includes('*')) return false
  const hostname = URL.parse(`http://${host.includes(':') ? `[${host}]` : host}`)?.hostname
  return hostname?.replace(/^\[|\]$/g, '') === host.toLowerCase()
}
