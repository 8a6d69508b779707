import type { ErrorRow, Operation } from './contract.ts'
import type { Finding } from './finding.ts'
import type { Signing } from './signing.ts'

/**
 * Pure functions between bytes and values. A wire knows no clock, no store and no chance: what it
 * needs of them is handed to it.
 */
export interface Wire {
  /**
   * Reads a request.
   * @throws Refusal where the bytes are not the message they claim to be
   */
  decode(request: WireRequest): Message
  /**
   * The value that names the account (`contract.account.identifiedBy`, or one of its `identities`).
   * Where an operation asks for no credential, the order that it is about says whose it is; then nothing
   * is verified. An operation that is open to all is answered for the provider's first account.
   *
   * @param operation its name in the contract
   * @throws Refusal where the message cannot name one
   */
  identify(message: Message, operation: string): Identity | undefined
  /**
   * Checks the signature or the secret of a message against the account's credentials.
   *
   * @param at which operation it is about, and epoch milliseconds of the double's clock
   */
  verify(
    message: Message,
    credentials: Credentials,
    settings: Settings,
    at: { readonly operation: string; readonly now: number },
  ): Verification
  /** Writes a request as a client would: with what the credentials add to it, and signed. */
  encodeRequest(
    operation: Operation,
    params: Readonly<Record<string, unknown>>,
    credentials: Credentials,
  ): WireRequest
  /** Turns an answer into bytes; signs it where the provider does. `credentials` are absent where no account was found. */
  encode(body: object, credentials: Credentials | undefined): WireResponse
  /** The body of a refusal. */
  refuse(row: ErrorRow, at: Moment): object
  /** Turns a callback's payload into bytes, signed where the provider signs. */
  encodeCallback(payload: object, credentials: Credentials): { headers: Record<string, string>; body: string }
  /** The headers that sign a callback's bytes; absent where callbacks are not signed. */
  signCallback?(body: string | Uint8Array, credentials: Credentials): Record<string, string>
  /** How it signs, so that a mismatch can be explained; absent where nothing is signed. */
  readonly signing?: Signing
}

/** What names the account of a request: a credential, an order, or nothing where an operation is open to all. */
export type Identity = string | { readonly order: string } | { readonly open: true }

export interface WireRequest {
  readonly method: string
  /** Path on the provider's host, without query. */
  readonly path: string
  /** Query as sent, without the question mark. */
  readonly query: string
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export interface WireResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A decoded request: named values, as received. */
export interface Message {
  readonly params: Record<string, unknown>
  readonly headers: Readonly<Record<string, string>>
  /** What is strange about a request that can be read all the same. */
  readonly findings?: readonly Finding[]
}

export type Credentials = Readonly<Record<string, unknown>>

/** The state and the choices of one account. */
export type Settings = Readonly<Record<string, unknown>>

/** What a check of signature or secret found. */
export type Verification =
  | ({ readonly ok: true } & VerificationTrace)
  | ({ readonly ok: false; readonly errorName: string; readonly reason: string } & VerificationTrace)

export interface VerificationTrace {
  /** The text that is signed, without the key. */
  readonly canonical?: string
  readonly algorithm?: string
  readonly expected?: string
  readonly received?: string
}

/** When a request is answered: epoch milliseconds of the double's clock, and the time spent so far. */
export interface Moment {
  readonly now: number
  readonly elapsedMs: number
}
