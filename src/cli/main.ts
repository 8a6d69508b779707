import { Command, CommanderError } from 'commander'
import { PaydoubleError } from '../contract/index.ts'
import { version } from '../version.ts'
import { addAccounts } from './accounts.ts'
import { addCallbacks } from './callbacks.ts'
import { addCheck } from './check.ts'
import { addClock } from './clock.ts'
import { addDiff } from './diff.ts'
import { addEvidence } from './evidence.ts'
import { addExplain } from './explain.ts'
import { addFault } from './fault.ts'
import { addPay } from './pay.ts'
import { addServe } from './serve.ts'
import { addSpec } from './spec.ts'
import { addTorture } from './torture.ts'

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
  'badApp',
  'badCase',
  'badEvidence',
  'cannotListen',
  'badTorture',
  'configNotFound',
  'portTaken',
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
  for (const add of [
    addServe,
    addSpec,
    addPay,
    addClock,
    addFault,
    addCallbacks,
    addAccounts,
    addExplain,
    addTorture,
    addCheck,
    addEvidence,
    addDiff,
  ])
    add(program)
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
