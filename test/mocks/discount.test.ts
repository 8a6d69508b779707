import { expect, test } from 'vitest'
import { drawDiscounts } from '../../mocks/its500/discount.ts'
import { createRandom, type RandomStream } from '../../src/double/random.ts'

const draws = 9900

/** What is wrong with a way of drawing discounts, or nothing. */
function faultsOf(draw: (random: RandomStream) => Iterable<number>): string[] {
  const random = createRandom(1).stream('discount')
  const all = [...draw(random)]
  const counts = new Map<number, number>()
  for (let i = 0; i < draws; i++) {
    const [first = Number.NaN] = draw(random)
    counts.set(first, (counts.get(first) ?? 0) + 1)
  }
  const expected = draws / 99
  const chiSquare = Array.from(
    { length: 99 },
    (_, i) => ((counts.get(i + 1) ?? 0) - expected) ** 2 / expected,
  )
  return [
    ...(all.some(fen => !Number.isInteger(fen) || fen < 1 || fen > 99) ? ['not whole fen from 1 to 99'] : []),
    ...(new Set(all).size === all.length ? [] : ['a discount comes twice']),
    ...(all.length === 99 ? [] : ['not all 99 discounts are tried']),
    // 98 degrees of freedom: 99.99% of uniform samples lie below 160.
    ...(chiSquare.reduce((sum, part) => sum + part, 0) < 160 ? [] : ['not uniform']),
  ]
}

test('discounts are whole fen from 1 to 99, each once, the first one uniform', () => {
  expect(faultsOf(drawDiscounts)).toEqual([])
})

test.each<[string, (random: RandomStream) => Iterable<number>]>([
  ['none at all', () => []],
  ['always the same first', () => Array.from({ length: 99 }, (_, i) => i + 1)],
  ['with zero', random => [0, ...drawDiscounts(random)]],
  ['a whole yuan', random => [...drawDiscounts(random)].map(fen => fen + 1)],
  ['one twice', random => [...drawDiscounts(random), 50]],
  [
    'half as often above 50',
    random => [...drawDiscounts(random)].sort(fen => (fen > 50 && random.int(0, 1) ? 1 : -1)),
  ],
  [
    'a first one of two draws',
    random => {
      const [first = 1, ...rest] = drawDiscounts(random)
      const [second = 1] = rest
      return first < second ? [first, ...rest] : [second, first, ...rest.slice(1)]
    },
  ],
])('a discount that is drawn wrongly is found: %s', (_, draw) => {
  expect(faultsOf(draw)).not.toEqual([])
})
