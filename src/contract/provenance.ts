import type * as z from 'zod'

/**
 * Who says that a fact is so.
 *
 * - `documented`: the provider's own document
 * - `published`: the provider, elsewhere
 * - `observed`: seen in real traffic or in public integrations
 * - `assumed`: our choice where all of them are silent, with the reason and the setting that changes it
 *
 * The first three cite a row of the contract's `evidence/facts.json`; an assumption that captured traffic has
 * confirmed cites {@link ownCaptures} instead.
 */
export type Provenance = (
  | {
      readonly level: 'documented' | 'published' | 'observed'
      readonly evidence: string
      readonly note?: string
    }
  | { readonly level: 'assumed'; readonly reason: string; readonly setting?: string }
) & {
  /** How often captured traffic has shown it; see `withObservations`. */
  readonly observed?: { readonly count: number; readonly first: string; readonly last: string }
  /** How often captured traffic has shown something else. */
  readonly contradicted?: { readonly count: number; readonly last: string }
}

export type ProvenanceLevel = Provenance['level']

export const provenanceLevels = ['documented', 'published', 'observed', 'assumed'] as const

/** The provider's own document says so. `evidence` is a row id of `facts.json`. */
export const documented = (evidence: string, note?: string): Provenance => cite('documented', evidence, note)

/** The provider says so, outside of the document. */
export const published = (evidence: string, note?: string): Provenance => cite('published', evidence, note)

/** Real traffic or public integrations show it. */
export const observed = (evidence: string, note?: string): Provenance => cite('observed', evidence, note)

/** Nobody says so: we chose it. `setting` names the account setting that changes the choice. */
export const assumed = (reason: string, setting?: string): Provenance =>
  setting === undefined ? { level: 'assumed', reason } : { level: 'assumed', reason, setting }

/** Cited in place of a row by what was only an assumption until captured traffic showed it. */
export const ownCaptures = 'captures'

/** The key under which a schema carries its provenance, in Zod's metadata and in OpenAPI documents. */
export const provenanceKey = 'x-provenance'

/**
 * Attaches a description and a provenance to a schema.
 *
 * @example
 * fact(z.string().max(128), documented('payment.request.out_trade_no'), 'Order number of the merchant.')
 */
export function fact<S extends z.ZodType>(schema: S, provenance: Provenance, description: string): S {
  return schema.meta({ ...schema.meta(), description, [provenanceKey]: provenance }) as S
}

/** The provenance that {@link fact} attached to a schema, if any. */
export function provenanceOf(schema: z.ZodType): Provenance | undefined {
  return schema.meta()?.[provenanceKey] as Provenance | undefined
}

function cite(level: 'documented' | 'published' | 'observed', evidence: string, note?: string): Provenance {
  return note === undefined ? { level, evidence } : { level, evidence, note }
}
