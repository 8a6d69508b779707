// Shortest and longest, least and most.
import type { Bound, BoundName, Branch, Said } from './branch.ts'
import { report, type Scope } from './scope.ts'

export function compareBounds(old: Branch, now: Branch, scope: Scope): void {
  for (const name of new Set([...old.bounds.keys(), ...now.bounds.keys()])) {
    compareBound(name, { before: old.bounds.get(name), after: now.bounds.get(name), old, now }, scope)
  }
}

function compareBound(
  name: BoundName,
  {
    before,
    after,
    old,
    now,
  }: { before: Said<Bound> | undefined; after: Said<Bound> | undefined; old: Branch; now: Branch },
  scope: Scope,
): void {
  const change = tightness(name, after?.value) - tightness(name, before?.value)
  const isTighter =
    change > 0 || (change === 0 && after?.value.isExclusive === true && before?.value.isExclusive !== true)
  const isLooser =
    change < 0 || (change === 0 && before?.value.isExclusive === true && after?.value.isExclusive !== true)
  if (!isTighter && !isLooser) return
  report(scope, {
    kind: isTighter ? 'limitTightened' : 'limitLoosened',
    effect: isTighter ? 'narrower' : 'wider',
    old: before?.place ?? old.place,
    new: after?.place ?? now.place,
    message: after
      ? `${words[name]} is ${show(name, after.value)}${before ? ` where it was ${show(name, before.value)}` : ', and there was no limit'}.`
      : `There is no limit any more where ${words[name].toLowerCase()} was ${before ? show(name, before.value) : ''}.`,
    before: before?.value.limit,
    after: after?.value.limit,
  })
}

/** How much a bound keeps out, comparable between two bounds of one name. */
function tightness(name: BoundName, bound: Bound | undefined): number {
  if (!bound) return Number.NEGATIVE_INFINITY
  return name.endsWith('From') ? bound.limit : -bound.limit
}

const words: Readonly<Record<BoundName, string>> = {
  lengthFrom: 'The shortest length',
  lengthTo: 'The longest length',
  sizeFrom: 'The smallest size',
  sizeTo: 'The largest size',
  numberFrom: 'The least',
  numberTo: 'The most',
}

function show(name: BoundName, { limit, isExclusive }: Bound): string {
  return isExclusive ? `${name.endsWith('From') ? 'more' : 'less'} than ${limit}` : String(limit)
}
