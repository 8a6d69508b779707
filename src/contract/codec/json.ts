import { isCleanText } from './text.ts'

/**
 * Reads a JSON object.
 * @throws JsonError where the text is no JSON, or no object, or holds text that cannot be stored
 */
export function decodeJsonObject(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text, (_key, part) => {
      if (typeof part === 'string' && !isCleanText(part))
        throw new JsonError('a text holds NUL or half a character')
      return part
    })
  } catch (error) {
    if (error instanceof JsonError) throw error
    throw new JsonError(`the body is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new JsonError('the body is JSON, but not an object')
  }
  return value as Record<string, unknown>
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
