// Branches of one type on both sides: which one became which.
import type { Branch } from './branch.ts'
import { compareBranches } from './compare-branches.ts'
import { isFields, type Place, resolve } from './place.ts'
import { report, type Scope, tryOut } from './scope.ts'

/** Compares the branches of one type, at least one on each side. */
export function compareAlternatives(olds: readonly Branch[], news: readonly Branch[], scope: Scope): void {
  const pairs: [Branch, Branch][] = []
  const left = { olds: [...olds], news: [...news] }
  const pair = (old: Branch, now: Branch): void => {
    pairs.push([old, now])
    left.olds.splice(left.olds.indexOf(old), 1)
    left.news.splice(left.news.indexOf(now), 1)
  }
  for (const labelOf of [constantsIn, componentOf])
    pairWhere(left, pair, (old, now) => labelOf(old) !== undefined && labelOf(old) === labelOf(now))
  if (left.olds.length + left.news.length > 2) pairWhere(left, pair, (old, now) => isAlike(old, now, scope))
  const [old] = left.olds
  const [now] = left.news
  if (old && now && left.olds.length === 1 && left.news.length === 1) pair(old, now)
  for (const [old, now] of pairs) compareBranches(old, now, scope)
  const removed = left.olds.filter(branch => !isWithin(branch, news, scope))
  const added = left.news.filter(branch => !isWithin(branch, olds, scope))
  const [firstRemoved] = removed
  const [firstAdded] = added
  if (firstRemoved && firstAdded) {
    report(scope, {
      kind: 'alternativesChanged',
      effect: 'uncertain',
      old: firstRemoved.place,
      new: firstAdded.place,
      message: `Several alternatives are different: ${removed.length} of the old ones and ${added.length} of the new ones have no counterpart.`,
      reason: 'Which of them became which cannot be told.',
    })
    return
  }
  for (const { place, type } of removed) {
    report(scope, {
      kind: 'alternativeRemoved',
      effect: 'narrower',
      old: place,
      message: `One alternative (${type}) is gone.`,
    })
  }
  for (const { place, type } of added) {
    report(scope, {
      kind: 'alternativeAdded',
      effect: 'wider',
      new: place,
      message: `There is another alternative (${type}).`,
    })
  }
}

function pairWhere(
  left: { readonly olds: Branch[]; readonly news: Branch[] },
  pair: (old: Branch, now: Branch) => void,
  belongs: (old: Branch, now: Branch) => boolean,
): void {
  for (const old of [...left.olds]) {
    const fitting = left.news.filter(now => belongs(old, now))
    const [only] = fitting
    if (only) pair(old, only)
  }
}

function isAlike(old: Branch, now: Branch, scope: Scope): boolean {
  return tryOut(scope, trial => compareBranches(old, now, trial))?.size === 0
}

/** Whether a branch allows nothing that one of the others does not allow. */
function isWithin(branch: Branch, others: readonly Branch[], scope: Scope): boolean {
  return others.some(other => {
    const effects = tryOut(scope, trial => compareBranches(other, branch, trial))
    return effects !== undefined && [...effects].every(effect => effect === 'narrower')
  })
}

function componentOf({ label }: Branch): string | undefined {
  return label
}

/** The fields that have one value only: by them one alternative is told from the others. */
function constantsIn({ fields, required }: Branch): string | undefined {
  const constants = [...fields].flatMap(([name, schemas]) => {
    if (!required.has(name)) return []
    const value = constantOf(schemas)
    return value === undefined ? [] : [`${name}=${JSON.stringify(value)}`]
  })
  return constants.length > 0 ? constants.sort().join() : undefined
}

function constantOf(schemas: readonly Place[]): unknown {
  for (const schema of schemas) {
    const { value } = resolve(schema)
    if (!isFields(value)) continue
    if (Object.hasOwn(value, 'const')) return value.const
    if (Array.isArray(value.enum) && value.enum.length === 1) return value.enum[0]
  }
  return undefined
}
