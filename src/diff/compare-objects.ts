// The fields of two objects: which are there, which must be, and what else may be.
import type { Branch } from './branch.ts'
import { fieldsOf, isFields, type Place, resolve } from './place.ts'
import { pairRenamed } from './renamed.ts'
import { report, type Scope } from './scope.ts'

export function compareObjects(old: Branch, now: Branch, scope: Scope): void {
  const before = fieldsIn(old, scope)
  const after = fieldsIn(now, scope)
  for (const [name, was] of before) {
    const is = after.get(name)
    if (is) compareField(name, { was, is }, scope)
  }
  const removed = [...before.values()].filter(({ name }) => !after.has(name))
  const added = [...after.values()].filter(({ name }) => !before.has(name))
  const { renamed, others } = pairRenamed(removed, added, scope)
  for (const [was, is] of renamed) reportRenamed(was, is, { now, scope })
  for (const field of others.removed) reportRemoved(field, now, scope)
  for (const field of others.added) reportAdded(field, old, scope)
  compareOthers(old, now, scope)
  scope.compareSchemas(namesOf(old), namesOf(now), scope)
}

/** Names are texts, also where nothing more is said of them. */
function namesOf({ names, place }: Branch): Place[] {
  const text = {
    document: place.document,
    pointer: `${place.pointer}/propertyNames/type`,
    value: { type: 'string' },
  }
  return [...names.filter(name => !name.isAbsent), { ...text, isAbsent: true }]
}

/** A named field of an object. */
export interface Field {
  readonly name: string
  readonly schemas: readonly Place[]
  readonly isRequired: boolean
  readonly place: Place
}

/** The fields that are in a message: those that are only read are not written, and the other way round. */
function fieldsIn({ fields, required }: Branch, { writer }: Scope): Map<string, Field> {
  const absent = writer === 'app' ? 'readOnly' : 'writeOnly'
  const found = new Map<string, Field>()
  for (const [name, schemas] of fields) {
    const [first] = schemas
    if (!first || schemas.some(schema => isMarked(schema, absent))) continue
    found.set(name, { name, schemas, isRequired: required.has(name), place: first })
  }
  for (const [name, place] of required) {
    if (!fields.has(name))
      found.set(name, { name, schemas: [{ ...place, value: true, isAbsent: true }], isRequired: true, place })
  }
  return found
}

function isMarked(schema: Place, mark: string): boolean {
  const place = resolve(schema)
  return isFields(place.value) && fieldsOf(place)[mark] === true
}

function compareField(name: string, { was, is }: { was: Field; is: Field }, scope: Scope): void {
  const shown = JSON.stringify(name)
  const places = { old: was.place, new: is.place }
  if (!was.isRequired && is.isRequired) {
    report(scope, {
      kind: 'requiredNow',
      effect: 'narrower',
      ...places,
      message: `The field ${shown} is always there now.`,
      ...(scope.writer === 'app' && {
        message: `The field ${shown} is required now.`,
        reason: 'A request without it may be refused.',
      }),
    })
  }
  if (was.isRequired && !is.isRequired) {
    report(scope, {
      kind: 'optionalNow',
      effect: 'wider',
      ...places,
      message: `The field ${shown} may be missing now.`,
      ...(scope.writer === 'provider' && { reason: 'An app that reads it may find nothing.' }),
    })
  }
  scope.compareSchemas(was.schemas, is.schemas, scope)
}

function reportRemoved(field: Field, now: Branch, scope: Scope): void {
  const { name, place, schemas, isRequired } = field
  const rest = restOf(now)
  if (typeof rest === 'object') {
    // It may be there still, as one of those that have no names.
    if (isRequired) reportOptional(field, scope)
    scope.compareSchemas(schemas, rest, scope)
    return
  }
  const isWritten = scope.writer === 'app'
  report(scope, {
    kind: 'fieldRemoved',
    effect: rest === 'open' ? 'wider' : isRequired ? 'other' : 'narrower',
    old: place,
    message: `The field ${JSON.stringify(name)} is gone.`,
    before: name,
    ...(isWritten
      ? removedReasons[rest]
      : { verdict: 'breaking', reason: 'An app that reads it finds nothing.' }),
  })
}

const removedReasons = {
  closed: {
    verdict: 'breaking',
    reason: 'The provider takes no other fields: what an app sends today is refused.',
  },
  open: {
    verdict: 'unknown',
    reason:
      'The provider takes other fields, so it is hardly refused; whether it still does anything is not said.',
  },
} as const

function reportOptional({ name, place }: Field, scope: Scope): void {
  report(scope, {
    kind: 'optionalNow',
    effect: 'wider',
    old: place,
    message: `The field ${JSON.stringify(name)} may be missing now.`,
  })
}

function reportAdded(field: Field, old: Branch, scope: Scope): void {
  const { name, place, schemas, isRequired } = field
  const rest = restOf(old)
  if (typeof rest === 'object') {
    if (isRequired) {
      report(scope, {
        kind: 'requiredNow',
        effect: 'narrower',
        new: place,
        message: `The field ${JSON.stringify(name)} must be there now.`,
      })
    }
    scope.compareSchemas(rest, schemas, scope)
    return
  }
  report(scope, {
    kind: 'fieldAdded',
    effect: rest === 'open' ? 'narrower' : isRequired ? 'other' : 'wider',
    new: place,
    message: `There is another field ${JSON.stringify(name)}${isRequired && scope.writer === 'app' ? ', and it is required' : ''}.`,
    after: name,
    ...(scope.writer === 'app' ? addedReason(isRequired) : addedReasons[rest]),
  })
}

function addedReason(isRequired: boolean) {
  return isRequired
    ? ({ verdict: 'breaking', reason: 'A request without it may be refused.' } as const)
    : ({ verdict: 'compatible', reason: 'A request without it is as good as before.' } as const)
}

const addedReasons = {
  closed: {
    verdict: 'unknown',
    reason:
      'The old document said that there are no other fields: an app that holds messages against it refuses this one.',
  },
  open: { verdict: 'compatible', reason: 'An app that does not know it can go on without.' },
} as const

function reportRenamed(was: Field, is: Field, { now, scope }: { now: Branch; scope: Scope }): void {
  const isSurelyBreaking = scope.writer === 'provider' || is.isRequired || restOf(now) === 'closed'
  report(scope, {
    kind: 'fieldRenamed',
    effect: 'other',
    old: was.place,
    new: is.place,
    message: `The field ${JSON.stringify(was.name)} is gone, and ${JSON.stringify(is.name)}, which would fit, is new: it may have been renamed.`,
    before: was.name,
    after: is.name,
    ...(scope.writer === 'provider' && { reason: 'An app that reads the old name finds nothing.' }),
    ...(!isSurelyBreaking && {
      verdict: 'unknown',
      reason:
        'The provider takes other fields, so the old name is hardly refused; whether it still does anything is not said.',
    }),
  })
}

/** What fields without names may be: none, any, or those that schemas allow. */
function restOf({ others }: Branch): 'closed' | 'open' | readonly Place[] {
  const resolved = others.map(resolve)
  if (resolved.some(({ value }) => value === false)) return 'closed'
  const real = resolved.filter(({ value }) => isFields(value) && Object.keys(value).length > 0)
  return real.length === 0 ? 'open' : real
}

function compareOthers(old: Branch, now: Branch, scope: Scope): void {
  const [before, after] = [restOf(old), restOf(now)]
  if (before !== 'closed' && after !== 'closed') {
    scope.compareSchemas(old.others, now.others, scope)
    return
  }
  if (before === after) return
  const places = { old: old.others[0] ?? old.place, new: now.others[0] ?? now.place }
  if (after === 'closed') {
    report(scope, {
      kind: 'otherFieldsRefused',
      effect: 'narrower',
      ...places,
      message: 'There can be no other fields any more.',
    })
    return
  }
  report(scope, {
    kind: 'otherFieldsAllowed',
    effect: 'wider',
    ...places,
    message: 'There can be other fields now.',
    ...(scope.writer === 'provider' && {
      verdict: 'unknown',
      reason: 'An app that holds messages against the old document refuses them; others go on.',
    }),
  })
}
