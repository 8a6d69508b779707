/** Where two texts part. */
export interface Difference {
  /** What was compared: the signed texts, their bytes as hex, or the signatures. */
  readonly in: 'text' | 'bytes' | 'signature'
  /** Characters, bytes or digits that are the same before it. */
  readonly at: number
  /** What stands there in the right one; empty at its end. */
  readonly expected: string
  /** What stands there in the other one; empty at its end. */
  readonly received: string
}

/** How much is shown of what differs, in characters or bytes. */
const excerptLength = 24

export function differenceOfTexts(
  kind: 'text' | 'signature',
  expected: string,
  received: string,
): Difference | undefined {
  const at = commonLength(expected, received)
  if (at === undefined) return undefined
  // Not between the halves of a character.
  const start = at > 0 && isLowHalf(expected, received, at) ? at - 1 : at
  return { in: kind, at: start, expected: excerpt(expected, start), received: excerpt(received, start) }
}

export function differenceOfBytes(expected: Uint8Array, received: Uint8Array): Difference | undefined {
  const at = commonLength(expected, received)
  if (at === undefined) return undefined
  return { in: 'bytes', at, expected: toHex(expected, at), received: toHex(received, at) }
}

function commonLength(a: ArrayLike<unknown>, b: ArrayLike<unknown>): number | undefined {
  const shorter = Math.min(a.length, b.length)
  for (let i = 0; i < shorter; i++) if (a[i] !== b[i]) return i
  return a.length === b.length ? undefined : shorter
}

function isLowHalf(a: string, b: string, at: number): boolean {
  return [a, b].some(
    text => /[\udc00-\udfff]/.test(text[at] ?? '') && /[\ud800-\udbff]/.test(text[at - 1] ?? ''),
  )
}

function excerpt(text: string, at: number): string {
  return text.slice(at, at + excerptLength).toWellFormed()
}

function toHex(bytes: Uint8Array, at: number): string {
  return Array.from(bytes.slice(at, at + excerptLength / 3), byte => byte.toString(16).padStart(2, '0')).join(
    ' ',
  )
}
