// Which operations there are, and what each one takes and answers.
import { compareRest } from './annotations.ts'
import { compareCallbacks } from './compare-callbacks.ts'
import { compareRequestBodies } from './compare-content.ts'
import { compareParameters } from './compare-parameters.ts'
import { compareResponses } from './compare-responses.ts'
import { compareSecurity } from './compare-security.ts'
import { compareServers } from './compare-servers.ts'
import { comparedInOperation, inherited, listOperations, type PlacedOperation } from './operations.ts'
import { below, type Place } from './place.ts'
import { report, type Scope } from './scope.ts'

/** Compares the operations of two documents. */
export function compareOperations(old: Place, now: Place, scope: Scope): void {
  const { pairs, removed, added } = pairOperations(
    listOperations(below(old, 'paths')),
    listOperations(below(now, 'paths')),
  )
  for (const { label, operation } of removed) {
    report(
      { ...scope, operation: label },
      {
        kind: 'operationRemoved',
        effect: 'narrower',
        old: operation,
        message: 'The operation is gone.',
        reason: 'What an app sends there has no answer any more.',
        before: label,
      },
    )
  }
  for (const { label, operation } of added) {
    report(
      { ...scope, operation: label },
      {
        kind: 'operationAdded',
        effect: 'wider',
        new: operation,
        message: 'The operation is new.',
        reason: 'No app calls it yet.',
        after: label,
      },
    )
  }
  for (const [was, is] of pairs) compareOperation(was, is, scope)
}

function compareOperation(was: PlacedOperation, is: PlacedOperation, scope: Scope): void {
  const own: Scope = { ...scope, operation: is.label, compared: new Set() }
  const [old, now] = [was.operation, is.operation]
  if (was.key !== is.key) {
    report(own, {
      kind: 'operationMoved',
      effect: 'other',
      old,
      new: now,
      message: `The operation is ${is.label} where it was ${was.label}.`,
      reason: 'What an app sends to the old place has no answer any more.',
      before: was.label,
      after: is.label,
    })
  }
  compareIds(old, now, own)
  const [written, read]: Scope[] = [
    { ...own, writer: 'app' },
    { ...own, writer: 'provider' },
  ] as const
  if (!written || !read) return
  compareParameters(was, is, written)
  compareRequestBodies(below(old, 'requestBody'), below(now, 'requestBody'), written)
  compareResponses(below(old, 'responses'), below(now, 'responses'), read)
  compareSecurity(was, is, written)
  if ([old, now].some(place => below(place, 'servers').value !== undefined))
    compareServers(inherited(was, 'servers'), inherited(is, 'servers'), own)
  compareCallbacks(below(old, 'callbacks'), below(now, 'callbacks'), own)
  compareRest(old, now, comparedInOperation, own)
}

function compareIds(old: Place, now: Place, scope: Scope): void {
  const [before, after] = [below(old, 'operationId'), below(now, 'operationId')]
  if (before.value === after.value) return
  report(scope, {
    kind: 'operationRenamed',
    effect: 'none',
    verdict: 'unknown',
    old: before.value === undefined ? old : before,
    new: after.value === undefined ? now : after,
    message: 'The operationId is another one.',
    reason: 'On the wire all is the same, but clients that are generated call their functions by it.',
    before: before.value,
    after: after.value,
  })
}

/** The operations on both sides by what they are on the wire; the rest by their names. */
function pairOperations(olds: readonly PlacedOperation[], news: readonly PlacedOperation[]) {
  const pairs: [PlacedOperation, PlacedOperation][] = []
  const left = { removed: [...olds], added: [...news] }
  const pairBy = (keyOf: (operation: PlacedOperation) => string | undefined) => {
    for (const was of [...left.removed]) {
      const key = keyOf(was)
      const is = left.added.find(now => key !== undefined && keyOf(now) === key)
      if (!is) continue
      pairs.push([was, is])
      left.removed.splice(left.removed.indexOf(was), 1)
      left.added.splice(left.added.indexOf(is), 1)
    }
  }
  pairBy(({ key }) => key)
  pairBy(({ operation }) => idOf(operation))
  return { pairs, ...left }
}

function idOf(operation: Place): string | undefined {
  const { value } = below(operation, 'operationId')
  return typeof value === 'string' ? value : undefined
}
