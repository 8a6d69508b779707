// A dumped state as text: NDJSON, with a first line that says what it is, and a last one by which a cut file is found out.
import { createHash } from 'node:crypto'
import { PaydoubleError } from '../contract/index.ts'
import {
  type Counts,
  kindOf,
  noCounts,
  recordKinds,
  type StateRecord,
  toStateRecord,
} from './state-record.ts'

/** Grows when an older paydouble could no longer read it. */
export const stateFormat = 1

/** Texts of some lines each are handed on when they are so long, in characters. */
const chunkLength = 64 * 1024

/** A line of ours is a few thousand characters long; no text may take all memory. */
const longestLine = 64 * 1024 * 1024

/** The text of a dump, in pieces of whole lines. @param version of paydouble */
export async function* toStateLines(
  records: AsyncIterable<StateRecord> | Iterable<StateRecord>,
  version: string,
): AsyncGenerator<string> {
  const counts = { ...noCounts }
  let text = toLine({ paydouble: { format: stateFormat, version } })
  for await (const record of records) {
    counts[kindOf(record)]++
    text += toLine(record)
    if (text.length < chunkLength) continue
    yield text
    text = ''
  }
  yield text + toLine({ end: counts })
}

/** A dump that is read once, from its beginning to its end. */
export interface StateReader {
  readonly records: AsyncIterable<StateRecord>
  /** Which line was read last; from 1. */
  line(): number
  /** What it is all about, as a short text, once it was read: the same for the same dump. */
  digest(): string
}

export interface ReadStateOptions {
  /** What it is, for messages, such as a file. */
  readonly source: string
  /** Throws a PaydoubleError where a record cannot be loaded; it need not say where that stands. */
  readonly check?: (record: StateRecord) => void
}

/**
 * Reads a dump. Each record is checked before it is handed on.
 * What it throws is a PaydoubleError `badState`, with the number of the line, or `stateTooNew`.
 */
export function readState(
  chunks: AsyncIterable<string | Uint8Array>,
  { source, check = () => {} }: ReadStateOptions,
): StateReader {
  const counts = { ...noCounts }
  const hash = createHash('sha256')
  let line = 0
  let isOver = false

  function fail(why: string, cause?: unknown): never {
    throw new PaydoubleError('badState', `Failed to read ${source}, line ${line}: ${why}.`, { cause })
  }

  function parse(text: string): Record<string, unknown> {
    try {
      const value: unknown = JSON.parse(text)
      if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
    } catch (error) {
      fail(`it is no JSON (${error instanceof Error ? error.message : error})`, error)
    }
    return fail('it is JSON, but no object')
  }

  function checkHead(text: string): void {
    const isOurs = /^\s*\{\s*"paydouble"/.test(text)
    const head = isOurs ? (parse(text).paydouble as { format?: unknown } | null) : undefined
    const format = head?.format
    if (!Number.isInteger(format)) {
      fail('it is no state of paydouble, which begins with {"paydouble":{"format":1,…}}')
    }
    if (format === stateFormat) return
    throw new PaydoubleError(
      'stateTooNew',
      `Failed to read ${source}: its format is ${format}, and this paydouble reads ${stateFormat}. Load it with the paydouble that wrote it, or a newer one.`,
    )
  }

  function checkEnd(given: unknown): void {
    isOver = true
    const said = (given ?? {}) as Partial<Counts>
    const wrong = recordKinds.find(kind => said[kind] !== counts[kind])
    if (wrong === undefined) return
    fail(
      `there should be ${said[wrong] ?? 'no'} lines with ${JSON.stringify(wrong)}, and there are ${counts[wrong]}: lines are missing, or were added`,
    )
  }

  function toRecord(text: string): StateRecord | undefined {
    const given = parse(text)
    if ('end' in given) {
      checkEnd(given.end)
      return undefined
    }
    try {
      const record = toStateRecord(given)
      check(record)
      counts[kindOf(record)]++
      return record
    } catch (error) {
      if (error instanceof RangeError) return fail('it is nested too deeply', error)
      if (!(error instanceof PaydoubleError)) throw error
      return fail(error.message.replace(/\.$/, ''), error)
    }
  }

  async function* read(): AsyncGenerator<StateRecord> {
    for await (const text of linesOf(chunks, fail)) {
      line++
      hash.update(text)
      if (line === 1) checkHead(text)
      else if (text.trim() === '') continue
      else if (isOver) fail('there is more behind its last line')
      else {
        const record = toRecord(text)
        if (record) yield record
      }
    }
    if (line === 0) fail('it is empty')
    if (!isOver) fail('it ends in the middle: its last line, {"end":…}, is missing')
  }

  return { records: read(), line: () => line, digest: () => hash.copy().digest('hex').slice(0, 8) }
}

async function* linesOf(
  chunks: AsyncIterable<string | Uint8Array>,
  fail: (why: string) => never,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const decode = (chunk?: Uint8Array) => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode()
    } catch {
      return fail('what follows it is not UTF-8')
    }
  }
  /** The beginning of a line of which the end has not come. */
  let begun: string[] = []
  let length = 0
  for await (const chunk of chunks) {
    const [first = '', ...lines] = (typeof chunk === 'string' ? chunk : decode(chunk)).split('\n')
    begun.push(first)
    length += first.length
    if (length > longestLine) fail(`the line behind it is longer than ${longestLine} characters`)
    const last = lines.pop()
    if (last === undefined) continue
    yield begun.join('')
    yield* lines
    begun = [last]
    length = last.length
  }
  const rest = begun.join('') + decode()
  if (rest !== '') yield rest
}

function toLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`
}
