import { isCleanText } from './text.ts'

/** As deep as PHP's json_decode goes by default; far deeper ones would exhaust the stack of whoever reads them. */
const deepestNesting = 512
/** Members and items of one body. Ours: far beyond any request of a provider, and all are kept with it. */
const mostParts = 10_000

/**
 * Reads a JSON object.
 * @throws JsonError where the text is no JSON, or no object, or holds what cannot be stored
 */
export function decodeJsonObject(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new JsonError(`the body is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new JsonError('the body is JSON, but not an object')
  }
  checkPart(value, 1, { parts: 0 })
  const twice = repeatedName(text)
  if (twice !== undefined) throw new JsonError(`the field ${twice} is sent twice`)
  return value as Record<string, unknown>
}

/** The first name, as written, that a JSON object holds twice. The text must be a JSON object. */
function repeatedName(text: string): string | undefined {
  const names = new Set<string>()
  let depth = 0
  for (const [token, isName] of text.matchAll(/[{}[\]]|"(?:[^"\\]|\\.)*"(\s*:)?/gs)) {
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') depth--
    else if (isName !== undefined && depth === 1) {
      const name = token.slice(0, -isName.length)
      if (names.has(JSON.parse(name))) return name
      names.add(JSON.parse(name))
    }
  }
  return undefined
}

function checkPart(part: unknown, depth: number, counted: { parts: number }): void {
  if (typeof part === 'string') checkText(part)
  if (typeof part !== 'object' || part === null) return
  if (depth > deepestNesting) throw new JsonError(`the body is nested deeper than ${deepestNesting} levels`)
  for (const [name, member] of Object.entries(part)) {
    counted.parts++
    if (counted.parts > mostParts) throw new JsonError(`the body has more than ${mostParts} parts`)
    checkText(name)
    checkPart(member, depth + 1, counted)
  }
}

function checkText(text: string): void {
  if (!isCleanText(text)) throw new JsonError('a text holds NUL or half a character')
}

/** Why a JSON body could not be read. */
export class JsonError extends Error {
  override readonly name = 'JsonError'
}

/**
 * Writes JSON the way Python's `json.dumps` does: `", "` and `": "` between the parts, everything
 * beyond ASCII as lower-case `\uXXXX`.
 */
export function toPythonJson(value: unknown): string {
  // With an indent JSON.stringify writes `": "` itself, and a line break is never inside of a text.
  const text = JSON.stringify(value, null, 1).replace(/,\n */g, ', ').replace(/\n */g, '')
  return beyondAscii.test(text) ? text.replace(allBeyondAscii, toEscape) : text
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is the whole of ASCII
const beyondAscii = /[^\x00-\x7f]/
const allBeyondAscii = new RegExp(beyondAscii, 'g')

function toEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
