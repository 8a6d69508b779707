import type { Command } from 'commander'
import type { Account } from '../store/records.ts'
import { addUrlFlag, callControl } from './remote.ts'

export function addAccounts(program: Command): void {
  addUrlFlag(
    program
      .command('accounts')
      .description('list the accounts of a running double')
      .option('--json', 'print them as JSON'),
  ).action(accounts)
}

async function accounts(flags: { url: string; json?: boolean }): Promise<void> {
  const list = (await callControl(flags.url, 'GET', 'api/accounts')) as Account[]
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(list)}\n`)
    return
  }
  for (const { provider, id, credentials, settings } of list) {
    const fields = (values: object) =>
      Object.entries(values).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}\n`)
    process.stdout.write(`${provider} ${id}\n${fields(credentials).join('')}${fields(settings).join('')}`)
  }
}
