// NDJSON: an exchange a line, as `{"request": {…}, "response": {…}}`.
import type { Capture, CapturedExchange, CaptureItem } from '../exchange.ts'

/** Reads lines of exchanges; a line that is none is said so, and the rest goes on. */
export async function* readNdjson(lines: AsyncIterable<readonly string[]>, source: string): Capture {
  let number = 0
  for await (const batch of lines) {
    const items: CaptureItem[] = []
    for (const line of batch) {
      number++
      if (line.trim() !== '') items.push(toItem(line, { source, unit: 'line', number }))
    }
    yield items
  }
}

function toItem(line: string, place: CapturedExchange['place']): CaptureItem {
  try {
    return { ...(JSON.parse(line) as CapturedExchange), place }
  } catch (error) {
    return { place, unreadable: `It is no JSON: ${error instanceof Error ? error.message : error}.` }
  }
}
