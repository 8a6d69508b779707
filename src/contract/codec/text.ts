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

/** Text as GBK bytes, what GBK does not have as `?`. */
export function encodeGbk(text: string): Uint8Array {
  gbkCodes ??= readGbk()
  const bytes: number[] = []
  for (const character of text) {
    const code = character < '\u0080' ? character.charCodeAt(0) : (gbkCodes.get(character) ?? questionMark)
    if (code > 0xff) bytes.push(code >> 8)
    bytes.push(code & 0xff)
  }
  return Uint8Array.from(bytes)
}

const questionMark = 0x3f

/** The two bytes of each character as one number; made when it is first asked for, since few ever do. */
let gbkCodes: Map<string, number> | undefined

/** There is a decoder but no encoder in the platform: so everything that it decodes is turned round. */
function readGbk(): Map<string, number> {
  const decoder = new TextDecoder('gbk')
  const codes = new Map<string, number>()
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      const character = decoder.decode(Uint8Array.of(lead, trail))
      const isOne = character.length === 1 && character !== '\ufffd'
      if (isOne && !codes.has(character)) codes.set(character, lead * 256 + trail)
    }
  }
  return codes
}
