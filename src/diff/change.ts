// What a comparison gives: changes, each with a verdict.

/**
 * What a change means for an app that was written by the old document.
 *
 * - `breaking`: what it sends may be refused, or what it gets may be what it was not promised
 * - `unknown`: it depends on the app, or cannot be computed; the reason says which
 * - `compatible`: it goes on as before
 */
export type Verdict = 'breaking' | 'unknown' | 'compatible'

export const verdicts = ['breaking', 'unknown', 'compatible'] as const satisfies readonly Verdict[]

/** Who writes the message that a change is about. The other one reads it. */
export type Writer = 'app' | 'provider'

/**
 * What became of the messages that a document allows.
 *
 * - `wider`: all that were allowed, and more
 * - `narrower`: only some of those that were allowed
 * - `other`: neither
 * - `uncertain`: that cannot be computed
 * - `none`: the same ones
 */
export type Effect = 'wider' | 'narrower' | 'other' | 'uncertain' | 'none'

/** A value that says what is different between two documents. */
export interface Change {
  /** A stable name, such as `fieldRemoved`. */
  readonly kind: string
  readonly verdict: Verdict
  /** Where, as a JSON pointer (RFC 6901) into the document that `in` names. */
  readonly pointer: string
  /** The new document, or the old one for what is no longer there. */
  readonly in: 'old' | 'new'
  /** The operations and callbacks that it concerns; none where it is about the whole document. */
  readonly operations: readonly string[]
  /** Who writes the message, where it is about one. */
  readonly writer?: Writer
  readonly effect: Effect
  /** One sentence: what is different. */
  readonly message: string
  /** One sentence: why that is the verdict. */
  readonly reason: string
  readonly before?: unknown
  readonly after?: unknown
}

/** What two documents differ in. */
export interface Comparison {
  readonly old: DocumentName
  readonly new: DocumentName
  readonly changes: readonly Change[]
  /** How many texts for people differ: descriptions, examples, evidence. */
  readonly texts: number
  /** How many components differ that no operation and no callback uses. */
  readonly unused: number
}

export interface DocumentName {
  /** As it was given. */
  readonly name: string
  readonly title: string
  readonly version: string
}
