// Which mistakes give the signature that was received: all alone first, then two together.
import { Buffer } from 'node:buffer'
import { type FoundMistake, type Mistake, type Place, signingSteps } from './mistake.ts'
import { mistakes } from './mistakes/index.ts'
import type { ReadSignature } from './received.ts'
import { bytesOf, digestOf, type Recipe } from './recipe.ts'

export interface Found {
  /** Each explains the signature by itself; the likeliest first. */
  readonly causes: readonly FoundCause[]
  /** How many ways of signing were tried. */
  readonly tried: number
  /** False where the search was ended before everything was tried. */
  readonly complete: boolean
}

export interface FoundCause {
  readonly mistakes: readonly FoundMistake[]
  readonly recipe: Recipe
}

/** A search ends after so many hashes, whatever is sent. */
export const mostTries = 8000
/** And after so many bytes hashed: a request may be a megabyte. */
const mostBytes = 4 * 1024 * 1024
/** Of one mistake that can be made in many ways, such as one for each of a thousand parameters. */
const mostWays = 120
/** More explanations of one signature would be coincidences of the same text. */
const mostCauses = 3

/**
 * @param rights the recipes that would have been right
 * @param signature what was received
 */
export function search(rights: readonly Recipe[], signature: ReadSignature, place: Place): Found {
  const budget = { tried: 0, bytes: 0 }
  const causes: FoundCause[] = []
  const isSpent = () => budget.tried >= mostTries || budget.bytes >= mostBytes

  function tryOne({ recipe, made }: Attempt): void {
    const bytes = bytesOf(recipe)
    budget.tried++
    budget.bytes += bytes.length
    if (!signature.is(digestOf(recipe, bytes))) return
    const named = [...made, ...signature.mistakes]
    if (named.length > 0 && !isKnown(recipe, bytes)) causes.push({ mistakes: named, recipe })
  }

  /** Two mistakes may come to the same, such as an empty field left out and all empty fields dropped. */
  function isKnown({ mode }: Recipe, bytes: Uint8Array): boolean {
    return causes.some(({ recipe }) => recipe.mode === mode && Buffer.compare(bytesOf(recipe), bytes) === 0)
  }

  for (const level of [plain, singles, pairsOfOften, otherPairs]) {
    for (const right of rights) {
      for (const attempt of level({ ...right, hash: signature.hash }, place)) {
        if (isSpent()) return { causes, tried: budget.tried, complete: false }
        tryOne(attempt)
        if (causes.length === mostCauses) break
      }
    }
    if (causes.length > 0) break
  }
  return { causes: causes.slice(0, mostCauses), tried: budget.tried, complete: true }
}

interface Attempt {
  readonly recipe: Recipe
  readonly made: readonly FoundMistake[]
}

function* plain(recipe: Recipe): Iterable<Attempt> {
  yield { recipe, made: [] }
}

function* singles(recipe: Recipe, place: Place): Iterable<Attempt> {
  for (const mistake of mistakes) yield* each({ recipe, made: [] }, mistake, place)
}

function* pairsOfOften(recipe: Recipe, place: Place): Iterable<Attempt> {
  for (const [first, second] of pairs) {
    if (first.often && second.often) yield* both(recipe, [first, second], place)
  }
}

function* otherPairs(recipe: Recipe, place: Place): Iterable<Attempt> {
  for (const [first, second] of pairs) {
    if (Boolean(first.often) !== Boolean(second.often)) yield* both(recipe, [first, second], place)
  }
}

function* both(
  recipe: Recipe,
  [first, second]: readonly [Mistake, Mistake],
  place: Place,
): Iterable<Attempt> {
  for (const attempt of each({ recipe, made: [] }, first, place)) yield* each(attempt, second, place)
}

function* each({ recipe, made }: Attempt, mistake: Mistake, place: Place): Iterable<Attempt> {
  const { id, title, explanation, remedy } = mistake
  let count = 0
  for (const { change, detail = '' } of mistake.ways(recipe, place)) {
    if (count++ === mostWays) return
    const found = { id, title, explanation, remedy, ...(detail !== '' && { detail }) }
    yield { recipe: { ...recipe, ...change }, made: [...made, found] }
  }
}

/** Any two mistakes of different steps, the likeliest first; in each the earlier step comes first. */
const pairs: readonly (readonly [Mistake, Mistake])[] = mistakes.flatMap((one, i) =>
  mistakes
    .slice(i + 1)
    .filter(other => other.step !== one.step)
    .map(other => (stepOf(one) < stepOf(other) ? ([one, other] as const) : ([other, one] as const))),
)

function stepOf({ step }: Mistake): number {
  return signingSteps.indexOf(step)
}
