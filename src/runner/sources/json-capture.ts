// HAR, and lists or rows of exchanges in JSON: one item is held at a time, however long the whole is.
import type { Buffer } from 'node:buffer'
import type { Capture, CapturedExchange, CaptureItem, Place } from '../exchange.ts'
import { toText } from './body.ts'
import { toHarExchange } from './har-entry.ts'
import { toExchange } from './json-exchange.ts'
import { createJsonItems, type ItemsEnd, type ItemsIn, type JsonItem } from './json-items.ts'
import { jsonProblem } from './json-problem.ts'
import { type ItemContext, type ReaderOptions, tooLong } from './reader.ts'

export async function* readJsonCapture(
  chunks: AsyncIterable<Buffer>,
  where: ItemsIn,
  options: ReaderOptions,
): Capture {
  const { source } = options
  const scanner = createJsonItems(where)
  const toItem = where === 'har' ? toHarExchange : toExchange
  let items: CaptureItem[] = []
  let number = 0
  const context: ItemContext = {
    attached: options.attached,
    isRaw: false,
    note: (place, unreadable) => items.push({ place, unreadable }),
  }

  function addItem(item: JsonItem): void {
    number++
    const place = { source, unit: 'entry', number } as const
    const exchange = readItem(item, place)
    items.push(typeof exchange === 'string' ? { place, unreadable: exchange } : exchange)
  }

  function readItem({ at, size, bytes, brokenAt }: JsonItem, place: Place): CapturedExchange | string {
    if (brokenAt !== undefined)
      return `It is no JSON: a line ends within a text, at byte ${brokenAt}. It was left out.`
    if (!bytes) return tooLong(size)
    const { text, isRaw } = toText(bytes)
    try {
      const value: unknown = JSON.parse(text)
      return toItem(value, place, isRaw ? { ...context, isRaw } : context)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      return `It is no JSON: ${jsonProblem(error)}. It begins at byte ${at}.`
    }
  }

  for await (const chunk of chunks) {
    for (const item of scanner.push(chunk)) addItem(item)
    yield items
    items = []
  }
  const end = scanner.end()
  if (end.last) addItem(end.last)
  const unreadable = problemOf(end, where)
  if (unreadable !== undefined)
    items.push({ place: { source, unit: 'entry', number: number + 1 }, unreadable })
  yield items
}

function problemOf({ state, size, openAt }: ItemsEnd, where: ItemsIn): string | undefined {
  if (state === 'complete') return undefined
  if (state === 'absent')
    return 'It is JSON, but no HAR: it has no list "log.entries". Give a HAR, NDJSON of exchanges, or raw HTTP.'
  const what = where === 'har' ? 'HAR' : 'list'
  const place =
    state === 'cutBefore'
      ? 'before its first entry'
      : openAt === undefined
        ? 'between two entries'
        : `within the entry that begins at byte ${openAt}`
  return `The ${what} is cut: it ends at byte ${size}, ${place}. What stands before was read. Export it again.`
}
