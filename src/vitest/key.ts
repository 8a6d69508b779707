// An account of which a test knows nothing but the key.
import { type Contract, isRefusal, type WireRequest } from '../contract/index.ts'
import { toBytes } from '../runner/exchange.ts'
import type { CheckAccount } from '../runner/known-accounts.ts'
import { queryOf } from '../runner/match.ts'
import type { Named } from './names.ts'
import type { ReadMessage } from './read-message.ts'

/** An account with that key, and with the name that the message gives it. */
export function accountWith(key: string, { contract, name }: Named, message: ReadMessage): CheckAccount {
  const { identifiedBy } = contract.account
  const identity = message.kind === 'request' ? identityOf(contract, name, message) : undefined
  const schemes = Object.values(contract.wire.signing ?? {})
  return {
    provider: contract.id,
    id: 'with the given key',
    credentials: {
      ...(identity !== undefined && { [identifiedBy]: identity }),
      ...Object.fromEntries(schemes.map(scheme => [scheme.key, key])),
    },
  }
}

/** A request as the wire reads it. */
export function toWireRequest({ method = 'POST', url = '/', headers = {}, body }: ReadMessage): WireRequest {
  const path = URL.parse(url, 'http://-/')?.pathname ?? '/'
  return { method, path, query: queryOf(url), headers, body: toBytes(body) }
}

function identityOf(contract: Contract, operation: string, message: ReadMessage): string | undefined {
  try {
    const identity = contract.wire.identify(contract.wire.decode(toWireRequest(message)), operation)
    return typeof identity === 'string' ? identity : undefined
  } catch (error) {
    // What cannot be read is found by the judge.
    if (isRefusal(error)) return undefined
    throw error
  }
}
