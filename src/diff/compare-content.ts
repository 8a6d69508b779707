// Bodies: whether there is one, of which content types, and what is in them.
import { compareRest } from './annotations.ts'
import { compareRequired, isRequiredAt } from './compare-required.ts'
import { compareSchemas } from './compare-schema.ts'
import { below, entriesOf, type Place, resolve, schemaAt } from './place.ts'
import { report, type Scope } from './scope.ts'

/** Compares the bodies of two requests, or of two callbacks. */
export function compareRequestBodies(oldBody: Place, newBody: Place, scope: Scope): void {
  const [old, now] = [resolve(oldBody), resolve(newBody)]
  if (old.value === undefined && now.value === undefined) return
  if (old.value === undefined) {
    const isRequired = isRequiredAt(now)
    report(scope, {
      kind: 'bodyAdded',
      effect: isRequired ? 'narrower' : 'wider',
      new: now,
      message: `There is a body now${isRequired ? ', and it is required' : ''}.`,
    })
    return
  }
  if (now.value === undefined) {
    report(scope, {
      kind: 'bodyRemoved',
      effect: isRequiredAt(old) ? 'wider' : 'narrower',
      old,
      message: 'There is no body any more.',
      ...(scope.writer === 'app'
        ? { verdict: 'unknown', reason: 'Whether a body is refused or ignored is not said.' }
        : { verdict: 'breaking', reason: 'An app that reads it finds nothing.' }),
    })
    return
  }
  compareRequired(old, now, {
    scope,
    say: isRequired => (isRequired ? 'There must be a body now.' : 'The body may be missing now.'),
  })
  compareContent(below(old, 'content'), below(now, 'content'), scope)
  compareRest(old, now, ['required', 'content'], scope)
}

/** Compares what stands under each content type. */
export function compareContent(old: Place, now: Place, scope: Scope): void {
  const [before, after] = [byType(old), byType(now)]
  for (const [type, place] of before) {
    if (after.has(type)) continue
    report(scope, {
      kind: 'contentTypeRemoved',
      effect: 'narrower',
      old: place,
      message: `There is no ${type} any more.`,
      ...(scope.writer === 'provider' && {
        verdict: 'breaking',
        reason: 'An app that reads it gets something else, or nothing.',
      }),
      before: type,
    })
  }
  for (const [type, place] of after) {
    const was = before.get(type)
    if (was) compareMedia(was, place, { ...scope, isTextual: isForm(type) })
    else reportAddedType(type, place, scope)
  }
}

function reportAddedType(type: string, place: Place, scope: Scope): void {
  report(scope, {
    kind: 'contentTypeAdded',
    effect: 'wider',
    new: place,
    message: `There is ${type}, too.`,
    ...(scope.writer === 'provider' && {
      verdict: 'unknown',
      reason: 'When it is sent is not said: an app that does not ask for a type may get it.',
    }),
    after: type,
  })
}

function compareMedia(old: Place, now: Place, scope: Scope): void {
  const [before, after] = [below(old, 'schema'), below(now, 'schema')].map(place => [schemaAt(place)])
  compareSchemas(before ?? [], after ?? [], scope)
  compareRest(old, now, ['schema'], scope)
}

/** Everything in a form is text. */
function isForm(type: string): boolean {
  return type === 'application/x-www-form-urlencoded' || type.startsWith('multipart/')
}

/** By type, without what UTF-8 and the case of letters add to it. */
function byType(content: Place): Map<string, Place> {
  return new Map(
    entriesOf(content).map(([type, place]) => [
      type
        .toLowerCase()
        .replaceAll(/\s/g, '')
        .replace(/;charset="?utf-?8"?/, ''),
      resolve(place),
    ]),
  )
}
