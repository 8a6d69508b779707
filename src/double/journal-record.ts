// Exchanges as plain data, which a store can keep, and back.
import type { Exchange } from './journal.ts'

type Bytes = { readonly base64: string }

/** An exchange without its id, which follows from where it is kept. */
export function toRecord({ id: _, request, response, ...rest }: Exchange): unknown {
  return {
    ...rest,
    ...(request && { request: { ...request, body: fromBytes(request.body) } }),
    ...(response && {
      response: {
        ...response,
        body: typeof response.body === 'string' ? response.body : fromBytes(response.body),
      },
    }),
  }
}

/** @param record what {@link toRecord} gave */
export function fromRecord(record: unknown, id: string): Exchange {
  const { request, response, ...rest } = record as Kept
  return {
    ...rest,
    id,
    ...(request && { request: { ...request, body: toBytes(request.body) } }),
    ...(response && {
      response: {
        ...response,
        body: typeof response.body === 'string' ? response.body : toBytes(response.body),
      },
    }),
  }
}

type Kept = Omit<Exchange, 'id' | 'request' | 'response'> & {
  readonly request?: Omit<NonNullable<Exchange['request']>, 'body'> & { readonly body: Bytes }
  readonly response?: Omit<NonNullable<Exchange['response']>, 'body'> & { readonly body: string | Bytes }
}

function fromBytes(bytes: Uint8Array): Bytes {
  return { base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64') }
}

function toBytes({ base64 }: Bytes): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'))
}
