import type * as z from 'zod'
import type { Describable, Operation } from './contract.ts'
import { contentOf } from './json-text.ts'
import { type Provenance, type ProvenanceLevel, provenanceLevels, provenanceOf } from './provenance.ts'

/** One thing that a contract says, and who says so. */
export interface Fact {
  /** Where in the contract, such as `operations.payment.request.txamt`. */
  readonly path: string
  readonly provenance: Provenance
  /** The schema, where the fact is about a field. */
  readonly schema?: z.ZodType
  /** Whether the field must be there. */
  readonly required?: boolean
}

/** All facts of a contract, in the order in which it states them. */
export function listFacts(contract: Describable): Fact[] {
  const facts: Fact[] = []
  const say = (path: string, provenance: Provenance) => facts.push({ path, provenance })

  for (const server of contract.servers) say(`servers.${server.url}`, server.provenance)
  for (const [name, scheme] of Object.entries(contract.security)) say(`security.${name}`, scheme.provenance)
  if (contract.account) {
    facts.push(...factsOf(contract.account.credentials, 'account.credentials'))
    facts.push(...factsOf(contract.account.settings, 'account.settings'))
  }
  for (const [name, operation] of Object.entries(contract.operations)) {
    facts.push(...operationFacts(name, operation))
  }
  for (const [name, callback] of Object.entries(contract.callbacks)) {
    say(`callbacks.${name}`, callback.provenance)
    say(`callbacks.${name}.acknowledgement`, callback.acknowledgement.provenance)
    facts.push(...factsOf(callback.payload, `callbacks.${name}.payload`))
  }
  facts.push(...factsOf(contract.refusal, 'refusal'))
  if (contract.responseHeaders) facts.push(...factsOf(contract.responseHeaders, 'responseHeaders'))
  for (const [name, row] of Object.entries(contract.errors)) say(`errors.${name}`, row.provenance)
  for (const { operation = 'all', windowMs, provenance } of contract.rateLimits)
    say(`rateLimits.${operation}.${windowMs}`, provenance)
  for (const [name, rule] of Object.entries(contract.rules)) say(`rules.${name}`, rule.provenance)
  return facts
}

/** How many facts of a contract have which provenance. */
export function countFacts(contract: Describable): Record<ProvenanceLevel, number> {
  const counts = Object.fromEntries(provenanceLevels.map(level => [level, 0])) as Record<
    ProvenanceLevel,
    number
  >
  for (const { provenance } of listFacts(contract)) counts[provenance.level]++
  return counts
}

function operationFacts(name: string, operation: Operation): Fact[] {
  const path = `operations.${name}`
  return [
    { path, provenance: operation.provenance },
    ...(operation.page ? [{ path: `${path}.page`, provenance: operation.page.provenance }] : []),
    ...(operation.headers ? factsOf(operation.headers, `${path}.headers`) : []),
    ...factsOf(operation.request.schema, `${path}.request`),
    ...factsOf(operation.response, `${path}.response`),
    ...(operation.advice ?? []).map(({ kind, provenance }) => ({
      path: `${path}.advice.${kind}`,
      provenance,
    })),
    ...operation.examples.map(example => ({
      path: `${path}.examples.${example.name}`,
      provenance: example.provenance,
    })),
  ]
}

/** The facts about the fields of a schema, at any depth, and of the JSON in its texts. */
function factsOf(schema: z.ZodType, path: string, around: readonly z.ZodType[] = []): Fact[] {
  const inner = unwrap(schema)
  const object = contentOf(inner) ?? inner
  // A schema may contain itself.
  if (!isObject(object) || around.includes(object)) return []
  return Object.entries(object.shape).flatMap(([name, field]) => {
    const at = `${path}.${name}`
    const provenance = provenanceOf(field as z.ZodType)
    const required = !(field as z.ZodType).safeParse(undefined).success
    const own = provenance ? [{ path: at, provenance, schema: field as z.ZodType, required }] : []
    return [...own, ...factsOf(field as z.ZodType, at, [...around, object])]
  })
}

/** The schema inside of optional and nullable ones. */
function unwrap(schema: z.ZodType): z.ZodType {
  const inner = (schema as { unwrap?: () => z.ZodType }).unwrap
  return typeof inner === 'function' && !isObject(schema) ? unwrap(inner.call(schema)) : schema
}

function isObject(schema: z.ZodType): schema is z.ZodObject {
  return 'shape' in schema
}
