// One way to make a signature: each step as a value, so that a mistake is another value for one of them.
import { Buffer, isUtf8 } from 'node:buffer'
import { createHmac, hash as digest } from 'node:crypto'
import type { SigningScheme } from '../contract/signing.ts'

export type Pair = readonly [name: string, value: string]

export interface Recipe {
  /** What is signed: named values in the order in which they came, or one text. */
  readonly source: readonly Pair[] | string
  /** The order in which pairs are joined; none keeps them as they came. */
  readonly order: ((a: Pair, b: Pair) => number) | undefined
  readonly write: (pairs: readonly Pair[]) => string
  /** What is done to the whole text before the key comes to it. */
  readonly finish: (text: string) => string
  readonly key: string
  /** Puts the key to the text. */
  readonly seal: (text: string, key: string) => string
  readonly encode: (text: string) => Uint8Array
  readonly hash: AnyHash
  /** How the hash is taken of the sealed bytes. */
  readonly mode: 'plain' | 'hmac' | 'twice' | 'twiceUpper'
}

/** The hashes that are told apart by the length of what was sent. */
export type AnyHash = 'md5' | 'sha1' | 'sha256' | 'sha512'

/** What came: the parameters as they were decoded, in the order sent, and the bytes. */
export interface Signed {
  readonly pairs: readonly Pair[]
  readonly body: Uint8Array
}

/** The right way, as the scheme says. */
export function toRecipe(
  scheme: SigningScheme,
  signed: Signed,
  { key, hash, empties }: { key: string; hash: AnyHash; empties: 'signed' | 'dropped' },
): Recipe {
  const seal = (text: string, sealKey: string) => `${text}${scheme.keyLabel}${sealKey}`
  const basics = { finish: asIs, seal, hash, mode: 'plain', encode: toUtf8 } as const
  if (scheme.over === 'body') {
    const bytes = Buffer.from(signed.body.buffer, signed.body.byteOffset, signed.body.byteLength)
    const isText = isUtf8(bytes)
    return {
      ...basics,
      source: bytes.toString(isText ? 'utf8' : 'latin1'),
      order: undefined,
      write: pairs => joinPairs(pairs, '&'),
      // Bytes that are no text stay as they are, one character for each.
      key: isText ? key : Buffer.from(key).toString('latin1'),
      encode: isText ? toUtf8 : toLatin1,
    }
  }
  return {
    ...basics,
    source: empties === 'signed' ? signed.pairs : signed.pairs.filter(isFilled),
    order: scheme.order === 'byName' ? byName : undefined,
    write: pairs => joinPairs(pairs, scheme.join),
    key,
  }
}

/** The text that is signed, without the key. */
export function textOf({ source, order, write, finish }: Recipe): string {
  if (typeof source === 'string') return finish(source)
  return finish(write(order ? source.toSorted(order) : source))
}

/** The bytes whose hash is taken. */
export function bytesOf(recipe: Recipe, text = textOf(recipe)): Uint8Array {
  return recipe.encode(recipe.seal(text, recipe.key))
}

/** The hash as lower-case hex. */
export function digestOf({ hash, mode, key }: Recipe, bytes: Uint8Array): string {
  if (mode === 'hmac') return createHmac(hash, key).update(bytes).digest('hex')
  const once = digest(hash, bytes, 'hex')
  if (mode === 'plain') return once
  return digest(hash, mode === 'twice' ? once : once.toUpperCase(), 'hex')
}

export function joinPairs(pairs: readonly Pair[], separator: string): string {
  return pairs.map(([name, value]) => `${name}=${value}`).join(separator)
}

export function byName([a]: Pair, [b]: Pair): number {
  return byCodeUnit(a, b)
}

export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export function isFilled([, value]: Pair): boolean {
  return value !== ''
}

export function toUtf8(text: string): Uint8Array {
  return Buffer.from(text, 'utf8')
}

function toLatin1(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

function asIs(text: string): string {
  return text
}
