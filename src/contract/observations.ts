// What captured traffic has shown of the facts of contracts, and contracts that say so.
import * as z from 'zod'
import type { Callback, Contract, Operation } from './contract.ts'
import { isDay } from './day.ts'
import { contentKey, contentOf } from './json-text.ts'
import { strictObject } from './late-object.ts'
import { ownCaptures, type Provenance, provenanceKey, provenanceOf } from './provenance.ts'

const date = z.string().refine(isDay, 'not a date written as YYYY-MM-DD')
const count = z.int().positive()

/** How often a fact was seen, and on which days first and last. */
const observation = strictObject(() => ({ count, first: date, last: date }))
export type Observation = z.output<typeof observation>

/** Something else than a fact says: what kind of difference, with one masked example. */
const contradiction = strictObject(() => ({
  /** As `listFacts` names it. */
  fact: z.string(),
  /** The kind of the finding, such as `typeChanged`. */
  kind: z.string(),
  expected: z.string().optional(),
  received: z.string().optional(),
  count,
  last: date,
}))
export type Contradiction = z.output<typeof contradiction>

/** What was seen of one provider. */
const providerObservations = strictObject(() => ({
  /** By the paths of `listFacts`. */
  facts: z.record(z.string(), observation),
  contradictions: z.array(contradiction),
}))
export type ProviderObservations = z.output<typeof providerObservations>

/** What captures have shown, by provider, and which captures those were. Holds no value of a capture but masked examples. */
export const observationsSchema = strictObject(() => ({
  version: z.literal(1),
  captures: z.array(
    strictObject(() => ({
      /** SHA-256 of the file, so that none counts twice. */
      digest: z.string(),
      /** Its name, without its folder. */
      file: z.string(),
      exchanges: z.int().nonnegative(),
    })),
  ),
  providers: z.record(z.string(), providerObservations),
}))
export type Observations = z.output<typeof observationsSchema>

export const noObservations: Observations = { version: 1, captures: [], providers: {} }

/** Both together: counts add up. */
export function mergeObservations(a: Observations, b: Observations): Observations {
  const providers = { ...a.providers }
  for (const [id, more] of Object.entries(b.providers)) {
    const before = providers[id]
    providers[id] = before ? mergeProvider(before, more) : more
  }
  return { version: 1, captures: [...a.captures, ...b.captures], providers }
}

/**
 * The contract with what was seen in the provenance of its facts: an assumption that was seen becomes observed, with
 * its reason as a note; what was contradicted stays as it is and says so.
 *
 * @example
 * const seen = withObservations(contract, observations.providers[contract.id])
 */
export function withObservations(contract: Contract, seen: ProviderObservations | undefined): Contract {
  if (!seen) return contract
  const note = createNote(seen)
  const at = <T extends { readonly provenance: Provenance }>(path: string, part: T): T => ({
    ...part,
    provenance: note(path, part.provenance),
  })
  const schema = <S extends z.ZodType>(path: string, given: S): S => noteSchema(given, path, note) as S
  const { account, responseHeaders } = contract

  const operation = (path: string, given: Operation): Operation => ({
    ...at(path, given),
    ...(given.page && { page: at(`${path}.page`, given.page) }),
    ...(given.headers && { headers: schema(`${path}.headers`, given.headers) }),
    request: { ...given.request, schema: schema(`${path}.request`, given.request.schema) },
    response: schema(`${path}.response`, given.response),
  })
  const callback = (path: string, given: Callback): Callback => ({
    ...at(path, given),
    acknowledgement: at(`${path}.acknowledgement`, given.acknowledgement),
    payload: schema(`${path}.payload`, given.payload),
  })

  return {
    ...contract,
    servers: contract.servers.map(server => at(`servers.${server.url}`, server)),
    security: mapValues(contract.security, (name, scheme) => at(`security.${name}`, scheme)),
    account: { ...account, credentials: schema('account.credentials', account.credentials) },
    operations: mapValues(contract.operations, (name, each) => operation(`operations.${name}`, each)),
    callbacks: mapValues(contract.callbacks, (name, each) => callback(`callbacks.${name}`, each)),
    refusal: schema('refusal', contract.refusal),
    ...(responseHeaders && { responseHeaders: schema('responseHeaders', responseHeaders) }),
    errors: mapValues(contract.errors, (name, row) => at(`errors.${name}`, row)),
  }
}

type Note = (path: string, provenance: Provenance) => Provenance

function createNote({ facts, contradictions }: ProviderObservations): Note {
  const against = new Map<string, { count: number; last: string }>()
  for (const { fact, count: times, last } of contradictions) {
    const before = against.get(fact)
    against.set(fact, { count: (before?.count ?? 0) + times, last: later(before?.last, last) })
  }
  return (path, provenance) => {
    const observed = facts[path]
    const contradicted = against.get(path)
    if (!observed && !contradicted) return provenance
    const told: Provenance =
      provenance.level === 'assumed' && observed && !contradicted
        ? { level: 'observed', evidence: ownCaptures, note: provenance.reason }
        : provenance
    return { ...told, ...(observed && { observed }), ...(contradicted && { contradicted }) }
  }
}

/** The same schema, checks and all, with other provenance at its fields, at any depth. */
function noteSchema(schema: z.ZodType, path: string, note: Note): z.ZodType {
  const inner = noteInside(schema, path, note)
  const provenance = provenanceOf(schema)
  const content = contentOf(schema)
  const meta = {
    ...schema.meta(),
    ...(provenance && { [provenanceKey]: note(path, provenance) }),
    ...(content && { [contentKey]: noteSchema(content, path, note) }),
  }
  return Object.keys(meta).length === 0 ? inner : inner.meta(meta)
}

function noteInside(schema: z.ZodType, path: string, note: Note): z.ZodType {
  const { def } = schema._zod
  if (schema instanceof z.ZodObject) {
    const shape = mapValues(schema.shape as Record<string, z.ZodType>, (name, field) =>
      noteSchema(field, `${path}.${name}`, note),
    )
    return schema.clone({ ...schema._zod.def, shape })
  }
  if (schema instanceof z.ZodArray)
    return schema.clone({ ...schema._zod.def, element: noteSchema(schema.element as z.ZodType, path, note) })
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) {
    const innerType = noteSchema(schema.unwrap() as z.ZodType, path, note)
    return (schema as z.ZodType).clone({ ...def, innerType } as never)
  }
  return schema
}

function mergeProvider(a: ProviderObservations, b: ProviderObservations): ProviderObservations {
  const facts = { ...a.facts }
  for (const [path, more] of Object.entries(b.facts)) {
    const before = facts[path]
    facts[path] = before
      ? {
          count: before.count + more.count,
          first: more.first < before.first ? more.first : before.first,
          last: later(before.last, more.last),
        }
      : more
  }
  const contradictions = a.contradictions.map(each => ({ ...each }))
  for (const more of b.contradictions) {
    const before = contradictions.find(each => each.fact === more.fact && each.kind === more.kind)
    if (!before) contradictions.push(more)
    else Object.assign(before, { count: before.count + more.count, last: later(before.last, more.last) })
  }
  return { facts, contradictions }
}

function later(a: string | undefined, b: string): string {
  return a !== undefined && a > b ? a : b
}

function mapValues<T>(
  values: Readonly<Record<string, T>>,
  change: (name: string, value: T) => T,
): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(name, value)]))
}
