// What the documents of contracts say besides fields and codes: rules, signatures among them, and rate limits.
import { isDeepStrictEqual } from 'node:util'
import { sayProvenance } from './annotations.ts'
import { below, entriesOf, fieldsOf, itemsOf, type Place } from './place.ts'
import { report, type Scope } from './scope.ts'

export function compareRules(old: Place, now: Place, scope: Scope): void {
  const [before, after] = [new Map(entriesOf(old)), new Map(entriesOf(now))]
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(name), after.get(name)]
    const [wasValue, isValue] = [was, is].map(rule => (rule ? fieldsOf(rule).value : undefined))
    if (!isDeepStrictEqual(wasValue, isValue)) {
      const shown = JSON.stringify(name)
      report(scope, {
        kind: was ? (is ? 'ruleChanged' : 'ruleRemoved') : 'ruleAdded',
        ...effectOf(name, was !== undefined && is !== undefined),
        old: was,
        new: is,
        message: was
          ? is
            ? `The rule ${shown} is another one.`
            : `The rule ${shown} is gone.`
          : `There is another rule ${shown}.`,
        before: wasValue,
        after: isValue,
      })
    }
    if (was && is) compareProvenance(was, is, scope)
  }
}

/** By their name, rules on how something is signed are known: with another one, every signature is wrong. */
function effectOf(name: string, isInBoth: boolean) {
  return /signature$/i.test(name) && isInBoth
    ? ({
        effect: 'other',
        reason: 'A signature that is made by the old rule is wrong by the new one.',
      } as const)
    : ({ effect: 'uncertain', reason: 'Whether an app goes by this rule is not said: read both.' } as const)
}

export function compareRateLimits(old: Place, now: Place, scope: Scope): void {
  const written: Scope = { ...scope, writer: 'app' }
  const [before, after] = [byWindow(old), byWindow(now)]
  for (const window of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(window), after.get(window)]
    const [wasLimit = Number.POSITIVE_INFINITY, isLimit = Number.POSITIVE_INFINITY] = [was, is].map(limitOf)
    if (wasLimit !== isLimit) {
      const isLess = isLimit < wasLimit
      report(written, {
        kind: isLess ? 'rateLimitLowered' : 'rateLimitRaised',
        effect: isLess ? 'narrower' : 'wider',
        old: was,
        new: is,
        message: `The rate limit on ${window} is ${show(isLimit)} where it was ${show(wasLimit)}.`,
        reason: isLess
          ? 'An app that calls as often as it could is refused.'
          : 'An app can call as often as before.',
        before: was && wasLimit,
        after: is && isLimit,
      })
    }
    if (was && is) compareProvenance(was, is, scope)
  }
}

function byWindow(limits: Place): Map<string, Place> {
  return new Map(
    itemsOf(limits).map(place => {
      const { operation, windowMs } = fieldsOf(place)
      return [`${operation ?? 'all calls'} within ${Number(windowMs) / 1000} s`, place]
    }),
  )
}

function limitOf(place: Place | undefined): number | undefined {
  const limit = place && fieldsOf(place).limit
  return typeof limit === 'number' ? limit : undefined
}

function show(limit: number): string {
  return limit === Number.POSITIVE_INFINITY ? 'none' : String(limit)
}

function compareProvenance(old: Place, now: Place, scope: Scope): void {
  const [was, is] = [below(old, 'provenance'), below(now, 'provenance')]
  const said = sayProvenance(was.value, is.value)
  if (said) report(scope, { ...said, old: was, new: is })
}
