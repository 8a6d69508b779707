const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

/**
 * Bytes as UTF-8 text.
 * @throws TypeError where they are not UTF-8
 */
export function decodeUtf8(bytes: Uint8Array): string {
  return bytes.length === 0 ? '' : utf8.decode(bytes)
}

/** Whether a text can be stored and signed everywhere: no NUL, no lone surrogate. */
export function isCleanText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\u0000')
}

/** How many characters a person would count. */
export function countCharacters(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}
