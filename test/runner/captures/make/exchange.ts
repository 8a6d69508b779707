// What all made captures are built from. Nothing here knows a contract: what is right was read from the documents.
import { createHash } from 'node:crypto'

export type Values = Readonly<Record<string, unknown>>

export interface Made {
  readonly at?: number
  readonly durationMs?: number
  readonly request: MadeRequest
  readonly response?: MadeResponse
}

interface MadeRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

interface MadeResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What is otherwise than it should be. */
export interface Twist {
  /** Fields of the request; those that are undefined are left out. */
  readonly params?: Values
  /** Headers of the request; those that are undefined are left out. */
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** The signing key, or nothing signed at all. */
  readonly key?: string | null
  /** Turns the right answer, or the right payload, into the one that comes. */
  readonly answer?: (right: Values) => Values
  /** Turns its text into the one that comes; it is signed then. */
  readonly text?: (right: string) => string
  readonly status?: number
  readonly type?: string
  /** The key that signs the answer or the callback, or nothing signed at all. */
  readonly answerKey?: string | null
  /** What the merchant answers to a callback. */
  readonly reply?: { readonly status: number; readonly body: string }
  /** Seconds since the first exchange. */
  readonly after?: number
}

/** 1 December 2026, 10:00 in China. */
export const start = Date.UTC(2026, 11, 1, 2, 0, 0)

export const at = ({ after = 0 }: Twist): number => start + after * 1000

/** A time as the providers write it, in China. */
export function timeText(epochMs: number): string {
  return new Date(epochMs + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
}

export function md5(text: string): string {
  return createHash('md5').update(text, 'utf8').digest('hex').toUpperCase()
}

export function formOf(params: Values): string {
  return new URLSearchParams(defined(params)).toString()
}

/** Without what is undefined. */
export function defined(values: Values): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >
}

/** The same fields, but for some that have another value, or are left out. */
export const having =
  (changes: Values) =>
  (right: Values): Values =>
    Object.fromEntries(Object.entries({ ...right, ...changes }).filter(([, value]) => value !== undefined))

/** The same fields, one of them under another name, at its place. */
export const renaming =
  (from: string, to: string) =>
  (right: Values): Values =>
    Object.fromEntries(Object.entries(right).map(([name, value]) => [name === from ? to : name, value]))

/** A change in the object that is a field. */
export const inside =
  (field: string, change: (right: Values) => Values) =>
  (right: Values): Values => ({ ...right, [field]: change(right[field] as Values) })

export const gatewayPage =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n'

/** JSON as Python writes it. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([name, inner]) => `${ascii(JSON.stringify(name))}: ${pythonJson(inner)}`)
      .join(', ')}}`
  return ascii(JSON.stringify(value))
}

function ascii(text: string): string {
  return [...text]
    .map(character =>
      character < '\u0080'
        ? character
        : [...Array(character.length).keys()]
            .map(i => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`)
            .join(''),
    )
    .join('')
}

/** The beginning of a text, as where a connection was cut. */
export const cutAt = (length: number) => (text: string) => text.slice(0, length)

/** A text with a field of it written once more, with another value, at its end. */
export const repeating = (member: string) => (text: string) => text.replace(/\}$/, `,${member}}`)
