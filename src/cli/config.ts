// Where the settings of `serve` come from: flags win over environment, environment over file, file over defaults.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { configSchema, type PaydoubleConfig } from '../config.ts'
import { fieldsAt, inOurWords, PaydoubleError, problemsOf } from '../contract/index.ts'
import { isCredentialVariable } from './credential-variables.ts'

const fileNames = [
  'paydouble.config.ts',
  'paydouble.config.js',
  'paydouble.config.mjs',
  'paydouble.config.json',
]

/** The environment variables, each with the key of the configuration that it sets. */
const variables: Readonly<Record<string, { key: keyof PaydoubleConfig; read: (text: string) => unknown }>> = {
  PAYDOUBLE_PORT: { key: 'port', read: toNumber },
  PAYDOUBLE_HOST: { key: 'host', read: text => text },
  PAYDOUBLE_TOKEN: { key: 'token', read: text => text },
  PAYDOUBLE_ALLOWED_HOSTS: { key: 'allowedHosts', read: toList },
  PAYDOUBLE_LOG: { key: 'log', read: text => text },
  PAYDOUBLE_PROVIDER: { key: 'providers', read: toList },
  PAYDOUBLE_SEED: { key: 'seed', read: toNumber },
  PAYDOUBLE_CLOCK: { key: 'clock', read: text => text },
  PAYDOUBLE_RATE_LIMITS: { key: 'rateLimits', read: toBoolean },
  PAYDOUBLE_MARKERS: { key: 'markers', read: toBoolean },
  PAYDOUBLE_CALLBACKS: { key: 'callbacks', read: text => text },
  PAYDOUBLE_DATA: { key: 'data', read: text => text },
  PAYDOUBLE_DATABASE: { key: 'database', read: text => text },
  PAYDOUBLE_KEEP_ORDERS: { key: 'keepOrders', read: toNumber },
  PAYDOUBLE_KEEP_FOR: { key: 'keepFor', read: text => text },
  PAYDOUBLE_KEEP_REQUESTS: { key: 'keepRequests', read: toNumber },
  PAYDOUBLE_ALLOWED_CALLBACK_HOSTS: { key: 'allowedCallbackHosts', read: toList },
}

/** The variables that `serve` reads. */
export const variableNames = [...Object.keys(variables), 'PAYDOUBLE_CONFIG']

/** Other variables that begin so, and are not for `serve`. */
const otherVariables = [
  'PAYDOUBLE_CONFIG',
  'PAYDOUBLE_URL',
  'PAYDOUBLE_KEY',
  'PAYDOUBLE_PROXY_URL',
  'PAYDOUBLE_CALLBACKS_URL',
]

/**
 * The configuration that holds, checked.
 *
 * @param flags what the command line says, by key of the configuration
 * @throws PaydoubleError `badConfig`, `configNotFound`
 */
export async function readConfig(options: {
  readonly flags: PaydoubleConfig
  readonly file?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly directory: string
}): Promise<PaydoubleConfig> {
  const { flags, env, directory } = options
  const file = findFile(options.file ?? env.PAYDOUBLE_CONFIG, directory, fileNames)
  const fromFile = file === undefined ? {} : check(await loadDefault(file, 'defineConfig'), file)
  const fromEnvironment = check(readEnvironment(env), 'the environment')
  const fromFlags = check(flags, 'the command line')
  return over(over(fromFile, fromEnvironment), fromFlags)
}

/** What wins over what; whoever says where the state is, says it in place of the other of the two places. */
function over(below: PaydoubleConfig, above: PaydoubleConfig): PaydoubleConfig {
  const isPlaced = above.data !== undefined || above.database !== undefined
  const { data: _, database: __, ...rest } = below
  return { ...(isPlaced ? rest : below), ...above }
}

/**
 * The file that was named, or the first of the usual ones that is there.
 * @throws PaydoubleError `configNotFound`
 */
export function findFile(
  named: string | undefined,
  directory: string,
  usual: readonly string[],
): string | undefined {
  if (named === undefined) return usual.map(name => resolve(directory, name)).find(file => existsSync(file))
  const file = resolve(directory, named)
  if (existsSync(file)) return file
  throw new PaydoubleError(
    'configNotFound',
    `Failed to read the configuration ${file}: there is no such file.`,
  )
}

/**
 * What a file exports by default.
 *
 * @param define the function that such files use, for the message
 * @throws PaydoubleError `badConfig`
 */
export async function loadDefault(file: string, define: string): Promise<unknown> {
  try {
    if (file.endsWith('.json')) return JSON.parse(await readFile(file, 'utf8'))
    const module = await import(pathToFileURL(file).href)
    if ('default' in module) return module.default
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const needsNewer =
      error instanceof Error && 'code' in error && error.code === 'ERR_UNKNOWN_FILE_EXTENSION'
    throw new PaydoubleError(
      'badConfig',
      `Failed to read the configuration ${file}: ${why}.${needsNewer ? ' This Node does not run TypeScript: use Node 22.18 or newer, or a .js or .json file.' : ''}`,
      { cause: error },
    )
  }
  throw new PaydoubleError(
    'badConfig',
    `Failed to read the configuration ${file}: it has no default export. Write "export default ${define}({ … })".`,
  )
}

function readEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith('PAYDOUBLE_') || text === undefined || otherVariables.includes(name)) continue
    if (isCredentialVariable(name)) continue
    const variable = variables[name]
    if (!variable) {
      throw new PaydoubleError(
        'badConfig',
        `Failed to read the environment: there is no variable ${name}; those of credentials are listed by "paydouble check live --help". There are ${[...Object.keys(variables), ...otherVariables].join(', ')}.`,
      )
    }
    values[variable.key] = variable.read(text)
  }
  return values
}

function check(values: unknown, source: string): PaydoubleConfig {
  const parsed = configSchema.safeParse(values, inOurWords)
  if (parsed.success) return parsed.data
  const [{ path = [], message, issue } = {}] = problemsOf(parsed.error)
  const at = path.join('.')
  const allowed = fieldsAt(configSchema, path, values)?.names.join(', ')
  const why =
    issue?.code === 'unrecognized_keys'
      ? `there is no key ${issue.keys.map(key => JSON.stringify(key)).join(', ')}${at && ` in ${JSON.stringify(at)}`}; allowed are ${allowed}`
      : `${at ? JSON.stringify(at) : 'the configuration'} is not right: ${message}`
  throw new PaydoubleError('badConfig', `Failed to read the configuration from ${source}: ${why}.`)
}

/** A number, or the text itself, so that the schema can say what is wrong with it. */
export function toNumber(text: string): unknown {
  return /^-?\d+$/.test(text) ? Number(text) : text
}

export function toList(text: string): string[] {
  return text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')
}

function toBoolean(text: string): unknown {
  return { true: true, '1': true, on: true, false: false, '0': false, off: false }[text.toLowerCase()] ?? text
}
