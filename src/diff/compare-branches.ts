// What is said of the values of one type, before and after.
import type { Branch } from './branch.ts'
import { compareBounds } from './compare-bounds.ts'
import { compareKeywords } from './compare-keywords.ts'
import { compareObjects } from './compare-objects.ts'
import { compareValues } from './compare-values.ts'
import { below, isFields, type Place } from './place.ts'
import { report, type Scope } from './scope.ts'

export function compareBranches(old: Branch, now: Branch, scope: Scope): void {
  if (old.whole !== now.whole) reportWhole(old, now, scope)
  compareValues(old, now, scope)
  // A list of values says it all.
  if (!old.values && !now.values) compareBounds(old, now, scope)
  if (!old.values || !now.values) compareKeywords(old, now, scope)
  if (old.type === 'object') compareObjects(old, now, scope)
  if (old.type === 'array') compareLists(old, now, scope)
}

function reportWhole(old: Branch, now: Branch, scope: Scope): void {
  const [before, after] = [old, now].map(({ whole }) => (whole ? 'integer' : 'number'))
  report(scope, {
    kind: 'typeChanged',
    effect: now.whole ? 'narrower' : 'wider',
    old: typeAt(old.place),
    new: typeAt(now.place),
    message: `The type is ${after} where it was ${before}.`,
    before,
    after,
  })
}

function typeAt(place: Place): Place {
  return isFields(place.value) && Object.hasOwn(place.value, 'type') ? below(place, 'type') : place
}

function compareLists(old: Branch, now: Branch, scope: Scope): void {
  const length = Math.max(old.first.length, now.first.length)
  for (let i = 0; i < length; i++) {
    scope.compareSchemas(old.first[i] ?? old.items, now.first[i] ?? now.items, scope)
  }
  scope.compareSchemas(old.items, now.items, scope)
}
