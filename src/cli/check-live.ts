// `paydouble check live`: tries a real provider with the cases of its contract.
import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import { contracts } from '../../contracts/index.ts'
import { type CaseCost, type Contract, caseCosts, PaydoubleError } from '../contract/index.ts'
import { readDuration } from '../double/clock.ts'
import type { CheckReport, LiveOptions } from '../runner/index.ts'
import { version } from '../version.ts'
import { finish, type OutputFlags, withOutputFlags } from './check-output.ts'
import { credentialVariables } from './credential-variables.ts'
import { seenContracts } from './evidence-file.ts'
import { findProvider } from './find-provider.ts'
import { liveAccount } from './live-account.ts'
import { writeRecording } from './recording.ts'

interface Flags extends OutputFlags {
  target: string
  cost?: string
  case?: string[]
  budget?: string
  wait?: string
  timeout?: string
  account?: string
  config?: string
  record?: string
}

export function addCheckLive(check: Command): void {
  withOutputFlags(
    check
      .command('live')
      .description('try a provider with the cases of its contract; callbacks are not received')
      .argument('<provider>', 'the provider')
      .requiredOption('--target <url>', 'where it answers, such as http://127.0.0.1:4020/PROVIDER')
      .option(
        '--cost <cost>',
        'the most that a case may cost: free (refused, or only reads), unpaid (makes orders that nobody pays), paid (a person scans and pays) (default: free)',
      )
      .option(
        '--case <name>',
        'a case to run, and what it needs; can be given again (default: all)',
        (name: string, before: string[] = []) => [...before, name],
      )
      .option('--budget <number>', 'the most requests that are sent (default: 50)')
      .option('--wait <duration>', 'how long a person may take to pay (default: 5m)')
      .option('--timeout <duration>', 'how long an answer may take (default: 30s)')
      .option('--account <id>', 'an account of the configuration')
      .option('--config <file>', 'configuration file (default: paydouble.config.ts, .js, .mjs or .json)')
      .option('--record <file>', 'write all that was sent and received down, as HAR, masked'),
  )
    .addHelpText('after', credentialHelp)
    .action(run)
}

async function run(provider: string, flags: Flags): Promise<void> {
  const contract = findProvider(provider, await seenContracts())
  const target = readTarget(flags.target)
  const options = readFlags(flags)
  const { account, origin } = await liveAccount(contract, {
    id: flags.account,
    file: flags.config,
    target,
    env: process.env,
  })
  // Only checks need it.
  const { countCases, createMask, createRecorder, runCases, secretsOf } = await import('../runner/index.ts')
  const mask = createMask([contract], secretsOf([contract], [account]))
  const recorder =
    flags.record === undefined
      ? undefined
      : createRecorder({ mask, version, comment: `paydouble check live ${provider} at ${flags.target}` })
  const { record: file } = flags
  const record = file !== undefined && recorder ? () => writeRecording(file, recorder) : undefined
  await record?.()
  const { cost = 'free' } = options
  process.stderr.write(
    intro(contract, { account: account.id, target: flags.target, cost, counts: countCases(contract) }),
  )
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort()
  process.once('SIGINT', interrupt)
  let report: CheckReport
  try {
    report = await runCases(contract, {
      ...options,
      target: flags.target,
      account,
      version,
      runId: randomBytes(3).toString('hex'),
      now: Date.now,
      wait: ms => pause(ms, interrupted.signal),
      deadline: ms => AbortSignal.timeout(ms),
      signal: interrupted.signal,
      onExchange: (exchange, name) => recorder?.add(exchange, name),
      onCode: showCode,
    })
  } catch (error) {
    // What ended the run says more than that it could not be written down.
    await record?.().catch(failed => process.stderr.write(`paydouble: ${failed.message}\n`))
    if (!(error instanceof PaydoubleError) || error.code !== 'credentialsRefused') throw error
    throw new PaydoubleError(error.code, `${error.message} ${origin}`, { cause: error })
  } finally {
    process.off('SIGINT', interrupt)
  }
  await record?.()
  const why = `It was interrupted after ${report.exchanges} exchange${report.exchanges === 1 ? '' : 's'}.`
  const ended = interrupted.signal.aborted && { ended: { how: 'interrupted', why } as const }
  await finish({ ...report, ...ended }, flags)
}

function readTarget(text: string): URL {
  const url = URL.parse(text)
  const isWhole = url && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === ''
  if (isWhole && url.username === '' && url.password === '') return url
  // It is not repeated: a password may be in it.
  const why =
    url?.username || url?.password
      ? 'it holds a user or a password'
      : 'it is no URL such as https://host/path'
  throw new PaydoubleError('badFlag', `Failed to read --target: ${why}. Give scheme, host and path alone.`)
}

function readFlags({
  cost,
  case: only,
  budget,
  wait,
  timeout,
}: Flags): Partial<LiveOptions> & { cost?: CaseCost } {
  if (cost !== undefined && !isCost(cost)) throw badFlag('cost', cost, `it is one of ${caseCosts.join(', ')}`)
  if (budget !== undefined && !/^[1-9]\d{0,5}$/.test(budget))
    throw badFlag('budget', budget, 'it is a whole number from 1')
  return {
    ...(cost !== undefined && { cost }),
    ...(only && { only }),
    ...(budget !== undefined && { budget: Number(budget) }),
    ...(wait !== undefined && { payWithinMs: readTime('wait', wait) }),
    ...(timeout !== undefined && { timeoutMs: readTime('timeout', timeout) }),
  }
}

function isCost(text: string): text is CaseCost {
  return caseCosts.some(cost => cost === text)
}

/** Milliseconds, as far as a timer of the system goes. */
function readTime(name: string, text: string): number {
  const ms = readDuration(text)
  if (ms !== undefined && ms > 0 && ms < 2 ** 31) return ms
  throw badFlag(name, text, 'it is a duration such as 30s or 5m')
}

function badFlag(name: string, text: string, why: string): PaydoubleError {
  return new PaydoubleError('badFlag', `Failed to read --${name} ${JSON.stringify(text)}: ${why}.`)
}

function intro(
  { id }: Contract,
  {
    account,
    target,
    cost,
    counts,
  }: { account: string; target: string; cost: CaseCost; counts: Readonly<Record<CaseCost, number>> },
): string {
  const more = caseCosts
    .slice(caseCosts.indexOf(cost) + 1)
    .filter(each => counts[each] > 0)
    .map(each => `${counts[each]} more with --cost ${each}`)
  return `paydouble tries ${id} at ${target}, account ${account}, with cases up to ${cost}${more.length > 0 ? ` (${more.join(', ')})` : ''}. Callbacks are not received.\n`
}

/** Waits, less long where the run is interrupted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    // A timer may be early by a fraction of a millisecond.
    const timer = setTimeout(done, ms + 1)
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}

async function showCode({
  name,
  text,
  amount,
}: {
  name: string
  text: string
  amount: string
}): Promise<void> {
  const { renderUnicodeCompact } = await import('uqr')
  const code = renderUnicodeCompact(text, { border: 2 })
  // Light on dark, whatever the colours of the terminal are.
  const isColored = process.stderr.isTTY && !process.env.NO_COLOR
  const shown = isColored ? code.replace(/^.*$/gm, line => `\u001b[97;40m${line}\u001b[0m`) : code
  process.stderr.write(`\n${shown}\n\n${name}: scan this and pay ${amount}.\n${text}\n\n`)
}

function credentialHelp(): string {
  const lines = contracts.map(
    contract => `  ${contract.id.padEnd(8)} ${[...credentialVariables(contract).keys()].join(', ')}`,
  )
  return `
Credentials come from the environment or from "accounts" of the configuration, never from the command line:
${lines.join('\n')}
Without any, the demo account of a double is used, on this machine alone.
Exit codes: 0 as the sources say, 1 something differs, 2 wrong use, 3 unreachable or credentials refused, 130 interrupted.`
}
