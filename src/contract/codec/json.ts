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
  if (Array.isArray(value)) return `[${value.map(toPythonJson).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined)
    return `{${members.map(([name, member]) => `${toAscii(JSON.stringify(name))}: ${toPythonJson(member)}`).join(', ')}}`
  }
  return toAscii(JSON.stringify(value))
}

function toAscii(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is the whole of ASCII
  return text.replace(/[^\x00-\x7f]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
