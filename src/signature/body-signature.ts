// Whether a body is signed: the fast way, for what is judged by the thousand. Why it is not is for the autopsy.
import { hash as digest } from 'node:crypto'
import type { BodySigning } from '../contract/signing.ts'

/** Whether a signature is that of a body under a key, as the scheme has it. */
export function isBodySigned(
  { hashes, hex, keyLabel }: BodySigning,
  body: string | Uint8Array,
  { key, received }: { readonly key: string; readonly received: string },
): boolean {
  const seal = keyLabel + key
  const sealed = typeof body === 'string' ? body + seal : Buffer.concat([body, Buffer.from(seal)])
  const expected = digest(hashes[0], sealed, 'hex')
  if (hex === 'upper') return received === expected.toUpperCase()
  return (hex === 'lower' ? received : received.toLowerCase()) === expected
}
