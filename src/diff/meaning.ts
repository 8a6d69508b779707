import { below, isFields, type Place, resolve } from './place.ts'
import { textKeywords } from './texts.ts'

/** Whether two places say the same, with their references followed, and whatever they tell people. */
export function hasSameMeaning(a: Place, b: Place, passed: Set<string> = new Set()): boolean {
  const [left, right] = [resolve(a), resolve(b)]
  const pair = `${left.pointer} ${right.pointer}`
  if (passed.has(pair)) return true
  // One difference anywhere is enough, so no pair has to be looked at twice.
  passed.add(pair)
  if (Array.isArray(left.value) && Array.isArray(right.value)) {
    const [lefts, rights] = [childrenOf(left), childrenOf(right)]
    return (
      lefts.length === rights.length &&
      lefts.every((item, i) => rights[i] && hasSameMeaning(item, rights[i], passed))
    )
  }
  if (!isFields(left.value) || !isFields(right.value)) return Object.is(left.value, right.value)
  const names = new Set([...Object.keys(left.value), ...Object.keys(right.value)])
  return [...names].every(
    name =>
      isText(name, left.value, right.value) || hasSameMeaning(below(left, name), below(right, name), passed),
  )
}

/** A field may be called as a keyword is; then it is no text. */
function isText(name: string, ...owners: unknown[]): boolean {
  return (
    textKeywords.has(name) &&
    owners.every(owner => !isFields(owner) || name === 'examples' || !isFields(owner[name]))
  )
}

function childrenOf({ document, pointer, value }: Place): Place[] {
  return (value as unknown[]).map((item, i) => ({ document, pointer: `${pointer}/${i}`, value: item }))
}
