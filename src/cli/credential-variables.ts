// The environment variables that hold credentials of real accounts, such as PAYDOUBLE_<PROVIDER>_CLIENT_KEY.
import { contracts } from '../../contracts/index.ts'
import type { Contract } from '../contract/index.ts'

/** The variables of a provider, each with the credential that it holds. */
export function credentialVariables({ id, account }: Contract): ReadonlyMap<string, string> {
  const names = Object.keys(account.credentials.shape)
  return new Map(names.map(name => [`PAYDOUBLE_${id.toUpperCase()}_${toUpperSnake(name)}`, name]))
}

export function isCredentialVariable(name: string): boolean {
  return contracts.some(contract => credentialVariables(contract).has(name))
}

function toUpperSnake(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter}`).toUpperCase()
}
