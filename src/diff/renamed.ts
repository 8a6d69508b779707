// What was renamed is one change, not two.
import { distance } from 'fastest-levenshtein'
import type { Field } from './compare-objects.ts'
import { type Scope, tryOut } from './scope.ts'

/** Fields that are gone, each with one that is new and would fit: by its name, or because there is no other. */
export function pairRenamed(removed: readonly Field[], added: readonly Field[], scope: Scope) {
  const left = { removed: [...removed], added: [...added] }
  const renamed: [Field, Field][] = []
  const isOnly = removed.length === 1 && added.length === 1
  for (const was of removed) {
    const [is] = left.added
      .filter(now => was.isRequired === now.isRequired && (isOnly || isAlike(was.name, now.name)))
      .filter(now => fits(was, now, scope))
      .sort((a, b) => distance(was.name, a.name) - distance(was.name, b.name))
    if (!is) continue
    renamed.push([was, is])
    left.removed.splice(left.removed.indexOf(was), 1)
    left.added.splice(left.added.indexOf(is), 1)
  }
  return { renamed, others: left }
}

function fits(was: Field, is: Field, scope: Scope): boolean {
  return tryOut(scope, trial => trial.compareSchemas(was.schemas, is.schemas, trial))?.size === 0
}

/** Names that differ in how they are written, or in few letters. */
function isAlike(a: string, b: string): boolean {
  const [plainA, plainB] = [plain(a), plain(b)]
  return (
    plainA === plainB || distance(plainA, plainB) <= Math.floor(Math.max(plainA.length, plainB.length) * 0.4)
  )
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}
