// Names that stand twice in one object of a JSON text: parsers do not agree which of the two counts, and JSON.parse says nothing.
import { toPointer } from '../contract/index.ts'

/** The pointers of the members that come again, each once; the text must be JSON, and `value` what was read from it. */
export function repeatedNames(text: string, value: unknown): string[] {
  // A colon behind a space may be that of a name which the count has missed.
  const isCounted = !/\s:/.test(text) && countNames(text) === countMembers(value, 0)
  return isCounted ? none : findRepeated(text)
}

const none: string[] = []

/** How many names are followed by a colon at once, as nearly every writer has it. */
function countNames(text: string): number {
  let count = 0
  for (let at = text.indexOf('":'); at >= 0; at = text.indexOf('":', at + 2))
    if (slashesBefore(text, at) % 2 === 0) count++
  return count
}

const backslash = 0x5c
/** Beyond it nobody counts: the exact way has no stack to exhaust. */
const deepest = 200

function countMembers(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth > deepest) return Number.NaN
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value) count += countMembers(item, depth + 1)
    return count
  }
  for (const name in value) {
    count++
    const inner = (value as Record<string, unknown>)[name]
    if (typeof inner === 'object' && inner !== null) count += countMembers(inner, depth + 1)
  }
  return count
}

interface Level {
  /** The names so far, of an object; the place in a list. */
  readonly names: Set<string> | undefined
  index: number
  name: string
}

/** Reads the text token by token. */
function findRepeated(text: string): string[] {
  const found = new Set<string>()
  const levels: Level[] = []
  const token = /[{}[\],"]/g
  const colon = /\s*:/y
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const level = levels.at(-1)
    const [mark] = match
    if (mark === '{' || mark === '[')
      levels.push({ names: mark === '{' ? new Set() : undefined, index: 0, name: '' })
    else if (mark === '}' || mark === ']') levels.pop()
    else if (mark === ',') {
      if (level) level.index++
    } else {
      const end = endOfText(text, match.index)
      token.lastIndex = colon.lastIndex = end
      if (!level?.names || !colon.test(text)) continue
      level.name = JSON.parse(text.slice(match.index, end))
      if (level.names.has(level.name)) found.add(pointerTo(levels))
      level.names.add(level.name)
    }
  }
  return [...found]
}

/** Behind the closing quotation mark: the first one that no backslash stands for. */
function endOfText(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    if (slashesBefore(text, at) % 2 === 0) return at + 1
  }
  return text.length
}

function slashesBefore(text: string, at: number): number {
  let slashes = 0
  while (text.charCodeAt(at - 1 - slashes) === backslash) slashes++
  return slashes
}

function pointerTo(levels: readonly Level[]): string {
  return toPointer(levels.map(({ names, index, name }) => (names ? name : index)))
}
