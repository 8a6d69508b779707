// The autopsy of a signature shows the text that was signed: what is known of persons in it is masked before it is laid out.
import { type Explanation, toAutopsyText } from '../signature/index.ts'
import { detailWidth } from './findings.ts'
import type { Mask } from './mask.ts'

/**
 * An explanation as a finding shows it.
 *
 * @param values the message that was signed
 */
export function toDetail(explanation: Explanation, mask: Mask, values: unknown): string {
  return toAutopsyText(maskExplanation(explanation, mask, values), { width: detailWidth })
}

/** @param values the message that was signed */
export function maskExplanation(explanation: Explanation, mask: Mask, values: unknown): Explanation {
  const persons = personalTexts(values, mask)
  const hide = (text: string) => {
    let hidden = text
    for (const person of persons) hidden = hidden.replaceAll(person, '*'.repeat(person.length))
    return mask.inPlace(hidden)
  }
  const masked = mapTexts(explanation, hide) as Explanation
  if (explanation.verdict === 'unsigned' || masked.verdict === 'unsigned') return masked
  const { firstDifference: difference, signed, causes } = masked
  if (!difference || difference.in === 'signature') return masked
  const other = causes[0]?.signed ?? ''
  const isMasked = signed !== explanation.signed || other !== (explanation.causes[0]?.signed ?? '')
  if (!isMasked) return masked
  const { at, expected, received } = difference
  const excerpts =
    difference.in === 'bytes'
      ? { expected: '', received: '' }
      : {
          expected: signed.slice(at, at + expected.length),
          received: other.slice(at, at + received.length),
        }
  return { ...masked, firstDifference: { ...difference, ...excerpts } }
}

/** The texts in hidden fields, as they may stand in what was signed. */
function personalTexts(values: unknown, mask: Mask): string[] {
  const found = new Set<string>()
  const add = (text: string) => {
    // A single character would mask half of everything.
    if (text.length < 2) return
    for (const form of [text, encodeURIComponent(text.toWellFormed()), JSON.stringify(text).slice(1, -1)])
      found.add(form)
  }
  const visit = (value: unknown, isHidden: boolean, depth: number): void => {
    if (depth > deepest) return
    if (typeof value === 'string' || typeof value === 'number') {
      if (isHidden) add(String(value))
      if (typeof value === 'string' && /^\s*[{[]/.test(value)) visit(parsed(value), isHidden, depth + 1)
      return
    }
    if (typeof value !== 'object' || value === null) return
    for (const [name, inner] of Object.entries(value))
      visit(inner, isHidden || mask.isHidden(name), depth + 1)
  }
  visit(values, false, 0)
  return [...found].sort((a, b) => b.length - a.length)
}

const deepest = 20

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value)
  if (Array.isArray(value)) return value.map(each => mapTexts(each, map))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mapTexts(inner, map)]))
}
