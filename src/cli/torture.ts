import { basename } from 'node:path'
import type { Command } from 'commander'
import { contracts } from '../../contracts/index.ts'
import { simulators } from '../../mocks/index.ts'
import { PaydoubleError } from '../contract/index.ts'
import { openHttpDoor } from '../doors/http.ts'
import { createSender } from '../doors/sender.ts'
import { assembleDouble } from '../double/double.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { StartedApp, TortureConfig } from '../torture/config.ts'
import type { TorturedDouble, TortureReport } from '../torture/index.ts'
import { findFile, loadDefault, toNumber } from './config.ts'
import { readJsonObject } from './json-flag.ts'
import { tokenFlag } from './remote.ts'

const fileNames = ['paydouble.torture.ts', 'paydouble.torture.js', 'paydouble.torture.mjs']

interface Flags {
  config?: string
  runs?: string
  seed?: string
  replay?: string
  url?: string
  token?: string
  json?: boolean
}

export function addTorture(program: Command): void {
  program
    .command('torture')
    .description('drive an app through generated adversity, and check the app')
    .option('--config <file>', `what the app is (default: ${fileNames.join(', ')})`)
    .option('--runs <number>', 'how many schedules are generated (default: 1000)')
    .option('--seed <number>', 'seed of what is generated (default: 1)')
    .option('--replay <json>', 'a schedule to play instead, as a report gives it')
    .option('--url <url>', 'a double that runs elsewhere (default: one is started)')
    .addOption(tokenFlag())
    .option('--json', 'print the report as JSON')
    .action(run)
}

/** How long an app may go on after all is done, in milliseconds. */
const leavingMs = 500

async function run(flags: Flags): Promise<void> {
  // Only this command needs fast-check.
  const { connect, readTortureConfig, torture, toText } = await import('../torture/command.ts')
  const file = findFile(flags.config, process.cwd(), fileNames)
  if (file === undefined) {
    throw new PaydoubleError(
      'configNotFound',
      `Failed to start the torture: there is no ${fileNames[0]} here, and no --config.`,
    )
  }
  const config = readTortureConfig(await loadDefault(file, 'defineTorture'), file)
  const schedules = flags.replay === undefined ? undefined : [readJsonObject(flags.replay, '--replay')]
  const place =
    flags.url === undefined
      ? await openDouble(config)
      : { url: flags.url, pay: await connect(flags.url, contracts, flags), close: async () => {} }
  let app: StartedApp | undefined
  let report: TortureReport
  try {
    app = await start(config, place.url)
    const { app: _, port: __, ...settings } = config
    const { close: ___, ...hooks } = app
    report = await torture(place.pay, {
      ...settings,
      ...hooks,
      account: { ...config.account, ...app.account },
      config: flags.config ?? basename(file),
      ...toOption('runs', flags.runs),
      ...toOption('seed', flags.seed),
      ...(schedules && { schedules: schedules as never }),
    })
  } finally {
    await app?.close?.()
    await place.close()
  }
  process.stdout.write(flags.json ? `${JSON.stringify(report)}\n` : toText(report))
  if (!report.ok) process.exitCode = 1
  // An app that leaves something open does not keep the command from its end.
  setTimeout(() => process.exit(), leavingMs).unref()
}

async function start({ app }: TortureConfig, url: string): Promise<StartedApp> {
  if (typeof app !== 'function') return app
  try {
    return await app({ url })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new PaydoubleError('badApp', `Failed to start the app: ${why}.`, { cause: error })
  }
}

async function openDouble({ provider, port = 0 }: TortureConfig): Promise<{
  readonly url: string
  readonly pay: TorturedDouble
  close(): Promise<void>
}> {
  const known = simulators.map(({ contract }) => contract.id)
  if (provider === undefined || !known.some(id => id === provider)) {
    throw new PaydoubleError(
      'unknownProvider',
      `Failed to find the provider ${JSON.stringify(provider)}: say with "provider" which one the app uses; there is ${known.join(', ')}.`,
    )
  }
  const double = assembleDouble({
    simulators: simulators.filter(({ contract }) => contract.id === provider),
    createStore: createMemoryStore,
    deliver: createSender(),
    rateLimits: false,
  })
  const door = await openHttpDoor(double, { port })
  return {
    url: door.url,
    pay: double,
    async close() {
      await door.close()
      await double.close()
    },
  }
}

function toOption(name: 'runs' | 'seed', text: string | undefined): object {
  if (text === undefined) return {}
  const number = toNumber(text)
  if (typeof number === 'number') return { [name]: number }
  throw new PaydoubleError(
    'badFlag',
    `Failed to read --${name} ${JSON.stringify(text)}: it is a whole number.`,
  )
}
