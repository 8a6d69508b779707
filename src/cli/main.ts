import { Command, CommanderError } from 'commander'
import { PaydoubleError } from '../contract/index.ts'
import { version } from '../version.ts'

/** In the order of the help. Each is loaded when it is called for, so that none waits for what another one needs. */
const commands: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  serve: async () => (await import('./serve.ts')).addServe,
  spec: async () => (await import('./spec.ts')).addSpec,
  pay: async () => (await import('./pay.ts')).addPay,
  clock: async () => (await import('./clock.ts')).addClock,
  fault: async () => (await import('./fault.ts')).addFault,
  callbacks: async () => (await import('./callbacks.ts')).addCallbacks,
  accounts: async () => (await import('./accounts.ts')).addAccounts,
  state: async () => (await import('./state.ts')).addState,
  explain: async () => (await import('./explain.ts')).addExplain,
  torture: async () => (await import('./torture.ts')).addTorture,
  check: async () => (await import('./check.ts')).addCheck,
  evidence: async () => (await import('./evidence.ts')).addEvidence,
  diff: async () => (await import('./diff.ts')).addDiff,
}

/** Errors of the one who calls: flags, configuration, names. */
const usageErrors = new Set([
  'badFlag',
  'badConfig',
  'badAccount',
  'badAmount',
  'badFault',
  'badRequest',
  'badToken',
  'tokenMissing',
  'badDuration',
  'badMoment',
  'badSchedule',
  'badState',
  'stateHalfLoaded',
  'stateTooNew',
  'badApp',
  'badCase',
  'badEvidence',
  'cannotListen',
  'badTorture',
  'configNotFound',
  'otherSeed',
  'portTaken',
  'storeBusy',
  'storeTooNew',
  'storeUnavailable',
  'storeUnreadable',
  'unknownError',
  'unknownProvider',
  'unreadable',
])

/** Other ends than 1: what failed is neither the one who calls nor what was asked about. */
const otherExits: Readonly<Record<string, number>> = {
  targetUnreachable: 3,
  credentialsRefused: 3,
  interrupted: 130,
}

/** A bug of our own must not look like findings: `EX_SOFTWARE` of sysexits. */
const bugExit = 70

function reportBug(error: unknown): number {
  const shown = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`paydouble: This is a bug of paydouble; please report it:\n${shown}\n`)
  return bugExit
}

/** The command that is called; where none is known by its name, all, for the help and for suggestions. */
function toLoad([, , name = '']: readonly string[]) {
  if (name === '-V' || name === '--version') return []
  const called = Object.hasOwn(commands, name) ? commands[name] : undefined
  return called ? [called] : Object.values(commands)
}

/** Commands of commands, too. */
function exitByException(command: Command): void {
  command.exitOverride()
  for (const each of command.commands) exitByException(each)
}

/**
 * Runs the command line.
 * @returns the exit code: 0, 1 where a command failed, 2 where it was called wrongly, 3 where a target cannot be
 * reached or refuses the credentials, 70 where paydouble itself has a bug, 130 where it was interrupted
 */
export async function main(argv: readonly string[]): Promise<number> {
  const program = new Command('paydouble')
    .description('a test double for QR-payment providers')
    .version(version)
    .showSuggestionAfterError()
  for (const load of toLoad(argv)) (await load())(program)
  exitByException(program)
  try {
    await program.parseAsync([...argv])
    // A command that worked, and whose answer is no, has set it.
    return Number(process.exitCode ?? 0)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (!(error instanceof PaydoubleError)) return reportBug(error)
    process.stderr.write(`paydouble: ${error.message}\n`)
    return otherExits[error.code] ?? (usageErrors.has(error.code) ? 2 : 1)
  }
}
