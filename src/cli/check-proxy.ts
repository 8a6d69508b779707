// `paydouble check proxy`: an app's own traffic, judged on its way to the provider.
import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { Command } from 'commander'
import { contracts } from '../../contracts/index.ts'
import { PaydoubleError } from '../contract/index.ts'
import type { CheckProxy } from '../runner/proxy.ts'
import { version } from '../version.ts'
import { checkAccounts } from './check-accounts.ts'
import { finish, type OutputFlags, withOutputFlags } from './check-output.ts'
import { toNumber } from './config.ts'
import { seenContracts } from './evidence-file.ts'
import { findProvider } from './find-provider.ts'
import { writeRecording } from './recording.ts'

const defaultPort = 4021

interface Flags extends OutputFlags {
  target: string
  merchant?: string
  port?: string
  host?: string
  config?: string
  record?: string
  json?: boolean
}

export function addCheckProxy(check: Command): void {
  withOutputFlags(
    check
      .command('proxy')
      .description('pass traffic with a provider through unchanged, and judge it')
      .argument('<provider>', 'whose contract it is')
      .argument('[command...]', 'after --: run until it ends, with the proxy in PAYDOUBLE_PROXY_URL')
      .requiredOption('--target <url>', 'where the provider answers')
      .option('--merchant <url>', 'where the app takes callbacks: /_callbacks/paid goes to <url>/paid')
      .option('--port <number>', `port to listen on; 0 takes a free one (default: ${defaultPort})`)
      .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
      .option('--config <file>', 'where the accounts are, whose signatures are checked')
      .option('--record <file>', 'write all that went through down, as HAR, masked')
      .option('--json', 'say as one line of JSON where it listens')
      .addHelpText('after', help),
  ).action(run)
}

const help = `
Send the app's requests to the proxy instead of the provider. Each answer gets a header, x-paydouble-findings,
with the number and the kinds of its findings. The Host header becomes the target's; nothing else is changed.

To have callbacks judged, too, start it with --merchant, and tell the provider the proxy's address as that of
the app: http://127.0.0.1:${defaultPort}/_callbacks/ and the rest of the path.

It ends with Ctrl-C or SIGTERM, or with the command, and then prints what was found. The exit code is that of
the command if it failed, otherwise 1 where something was found, 2 where nothing was
judged, 3 where the target never answered, and 0.`

/** How long requests may take to end when the proxy does, in milliseconds. */
const closingGraceMs = 1000

async function run(provider: string, command: readonly string[], flags: Flags): Promise<void> {
  const contract = findProvider(provider, contracts)
  // Only this command needs it.
  const [{ createCheck, createRecorder }, { openProxy }] = await Promise.all([
    import('../runner/index.ts'),
    import('../runner/proxy.ts'),
  ])
  const accounts = await checkAccounts(flags.config)
  const hosts = { [URL.parse(flags.target)?.host ?? '']: provider }
  const check = createCheck({ contracts: await seenContracts(), accounts, provider, hosts })
  const { record: file } = flags
  const recorder =
    file === undefined
      ? undefined
      : createRecorder({ mask: check.mask, version, comment: `paydouble check proxy to ${flags.target}` })
  // Whether it can be written is known before anything is asked.
  if (file !== undefined && recorder) await writeRecording(file, recorder)
  const proxy = await openProxy({
    check,
    onExchange: exchange => recorder?.add(exchange),
    contract,
    target: flags.target,
    merchant: flags.merchant,
    host: flags.host ?? '127.0.0.1',
    port: toPort(flags.port),
    now: () => Date.now(),
  })
  const signals = listenToSignals()
  process.stdout.write(flags.json ? toJsonLine(proxy) : toText(proxy, provider, flags))
  let code = 0
  try {
    const [file, ...args] = command
    if (file === undefined) await signals.first
    else code = await runCommand(file, args, proxy, signals)
  } finally {
    const grace = setTimeout(() => proxy.breakOff(), closingGraceMs)
    await proxy.close()
    clearTimeout(grace)
    signals.stop()
    if (file !== undefined && recorder) await writeRecording(file, recorder)
  }
  await finish(check.end({ title: `proxy to ${flags.target}`, version }), flags)
  if (code !== 0) process.exitCode = code
  else if (proxy.counts.answered === 0 && proxy.counts.failed > 0)
    throw new PaydoubleError('targetUnreachable', proxy.lastFailure ?? `Failed to reach ${flags.target}.`)
}

function toPort(text: string | undefined): number {
  const port = text === undefined ? defaultPort : toNumber(text)
  if (typeof port === 'number' && port >= 0 && port <= 65_535) return port
  throw new PaydoubleError(
    'badFlag',
    `Failed to read --port ${JSON.stringify(text)}: it is a whole number up to 65535.`,
  )
}

interface Signals {
  readonly first: Promise<NodeJS.Signals>
  /** Hands later signals to a process. */
  hand(child: ChildProcess): void
  stop(): void
}

/** A proxy is ended by a signal, so that is no interruption: only a second one is. */
function listenToSignals(): Signals {
  let child: ChildProcess | undefined
  let count = 0
  let resolve: (signal: NodeJS.Signals) => void
  const first = new Promise<NodeJS.Signals>(done => {
    resolve = done
  })
  const onSignal = (signal: NodeJS.Signals) => {
    resolve(signal)
    // From a terminal, SIGINT reaches the command as well.
    if (child && signal !== 'SIGINT') child.kill(signal)
    if (++count > 1) process.exit(interrupted)
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    first,
    hand(given) {
      child = given
    },
    stop() {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}

const interrupted = 130

/** Runs the command to its end. @returns its exit code, as a shell has it */
function runCommand(
  file: string,
  args: readonly string[],
  { url, callbacksUrl }: CheckProxy,
  signals: Signals,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, PAYDOUBLE_PROXY_URL: url, PAYDOUBLE_CALLBACKS_URL: callbacksUrl }
    const child = spawn(file, args, { stdio: 'inherit', env })
    signals.hand(child)
    child.once('error', error => {
      const why = `Failed to run the command ${JSON.stringify(file)}: ${error.message}.`
      reject(new PaydoubleError('badFlag', why, { cause: error }))
    })
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })
}

function toJsonLine({ url, callbacksUrl }: CheckProxy): string {
  return `${JSON.stringify({ url, callbacksUrl, version, pid: process.pid })}\n`
}

function toText({ url, callbacksUrl }: CheckProxy, provider: string, { target, merchant }: Flags): string {
  const callbacks =
    merchant === undefined
      ? 'Callbacks do not come through it; with --merchant <url> they do.'
      : `Callbacks: what comes to ${callbacksUrl}/… goes to ${merchant.replace(/\/$/, '')}/…`
  return [
    `paydouble ${version} judges ${provider} on ${url}, and passes everything on to ${target}`,
    callbacks,
    'Ctrl-C ends it and prints what was found.',
    '',
  ].join('\n')
}
