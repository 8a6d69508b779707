import type { Provenance } from './provenance.ts'
import type { Credentials, WireRequest } from './wire.ts'

/**
 * What a case costs at a real provider.
 *
 * - `free`: it is refused, so that nothing comes of it
 * - `unpaid`: it makes an order that nobody pays
 * - `paid`: a person has to scan the code and to pay
 */
export type CaseCost = 'free' | 'unpaid' | 'paid'

export const caseCosts = ['free', 'unpaid', 'paid'] as const

/** One request to try a real provider with, and what the sources say comes of it. */
export interface Case {
  /** What is done and what comes of it, in one sentence. */
  readonly summary: string
  /** The operation's name. */
  readonly operation: string
  readonly cost: CaseCost
  /** The parameters, as they are before they are encoded and signed. */
  readonly params: (given: CaseGiven) => Readonly<Record<string, unknown>>
  /** Another credential than that of the account, such as a wrong key. */
  readonly credentials?: (own: Credentials) => Credentials
  /** What is changed in the request once it is written and signed. */
  readonly spoil?: (request: WireRequest) => WireRequest
  /** `answered`, or the rows of the error table of which one comes. */
  readonly expect: 'answered' | readonly [string, ...string[]]
  /** Who says that this comes. */
  readonly provenance: Provenance
  /** The case whose answer it needs, and which is therefore run before it. */
  readonly after?: string
  /** Of an answer, the text of the QR code that a person scans: for a `paid` case. */
  readonly qrCode?: (answer: Readonly<Record<string, unknown>>) => string | undefined
  /** Of an answer, whether the order is paid by now: the case is asked again until it is. */
  readonly isPaid?: (answer: Readonly<Record<string, unknown>>) => boolean
  /** Credentials and parameters without which it cannot be run, such as a merchant number: said instead of run. */
  readonly needs?: readonly string[]
}

/** What a case can use. */
export interface CaseGiven {
  readonly credentials: Credentials
  /** A number that was never used before, of letters and digits; the same text gives the same number within a run. */
  readonly number: (name: string) => string
  /** Epoch milliseconds. */
  readonly now: number
  /** The answer of the case in `after`. */
  readonly earlier: Readonly<Record<string, unknown>>
}
