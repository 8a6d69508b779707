// Bodies as texts and values, without ever failing: what is wrong with them is said, and the rest goes on.

export interface ReadText {
  readonly text: string
  /** What the bytes were written in, where it is not UTF-8. */
  readonly charset?: string
}

const strict = new TextDecoder('utf-8', { fatal: true })

/** Bytes as text: UTF-8, and otherwise the most common encoding of China. */
export function readText(body: string | Uint8Array): ReadText {
  if (typeof body === 'string') return { text: body.charCodeAt(0) === 0xfeff ? body.slice(1) : body }
  try {
    return { text: strict.decode(body) }
  } catch {
    return { text: new TextDecoder('gb18030').decode(body), charset: 'GBK' }
  }
}

export interface ReadJson extends ReadText {
  readonly value: unknown
  /** Why there is no value. */
  readonly problem?: string
}

/** A body as JSON. */
export function parseJson(body: string | Uint8Array): ReadJson {
  const read = readText(body)
  try {
    return { ...read, value: JSON.parse(read.text) }
  } catch (error) {
    return { ...read, value: undefined, problem: error instanceof Error ? error.message : String(error) }
  }
}
