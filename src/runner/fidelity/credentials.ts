// Which credentials captured requests have, and where.
import type { Contract, Credentials, Operation } from '../../contract/index.ts'
import { createRandom } from '../../double/random.ts'
import type { Simulator } from '../../double/simulator.ts'
import type { Account } from '../../store/records.ts'

/** Whether a credential can be as it was sent: it is no secret, and of the form that the contract has for it. */
export function mayTake({ account }: Contract, credential: string, value: unknown): boolean {
  const isSecret = account.secrets.includes(credential)
  return !isSecret && (account.credentials.shape[credential]?.safeParse(value).success ?? false)
}

/** Where the requests of an operation have which credential. */
export interface CredentialPlaces {
  /** Credentials by the parameter that holds them. */
  readonly params: ReadonlyMap<string, string>
  /** The credential that names the account. */
  readonly identity: string | undefined
}

/** Finds it out by writing a request with credentials that are like no others. */
export function findCredentials({ contract, inventCredentials }: Simulator, name: string): CredentialPlaces {
  const operation = contract.operations[name] as Operation
  const { wire } = contract
  const probe = inventCredentials(createRandom(1).stream(`replay/${contract.id}/probe`))
  const nameOf = (value: unknown) => Object.keys(probe).find(each => probe[each] === value)
  const params = new Map<string, string>()
  try {
    const message = wire.decode(wire.encodeRequest(operation, {}, probe))
    for (const [param, value] of Object.entries(message.params)) {
      const credential = nameOf(value)
      if (credential !== undefined) params.set(param, credential)
    }
    return { params, identity: nameOf(wire.identify(message, name)) }
  } catch {
    // A request without parameters may be none at all: then nothing is known of it.
    return { params, identity: undefined }
  }
}

/** Credentials that no account has, always the same for one text. */
export function inventedFor({ contract, inventCredentials }: Simulator, text: string): Credentials {
  return inventCredentials(createRandom(1).stream(`replay/${contract.id}/invented/${text}`))
}

/** The credentials in the parameters of a request, as it has them; null or undefined where it has none. */
export function sentCredentials(
  { account: { credentials, secrets } }: Contract,
  { params, identity }: CredentialPlaces,
  { values, account }: { values: Readonly<Record<string, unknown>>; account: Account },
): Record<string, unknown> {
  const sent: Record<string, unknown> = {}
  for (const [param, credential] of params) {
    // Who it is has been settled, and a secret is the double's own.
    if (credential === identity || secrets.includes(credential)) continue
    const own = account.credentials[credential]
    const value = values[param]
    const items = typeof value === 'string' ? value.split(',') : []
    if (value === undefined)
      sent[credential] = credentials.shape[credential]?.safeParse(null).success ? null : undefined
    else sent[credential] = items.includes(String(own)) ? own : items.length > 1 ? items[0] : value
  }
  return sent
}

/** The callback address that a request gave and the provider took, among those that the account has registered. */
export function registeredAddresses(
  { account: { callbackAddress }, callbacks }: Contract,
  operation: string,
  { values, account }: { values: Readonly<Record<string, unknown>>; account: Account },
): Record<string, unknown> {
  const registered = callbackAddress === undefined ? undefined : account.settings[callbackAddress]
  if (callbackAddress === undefined || !Array.isArray(registered)) return {}
  const given = Object.values(callbacks)
    .filter(({ after }) => after === operation)
    .map(({ url }) => values[/^\{\$request\.body#\/([^}]+)\}$/.exec(url)?.[1] ?? ''])
    .filter(value => typeof value === 'string' && value !== '' && !registered.includes(value))
  return given.length === 0 ? {} : { [callbackAddress]: [...registered, ...given] }
}

/** Everything by which requests can name the account, or what belongs to it. */
export function namesOf({ account }: Contract, { credentials, settings }: Account): ReadonlySet<string> {
  const identities = account.identities?.(credentials, settings) ?? []
  return new Set([...Object.values(credentials).map(String), ...identities])
}
