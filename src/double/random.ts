import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** One seed per double, and streams that do not disturb one another: drawing discounts moves no id. */
export interface Random {
  /** A 32-bit whole number. */
  readonly seed: number
  /**
   * How many processes have begun on the same state before: each draws other values, so that none repeats the
   * numbers of another one. 0 for the first, and for whoever has a state of its own.
   */
  readonly begun: number
  /** The stream of this name; always the same one. */
  stream(name: string): RandomStream
  /** Starts all streams again, or those whose name begins so. */
  reset(prefix?: string): void
  /**
   * Takes another seed, and starts all streams again.
   *
   * @param begun see above; as it was, if it is not given
   * @param loaded of which state a loaded one goes on, so that it does not draw the same values once more
   */
  reseed(seed: number, begun?: number, loaded?: string): void
}

export interface RandomStream {
  /** A whole number, uniform, both ends included. */
  int(min: number, max: number): number
  /** `length` characters out of an alphabet. */
  text(length: number, alphabet: string): string
  /**
   * `length` digits, each time a larger number: it starts anywhere and grows by random steps, as the
   * numbers of a busy provider do. Stores add rising ids several times faster than random ones.
   */
  rising(length: number): string
}

export const digits = '0123456789'
export const hexDigits = '0123456789abcdef'
export const base62 = `${digits}ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz`

/** @param initial the seed, a 32-bit whole number */
export function createRandom(initial: number): Random {
  let seed = initial
  let begun = 0
  let loaded = ''
  const streams = new Map<string, RandomStream>()
  return {
    get seed() {
      return seed
    },
    get begun() {
      return begun
    },
    stream(name) {
      let stream = streams.get(name)
      if (!stream) {
        const own = begun === 0 ? name : `${begun}/${name}`
        stream = createStream(seed ^ hashName(loaded === '' ? own : `${loaded}/${own}`))
        streams.set(name, stream)
      }
      return stream
    },
    reseed(next, count = begun, from = '') {
      seed = next
      begun = count
      loaded = from
      streams.clear()
    },
    reset(prefix = '') {
      for (const name of streams.keys()) if (name.startsWith(prefix)) streams.delete(name)
    },
  }
}

function createStream(seed: number): RandomStream {
  const generator = xoroshiro128plus(seed)
  const int = (min: number, max: number) => uniformInt(generator, min, max)
  let risen: number | undefined
  return {
    int,
    rising(length) {
      const limit = 10 ** Math.min(length, 15)
      risen = risen === undefined ? int(0, Math.min(limit - 1, 2 ** 31)) : (risen + int(1, 9)) % limit
      return String(risen).padStart(length, '0')
    },
    // As many characters from each draw as fit into 31 bits.
    text(length, alphabet) {
      const size = alphabet.length
      const perDraw = Math.floor(31 / Math.log2(size))
      let text = ''
      while (text.length < length) {
        const count = Math.min(perDraw, length - text.length)
        let drawn = int(0, size ** count - 1)
        for (let i = 0; i < count; i++) {
          text += alphabet[drawn % size]
          drawn = Math.floor(drawn / size)
        }
      }
      return text
    },
  }
}

/** FNV-1a, 32 bits. */
function hashName(name: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return hash | 0
}
