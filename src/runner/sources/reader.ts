// What the readers of all formats share.
import type { Place } from '../exchange.ts'

export interface ReaderOptions {
  /** What the source calls itself. */
  readonly source: string
  /** Reads a file that a capture names, such as a body that stands beside it; undefined where there is none. */
  readonly attached?: ((name: string) => Uint8Array | undefined) | undefined
}

/** What making an exchange of a value takes. */
export interface ItemContext extends Pick<ReaderOptions, 'attached'> {
  /** Each character of its texts stands for a byte, because they are no UTF-8. */
  readonly isRaw: boolean
  /** Notes what cannot be read of an exchange that is read otherwise. */
  note(place: Place, why: string): void
}

/** An exchange that is longer is left out, so that memory does not grow with it. Not less than a chunk. */
export const mostItemBytes = 16 * 2 ** 20

export function tooLong(size: number): string {
  const [shown, most] = [size, mostItemBytes].map(bytes => `${Math.ceil(bytes / 2 ** 20)} MiB`)
  return `It is ${shown} long, and at most ${most} are read at once: it was left out.`
}
