// A value of a message, as a finding shows it.
import { at } from './value-places.ts'

/** Longer values are cut here; a report shows less still, but only of what is masked by then. */
const mostKept = 2000

/** A value as JSON, or the beginning of it. */
export function showValue(value: unknown): string {
  const text = toJson(typeof value === 'string' ? value.slice(0, mostKept) : value)
  return text.length > mostKept ? `${text.slice(0, mostKept - 1)}…` : text
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    // It is nested so deep that it cannot be written by the same means by which it was read.
    return Array.isArray(value) ? '[…]' : '{…}'
  }
}

/**
 * Shows the values in a message. Of a large number there are the digits as they were sent, which JSON.parse has not.
 *
 * @param text the JSON that the message was read from, if it was
 */
export function createShow(
  message: unknown,
  text: string | undefined,
): (path: readonly PropertyKey[]) => string {
  // It is read once more at most, for it may be long and full of large numbers.
  let withSources: unknown
  let isRead = false
  const sourceAt = (path: readonly PropertyKey[]): string | undefined => {
    if (!isRead && text !== undefined) withSources = readWithSources(text)
    isRead = true
    return (at(withSources, path) as { readonly source?: string } | undefined)?.source
  }
  return path => {
    const value = at(message, path)
    return (hasManyDigits(value) ? sourceAt(path) : undefined) ?? showValue(value)
  }
}

/** Whether a number has more digits than JavaScript keeps of it. */
export function hasManyDigits(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER
}

/** A message with the text of each large number in its place. */
function readWithSources(text: string): unknown {
  try {
    return parseWithSource(text, (_, part, { source } = {}) => (hasManyDigits(part) ? { source } : part))
  } catch {
    return undefined
  }
}

/** JSON.parse hands the text of each part to its reviver; its type does not say so yet. */
const parseWithSource = JSON.parse as (
  text: string,
  reviver: (name: string, part: unknown, context?: { readonly source?: string }) => unknown,
) => unknown
