/**
 * How a provider signs, as data: what a mismatch is explained from. The wire still signs and verifies by
 * itself; a test holds the two against each other. A provider that signs nothing has none of it.
 */
export interface Signing {
  readonly request?: SigningScheme
  readonly response?: SigningScheme
  readonly callback?: SigningScheme
}

export type SigningScheme = ParameterSigning | BodySigning

/** A signature over named parameters, as they are before they are encoded. */
export interface ParameterSigning extends SchemeBasics {
  readonly over: 'parameters'
  /** In which order they are joined. By name is by code unit, as ASCII order. */
  readonly order: 'byName' | 'asSent'
  /** What stands between two `name=value`. */
  readonly join: string
  readonly empties: EmptiesRule
  /** The account setting that holds another {@link EmptiesRule}. */
  readonly emptiesSetting?: string
}

/** A signature over the bytes of the body, as they are sent. */
export interface BodySigning extends SchemeBasics {
  readonly over: 'body'
}

/** Whether parameters with an empty value are signed; with `either`, both ways are accepted. */
export type EmptiesRule = 'signed' | 'dropped' | 'either'

export type HashName = 'md5' | 'sha256'

interface SchemeBasics {
  /** The header that carries the signature. */
  readonly header: string
  /** In which case hex digits are accepted. */
  readonly hex: 'upper' | 'lower' | 'either'
  /** Accepted hashes; the first one holds where none is named. */
  readonly hashes: readonly [HashName, ...HashName[]]
  /** The header that names the hash. */
  readonly hashHeader?: string
  /** The credential that is the key; it comes last. */
  readonly key: string
  /** What stands between the text and the key, such as `&key=`; mostly nothing. */
  readonly keyLabel: string
}
