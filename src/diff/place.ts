// A value in a document together with where it stands, so that whatever is said of it can say where.
import { PaydoubleError, toPointer } from '../contract/index.ts'

/** An OpenAPI document that was read and found usable. */
export interface ApiDocument {
  /** As it was given. */
  readonly name: string
  /** Which of the two it is, once it is compared. */
  readonly side?: 'old' | 'new'
  /** 3.0 has `nullable` and other ways to say some things. */
  readonly format: '3.0' | '3.1'
  readonly root: Fields
  /** The references that were followed. */
  readonly followed: Set<string>
}

export type Fields = Readonly<Record<string, unknown>>

export interface Place {
  readonly document: ApiDocument
  /** JSON pointer. */
  readonly pointer: string
  readonly value: unknown
  /** Whether nothing is written there, and the value is what holds then. */
  readonly isAbsent?: boolean
}

export function rootOf(document: ApiDocument): Place {
  return { document, pointer: '', value: document.root }
}

/** The place below, whether something is there or not. */
export function below(place: Place, key: string): Place {
  const fields = fieldsOf(place)
  const value = Object.hasOwn(fields, key) ? fields[key] : undefined
  return { document: place.document, pointer: place.pointer + toPointer([key]), value }
}

/** The schema at a place; where nothing is, anything is allowed. */
export function schemaAt(place: Place): Place {
  return place.value === undefined ? { ...place, value: true, isAbsent: true } : place
}

/** What is there as an object; an empty one where nothing is. */
export function fieldsOf({ document, pointer, value }: Place): Fields {
  if (value === undefined || value === null) return {}
  if (isFields(value)) return value
  throw unreadable(document.name, `at ${pointer} there should be an object, and there is ${showKind(value)}`)
}

/** The places in an object, by name. */
export function entriesOf(place: Place): [string, Place][] {
  return Object.keys(fieldsOf(place)).map(key => [key, below(place, key)])
}

/** The places in a list. */
export function itemsOf({ document, pointer, value }: Place): Place[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value))
    return value.map((item: unknown, i) => ({ document, pointer: `${pointer}/${i}`, value: item }))
  throw unreadable(document.name, `at ${pointer} there should be a list, and there is ${showKind(value)}`)
}

/** What a place stands for, where it is a reference. */
export function resolve(place: Place): Place {
  const passed = new Set<string>()
  let here = place
  while (isFields(here.value)) {
    const reference = referenceOf(here.value)
    if (reference === undefined || passed.has(here.pointer)) return here
    passed.add(here.pointer)
    here = follow(here, reference)
  }
  return here
}

/** The reference that an object is, if it is one. */
export function referenceOf(fields: Fields): string | undefined {
  const reference = fields.$ref ?? fields.$dynamicRef
  return typeof reference === 'string' ? reference : undefined
}

/**
 * Where a reference leads.
 * @throws PaydoubleError `unreadable`
 */
export function follow(from: Place, reference: string): Place {
  const { document } = from
  if (!reference.startsWith('#')) {
    throw unreadable(
      document.name,
      `the reference ${JSON.stringify(reference)} at ${from.pointer} leads to another file`,
      'Make one file of all of them first, for instance with "npx @redocly/cli bundle".',
    )
  }
  const pointer = decode(reference.slice(1))
  const found = (pointer === '' ? schemaAround(from) : undefined) ?? nearest(from, pointer)
  if (found) {
    document.followed.add(found.pointer)
    return found
  }
  throw unreadable(
    document.name,
    `the reference ${JSON.stringify(reference)} at ${from.pointer} leads nowhere`,
    'Mend it, or add what it names.',
  )
}

/** By the document's root, or, as `$defs` may mean it, by the nearest schema around. */
function nearest(from: Place, pointer: string): Place | undefined {
  if (!pointer.startsWith('/') && pointer !== '') return anchored(from.document, pointer)
  const around = pointer.startsWith('/$defs/') ? ancestorsOf(from.pointer) : []
  for (const base of ['', ...around]) {
    const found = lookUp(from.document, base + pointer)
    if (found) return found
  }
  return undefined
}

/** A bare `#` in a schema is that schema. */
function schemaAround({ document, pointer }: Place): Place | undefined {
  const [around] =
    /^.*?(\/schema|\/components\/schemas\/[^/]+|\/x-account\/(credentials|settings))(?=\/|$)/.exec(pointer) ??
    []
  return around === undefined ? undefined : lookUp(document, around)
}

function ancestorsOf(pointer: string): string[] {
  const parts = pointer.split('/')
  return parts.map((_, i) => parts.slice(0, parts.length - i).join('/'))
}

function lookUp(document: ApiDocument, pointer: string): Place | undefined {
  let value: unknown = document.root
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Fields)[key]
  }
  return { document, pointer, value }
}

function anchored(document: ApiDocument, anchor: string): Place | undefined {
  const search = (value: unknown, pointer: string): Place | undefined => {
    if (typeof value !== 'object' || value === null) return undefined
    const { $anchor, $dynamicAnchor } = value as Fields
    if ($anchor === anchor || $dynamicAnchor === anchor) return { document, pointer, value }
    for (const [key, inner] of Object.entries(value)) {
      const found = search(inner, pointer + toPointer([key]))
      if (found) return found
    }
    return undefined
  }
  return search(document.root, '')
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function unreadable(name: string, why: string, what?: string): PaydoubleError {
  return new PaydoubleError('unreadable', `Failed to read ${name}: ${why}.${what ? ` ${what}` : ''}`)
}

function showKind(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return isFields(value) ? 'an object' : `the ${typeof value} ${JSON.stringify(value)}`
}
