import type { RandomStream } from '../../src/double/random.ts'

/** The discounts of its500: under 1 yuan, in whole fen, and never nothing. */
export const smallestDiscount = 1
export const largestDiscount = 99

/**
 * The discounts in fen that are worth trying for an amount, in random order: each is as likely as any
 * other to come first, and to come next once those before it are taken.
 *
 * @example
 * for (const discount of drawDiscounts(random)) if (await isFree(amount - discount)) return discount
 */
export function* drawDiscounts(random: RandomStream): Generator<number> {
  const left = Array.from({ length: largestDiscount - smallestDiscount + 1 }, (_, i) => smallestDiscount + i)
  while (left.length > 0) {
    const at = random.int(0, left.length - 1)
    const drawn = left[at] as number
    left[at] = left[left.length - 1] as number
    left.pop()
    yield drawn
  }
}
