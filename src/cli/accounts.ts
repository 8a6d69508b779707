import type { Command } from 'commander'
import type { Account } from '../store/records.ts'
import { readJsonObject } from './json-flag.ts'
import { addUrlFlag, callControl, type DoubleAddress } from './remote.ts'

interface Flags extends DoubleAddress {
  json?: boolean
}

export function addAccounts(program: Command): void {
  const add = (command: Command) => addUrlFlag(command.option('--json', 'print them as JSON'))
  const accounts = program.command('accounts').description('the accounts of a running double')

  add(accounts.command('list', { isDefault: true }).description('list them')).action(async (flags: Flags) => {
    const list = (await callControl(flags, 'GET', 'api/accounts')) as Account[]
    process.stdout.write(flags.json ? `${JSON.stringify(list)}\n` : list.map(toText).join(''))
  })
  add(accounts.command('create').description('add one with invented credentials, for a test of its own'))
    .argument('<provider>', 'the provider')
    .argument('[json]', 'credentials and settings that are not invented or default', '{}')
    .action(async (provider: string, json: string, flags: Flags) => {
      const path = `api/accounts/${encodeURIComponent(provider)}`
      print(await callControl(flags, 'POST', path, readJsonObject(json, 'the account')), flags)
    })
  add(accounts.command('reset').description('forget what one did: orders, callbacks, faults, journal'))
    .argument('<provider>', 'the provider')
    .argument('<id>', 'the account')
    .action(async (provider: string, id: string, flags: Flags) => {
      const path = `api/accounts/${encodeURIComponent(provider)}/${encodeURIComponent(id)}/reset`
      print(await callControl(flags, 'POST', path, {}), flags)
    })
  add(accounts.command('remove').description('forget one and what it did'))
    .argument('<provider>', 'the provider')
    .argument('<id>', 'the account')
    .action(async (provider: string, id: string, flags: Flags) => {
      const path = `api/accounts/${encodeURIComponent(provider)}/${encodeURIComponent(id)}`
      const answer = await callControl(flags, 'DELETE', path)
      process.stdout.write(flags.json ? `${JSON.stringify(answer)}\n` : `removed ${provider} ${id}\n`)
    })
}

function print(answer: unknown, { json }: Flags): void {
  process.stdout.write(json ? `${JSON.stringify(answer)}\n` : toText(answer as Account))
}

function toText({ provider, id, credentials, settings }: Account): string {
  const fields = (values: object) =>
    Object.entries(values).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}\n`)
  return `${provider} ${id}\n${fields(credentials).join('')}${fields(settings).join('')}`
}
