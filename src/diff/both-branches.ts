import { isDeepStrictEqual } from 'node:util'
import { type Branch, type Said, stricter } from './branch.ts'
import { isFields } from './place.ts'

/** What is allowed by two branches at once. */
export function both(a: Branch, b: Branch): Branch {
  const bounds = new Map(a.bounds)
  for (const [name, bound] of b.bounds) bounds.set(name, stricter(name, bounds.get(name), bound))
  return {
    type: a.type,
    place: saysMore(b) ? b.place : a.place,
    label: b.label ?? a.label,
    whole: a.whole || b.whole,
    values: a.values && b.values ? commonOf(a.values, b.values) : (a.values ?? b.values),
    bounds,
    keywords: joined(a.keywords, b.keywords),
    fields: joined(a.fields, b.fields),
    required: new Map([...a.required, ...b.required]),
    others: [...a.others, ...b.others],
    names: [...a.names, ...b.names],
    first: Array.from({ length: Math.max(a.first.length, b.first.length) }, (_, i) => [
      ...(a.first[i] ?? a.items),
      ...(b.first[i] ?? b.items),
    ]),
    items: [...a.items, ...b.items],
  }
}

function saysMore({ place }: Branch): boolean {
  if (!isFields(place.value)) return false
  return Object.keys(place.value).some(key => key === 'type' || key === 'enum' || key === 'const')
}

function commonOf(a: Said<readonly unknown[]>, b: Said<readonly unknown[]>): Said<readonly unknown[]> {
  return { place: b.place, value: a.value.filter(value => includes(b.value, value)) }
}

/** Whether a value is among others, by what it is and not by its identity. */
export function includes(values: readonly unknown[], value: unknown): boolean {
  return values.some(each => isDeepStrictEqual(each, value))
}

function joined<T>(
  a: ReadonlyMap<string, readonly T[]>,
  b: ReadonlyMap<string, readonly T[]>,
): Map<string, readonly T[]> {
  const all = new Map(a)
  for (const [key, list] of b) all.set(key, [...(all.get(key) ?? []), ...list])
  return all
}
