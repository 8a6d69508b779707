// Where a database is, from an address such as `postgres://user:password@host:5432/name?schema=paydouble`.
import { PaydoubleError } from '../../contract/index.ts'

export interface Address {
  /** A name, an address, or the folder of a unix socket. */
  readonly host: string
  readonly port: number
  readonly database: string | undefined
  readonly user: string | undefined
  readonly password: string | undefined
  readonly schema: string
  /** How many connections do the work; one more is for news. */
  readonly connections: number
  readonly ssl: 'require' | 'prefer' | 'verify-full' | false
  /** What each connection sets at its start, such as `synchronous_commit`. */
  readonly parameters: Readonly<Record<string, string>>
  /** As it may be shown: without password and parameters. */
  readonly shown: string
}

export const defaultSchema = 'paydouble'
const defaultConnections = 4

/** Everything else behind the question mark is a setting of PostgreSQL. */
const ownParameters = ['schema', 'connections', 'host', 'sslmode', 'password', 'user']

const sslModes: Readonly<Record<string, Address['ssl']>> = {
  disable: false,
  allow: 'prefer',
  prefer: 'prefer',
  require: 'require',
  'verify-ca': 'verify-full',
  'verify-full': 'verify-full',
}

/** @throws PaydoubleError `badConfig` */
export function parseAddress(text: string): Address {
  // Where a password ends early, what is left of it would be shown as a host or a name.
  if (/@.*@|[/?#].*@/s.test(text.replace(/^\w+:\/\//, '')))
    throw badAddress(`a "@" is where none may be; ${toEscape}`)
  // With the folder of a socket there may be a user and no host, which is no address of the web.
  const whole = text.replace(/^(\w+:\/\/[^@]*@)(?=[:/?]|$)/, '$1localhost')
  if (!/^postgres(ql)?:\/\//.test(whole) || !URL.canParse(whole))
    throw badAddress(`it is none of the form "postgres://user:password@host:5432/database"; ${toEscape}`)
  const url = new URL(whole)
  const query = url.searchParams
  const schema = query.get('schema') ?? defaultSchema
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema) || schema.startsWith('pg_'))
    throw badAddress(
      `"schema" is ${JSON.stringify(schema)}; allowed are small letters, digits and "_", 63 at most`,
    )
  const connections = Number(query.get('connections') ?? defaultConnections)
  if (!Number.isInteger(connections) || connections < 1 || connections > 100)
    throw badAddress('"connections" must be a whole number from 1 to 100')
  const ssl = sslModes[query.get('sslmode') ?? 'disable']
  if (ssl === undefined) throw badAddress(`"sslmode" must be one of ${Object.keys(sslModes).join(', ')}`)
  const host = query.get('host') ?? (decode(url.hostname).replace(/^\[|\]$/g, '') || 'localhost')
  const port = Number(url.port || 5432)
  const database = decode(url.pathname.slice(1)) || undefined
  const user = query.get('user') ?? (decode(url.username) || undefined)
  return {
    host,
    port,
    database,
    user,
    password: query.get('password') ?? (decode(url.password) || undefined),
    schema,
    connections,
    ssl,
    parameters: Object.fromEntries([...query].filter(([name]) => !ownParameters.includes(name))),
    shown: `postgres://${user === undefined ? '' : `${user}@`}${host}:${port}/${database ?? ''}`,
  }
}

const toEscape =
  'in a user, a password or a setting write "%40" for "@", "%2F" for "/", "%3A" for ":", "%3F" for "?" and "%23" for "#"'

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw badAddress('a "%" in it begins no escape: write "%25"')
  }
}

/** The address itself is not shown: a password may be in it. */
function badAddress(why: string): PaydoubleError {
  return new PaydoubleError('badConfig', `Failed to read the address of the database: ${why}.`)
}
