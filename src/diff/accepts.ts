import type { Branch } from './branch.ts'

export type Accepts = 'yes' | 'no' | 'unknown'

/** Whether a value of its type is among those that a branch allows. */
export function acceptanceOf({ bounds, keywords, whole, fields, items }: Branch, value: unknown): Accepts {
  if (fields.size > 0 || items.length > 0) return 'unknown'
  if (whole && !Number.isInteger(value)) return 'no'
  const size = sizeOf(value)
  for (const [name, { value: bound }] of bounds) {
    if (size === undefined) continue
    const distance = (size - bound.limit) * (name.endsWith('From') ? 1 : -1)
    if (distance < 0 || (distance === 0 && bound.isExclusive)) return 'no'
  }
  const answers = [...keywords].flatMap(([keyword, all]) =>
    all.map(({ value: said }) => acceptanceBy(keyword, said, value)),
  )
  if (answers.includes('no')) return 'no'
  return answers.includes('unknown') ? 'unknown' : 'yes'
}

function acceptanceBy(keyword: string, said: unknown, value: unknown): Accepts {
  if (keyword === 'pattern' && typeof said === 'string' && typeof value === 'string') {
    try {
      return new RegExp(said, 'u').test(value) ? 'yes' : 'no'
    } catch {
      return 'unknown'
    }
  }
  if (keyword === 'multipleOf' && typeof said === 'number' && typeof value === 'number')
    return value % said === 0 ? 'yes' : 'no'
  return 'unknown'
}

/** What bounds are about: the characters of a text, the number itself. */
function sizeOf(value: unknown): number | undefined {
  if (typeof value === 'string') return [...value].length
  if (typeof value === 'number') return value
  return Array.isArray(value) ? value.length : undefined
}
