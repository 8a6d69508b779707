// A body that goes by: as much of it as is judged.
export interface KeptBody {
  add(chunk: Buffer): void
  readonly isTooLarge: boolean
  /** Nothing, once it is too large. */
  bytes(): Buffer
}

export function keepBody(limit: number): KeptBody {
  let chunks: Buffer[] = []
  let size = 0
  return {
    add(chunk) {
      size += chunk.length
      if (size <= limit) chunks.push(chunk)
      else chunks = []
    },
    get isTooLarge() {
      return size > limit
    },
    bytes: () => (chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)),
  }
}
