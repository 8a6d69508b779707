// Captures of the corpus, checked by the accounts that the documents of the double name.
import { createReadStream, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { contracts } from '../../contracts/index.ts'
import { type CheckAccount, type CheckReport, createCheck, readCapture } from '../../src/runner/index.ts'
import { dmsAccount, its500Account, qfpayAccount, vvtoolAccount } from '../harness/clients.ts'

export const capturesFolder = join(import.meta.dirname, 'captures')

export const providers = ['vvtool', 'its500', 'dms', 'qfpay'] as const
export type Provider = (typeof providers)[number]

export const demoAccounts: readonly CheckAccount[] = [
  { provider: 'vvtool', id: 'demo', credentials: vvtoolAccount },
  { provider: 'its500', id: 'demo', credentials: its500Account },
  { provider: 'dms', id: 'demo', credentials: dmsAccount },
  { provider: 'qfpay', id: 'demo', credentials: qfpayAccount },
]

/** The names of a provider's captures. */
export function capturesOf(provider: Provider): string[] {
  return readdirSync(join(capturesFolder, provider))
    .filter(file => file.endsWith('.ndjson'))
    .map(file => file.slice(0, -'.ndjson'.length))
}

export async function checkCapture(provider: Provider, name: string): Promise<CheckReport> {
  const check = createCheck({ contracts, accounts: demoAccounts })
  const file = join(capturesFolder, provider, `${name}.ndjson`)
  for await (const items of readCapture(createReadStream(file), { source: name })) check.take(items)
  return check.end({ title: name, version: '0.0.0' })
}
