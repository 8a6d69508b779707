// `paydouble diff`: what an app that was written by the old document meets in the new one.
import type { Command } from 'commander'
import { PaydoubleError } from '../contract/index.ts'
import type { Comparison, Verdict } from '../diff/index.ts'

interface Flags {
  failOn: string
  json?: boolean
}

export function addDiff(program: Command): void {
  program
    .command('diff')
    .description('compare two versions of a contract or of an OpenAPI document')
    .argument(
      '<old>',
      'an OpenAPI document, a provider, or a module that exports a contract; - reads standard input',
    )
    .argument('<new>', 'the same')
    .option('--fail-on <verdict>', 'which changes fail: breaking, unknown (and breaking), none', 'breaking')
    .option('--json', 'print the changes as JSON')
    .addHelpText(
      'after',
      '\nExit code: 0 where nothing is breaking, 1 where something is, 2 where a document cannot be read.',
    )
    .action(diff)
}

async function diff(old: string, now: string, flags: Flags): Promise<void> {
  const failing = failingVerdicts(flags.failOn)
  if (old === '-' && now === '-') {
    throw new PaydoubleError(
      'badFlag',
      'Failed to read standard input: it is given for both documents. Give a file for one of them.',
    )
  }
  // Loaded here, because no other command needs it.
  const { compareDocuments } = await import('../diff/index.ts')
  const { readSource } = await import('./diff-source.ts')
  const comparison = compareDocuments(await readSource(old), await readSource(now))
  process.stdout.write(flags.json ? `${JSON.stringify(comparison)}\n` : await toText(comparison))
  if (comparison.changes.some(({ verdict }) => failing.includes(verdict))) process.exitCode = 1
}

async function toText(comparison: Comparison): Promise<string> {
  const { toDiffText } = await import('./diff-text.ts')
  const { columns = 100, isTTY = false } = process.stdout
  const { NO_COLOR, CI } = process.env
  return toDiffText(comparison, { width: Math.min(columns, widest), color: isTTY && !NO_COLOR && !CI })
}

/** Longer lines are hard to read. */
const widest = 120

function failingVerdicts(failOn: string): readonly Verdict[] {
  switch (failOn) {
    case 'breaking':
      return ['breaking']
    case 'unknown':
      return ['breaking', 'unknown']
    case 'none':
      return []
    default:
      throw new PaydoubleError(
        'badFlag',
        `Failed to read --fail-on ${JSON.stringify(failOn)}: it is breaking, unknown or none.`,
      )
  }
}
