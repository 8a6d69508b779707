// Fields that were renamed: one is missing, and an unknown one would fit.
import { distance } from 'fastest-levenshtein'
import type * as z from 'zod'
import type { Finding } from '../contract/index.ts'
import { showValue } from './show-value.ts'
import type { Unknown } from './unknown-fields.ts'
import { at } from './value-places.ts'

/** A difference, with where it is and what belongs there. */
export type Mismatch = Finding & {
  readonly path: readonly PropertyKey[]
  readonly schema: z.ZodType | undefined
}

/** What was renamed is one difference, not two: a field that is missing, and an unknown one that would fit. @returns also the unknown ones that are left */
export function pairRenamed(
  mismatches: readonly Mismatch[],
  unknowns: readonly Unknown[],
  value: unknown,
): { readonly findings: Finding[]; readonly unknowns: Unknown[] } {
  const left = new Set(unknowns)
  const findings = mismatches.map(mismatch => {
    const { path, schema, ...finding } = mismatch
    if (finding.kind !== 'missingField') return finding
    const parent = path.slice(0, -1)
    const siblings = [...left].filter(each => !each.isKnown && samePath(each.path, parent))
    const missing = String(path.at(-1))
    const alsoMissing = mismatches.filter(
      other => other.kind === 'missingField' && samePath(other.path.slice(0, -1), parent),
    ).length
    const isOnly = siblings.length === 1 && alsoMissing === 1
    const renamed = siblings
      .filter(each => each.unspaced === missing || isOnly || isAlike(each.name, missing))
      .filter(each => schema?.safeParse(at(value, [...parent, each.name])).success ?? true)
      .sort((a, b) => distance(a.name, missing) - distance(b.name, missing))[0]
    if (!renamed) return finding
    left.delete(renamed)
    const received = showValue(renamed.name)
    const isSpaced = renamed.unspaced === missing
    const kind = isSpaced ? 'spacedKey' : 'renamedField'
    const message = isSpaced
      ? `The field ${showValue(missing)} is missing, and there is ${received}, with a space.`
      : `The field ${showValue(missing)} is missing, and ${received}, which nobody knows, holds what would fit it: it may have been renamed.`
    return { ...finding, kind, message, expected: showValue(missing), received }
  })
  return { findings, unknowns: [...left] }
}

/** Names that differ in how they are written, or in few letters. */
function isAlike(a: string, b: string): boolean {
  if (a.length > longestName) return false
  const [plainA, plainB] = [plain(a), plain(b)]
  return (
    plainA === plainB || distance(plainA, plainB) <= Math.floor(Math.max(plainA.length, plainB.length) * 0.4)
  )
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

function samePath(a: readonly PropertyKey[], b: readonly PropertyKey[]): boolean {
  return a.length === b.length && a.every((key, i) => String(key) === String(b[i]))
}

/** Names that are longer are compared with none. */
const longestName = 64
