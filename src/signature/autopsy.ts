// Why a signature does not match: the one place where everything about it is put together.
import type { EmptiesRule, HashName, SigningScheme } from '../contract/signing.ts'
import { type Difference, differenceOfBytes, differenceOfTexts } from './difference.ts'
import type { FoundMistake, Place } from './mistake.ts'
import { keyAsSignature, unknownHashName } from './mistakes/form.ts'
import { readSignature, toHashName } from './received.ts'
import { bytesOf, digestOf, type Pair, type Recipe, textOf, toRecipe } from './recipe.ts'
import { type Found, type FoundCause, search } from './search.ts'
import { createSecrets, maskSecret, type Secrets } from './secrets.ts'

export type Direction = 'request' | 'response' | 'callback'

/** What is known of one signature; plain JSON, in which no key stands in full. */
export interface Autopsy {
  readonly provider: string
  /** Id of the account whose key is expected. */
  readonly account: string
  readonly direction: Direction
  /** Of the signature that the message carries. */
  readonly verdict: 'matches' | 'mismatch' | 'missing'
  /** How it is signed, in one sentence. */
  readonly rule: string
  /** The header that carries the signature. */
  readonly header: string
  readonly algorithm: string
  /** The text that is signed, without the key. */
  readonly canonical: string
  /** The same with the key, masked, where it stands. */
  readonly signed: string
  readonly expected: string
  readonly received: string | null
  /** What the receiver says to have computed, where it said so. */
  readonly computed: string | null
  readonly computedVerdict: 'matches' | 'mismatch' | null
  /** Each of them alone explains the signature; the likeliest first. Empty where none is known. */
  readonly causes: readonly Cause[]
  /** Between the right text and that of the first cause; between the signatures where none is known. */
  readonly firstDifference: Difference | null
  /** What to do, where no cause is known or nothing is wrong. */
  readonly next: readonly string[]
  /** How many ways of signing were tried. */
  readonly tried: number
  /** False where there were too many ways to try them all. */
  readonly complete: boolean
}

/** Mistakes that, made together, give just this signature. */
export interface Cause {
  readonly mistakes: readonly FoundMistake[]
  /** The text that must have been signed, with the key, masked, where it stood. */
  readonly signed: string
}

export interface AutopsyInput {
  readonly provider: string
  readonly account: string
  readonly direction: Direction
  readonly scheme: SigningScheme
  /** The decoded parameters, in the order sent. */
  readonly pairs: readonly Pair[]
  readonly body: Uint8Array
  /** The body as text, or the query where there is no body. */
  readonly raw: string
  readonly received: string | undefined
  readonly computed?: string | undefined
  /** What the message says of its hash. */
  readonly hashName?: string | undefined
  readonly key: string
  readonly empties: EmptiesRule
  readonly knownNames?: readonly string[]
  readonly headers?: readonly Pair[]
  readonly credentials?: readonly Pair[]
  readonly otherKeys?: readonly Pair[]
  /** What must not be shown, besides the keys. */
  readonly secrets?: readonly string[]
}

/** Explains one signature. Pure: the same input gives the same value; and whatever is sent, its work is bounded. */
export function autopsy(input: AutopsyInput): Autopsy {
  const { scheme, received = '', computed, key, otherKeys = [] } = input
  const secrets = createSecrets([key, ...otherKeys.map(([, other]) => other), ...(input.secrets ?? [])])
  const named = nameHash(scheme, input.hashName)
  const hash = named ?? scheme.hashes[0]
  const rights = rulesOf(input.empties).map(empties => toRecipe(scheme, input, { key, hash, empties }))
  const right = rights.find(recipe => isSignature(scheme, recipe, received)) ?? (rights[0] as Recipe)
  const isAccepted = named !== undefined && isSignature(scheme, right, received)
  const isComputed = computed === undefined ? null : isSignature(scheme, right, computed)
  const target = computed ?? received
  const isExplained = computed === undefined ? isAccepted : isComputed === true
  const found =
    isExplained || target === '' ? nothingFound : find({ ...input, secrets, target, hash, named, rights })
  const expected = write(scheme, digestOf(right, bytesOf(right)))
  const signed = show(right, secrets)
  return {
    provider: input.provider,
    account: input.account,
    direction: input.direction,
    verdict: isAccepted ? 'matches' : received === '' ? 'missing' : 'mismatch',
    rule: toRule(scheme, hash, input.empties),
    header: scheme.header,
    algorithm: toHashName(hash),
    canonical: secrets.hide(textOf(right)),
    signed,
    expected,
    received: received === '' ? null : secrets.hide(received),
    computed: computed === undefined ? null : secrets.hide(computed),
    computedVerdict: isComputed === null ? null : isComputed ? 'matches' : 'mismatch',
    causes: found.causes.map(({ mistakes, recipe }) => ({
      mistakes: mistakes.map(mistake => withoutSecrets(mistake, secrets)),
      signed: show(recipe, secrets),
    })),
    firstDifference:
      isExplained || target === ''
        ? null
        : differenceOf({ right, signed, expected }, found.causes[0], secrets.hide(target), secrets),
    next: toNext(input, { isExplained, found, target, secrets }),
    tried: found.tried,
    complete: found.complete,
  }
}

const nothingFound: Found = { causes: [], tried: 0, complete: true }

/** The hash that the message names, or the usual one; undefined where it names one that is not accepted. */
function nameHash(scheme: SigningScheme, name = ''): HashName | undefined {
  if (name === '' || scheme.hashHeader === undefined) return scheme.hashes[0]
  return scheme.hashes.find(hash => hash === name.toLowerCase())
}

function rulesOf(empties: EmptiesRule): readonly ('signed' | 'dropped')[] {
  return empties === 'either' ? ['signed', 'dropped'] : [empties]
}

function isSignature(scheme: SigningScheme, recipe: Recipe, text: string): boolean {
  const digest = digestOf(recipe, bytesOf(recipe))
  return scheme.hex === 'either' ? text.toLowerCase() === digest : text === write(scheme, digest)
}

function write({ hex }: SigningScheme, digest: string): string {
  return hex === 'lower' ? digest : digest.toUpperCase()
}

function find(
  input: Omit<AutopsyInput, 'secrets'> & {
    readonly secrets: Secrets
    readonly target: string
    readonly hash: HashName
    readonly named: HashName | undefined
    readonly rights: readonly Recipe[]
  },
): Found {
  const { scheme, target, key, rights, named, hash } = input
  const [right] = rights
  if (target === key && right)
    return { ...nothingFound, causes: [{ mistakes: [keyAsSignature], recipe: right }] }
  const misnamed: FoundMistake[] = named
    ? []
    : [
        {
          ...unknownHashName,
          remedy: `${unknownHashName.remedy} Accepted: ${scheme.hashes.map(toHashName).join(', ')}.`,
        },
      ]
  const signature = readSignature(target, scheme, hash)
  const withName = signature && { ...signature, mistakes: [...misnamed, ...signature.mistakes] }
  const found = withName ? search(rights, withName, toPlace(input)) : nothingFound
  if (found.causes.length > 0 || misnamed.length === 0 || !right) return found
  return { ...found, causes: [{ mistakes: misnamed, recipe: right }] }
}

function toPlace(input: Omit<AutopsyInput, 'secrets'> & { readonly secrets: Secrets }): Place {
  const { scheme, empties, pairs, raw, secrets } = input
  const { knownNames = [], headers = [], credentials = [], otherKeys = [] } = input
  return { scheme, empties, pairs, raw, secrets, knownNames, headers, credentials, otherKeys }
}

/** A detail may be the name of a field, and a client may have sent anything as a name. */
function withoutSecrets(mistake: FoundMistake, secrets: Secrets): FoundMistake {
  return mistake.detail === undefined ? mistake : { ...mistake, detail: secrets.hide(mistake.detail) }
}

/** The text of a recipe with its key masked. */
function show(recipe: Recipe, secrets: Secrets): string {
  return secrets.hide(recipe.seal(secrets.hide(textOf(recipe)), maskKey(recipe.key)))
}

/** Only what is the key is masked, so that a line break behind it stays to be seen. */
function maskKey(key: string): string {
  const inner = key.trim()
  return inner === '' ? key : key.replace(inner, () => maskSecret(inner))
}

function differenceOf(
  { right, signed, expected }: { right: Recipe; signed: string; expected: string },
  cause: FoundCause | undefined,
  target: string,
  secrets: Secrets,
): Difference | null {
  const ofSignatures = differenceOfTexts('signature', expected, target) ?? null
  if (!cause) return ofSignatures
  const ofTexts = differenceOfTexts('text', signed, show(cause.recipe, secrets))
  if (ofTexts) return ofTexts
  const [ours, theirs] = [right, cause.recipe].map(recipe => recipe.encode(secrets.hide(textOf(recipe))))
  return (ours && theirs && differenceOfBytes(ours, theirs)) ?? ofSignatures
}

const copied =
  'If the body came here by hand or through an editor, it may be the copy that differs: take the bytes as they came.'

function toRule(scheme: SigningScheme, hash: HashName, empties: EmptiesRule): string {
  const what =
    scheme.over === 'body'
      ? 'the body, byte for byte'
      : `name=value of each parameter${emptyWords[empties]}, ${scheme.order === 'byName' ? 'sorted by name' : 'in the order sent'}, joined by ${JSON.stringify(scheme.join)}`
  const key = scheme.keyLabel === '' ? 'the key' : `${JSON.stringify(scheme.keyLabel)} and the key`
  const hex = scheme.hex === 'either' ? 'upper or lower case' : `${scheme.hex} case`
  return `${toHashName(hash)} of ${what}, followed directly by ${key}; as hex in ${hex}`
}

const emptyWords: Readonly<Record<EmptiesRule, string>> = {
  signed: '',
  dropped: ' that is not empty',
  either: ' (empty ones may be left out)',
}

function toNext(
  { scheme, direction, key, computed }: AutopsyInput,
  state: { isExplained: boolean; found: Found; target: string; secrets: Secrets },
): string[] {
  const { isExplained, found, target } = state
  if (isExplained) {
    if (direction === 'request' || computed !== undefined) return []
    return [
      'The message is signed as it should be. If your code does not accept it, give the signature that your code computes (--computed), and the mistake is looked for in that.',
    ]
  }
  if (found.causes.length > 0) {
    return direction === 'request' || computed !== undefined ? [] : [copied]
  }
  if (target === '') {
    return [`The header ${scheme.header} is missing or empty. Sign the text above and send the result in it.`]
  }
  const readable = readSignature(target, scheme, 'md5') !== undefined
  const tried = readable
    ? `${found.tried} ways of signing were tried, alone and in twos; none gives this signature.${found.complete ? '' : ' The search ended there; there would be more.'}`
    : `The signature has ${target.length} characters and is no MD5 or SHA hash in hex or Base64, so that nothing can be found in it.`
  return [
    tried,
    'Print the text that your code hashes, just before it does, and compare it with the one above character by character.',
    `Check the key: the one expected here is ${maskSecret(key)}, of ${key.length} characters. Keys of other accounts were tried only where they are known here.`,
    direction === 'request'
      ? 'See whether something between your code and here changes parameters: a proxy, a middleware, a second encoding.'
      : 'See whether your code hashes the bytes as they came: log their number, here it is the length of the body.',
  ]
}
