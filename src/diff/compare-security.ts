// What a request must carry to be let in: any of some sets of schemes.
import { isDeepStrictEqual } from 'node:util'
import { compareRest } from './annotations.ts'
import { inherited, type PlacedOperation } from './operations.ts'
import { below, entriesOf, fieldsOf, isFields, itemsOf, type Place, resolve, rootOf } from './place.ts'
import { report, type Scope } from './scope.ts'

export function compareSecurity(was: PlacedOperation, is: PlacedOperation, scope: Scope): void {
  const [old, now] = [inherited(was, 'security'), inherited(is, 'security')]
  const [before, after] = [setsOf(old), setsOf(now)]
  const newNames = namesBySame(old, now)
  const translated = before.map(set => set.map(each => translate(each, newNames)))
  const refused = translated.filter(set => !after.some(other => isWithin(other, set)))
  const added = after.filter(set => !translated.some(other => isWithin(other, set)))
  const places = {
    old: old.value === undefined ? was.operation : old,
    new: now.value === undefined ? is.operation : now,
  }
  if (refused.length > 0) {
    report(scope, {
      kind: 'securityTightened',
      effect: added.length > 0 ? 'other' : 'narrower',
      ...places,
      message: `${show(refused)} is no longer enough.`,
      reason: 'A request that was let in before is refused.',
      before: show(before),
      after: show(after),
    })
  } else if (added.length > 0) {
    report(scope, {
      kind: 'securityLoosened',
      effect: 'wider',
      ...places,
      message: `${show(added)} is enough, too.`,
      before: show(before),
      after: show(after),
    })
  }
  for (const name of new Set(before.flat().map(each => each.split(':')[0] ?? ''))) {
    compareScheme(schemeOf(old, name), schemeOf(now, newNames.get(name) ?? name), scope)
  }
}

/** Each set as the names of its schemes, and `name:scope` for what is asked of each. */
function setsOf(security: Place): string[][] {
  const sets = itemsOf(security).map(item =>
    entriesOf(item).flatMap(([name, scopes]) => [
      name,
      ...(Array.isArray(scopes.value) ? scopes.value.map(each => `${name}:${each}`) : []),
    ]),
  )
  // Where nothing is asked for, everything is enough.
  return sets.length > 0 ? sets : [[]]
}

function isWithin(set: readonly string[], other: readonly string[]): boolean {
  return set.every(each => other.includes(each))
}

function translate(each: string, names: ReadonlyMap<string, string>): string {
  const [name = '', ...scope] = each.split(':')
  return [names.get(name) ?? name, ...scope].join(':')
}

/** Schemes that have another name and are the same on the wire. */
function namesBySame(old: Place, now: Place): Map<string, string> {
  const [olds, news] = [old, now].map(({ document }) => schemesOf(document))
  const renamed = new Map<string, string>()
  for (const [name, place] of olds ?? []) {
    if (news?.has(name)) continue
    const same = [...(news ?? [])].find(
      ([other, each]) => !olds?.has(other) && isDeepStrictEqual(wireOf(place), wireOf(each)),
    )
    if (same) renamed.set(name, same[0])
  }
  return renamed
}

function schemesOf(document: Place['document']): Map<string, Place> {
  const schemes = below(below(rootOf(document), 'components'), 'securitySchemes')
  return new Map(entriesOf(schemes).map(([name, place]) => [name, resolve(place)]))
}

function schemeOf({ document }: Place, name: string): Place | undefined {
  return schemesOf(document).get(name)
}

const wireKeywords = ['type', 'scheme', 'in', 'name', 'openIdConnectUrl', 'flows'] as const

function wireOf(scheme: Place): unknown[] {
  const fields = isFields(scheme.value) ? fieldsOf(scheme) : {}
  return wireKeywords.map(keyword => {
    const value = fields[keyword]
    // Headers and the names of schemes have no case.
    const hasCase = !(keyword === 'scheme' || (keyword === 'name' && fields.in === 'header'))
    return typeof value === 'string' && !hasCase ? value.toLowerCase() : value
  })
}

function compareScheme(old: Place | undefined, now: Place | undefined, scope: Scope): void {
  if (!old || !now) return
  const { operation: _, ...whole } = scope
  if (!isDeepStrictEqual(wireOf(old), wireOf(now))) {
    report(whole, {
      kind: 'securitySchemeChanged',
      effect: 'other',
      old,
      new: now,
      message: 'The credentials are sent in another way.',
      before: showScheme(old),
      after: showScheme(now),
    })
  }
  compareRest(old, now, [...wireKeywords, 'bearerFormat'], whole)
}

function showScheme(scheme: Place): string {
  const { type, scheme: name, in: where, name: header } = fieldsOf(scheme)
  return [type, name, where, header].filter(each => each !== undefined).join(' ')
}

function show(sets: readonly (readonly string[])[]): string {
  return sets.map(set => (set.length === 0 ? 'nothing' : set.join(' and '))).join(', or ')
}
