// Two schemas of one message: first the types, then what is said of the values of each type.
import { compareAlternatives } from './alternatives.ts'
import { compareAnnotations } from './annotations.ts'
import type { Branch, JsonType } from './branch.ts'
import type { Effect } from './change.ts'
import { hasSameMeaning } from './meaning.ts'
import { below, fieldsOf, isFields, type Place } from './place.ts'
import { report, type Scope } from './scope.ts'
import { type Shape, toShape } from './to-branches.ts'

/**
 * Compares what a message allows at one place.
 *
 * @param old the schemas that all hold there, usually one; none allow anything
 */
export function compareSchemas(old: readonly Place[], now: readonly Place[], scope: Scope): void {
  const key = `${scope.writer} ${scope.isTextual} ${old.map(pointerOf).join()} ${now.map(pointerOf).join()}`
  if (scope.compared.has(key)) return
  scope.compared.add(key)
  const before = toShape(old)
  const after = toShape(now)
  compareAnnotations(before.parts, after.parts, scope)
  if (isAnything(before) && isAnything(after)) return
  if (before.isCut || after.isCut) {
    if (isSame(before, after)) return
    report(scope, {
      kind: 'alternativesChanged',
      effect: 'uncertain',
      old: before.parts[0],
      new: after.parts[0],
      message: 'The schema has more alternatives than paydouble compares.',
    })
    return
  }
  compareTypes(before, after, scope)
  for (const type of typesOf(before)) {
    const [olds, news] = [before, after].map(shape => shape.branches.filter(branch => branch.type === type))
    if (olds?.length && news?.length) compareAlternatives(olds, news, scope)
  }
}

function isSame({ parts }: Shape, after: Shape): boolean {
  return (
    parts.length === after.parts.length &&
    parts.every((part, i) => after.parts[i] && hasSameMeaning(part, after.parts[i]))
  )
}

function pointerOf({ document, pointer }: Place): string {
  return `${document.side} ${pointer}`
}

function isAnything({ parts }: Shape): boolean {
  return parts.every(
    ({ value }) => value === true || (isFields(value) && Object.keys(value).every(isNoConstraint)),
  )
}

const noConstraints =
  /^(x-.*|description|title|examples?|default|deprecated|readOnly|writeOnly|\$comment|\$anchor|\$id|\$defs|externalDocs|xml)$/

function isNoConstraint(keyword: string): boolean {
  return noConstraints.test(keyword)
}

function compareTypes(before: Shape, after: Shape, scope: Scope): void {
  const [olds, news] = [typesOf(before), typesOf(after)]
  const added = [...news].filter(type => !olds.has(type))
  const removed = [...olds].filter(type => !news.has(type))
  const places = { old: placeOfType(before), new: placeOfType(after) }
  const hasMoreThanNull = (types: Set<JsonType>) => types.size > 1
  if (added.includes('null') && hasMoreThanNull(news) && olds.size > 0) {
    report(scope, {
      kind: 'nullAllowed',
      effect: 'wider',
      ...places,
      message: 'It can be null now.',
    })
    added.splice(added.indexOf('null'), 1)
  }
  if (removed.includes('null') && hasMoreThanNull(olds) && news.size > 0) {
    report(scope, {
      kind: 'nullRefused',
      effect: 'narrower',
      ...places,
      message: 'It can no longer be null.',
    })
    removed.splice(removed.indexOf('null'), 1)
  }
  if (added.length + removed.length === 0) return
  const [wasWhole, isWhole] = [isWholeNumber(before), isWholeNumber(after)]
  report(scope, {
    kind: 'typeChanged',
    effect: effectOnTypes({ before, after, added, removed, scope }),
    ...places,
    message: `The type is ${showTypes(news, isWhole)} where it was ${showTypes(olds, wasWhole)}.`,
    before: showTypes(olds, wasWhole),
    after: showTypes(news, isWhole),
  })
}

function effectOnTypes(types: {
  before: Shape
  after: Shape
  added: readonly JsonType[]
  removed: readonly JsonType[]
  scope: Scope
}): Effect {
  const { before, after, added, removed, scope } = types
  // Where everything is text on the wire, a text without limits takes a number too.
  const inText = (more: Shape, types: readonly JsonType[]) =>
    scope.isTextual &&
    types.every(type => type === 'number' || type === 'boolean') &&
    more.branches.some(isAnyText)
  const hasMore = added.length > 0 && !inText(before, added)
  const hasLess = removed.length > 0 && !inText(after, removed)
  if (hasMore) return hasLess ? 'other' : 'wider'
  return hasLess ? 'narrower' : 'none'
}

function isAnyText({ type, values, bounds, keywords }: Branch): boolean {
  return type === 'string' && !values && bounds.size === 0 && keywords.size === 0
}

function typesOf({ branches }: Shape): Set<JsonType> {
  return new Set(branches.map(branch => branch.type))
}

/** Whether all of its numbers are whole; false where it has none. */
function isWholeNumber({ branches }: Shape): boolean {
  const numbers = branches.filter(({ type }) => type === 'number')
  return numbers.length > 0 && numbers.every(({ whole }) => whole)
}

function showTypes(types: ReadonlySet<JsonType>, isWhole: boolean): string {
  if (types.size === 6) return 'anything'
  if (types.size === 0) return 'nothing'
  return [...types].map(type => (type === 'number' && isWhole ? 'integer' : type)).join(' or ')
}

function placeOfType({ parts }: Shape): Place | undefined {
  const typed = parts.find(part => isFields(part.value) && Object.hasOwn(fieldsOf(part), 'type'))
  return typed ? below(typed, 'type') : parts[0]
}
