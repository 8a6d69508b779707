import type { EmptiesRule, SigningScheme } from '../contract/signing.ts'
import type { Pair, Recipe } from './recipe.ts'
import type { Secrets } from './secrets.ts'

/** What is said of a mistake. */
export interface NamedMistake {
  /** Stable, for programs. */
  readonly id: string
  /** What the signer did, as the end of "The signer …". */
  readonly title: string
  /** Why that gives another signature, or how it comes about. */
  readonly explanation: string
  readonly remedy: string
}

/** A mistake that was found. */
export interface FoundMistake extends NamedMistake {
  /** Which of several ways: the field's name, how it was written. Never a secret. */
  readonly detail?: string
}

/** One thing that signers are known to do wrong. */
export interface Mistake extends NamedMistake {
  /** Which step of signing it changes. Two mistakes are tried together only if they change two. */
  readonly step: SigningStep
  /** Often made: tried together with all others, and before them. */
  readonly often?: boolean
  /** The ways to make it, on what another mistake may have changed before. */
  readonly ways: (recipe: Recipe, place: Place) => Iterable<Way>
}

/** The steps of signing in their order, which is that in which two mistakes are applied. */
export const signingSteps = [
  'source',
  'empties',
  'fields',
  'values',
  'names',
  'order',
  'join',
  'key',
  'charset',
  'hash',
] as const
export type SigningStep = (typeof signingSteps)[number]

/** One way to make a mistake. */
export interface Way {
  readonly change: Partial<Recipe>
  readonly detail?: string
}

/** What is known about a message besides what is signed. */
export interface Place {
  readonly scheme: SigningScheme
  /** What holds for the account. */
  readonly empties: EmptiesRule
  /** All parameters, in the order sent. */
  readonly pairs: readonly Pair[]
  /** The body, or the query where there is none, as it was sent. */
  readonly raw: string
  /** Names that the operation knows. */
  readonly knownNames: readonly string[]
  /** Headers of the message that belong to its signature, with the names that clients give them as parameters. */
  readonly headers: readonly Pair[]
  /** The account's other credentials, by name. */
  readonly credentials: readonly Pair[]
  /** Keys of other accounts, by id. */
  readonly otherKeys: readonly Pair[]
  readonly secrets: Secrets
}

/** The ways that change each pair of a recipe which is still made of pairs. */
export function* eachPairs(
  { source }: Recipe,
  ways: Iterable<readonly [detail: string, convert: (pair: Pair) => Pair]>,
): Iterable<Way> {
  if (typeof source === 'string') return
  for (const [detail, convert] of ways) {
    const changed = source.map(convert)
    const isSame = changed.every(([name, value], i) => name === source[i]?.[0] && value === source[i]?.[1])
    if (!isSame) yield { change: { source: changed }, detail }
  }
}
