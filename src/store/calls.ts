/** Counts calls within a sliding window, for stores that one process owns. */
export interface CallCounter {
  /** Counts a call at `now`, unless `limit` calls were counted within the last `windowMs`. */
  count(key: string, now: number, windowMs: number, limit: number): boolean
  /** Forgets all calls, or those whose key begins so. */
  clear(prefix?: string): void
}

export function createCallCounter(): CallCounter {
  // The times of the last `limit` calls, in a ring: what stands at the next place is the oldest.
  const rings = new Map<string, { readonly times: number[]; next: number }>()
  return {
    count(key, now, windowMs, limit) {
      let ring = rings.get(key)
      if (ring?.times.length !== limit) {
        ring = { times: new Array(limit).fill(Number.NEGATIVE_INFINITY), next: 0 }
        rings.set(key, ring)
      }
      if ((ring.times[ring.next] as number) > now - windowMs) return false
      ring.times[ring.next] = now
      ring.next = (ring.next + 1) % limit
      return true
    },
    clear(prefix = '') {
      for (const key of rings.keys()) if (key.startsWith(prefix)) rings.delete(key)
    },
  }
}
