// Answers, by their status.
import { compareRest } from './annotations.ts'
import { compareContent } from './compare-content.ts'
import { comparedInParameter, compareValues } from './compare-parameters.ts'
import { compareRequired } from './compare-required.ts'
import { below, entriesOf, type Place, resolve } from './place.ts'
import { report, type Scope } from './scope.ts'

/** Compares answers of the provider, or those that an app gives to a callback. */
export function compareResponses(old: Place, now: Place, scope: Scope): void {
  const [before, after] = [byStatus(old), byStatus(now)]
  for (const status of new Set([...before.keys(), ...after.keys()])) {
    const was = before.get(status) ?? fallback(before, status)
    const is = after.get(status) ?? fallback(after, status)
    if (was && is) compareResponse(was, is, scope)
    else if (was) reportRemoved(status, was, scope)
    else if (is) reportAdded(status, is, scope)
  }
}

function byStatus(responses: Place): Map<string, Place> {
  return new Map(
    entriesOf(responses)
      .filter(([status]) => !status.startsWith('x-'))
      .map(([status, place]) => [status.toUpperCase(), resolve(place)]),
  )
}

/** What is said of all statuses of a kind, or of all others. */
function fallback(responses: ReadonlyMap<string, Place>, status: string): Place | undefined {
  return responses.get(`${status[0]}XX`) ?? responses.get('DEFAULT')
}

function reportRemoved(status: string, old: Place, scope: Scope): void {
  const isAnswer = status.startsWith('2') || status === 'DEFAULT'
  report(scope, {
    kind: 'statusRemoved',
    effect: 'narrower',
    old,
    message: `The status ${status.toLowerCase()} is gone.`,
    ...(scope.writer === 'provider' &&
      isAnswer && { verdict: 'breaking', reason: 'An app that waits for it waits in vain.' }),
    before: status,
  })
}

function reportAdded(status: string, now: Place, scope: Scope): void {
  report(scope, {
    kind: 'statusAdded',
    effect: 'wider',
    new: now,
    message: `There is another status ${status.toLowerCase()}.`,
    ...(scope.writer === 'provider' && {
      verdict: 'unknown',
      reason: 'An app that does not know the status may take it for something else: it depends on the app.',
    }),
    after: status,
  })
}

function compareResponse(old: Place, now: Place, scope: Scope): void {
  compareContent(below(old, 'content'), below(now, 'content'), scope)
  compareHeaders(below(old, 'headers'), below(now, 'headers'), scope)
  compareRest(old, now, ['content', 'headers'], scope)
}

function compareHeaders(old: Place, now: Place, scope: Scope): void {
  const [before, after] = [byName(old), byName(now)]
  for (const [key, { name, place }] of before) {
    const is = after.get(key)
    if (is) compareHeader(place, is.place, { ...scope, name })
    else {
      report(scope, {
        kind: 'headerRemoved',
        effect: 'wider',
        old: place,
        message: `The header ${name} is gone.`,
        ...(scope.writer === 'provider' && {
          verdict: 'breaking',
          reason: 'An app that reads it finds nothing.',
        }),
        before: name,
      })
    }
  }
  for (const [key, { name, place }] of after) {
    if (before.has(key)) continue
    report(scope, {
      kind: 'headerAdded',
      effect: 'narrower',
      new: place,
      message: `There is another header ${name}.`,
      ...(scope.writer === 'provider' && { reason: 'An app that does not know it can go on without.' }),
      after: name,
    })
  }
}

function compareHeader(old: Place, now: Place, { name, ...scope }: Scope & { name: string }): void {
  const say = (isRequired: boolean) =>
    `The header ${name} ${isRequired ? 'is always there' : 'may be missing'} now.`
  compareRequired(old, now, { scope, say })
  compareValues(old, now, scope)
  compareRest(old, now, comparedInParameter, scope)
}

/** Names of headers have no case. */
function byName(headers: Place): Map<string, { name: string; place: Place }> {
  return new Map(
    entriesOf(headers).map(([name, place]) => [name.toLowerCase(), { name, place: resolve(place) }]),
  )
}
