import type { Command } from 'commander'
import { defaultUrl, tokenFlag } from './remote.ts'
import type { LoadFlags, StateFlags } from './state-actions.ts'

export function addState(program: Command): void {
  const state = program
    .command('state')
    .description('dump a whole state as NDJSON, or load it into another store')
  const add = (command: Command) => withPlaceFlags(command.option('--json', 'print what there was as JSON'))

  add(state.command('dump').description('write the whole state: orders, callbacks, accounts, clock, faults'))
    .option('--out <file>', 'write it to a file that nobody else may read (default: standard output)')
    .addHelpText('after', '\nA dump holds the credentials of all accounts: keep it as you keep those.')
    .action(async (flags: StateFlags) => (await import('./state-actions.ts')).dump(flags))
  add(state.command('load').description('replace the whole state by one that was dumped'))
    .argument('<file>', 'the dump; - reads standard input')
    .option('--replace', 'also where there are orders, callbacks or added accounts, which are lost')
    .addHelpText('after', '\nAll of it is checked before anything is replaced.')
    .action(async (file: string, flags: LoadFlags) => (await import('./state-actions.ts')).load(file, flags))
}

/** The flags that say where the state is; see `place` in `state-actions.ts`. */
function withPlaceFlags(command: Command): Command {
  return command
    .option('--data <file>', 'in the file of a server that does not run now (default: PAYDOUBLE_DATA)')
    .option('--database <url>', 'in a PostgreSQL: postgres://… (default: PAYDOUBLE_DATABASE)')
    .option(
      '--url <url>',
      `in a double that runs (default: PAYDOUBLE_URL, then those above, then ${defaultUrl})`,
    )
    .addOption(tokenFlag())
}
