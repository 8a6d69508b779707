// What a signature says of itself: which hash it is, and how it is written.
import { Buffer } from 'node:buffer'
import type { SigningScheme } from '../contract/signing.ts'
import type { FoundMistake } from './mistake.ts'
import { base64, hexCase, otherHash, shortHash } from './mistakes/form.ts'
import type { AnyHash } from './recipe.ts'

export interface ReadSignature {
  readonly hash: AnyHash
  /** Whether a hash, as lower-case hex, is the one that was received. */
  readonly is: (digest: string) => boolean
  /** What is wrong with it as a text, whatever was signed. */
  readonly mistakes: readonly FoundMistake[]
}

/**
 * Reads a signature as the hash that it is.
 *
 * @param named the hash that the message should have
 * @returns undefined where it is no hash
 */
export function readSignature(
  text: string,
  scheme: SigningScheme,
  named: AnyHash,
): ReadSignature | undefined {
  const { digits, mistakes: found } = toHex(text, scheme)
  if (/^[\da-f]{16}$/.test(digits)) {
    return { hash: 'md5', is: digest => digest.slice(8, 24) === digits, mistakes: [...found, shortHash] }
  }
  const hash = hashesByLength[digits.length]
  if (!hash) return undefined
  const mistakes = [...found]
  if (hash !== named) {
    const detail = `${toHashName(hash)}, where ${toHashName(named)} is expected`
    mistakes.unshift({ ...otherHash, detail, ...remedyFor(scheme, hash, named) })
  }
  return { hash, is: digest => digest === digits, mistakes }
}

/** A hash as providers write its name. */
export function toHashName(hash: AnyHash): string {
  return hash.toUpperCase()
}

const hashesByLength: Readonly<Record<number, AnyHash>> = {
  32: 'md5',
  40: 'sha1',
  64: 'sha256',
  128: 'sha512',
}

function remedyFor(scheme: SigningScheme, hash: AnyHash, named: AnyHash): { remedy?: string } {
  const { hashHeader, hashes } = scheme
  if (hashHeader === undefined || !hashes.some(accepted => accepted === hash)) return {}
  return { remedy: `Send ${hashHeader}: ${toHashName(hash)}, or sign with ${toHashName(named)}.` }
}

/** The signature as lower-case hex; empty where it is no hash. */
function toHex(text: string, { hex }: SigningScheme): { digits: string; mistakes: FoundMistake[] } {
  if (/^[\da-f]+$/i.test(text)) {
    const wrong = (hex === 'upper' && /[a-f]/.test(text)) || (hex === 'lower' && /[A-F]/.test(text))
    const detail = hex === 'upper' ? 'lower, where upper is expected' : 'upper, where lower is expected'
    return { digits: text.toLowerCase(), mistakes: wrong ? [{ ...hexCase, detail }] : [] }
  }
  if (!/^[\w+/-]{22,}={0,2}$/.test(text)) return { digits: '', mistakes: [] }
  const bytes = Buffer.from(text, 'base64')
  const inner = bytes.toString('latin1')
  if (/^[\da-f]+$/i.test(inner)) {
    return { digits: inner.toLowerCase(), mistakes: [{ ...base64, detail: 'of its hex digits' }] }
  }
  return { digits: bytes.toString('hex'), mistakes: [base64] }
}
