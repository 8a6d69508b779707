// Bodies as texts and values, without ever failing: what is wrong with them is said, and the rest goes on.

export interface ReadText {
  readonly text: string
  /** What the bytes were written in, where it is not UTF-8. */
  readonly charset: string | undefined
  /** Whether it began with a byte order mark, which is not in `text`. */
  readonly hasMark: boolean
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes as text: UTF-8, and otherwise the most common encoding of China. */
export function readText(body: string | Uint8Array): ReadText {
  if (typeof body === 'string') return withoutMark(body, undefined)
  try {
    return withoutMark(strict.decode(body), undefined)
  } catch {
    return withoutMark(new TextDecoder('gb18030').decode(body), 'GBK')
  }
}

function withoutMark(text: string, charset: string | undefined): ReadText {
  const hasMark = text.charCodeAt(0) === 0xfeff
  return { text: hasMark ? text.slice(1) : text, charset, hasMark }
}

export interface ReadJson extends ReadText {
  readonly value: unknown
  /** Why there is no value. */
  readonly problem: string | undefined
}

/** A body as JSON. */
export function parseJson(body: string | Uint8Array): ReadJson {
  const { text, charset, hasMark } = readText(body)
  try {
    return { text, charset, hasMark, value: JSON.parse(text), problem: undefined }
  } catch (error) {
    const problem = error instanceof Error ? withoutExcerpt(error.message) : String(error)
    return { text, charset, hasMark, value: undefined, problem }
  }
}

/** What is quoted of the text may be the half of something that is masked where it stands in full. */
function withoutExcerpt(message: string): string {
  return message.replace(/, (\.\.\.)?".*"(\.\.\.)? is not valid JSON$/s, '')
}
