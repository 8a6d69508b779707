// Two answers to the same question, value by value.
import { type OrderFields, readAt } from '../../contract/index.ts'

/** Texts and numbers that stand at the same place of two answers. */
export function* pairsOf(
  there: Readonly<Record<string, unknown>>,
  here: Readonly<Record<string, unknown>>,
  { list, orderNumber }: OrderFields,
): Generator<[string, string]> {
  if (list === undefined) {
    yield* leafPairs(there, here)
    return
  }
  const [rows, own] = [readAt(there, list), readAt(here, list)]
  if (!Array.isArray(rows) || !Array.isArray(own)) return
  for (const row of rows) {
    // In which order rows come is not for sure: they are told apart by the merchant's number.
    const same = own.filter(each => readAt(each, orderNumber) === readAt(row, orderNumber))
    if (same.length === 1) yield* leafPairs(row, same[0])
  }
}

function* leafPairs(there: unknown, here: unknown): Generator<[string, string]> {
  if (isLeaf(there) && isLeaf(here)) yield [String(there), String(here)]
  if (typeof there !== 'object' || typeof here !== 'object' || there === null || here === null) return
  for (const [name, value] of Object.entries(there))
    yield* leafPairs(value, (here as Record<string, unknown>)[name])
}

function isLeaf(value: unknown): value is string | number {
  return (typeof value === 'string' && value !== '') || typeof value === 'number'
}
