// Parameters in path, query, headers and cookies.
import { compareRest } from './annotations.ts'
import { compareContent } from './compare-content.ts'
import { compareRequired, isRequiredAt } from './compare-required.ts'
import { compareSchemas } from './compare-schema.ts'
import { type PlacedOperation, parametersOf } from './operations.ts'
import { below, fieldsOf, type Place, schemaAt } from './place.ts'
import { report, type Scope, tryOut } from './scope.ts'

export function compareParameters(was: PlacedOperation, is: PlacedOperation, scope: Scope): void {
  const before = parametersOf(was)
  const after = byOldNames(parametersOf(is), was.path, is.path)
  const removed = [...before].filter(([key]) => !after.has(key))
  const added = [...after].filter(([key]) => !before.has(key))
  for (const [key, old] of before) {
    const now = after.get(key)
    if (now) compareParameter(old, now, scope)
  }
  const isOnly = removed.length === 1 && added.length === 1
  for (const [, old] of removed) {
    const { name } = fieldsOf(old)
    const at = added.findIndex(
      ([, now]) => fieldsOf(now).name === name || (isOnly && isRenamed(old, now, scope)),
    )
    const [, now] = (at >= 0 && added.splice(at, 1)[0]) || []
    if (!now) reportRemoved(old, scope)
    else if (fieldsOf(now).name === name) reportMoved(old, now, scope)
    else reportRenamed(old, now, scope)
  }
  for (const [, now] of added) reportAdded(now, scope)
}

/** Path parameters may be called otherwise: on the wire their names are not seen. */
function byOldNames(
  parameters: ReadonlyMap<string, Place>,
  oldPath: string,
  newPath: string,
): Map<string, Place> {
  const [olds, news] = [oldPath, newPath].map(path =>
    [...path.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name),
  )
  return new Map(
    [...parameters].map(([key, place]) => {
      const at = news?.findIndex(name => key === `path ${name}`) ?? -1
      const old = at >= 0 ? olds?.[at] : undefined
      return [old === undefined ? key : `path ${old}`, place]
    }),
  )
}

function compareParameter(old: Place, now: Place, scope: Scope): void {
  const shown = showName(now)
  const say = (isRequired: boolean) => `${shown} is ${isRequired ? 'required' : 'optional'} now.`
  compareRequired(old, now, { scope, say })
  const [before, after] = [old, now].map(showForm)
  if (before !== after) {
    report(scope, {
      kind: 'serializationChanged',
      effect: 'other',
      old,
      new: now,
      message: `${shown} is written in another way.`,
      before,
      after,
    })
  }
  compareValues(old, now, scope)
  compareRest(old, now, comparedInParameter, scope)
}

export const comparedInParameter = [
  'name',
  'in',
  'required',
  'style',
  'explode',
  'allowReserved',
  'allowEmptyValue',
  'schema',
  'content',
]

/** Compares what a parameter or a header may be: by its schema, or by its content. */
export function compareValues(old: Place, now: Place, scope: Scope): void {
  const [oldContent, newContent] = [below(old, 'content'), below(now, 'content')]
  if (oldContent.value !== undefined || newContent.value !== undefined)
    compareContent(oldContent, newContent, scope)
  const schemas = [below(old, 'schema'), below(now, 'schema')].map(place => [schemaAt(place)])
  compareSchemas(schemas[0] ?? [], schemas[1] ?? [], { ...scope, isTextual: true })
}

/** How values are written, with what holds where nothing is said. */
function showForm(place: Place): string {
  const { in: where, style, explode, allowReserved } = fieldsOf(place)
  const usual = where === 'query' || where === 'cookie' ? 'form' : 'simple'
  const own = style ?? usual
  const forms = [
    String(own),
    (explode ?? own === 'form') ? 'explode' : '',
    allowReserved === true ? 'reserved' : '',
  ]
  return forms.filter(form => form !== '').join(' ')
}

function reportRemoved(old: Place, scope: Scope): void {
  report(scope, {
    kind: 'parameterRemoved',
    effect: 'wider',
    old,
    message: `${showName(old)} is gone.`,
    ...(scope.writer === 'app'
      ? { verdict: 'unknown', reason: 'It is hardly refused; whether it still does anything is not said.' }
      : { verdict: 'breaking', reason: 'An app that reads it finds nothing.' }),
    before: fieldsOf(old).name,
  })
}

function reportAdded(now: Place, scope: Scope): void {
  const isRequired = isRequiredAt(now)
  report(scope, {
    kind: 'parameterAdded',
    effect: 'narrower',
    new: now,
    message: `${showName(now)} is new${isRequired ? ', and required' : ''}.`,
    ...(isRequired || scope.writer === 'provider'
      ? {}
      : { verdict: 'compatible', reason: 'A request without it is as good as before.' }),
    after: fieldsOf(now).name,
  })
}

function isRenamed(old: Place, now: Place, scope: Scope): boolean {
  const [before, after] = [fieldsOf(old), fieldsOf(now)]
  if (before.in !== after.in || isRequiredAt(old) !== isRequiredAt(now)) return false
  return tryOut(scope, trial => compareValues(old, now, trial))?.size === 0
}

function reportRenamed(old: Place, now: Place, scope: Scope): void {
  const [{ name: before }, { name: after }] = [fieldsOf(old), fieldsOf(now)]
  report(scope, {
    kind: 'parameterRenamed',
    effect: 'other',
    old,
    new: now,
    message: `${showName(old)} is gone, and ${JSON.stringify(after)}, which would fit, is new: it may have been renamed.`,
    ...(!isRequiredAt(now) &&
      scope.writer === 'app' && {
        verdict: 'unknown',
        reason: 'The old one is hardly refused; whether it still does anything is not said.',
      }),
    before,
    after,
  })
}

function reportMoved(old: Place, now: Place, scope: Scope): void {
  const [before, after] = [fieldsOf(old).in, fieldsOf(now).in]
  report(scope, {
    kind: 'parameterMoved',
    effect: 'other',
    old,
    new: now,
    message: `The parameter ${JSON.stringify(fieldsOf(now).name)} is in the ${after} where it was in the ${before}.`,
    before,
    after,
  })
}

function showName(place: Place): string {
  const { name, in: where } = fieldsOf(place)
  return `The parameter ${JSON.stringify(name)} in the ${where}`
}
