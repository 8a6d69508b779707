// What every `paydouble check` does at its end: baseline, reports, exit code.
import type { Command } from 'commander'
import type { CheckReport, FailOn } from '../runner/index.ts'

export interface OutputFlags {
  failOn?: FailOn
  report?: string
  baseline?: string
}

/** Adds the flags that all checks share. */
export function withOutputFlags(command: Command): Command {
  return command.option(
    '--fail-on <severity>',
    'which findings fail: breaking, additive, none (default: additive)',
  )
}

/** Prints and writes what was found, and sets the exit code: 0 nothing, 1 findings. */
export async function finish(report: CheckReport, flags: OutputFlags): Promise<void> {
  const { hasFailed, toTerminalText } = await import('../runner/index.ts')
  const { columns = 80 } = process.stdout
  process.stdout.write(toTerminalText(report, { width: columns }))
  if (hasFailed(report, flags.failOn ?? 'additive')) process.exitCode = 1
}
