import type { Finding } from './finding.ts'

/**
 * Raised by a wire or a simulator to answer with a row of the contract's error table.
 * It is data on its way to the wire, not a failure of the double.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'

  /** The row's name in `contract.errors`. */
  readonly errorName: string
  /** Why, for the journal; the provider's answer does not show them. */
  readonly findings: readonly Finding[]

  constructor(errorName: string, findings: readonly Finding[] = []) {
    super(`refused: ${errorName}`)
    this.errorName = errorName
    this.findings = findings
  }
}

/**
 * The refusal of bytes that are not the message they claim to be.
 *
 * @param message what is wrong with them, for the journal
 * @param errorName the row that answers; default `malformed`
 */
export function malformed(message: string, errorName = 'malformed'): Refusal {
  return new Refusal(errorName, [{ kind: 'malformedRequest', severity: 'breaking', pointer: '', message }])
}

/** Whether an error is a {@link Refusal}, also one of another copy of this package. */
export function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && error.name === 'Refusal' && 'errorName' in error
}

/** An error of paydouble itself: bad configuration, bad use. `code` is stable, the message is for people. */
export class PaydoubleError extends Error {
  override readonly name = 'PaydoubleError'

  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
