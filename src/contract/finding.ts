import type * as z from 'zod'
import { problemsOf } from './problem.ts'
import { type Provenance, provenanceOf } from './provenance.ts'

/** How much a finding matters to the one who integrates the provider. */
export type Severity = 'breaking' | 'additive' | 'note'

/**
 * A value that says where something differs from a contract, or what its document advises against.
 * Findings are collected, never thrown.
 */
export interface Finding {
  /** A stable name, such as `unknownField` or `duplicateOrderNumber`. */
  readonly kind: string
  readonly severity: Severity
  /** Where, as a JSON pointer (RFC 6901) into the message; empty for the whole message. */
  readonly pointer: string
  /** One sentence: what is so, why it matters, what to do. */
  readonly message: string
  readonly expected?: string
  readonly received?: string
  readonly provenance?: Provenance
}

/**
 * Turns a Zod error into findings, each with the provenance of the field it is about.
 *
 * @param error of a value that was parsed `inOurWords`
 */
export function toFindings(error: z.ZodError, schema: z.ZodType): Finding[] {
  return problemsOf(error).map(({ path, message, isMissing }) => {
    const provenance = provenanceAt(schema, path)
    return {
      kind: isMissing ? 'missingField' : 'invalidField',
      severity: 'breaking',
      pointer: toPointer(path),
      message,
      ...(provenance && { provenance }),
    }
  })
}

/** Findings for the fields of `value` that `schema` does not know. */
export function unknownFields(value: object, schema: z.ZodObject): Finding[] {
  const known = schema.shape
  const findings: Finding[] = []
  for (const name in value) {
    if (Object.hasOwn(known, name)) continue
    findings.push({
      kind: 'unknownField',
      severity: 'additive',
      pointer: toPointer([name]),
      message: `The contract knows no field ${JSON.stringify(name)}; the provider would ignore it or refuse it.`,
    })
  }
  return findings
}

/** A path of keys as a JSON pointer. */
export function toPointer(path: readonly PropertyKey[]): string {
  return path.map(key => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** The value at a JSON pointer of plain names; undefined where there is none. */
export function readAt(value: unknown, pointer: string | undefined): unknown {
  if (pointer === undefined) return undefined
  // Most are names of the outermost object.
  if (pointer.lastIndexOf('/') === 0) return memberOf(value, pointer.slice(1))
  let inner = value
  for (const name of pointer.split('/').slice(1)) inner = memberOf(inner, name)
  return inner
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Record<string, unknown>)[name]
}

function provenanceAt(schema: z.ZodType, path: readonly PropertyKey[]): Provenance | undefined {
  let at: z.ZodType | undefined = schema
  let found = provenanceOf(schema)
  for (const key of path) {
    at = (at as Partial<z.ZodObject> | undefined)?.shape?.[String(key)] as z.ZodType | undefined
    if (!at) break
    found = provenanceOf(at) ?? found
  }
  return found
}
