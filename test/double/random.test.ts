import { expect, test } from 'vitest'
import { base62, createRandom, digits, type Random } from '../../src/double/random.ts'

const draws = 100_000

/**
 * Chi-square of counts that should all be the same. Of fair draws one in ten thousand goes beyond
 * {@link bound}; the seeds are fixed, so a test here fails always or never.
 */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

/** The 99.99 % quantile for this many cells, after Wilson and Hilferty. */
function bound(cells: number): number {
  const freedom = cells - 1
  const spread = 2 / (9 * freedom)
  return freedom * (1 - spread + 3.719 * Math.sqrt(spread)) ** 3
}

function countInts(random: Random, min: number, max: number): number[] {
  const stream = random.stream('ints')
  const counts = Array<number>(max - min + 1).fill(0)
  for (let i = 0; i < draws; i++) {
    const at = stream.int(min, max) - min
    counts[at] = (counts[at] ?? 0) + 1
  }
  return counts
}

function ints(random: Random, name: string, count = 20): number[] {
  const stream = random.stream(name)
  return Array.from({ length: count }, () => stream.int(0, 1_000_000))
}

test('the same seed gives the same values', () => {
  expect(ints(createRandom(7), 'ids')).toEqual(ints(createRandom(7), 'ids'))
  expect(createRandom(7).stream('ids').text(50, base62)).toBe(createRandom(7).stream('ids').text(50, base62))
  expect(createRandom(7).stream('ids').rising(12)).toBe(createRandom(7).stream('ids').rising(12))
})

test('another seed gives other values', () => {
  expect(ints(createRandom(7), 'ids')).not.toEqual(ints(createRandom(8), 'ids'))
})

test('two streams of one seed give different values', () => {
  const random = createRandom(7)
  expect(ints(random, 'ids')).not.toEqual(ints(random, 'discounts'))
})

test('drawing from one stream moves no other', () => {
  const alone = ints(createRandom(7), 'ids')
  const random = createRandom(7)
  const mixed = alone.map(() => {
    random.stream('discounts').int(1, 99)
    random.stream('faults').text(5, digits)
    return random.stream('ids').int(0, 1_000_000)
  })
  expect(mixed).toEqual(alone)
})

test('a stream goes on where it stood', () => {
  const random = createRandom(7)
  expect([...ints(random, 'ids', 10), ...ints(random, 'ids', 10)]).toEqual(ints(createRandom(7), 'ids', 20))
})

test('a reset starts all streams again', () => {
  const random = createRandom(7)
  const first = [ints(random, 'ids'), ints(random, 'discounts')]
  random.reset()
  expect([ints(random, 'ids'), ints(random, 'discounts')]).toEqual(first)
})

test.each([
  [0, 1],
  [1, 6],
  [0, 9],
  [1, 99],
  [0, 255],
])('ints from %i to %i are uniform, both ends included', (min, max) => {
  const counts = countInts(createRandom(20_260_101), min, max)
  expect(counts).not.toContain(0)
  expect(counts).toHaveLength(max - min + 1)
  expect(chiSquare(counts)).toBeLessThan(bound(counts.length))
})

test('an int from a range of one value is that value', () => {
  expect(createRandom(1).stream('one').int(5, 5)).toBe(5)
})

test.each([digits, base62, 'ab', 'x'])('the characters of texts out of %j are uniform', alphabet => {
  const text = createRandom(20_260_101).stream('text').text(draws, alphabet)
  const counts = [...alphabet].map(character => text.split(character).length - 1)
  expect(text).toHaveLength(draws)
  expect(counts.reduce((sum, count) => sum + count)).toBe(draws)
  expect(chiSquare(counts)).toBeLessThan(alphabet.length > 1 ? bound(alphabet.length) : 1)
})

test.each([
  ['two streams of one seed', createRandom(1).stream('ids'), createRandom(1).stream('discounts')],
  ['two neighbouring seeds', createRandom(1).stream('ids'), createRandom(2).stream('ids')],
  ['two like-named streams', createRandom(1).stream('account/1'), createRandom(1).stream('account/2')],
])('%s are independent', (_, one, other) => {
  const pairs = Array<number>(100).fill(0)
  for (let i = 0; i < draws; i++) {
    const at = one.int(0, 9) * 10 + other.int(0, 9)
    pairs[at] = (pairs[at] ?? 0) + 1
  }
  expect(chiSquare(pairs)).toBeLessThan(bound(100))
})

test('rising numbers have their length and grow', () => {
  const stream = createRandom(1).stream('rising')
  const numbers = Array.from({ length: 1000 }, () => stream.rising(12))
  expect(numbers.every(number => /^\d{12}$/.test(number))).toBe(true)
  expect([...new Set(numbers)].sort()).toEqual(numbers)
})
