// Places in a value and in its schema, by the names on the way there.
import * as z from 'zod'
import { type Provenance, provenanceOf } from '../contract/index.ts'

/** The value at a place; undefined where there is none. */
export function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let inner = value
  for (const key of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, key)) return undefined
    inner = (inner as Record<PropertyKey, unknown>)[key]
  }
  return inner
}

export function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  let inner: z.ZodType | undefined = schema
  for (const key of path) {
    const own = unwrap(inner as z.ZodType)
    if (own instanceof z.ZodObject) inner = own.shape[String(key)] as z.ZodType | undefined
    else if (own instanceof z.ZodArray) inner = own.element as z.ZodType
    else return undefined
    if (!inner) return undefined
  }
  return inner
}

export function provenanceNear(schema: z.ZodType, path: readonly PropertyKey[]): Provenance | undefined {
  for (let length = path.length; length >= 0; length--) {
    const near = schemaAt(schema, path.slice(0, length))
    const provenance = near && provenanceOf(near)
    if (provenance) return provenance
  }
  return undefined
}

/** The schema inside of those that say that it may be missing or null. */
export function unwrap(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable
    ? unwrap(schema.unwrap() as z.ZodType)
    : schema
}
