// What goes wrong between here and the database, in words that help.
import { PaydoubleError } from '../../contract/index.ts'
import type { Address } from './address.ts'

/** An error of the client or the server as ours, if it is about the database and not about a statement. */
export function toStoreError(error: unknown, address: Address): unknown {
  if (error instanceof PaydoubleError || !(error instanceof Error)) return error
  const code = 'code' in error ? String(error.code) : ''
  const why = reasonOf(code, error, address)
  if (why === undefined) return error
  return new PaydoubleError('storeUnavailable', `Failed to use the database ${address.shown}: ${why}`, {
    cause: error,
  })
}

/** Whether trying again soon may help: nobody is there yet, or the server is not ready. */
export function isTransient(error: unknown): boolean {
  const code = codeOf(error instanceof PaydoubleError ? error.cause : error)
  return /^(ECONN\w+|ENOENT|ENOTFOUND|EAI_AGAIN|CONNECTION_CLOSED|57P0[1-3]|08...)$/.test(code)
}

export const uniqueViolation = '23505'

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

const unreachable: Readonly<Record<string, readonly [why: string, todo: string]>> = {
  ECONNREFUSED: ['nothing listens there', 'Start PostgreSQL, or give its address with --database.'],
  ENOENT: ['there is no such socket', 'Start PostgreSQL, or give its address with --database.'],
  ENOTFOUND: ['there is no host of this name', 'Check the address.'],
  EAI_AGAIN: ['the name of its host cannot be looked up now', 'Check the address and the network.'],
  EHOSTUNREACH: ['its host cannot be reached', 'Check the address and the network.'],
  ENETUNREACH: ['its network cannot be reached', 'Check the address and the network.'],
  ETIMEDOUT: ['it does not answer', 'Check the address, the network and its firewall.'],
  CONNECT_TIMEOUT: ['it does not answer', 'Check the address, the network and its firewall.'],
  NO_TLS: [
    'it offers no TLS, which ?sslmode= of the address asks for',
    'Set it up there (ssl = on), or leave sslmode out.',
  ],
  NO_ANSWER: [
    'it has not answered for too long',
    'When it answers again, all goes on by itself. See what it is busy with, or waits for.',
  ],
  ECONNRESET: [
    'the connection broke',
    'It is made again by itself; where that never comes about, check the address.',
  ],
  EPIPE: [
    'the connection broke',
    'It is made again by itself; where that never comes about, check the address.',
  ],
  CONNECTION_CLOSED: [
    'the connection broke',
    'It is made again by itself; where that never comes about, check the address.',
  ],
  CONNECTION_DESTROYED: ['the connection was ended', 'Start paydouble again.'],
  CONNECTION_ENDED: ['the store was closed', 'Start paydouble again.'],
}

function reasonOf(code: string, error: Error, { user, database, schema }: Address): string | undefined {
  const known = unreachable[code]
  if (known !== undefined) return `${known[0]} (${code}). ${known[1]}`
  const said = `PostgreSQL says "${error.message}" (${code})`
  if (code === '28P01' || code === '28000')
    return `it refuses the user${user === undefined ? '' : ` ${JSON.stringify(user)}`}. Check name and password. ${said}.`
  if (code === '3D000')
    return `it has no database ${JSON.stringify(database ?? user)}. Create it, or name another one. ${said}.`
  if (code === '42501')
    return `the user may not do that. Grant the right to create a schema, or create the schema ${JSON.stringify(schema)} and make this user its owner. ${said}.`
  if (code === '42P01' || code === '3F000')
    return `its schema ${JSON.stringify(schema)} was dropped, or is not ours. Start paydouble again, or name another one with ?schema=. ${said}.`
  if (code === '53100') return `its disk is full. Make room. ${said}.`
  if (code === '53300')
    return `it takes no more connections. Raise max_connections, or lower ?connections= of the address. ${said}.`
  if (code === '25006') return `it is read-only. Give the address of the primary. ${said}.`
  if (code === '42704' || code === '22023')
    return `it does not know a setting behind the "?" of the address. ${said}.`
  if (/^57P0/.test(code)) return `it is being stopped or started. ${said}.`
  if (/^(08|53|58|XX|F0)/.test(code)) return `${said}. Its log tells more.`
  if (/^(ERR_TLS|ERR_SSL|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|CERT_)/.test(code))
    return `no secure connection comes about: ${error.message} (${code}). Check ?sslmode= of the address.`
  if (/^SASL/.test(code)) return `${error.message} (${code}). Check the password.`
  return undefined
}
