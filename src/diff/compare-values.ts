// Lists of the only values that are allowed: `enum` and `const`.

import { type Accepts, acceptanceOf } from './accepts.ts'
import { includes } from './both-branches.ts'
import type { Branch, Said } from './branch.ts'
import { report, type Scope } from './scope.ts'

const reader =
  'An app that handles only the values it knows meets one that it does not know: it depends on the app.'

export function compareValues(old: Branch, now: Branch, scope: Scope): void {
  const [before, after] = [old.values, now.values]
  if (before && after) compareLists(before, after, scope)
  else if (before) compareWithRule({ list: before, rule: now, isListNew: false }, scope)
  else if (after) compareWithRule({ list: after, rule: old, isListNew: true }, scope)
}

type Values = Said<readonly unknown[]>

function compareLists(before: Values, after: Values, scope: Scope): void {
  const added = after.value.filter(value => !includes(before.value, value))
  const removed = before.value.filter(value => !includes(after.value, value))
  const places = { old: before.place, new: after.place }
  if (added.length > 0) {
    report(scope, {
      kind: 'valueAdded',
      effect: 'wider',
      ...places,
      message: `${added.length === 1 ? 'There is another value' : 'There are other values'}: ${show(added)}.`,
      after: added,
      ...(scope.writer === 'provider' && { verdict: 'unknown', reason: reader }),
    })
  }
  if (removed.length > 0) {
    report(scope, {
      kind: 'valueRemoved',
      effect: 'narrower',
      ...places,
      message: `${removed.length === 1 ? 'A value is' : 'Values are'} gone: ${show(removed)}.`,
      before: removed,
    })
  }
}

/** A list of values on one side, and a rule on the other. */
function compareWithRule(
  { list, rule, isListNew }: { list: Values; rule: Branch; isListNew: boolean },
  scope: Scope,
): void {
  const accepted = list.value.map(value => acceptanceOf(rule, value))
  const isWithin: Accepts = accepted.includes('no') ? 'no' : accepted.includes('unknown') ? 'unknown' : 'yes'
  const effect = { yes: isListNew ? 'narrower' : 'wider', no: 'other', unknown: 'uncertain' } as const
  const isReadWider = scope.writer === 'provider' && effect[isWithin] === 'wider'
  report(scope, {
    kind: isListNew ? 'valuesListed' : 'valuesUnlisted',
    effect: effect[isWithin],
    ...(isListNew ? { old: rule.place, new: list.place } : { old: list.place, new: rule.place }),
    message: isListNew
      ? `Only some values are left: ${show(list.value)}.`
      : 'The values are no longer listed.',
    ...(isListNew ? { after: list.value } : { before: list.value }),
    ...(isReadWider && { verdict: 'unknown', reason: reader }),
  })
}

/** Longer lists are cut. */
const mostShown = 8

function show(values: readonly unknown[]): string {
  const shown = values.slice(0, mostShown).map(value => JSON.stringify(value))
  return shown.join(', ') + (values.length > mostShown ? `, and ${values.length - mostShown} more` : '')
}
