import type { Provenance } from './provenance.ts'
import type { Credentials, WireRequest } from './wire.ts'

/**
 * What a case costs at a real provider.
 *
 * - `free`: it is refused, or only reads, so that nothing comes of it
 * - `unpaid`: it makes something that nobody pays, such as an order or a token
 * - `paid`: a person has to scan a code and to pay
 */
export type CaseCost = (typeof caseCosts)[number]

/** The cheapest one first. */
export const caseCosts = ['free', 'unpaid', 'paid'] as const

type Values = Readonly<Record<string, unknown>>

/** One request to try a real provider with, and what the sources say comes of it. */
export interface Case {
  /** What is done and what comes of it, in one sentence. */
  readonly summary: string
  /** The operation's name. */
  readonly operation: string
  readonly cost: CaseCost
  /** The parameters, as they are before they are encoded and signed. The wire adds what the credentials say. */
  readonly params: (given: CaseGiven) => Values
  /** Another credential than that of the account, such as a wrong key. */
  readonly credentials?: (own: Credentials) => Credentials
  /** What is changed in the request once it is written and signed. */
  readonly spoil?: (request: WireRequest) => WireRequest
  /** `answered`, or the rows of the error table of which one comes; `answered` may be among them. */
  readonly expect: 'answered' | readonly [string, ...string[]]
  /** What an answer must hold besides what its schema says. */
  readonly holds?: { readonly what: string; readonly in: (answer: Values, given: CaseGiven) => boolean }
  /** Who says that this comes. Where it is assumed, everything else that comes is a note, and no difference. */
  readonly provenance: Provenance
  /** Why the code is our choice, although its row is not: another refusal is a note, and no difference. */
  readonly assumedCode?: string
  /** The case whose answer it needs, and which is therefore run before it. */
  readonly after?: string
  /** Of an answer, the text of the QR code that a person scans, and how much that person pays: for a `paid` case. */
  readonly qrCode?: (answer: Values) => { readonly text: string; readonly amount: string } | undefined
  /** Of whatever comes, whether the order is paid by now: the case is asked again until it is. */
  readonly isPaid?: (answer: Values) => boolean
  /** Credentials without which it is skipped. Default: all that cannot be null. */
  readonly needs?: readonly string[]
  /**
   * Set where the request is right in all but one thing that has nothing to do with credentials: the rows of the
   * error table by which the provider says instead that it does not take the credentials. It is run before all others.
   */
  readonly probe?: readonly [string, ...string[]]
  /** Rows that say that the account, or the provider, is not ready for it: then it is skipped. */
  readonly unready?: readonly string[]
}

/** What a case can use. */
export interface CaseGiven {
  readonly credentials: Credentials
  /** A number that was never used before, of 20 or so letters and digits; the same text gives the same one within a run. */
  readonly number: (name: string) => string
  /** Epoch milliseconds. */
  readonly now: number
  /** The answer of the case in `after`. */
  readonly earlier: Values
}
