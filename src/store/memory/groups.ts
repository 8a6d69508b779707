/** Ids by what their records have in common. */
export interface Groups {
  add(group: string, id: string): void
  delete(group: string, id: string): void
  ids(group: string): Iterable<string>
  clear(): void
}

export function createGroups(): Groups {
  const groups = new Map<string, Set<string>>()
  return {
    add(group, id) {
      const ids = groups.get(group)
      if (ids) ids.add(id)
      else groups.set(group, new Set([id]))
    },
    delete(group, id) {
      const ids = groups.get(group)
      if (ids?.delete(id) && ids.size === 0) groups.delete(group)
    },
    ids: group => groups.get(group) ?? [],
    clear() {
      groups.clear()
    },
  }
}
