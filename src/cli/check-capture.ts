import { createReadStream } from 'node:fs'
import type { Command } from 'commander'
import { contracts } from '../../contracts/index.ts'
import { version } from '../version.ts'
import { checkAccounts } from './check-accounts.ts'
import { finish, type OutputFlags, withOutputFlags } from './check-output.ts'

interface Flags extends OutputFlags {
  provider?: string
  config?: string
}

export function addCheckCapture(check: Command): void {
  withOutputFlags(
    check
      .command('capture')
      .description('judge captured traffic: HAR, NDJSON or raw HTTP; - reads standard input')
      .argument('<file...>')
      .option('--provider <id>', 'the provider that all exchanges are with')
      .option('--config <file>', 'where the accounts are, whose signatures are checked'),
  ).action(run)
}

async function run(files: readonly string[], flags: Flags): Promise<void> {
  // Only checks need it.
  const { createCheck, readCapture } = await import('../runner/index.ts')
  const accounts = await checkAccounts(flags.config)
  const check = createCheck({ contracts, accounts, provider: flags.provider })
  for (const file of files) {
    const bytes = file === '-' ? process.stdin : createReadStream(file)
    const source = file === '-' ? 'standard input' : file
    for await (const items of readCapture(bytes, { source })) check.take(items)
  }
  await finish(check.end({ title: `capture ${files.join(', ')}`, version }), flags)
}
