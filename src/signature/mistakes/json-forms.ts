// The ways in which usual libraries write the same JSON.
import { byCodeUnit } from '../recipe.ts'
import { toEscapes } from '../secrets.ts'

type Writer = (value: unknown) => string

const compact: Writer = value => JSON.stringify(value)
/** Python's json.dumps with ensure_ascii=False: a space after each comma and colon. */
const spaced: Writer = value => JSON.stringify(value, null, 1).replace(/,\n */g, ', ').replace(/\n */g, '')

const writers: readonly (readonly [string, Writer])[] = [
  ['as JSON.stringify writes it', compact],
  ['as Python json.dumps writes it', value => toEscapes(spaced(value))],
  ['as PHP json_encode writes it', value => toEscapes(compact(value)).replaceAll('/', '\\/')],
  ['indented by 2', value => JSON.stringify(value, null, 2)],
  ['indented by 4', value => JSON.stringify(value, null, 4)],
  ['indented by a tab', value => JSON.stringify(value, null, '\t')],
  ['compact, with everything beyond ASCII as \\u escapes', value => toEscapes(compact(value))],
  [
    'as PHP json_encode writes it with JSON_UNESCAPED_UNICODE',
    value => compact(value).replaceAll('/', '\\/'),
  ],
  ['with spaces after , and :, as raw UTF-8 (Python, ensure_ascii=False)', spaced],
  ['as Gson writes it', value => compact(value).replace(/[<>&='\u2028\u2029]/g, toEscape)],
  ['compact, with sorted names', value => compact(sorted(value))],
  [
    'with sorted names, as Go json.Marshal writes a map',
    value => compact(sorted(value)).replace(/[<>&\u2028\u2029]/g, toEscape),
  ],
  ['with sorted names, as Python json.dumps writes it', value => toEscapes(spaced(sorted(value)))],
]

/**
 * The same JSON in each of the forms, without the one in which it came.
 *
 * @param all also the form in which it came
 */
export function* eachJsonForm(text: string, all = false): Iterable<readonly [detail: string, text: string]> {
  const value = jsonObjectOf(text)
  if (!value) return
  const seen = new Set(all ? [] : [text])
  const unescaped = text.replace(/\\u([\da-f]{4})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  const forms = [...writers, ['as it came, but with its \\u escapes written out', () => unescaped] as const]
  for (const [detail, write] of forms) {
    const written = tryTo(() => write(value))
    if (written === undefined || seen.has(written)) continue
    seen.add(written)
    yield [detail, written]
  }
}

/** The object in a JSON text, if it is one. */
export function jsonObjectOf(text: string): Record<string, unknown> | undefined {
  const start = text.trimStart()
  if (!start.startsWith('{')) return undefined
  return tryTo(() => JSON.parse(start) as Record<string, unknown>)
}

/** Text that is no JSON cannot be read, and JSON that is nested too deep cannot be written. */
function tryTo<T>(convert: () => T): T | undefined {
  try {
    return convert()
  } catch {
    return undefined
  }
}

/** A value of a JSON object as the text of a parameter. */
export function toValueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => byCodeUnit(a, b))
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]))
}

function toEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
