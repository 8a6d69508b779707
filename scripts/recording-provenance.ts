// Stands in for src/contract/provenance.ts while scripts/fact-lines.ts looks where facts are written down.
import type * as z from 'zod'
import * as real from '../src/contract/provenance.ts'

export * from '../src/contract/provenance.ts'

/** Where provenances and fields were made: the lines of the contracts' own files, the innermost call first. */
export const places = new WeakMap<object, readonly string[]>()

export const documented: typeof real.documented = (...args) => record(real.documented(...args))
export const published: typeof real.published = (...args) => record(real.published(...args))
export const observed: typeof real.observed = (...args) => record(real.observed(...args))
export const assumed: typeof real.assumed = (...args) => record(real.assumed(...args))

export function fact<S extends z.ZodType>(schema: S, provenance: real.Provenance, description: string): S {
  return record(real.fact(schema, provenance, description))
}

function record<T extends object>(made: T): T {
  places.set(made, (new Error().stack ?? '').match(/contracts\/[a-z0-9]+\/[\w-]+\.ts:\d+/g) ?? [])
  return made
}
