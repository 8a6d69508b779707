import type { Command } from 'commander'
import { simulators } from '../../mocks/index.ts'
import type { PaydoubleConfig } from '../config.ts'
import { type Contract, PaydoubleError } from '../contract/index.ts'
import { secretsIn, secretsOf } from '../doors/control/exchange-view.ts'
import { hideSecrets } from '../doors/control/hide-secrets.ts'
import { type HttpDoor, type HttpDoorOptions, openHttpDoor } from '../doors/http.ts'
import { createSender } from '../doors/sender.ts'
import { toInitialAccounts } from '../double/accounts.ts'
import { createManualClock, createSystemClock } from '../double/clock.ts'
import { assembleDouble, type Double } from '../double/double.ts'
import { createRandom } from '../double/random.ts'
import type { AccountSeed, Simulator } from '../double/simulator.ts'
import type { Account } from '../store/records.ts'
import { version } from '../version.ts'
import { readConfig, toList, toNumber, variableNames } from './config.ts'
import { toCurl } from './curl.ts'
import { findProvider } from './find-provider.ts'
import { readPlan } from './json-flag.ts'
import { createLog } from './log.ts'
import { keepHeapSmall } from './small-heap.ts'
import { createStderrWriter } from './stderr.ts'
import { openStore } from './store.ts'

const defaultPort = 4020

interface Flags {
  port?: string
  host?: string
  token?: string
  log?: string
  provider?: string
  seed?: string
  clock?: string
  rateLimits: boolean
  markers?: boolean
  callbacks?: string
  data?: string
  database?: string
  keepOrders?: string
  keepFor?: string
  keepRequests?: string
  plan?: string
  config?: string
  json?: boolean
}

export function addServe(program: Command): void {
  program
    .command('serve')
    .description('serve the providers over HTTP')
    .option('--port <number>', `port to listen on; 0 takes a free one (default: ${defaultPort})`)
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--token <text>', 'what clients of /_paydouble/ have to send; needed beyond loopback')
    .option('--log <level>', 'silent, error, warn, info or debug, to standard error (default: warn)')
    .option('--provider <ids>', 'providers to serve, with commas between them (default: all)')
    .option('--seed <number>', 'seed of ids, discounts and QR codes (default: a new one each time)')
    .option('--clock <kind>', 'system or manual (default: system)')
    .option('--no-rate-limits', 'do not keep the documented rate limits')
    .option('--markers', 'let paydouble:error=CODE in a text of a request ask for a fault')
    .option('--callbacks <mode>', 'push sends them; pull holds them in an outbox (default: push)')
    .option('--data <file>', 'SQLite file in which the state is (default: :memory:)')
    .option('--database <url>', 'PostgreSQL in which the state is, also for others: postgres://…')
    .option('--keep-orders <number>', 'let go of older orders than so many of the newest (default: all stay)')
    .option('--keep-for <duration>', 'let go of orders after so long, such as 7d (default: all stay)')
    .option('--keep-requests <number>', 'how many requests the journal keeps (default: 1000)')
    .option('--plan <json>', 'seed and faults as one line of JSON: {"seed":7,"faults":[…]}')
    .option('--config <file>', 'configuration file (default: paydouble.config.ts, .js, .mjs or .json)')
    .option('--json', 'print one line of JSON instead of text')
    .addHelpText('after', `\nFlags win over the environment: ${variableNames.join(', ')}.`)
    .action(serve)
}

async function serve(flags: Flags): Promise<void> {
  const config = await readConfig({
    flags: fromFlags(flags),
    file: flags.config,
    env: process.env,
    directory: process.cwd(),
  })
  const chosen = chooseSimulators(config.providers)
  // Those of others are checked as well: a mistake is found before it matters.
  const others = simulators.filter(simulator => !chosen.includes(simulator))
  toInitialAccounts(others, toAccounts(others, config), createRandom(1))
  const { allowedCallbackHosts = [] } = config
  const secrets = configuredSecrets(chosen, config)
  const log =
    config.log === 'silent'
      ? undefined
      : createLog({
          level: config.log ?? 'warn',
          json: flags.json ?? false,
          write: createStderrWriter(),
          secrets: async () => [
            ...(await secretsOf(double)),
            ...secrets,
            ...(config.token ? [config.token] : []),
          ],
          secretsOf: exchange => secretsIn(double, [exchange]),
          pathOf: (provider, operation) =>
            chosen.find(({ contract }) => contract.id === provider)?.contract.operations[operation]?.path,
        })
  const double = assembleDouble({
    onExchange: log?.exchange,
    onAttempt: log?.attempt,
    simulators: chosen,
    createStore: await openStore(config),
    deliver: createSender({ allowedCallbackHosts }),
    clock: config.clock === 'manual' ? createManualClock() : createSystemClock(),
    seed: config.seed ?? Math.floor(Math.random() * 2 ** 31),
    refuseOtherSeed: config.seed !== undefined,
    rateLimits: config.rateLimits ?? true,
    allowedCallbackHosts,
    markers: config.markers ?? false,
    callbackMode: config.callbacks ?? 'push',
    faults: config.faults ?? [],
    accounts: toAccounts(chosen, config),
    retention: { orders: config.keepOrders, age: config.keepFor, requests: config.keepRequests },
  })
  const { host, port = defaultPort, token, allowedHosts } = config
  const options = { ...(host && { host }), port, token, allowedHosts, hidden: secrets, log }
  // With a million orders in a file the heap, and not the store, is what takes memory.
  if (config.data !== undefined) keepHeapSmall()
  const { door, hidden } = await open(double, config.clock, options)
  await log?.learn()
  const accounts = hideSecrets(await double.accounts.list(), hidden)
  const shown = flags.json
    ? toJsonLine(double, door.url, accounts)
    : toText(double, accounts, { url: door.url, token })
  process.stdout.write(shown)

  const stop = async () => {
    await door.close()
    const isWritten = await log?.close()
    await double.close()
    // Nobody waits for a reader who does not read.
    if (isWritten === false) process.exit()
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

/**
 * Opens the door once the state is there; where one of the two fails, nothing stays.
 * @returns it, with what is never shown in full
 */
async function open(
  double: Double,
  clock: PaydoubleConfig['clock'],
  options: HttpDoorOptions,
): Promise<{ door: HttpDoor; hidden: readonly string[] }> {
  try {
    await double.sync()
    // A state that was there goes on by the clock that it had, unless one was asked for; where others work on it, by
    // theirs.
    if (clock === 'manual' && !double.isShared) double.clock.freeze()
    if (clock === 'system' && !double.isShared) double.clock.resume()
    const hidden = [...(options.hidden ?? []), ...(await givenSecrets(double))]
    return { door: await openHttpDoor(double, { ...options, hidden }), hidden }
  } catch (error) {
    await double.close()
    throw error
  }
}

function fromFlags(flags: Flags): PaydoubleConfig {
  const values: Record<string, unknown> =
    flags.plan === undefined ? {} : { ...readPlan(flags.plan, '--plan') }
  if (flags.port !== undefined) values.port = toNumber(flags.port)
  if (flags.host !== undefined) values.host = flags.host
  if (flags.token !== undefined) values.token = flags.token
  if (flags.log !== undefined) values.log = flags.log
  if (flags.provider !== undefined) values.providers = toList(flags.provider)
  if (flags.seed !== undefined) values.seed = toNumber(flags.seed)
  if (flags.clock !== undefined) values.clock = flags.clock
  if (flags.markers) values.markers = true
  if (flags.callbacks !== undefined) values.callbacks = flags.callbacks
  if (flags.data !== undefined) values.data = flags.data
  if (flags.database !== undefined) values.database = flags.database
  if (flags.keepOrders !== undefined) values.keepOrders = toNumber(flags.keepOrders)
  if (flags.keepFor !== undefined) values.keepFor = flags.keepFor
  if (flags.keepRequests !== undefined) values.keepRequests = toNumber(flags.keepRequests)
  if (!flags.rateLimits) values.rateLimits = false
  return values
}

function chooseSimulators(ids: readonly string[] | undefined): Simulator[] {
  if (ids === undefined) return [...simulators]
  for (const id of ids) checkProvider(id)
  return simulators.filter(simulator => ids.includes(simulator.contract.id))
}

function checkProvider(id: string): void {
  findProvider(
    id,
    simulators.map(simulator => simulator.contract),
  )
}

function toAccounts(chosen: readonly Simulator[], config: PaydoubleConfig): Record<string, AccountSeed[]> {
  const { accounts = {}, callbackUrls = {} } = config
  for (const id of [...Object.keys(accounts), ...Object.keys(callbackUrls)]) checkProvider(id)
  return Object.fromEntries(
    chosen.map(({ contract, accounts: own }) => {
      const { id } = contract
      const addresses = toAddressSetting(contract, callbackUrls[id])
      const seeds = (accounts[id] ?? own) as readonly AccountSeed[]
      return [id, seeds.map(seed => ({ ...seed, ...addresses }))]
    }),
  )
}

/** Those that are not of a demo account: output is kept in more places than one thinks of. */
function configuredSecrets(chosen: readonly Simulator[], { accounts = {} }: PaydoubleConfig): string[] {
  return chosen.flatMap(({ contract }) =>
    (accounts[contract.id] ?? []).flatMap(account =>
      contract.account.secrets.map(name => account[name]).filter(value => typeof value === 'string'),
    ),
  )
}

/** Those in the state that are neither of a demo account nor invented: an earlier configuration may have had them. */
async function givenSecrets(double: Double): Promise<string[]> {
  const accounts = await double.accounts.list()
  return double.simulators.flatMap(simulator => {
    const { id: provider, account: scheme } = simulator.contract
    return accounts
      .filter(account => account.provider === provider)
      .flatMap(({ id, credentials }) => {
        const [usual] = toInitialAccounts([simulator], { [provider]: [{ id }] }, createRandom(double.seed))
        return scheme.secrets
          .map(name => (credentials[name] === usual?.credentials[name] ? undefined : credentials[name]))
          .filter(value => typeof value === 'string')
      })
  })
}

/** Callback addresses as the setting that holds them, which is one address or a list. */
function toAddressSetting(
  { id, account }: Contract,
  urls: readonly string[] | undefined,
): Record<string, unknown> {
  const { callbackAddress: setting, defaults } = account
  if (urls === undefined) return {}
  if (setting === undefined) {
    throw new PaydoubleError(
      'badConfig',
      `Failed to read the configuration: ${id} sends no callbacks, so "callbackUrls" has no use for it.`,
    )
  }
  if (Array.isArray(defaults[setting])) return { [setting]: urls }
  if (urls.length === 1) return { [setting]: urls[0] }
  throw new PaydoubleError(
    'badConfig',
    `Failed to read the configuration: an account of ${id} has one callback address; "callbackUrls" gives ${urls.length}.`,
  )
}

function toJsonLine(double: Double, url: string, accounts: readonly Account[]): string {
  const { seed, clock } = double
  const listed = accounts.map(({ provider, id, credentials }) => ({ provider, id, credentials }))
  return `${JSON.stringify({ url, version, seed, clock: clock.kind, pid: process.pid, accounts: listed })}\n`
}

function toText(
  double: Double,
  accounts: readonly Account[],
  { url, token }: { url: string; token: string | undefined },
): string {
  // All addresses of the machine are none to which a client could go everywhere.
  const own = url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:')
  const orderNumber = `demo-${double.clock.now()}`
  const blocks = double.simulators.flatMap(({ contract }) =>
    accounts
      .filter(account => account.provider === contract.id)
      .map(account => {
        const credentials = Object.entries(account.credentials).map(([name, value]) => `${name}=${value}`)
        const isMasked = credentials.some(credential => credential.includes('=…'))
        return [
          `${contract.id} (account ${account.id})  ${credentials.join('  ')}`,
          isMasked
            ? '  Its secrets are given ones, which are not printed.'
            : `  ${toCurl(contract, account.credentials, own, orderNumber)}`,
        ].join('\n')
      }),
  )
  return [
    `paydouble ${version} serves ${double.simulators.map(({ contract }) => contract.id).join(', ')} on ${url}`,
    `seed ${double.seed}, ${double.clock.kind} clock; control under ${url}/_paydouble/`,
    '',
    ...blocks.flatMap(block => [block, '']),
    `Then play the payer: npx paydouble pay ORDER --url ${own}${token === undefined ? '' : ' --token TOKEN'}`,
    '',
  ].join('\n')
}
