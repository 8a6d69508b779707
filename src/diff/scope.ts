// Where changes go, with what they have in common: the operation, and who writes the message.
import type { Change, Effect, Verdict, Writer } from './change.ts'
import type { Place } from './place.ts'
import { reasonOf, verdictOf } from './verdict.ts'

export interface Scope {
  /** The operation or callback, as it is shown. */
  readonly operation?: string
  readonly writer?: Writer
  /** Whether values are texts on the wire, as those of forms and queries are. */
  readonly isTextual: boolean
  readonly changes: Changes
  /** The pairs of schemas that were compared already, or are being compared: schemas may contain themselves. */
  readonly compared: Set<string>
  /** Compares schemas inside of schemas. It is here because what it is made of needs it. */
  readonly compareSchemas: (old: readonly Place[], now: readonly Place[], scope: Scope) => void
  /** How many comparisons may still be made just to see whether two alternatives are alike. */
  readonly trials: { left: number }
}

/** Changes by what they are and where, so that a component which many operations use is told of once. */
export type Changes = Map<string, Change>

export interface Difference {
  readonly kind: string
  readonly effect: Effect
  readonly message: string
  /** Where it is in the old document, and in the new one. One of them is enough. */
  readonly old?: Place | undefined
  readonly new?: Place | undefined
  readonly before?: unknown
  readonly after?: unknown
  /** Where more is known than the effect. */
  readonly verdict?: Verdict
  readonly reason?: string
}

export function report(scope: Scope, difference: Difference): void {
  const { kind, effect, message, before, after } = difference
  const { operation, writer, changes } = scope
  const isInOld =
    !difference.new || (difference.new.isAbsent === true && !!difference.old && !difference.old.isAbsent)
  const place = isInOld ? 'old' : 'new'
  const pointer = difference[place]?.pointer ?? ''
  const other = difference.old && !difference.old.isAbsent ? difference.old.pointer : ''
  const key = [kind, writer, place, pointer, other].join(' ')
  const known = changes.get(key)
  const operations = [
    ...new Set([...(known?.operations ?? []), ...(operation === undefined ? [] : [operation])]),
  ]
  changes.set(key, {
    kind,
    verdict: difference.verdict ?? verdictOf(effect, writer),
    pointer,
    in: place,
    operations,
    ...(writer && { writer }),
    effect,
    message,
    reason: difference.reason ?? reasonOf(effect, writer),
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
  })
}

/** The effects of a comparison that is made only to see what comes of it; undefined where too many were made. */
export function tryOut(scope: Scope, compare: (scope: Scope) => void): ReadonlySet<Effect> | undefined {
  if (scope.trials.left <= 0) return undefined
  scope.trials.left--
  const changes: Changes = new Map()
  compare({ ...scope, changes, compared: new Set(scope.compared) })
  return new Set([...changes.values()].map(change => change.effect).filter(effect => effect !== 'none'))
}

/** The most trials of a whole comparison. */
export const mostTrials = 1_000
