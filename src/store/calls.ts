/** Counts calls within a sliding window, for stores that one process owns. */
export interface CallCounter {
  /** Counts a call at `now`, unless `limit` calls were counted within the last `windowMs`. */
  count(key: string, now: number, windowMs: number, limit: number): boolean
  clear(): void
}

export function createCallCounter(): CallCounter {
  const calls = new Map<string, number[]>()
  return {
    count(key, now, windowMs, limit) {
      const recent = (calls.get(key) ?? []).filter(at => at > now - windowMs)
      const within = recent.length < limit
      if (within) recent.push(now)
      calls.set(key, recent)
      return within
    },
    clear: () => calls.clear(),
  }
}
