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

let gbkBytes: Map<string, readonly [number, number]> | undefined

/**
 * Text as GBK bytes, as older Chinese systems send it. What GBK does not have becomes a question mark.
 * The platform only decodes GBK, so the table is made from that.
 */
export function encodeGbk(text: string): Uint8Array {
  gbkBytes ??= readGbkTable()
  const bytes: number[] = []
  for (const character of text) {
    const code = character.codePointAt(0) as number
    if (code < 0x80) bytes.push(code)
    else bytes.push(...(gbkBytes.get(character) ?? [0x3f]))
  }
  return Uint8Array.from(bytes)
}

function readGbkTable(): Map<string, readonly [number, number]> {
  const decoder = new TextDecoder('gbk', { fatal: true })
  const table = new Map<string, readonly [number, number]>()
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      const character = tryDecode(decoder, [lead, trail])
      if (character !== undefined && !table.has(character)) table.set(character, [lead, trail])
    }
  }
  return table
}

function tryDecode(decoder: TextDecoder, bytes: readonly number[]): string | undefined {
  try {
    return decoder.decode(Uint8Array.from(bytes))
  } catch {
    return undefined
  }
}
