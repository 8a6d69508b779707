// What matchers and vitest have to do with each other.
import { PaydoubleError } from '../contract/index.ts'
import type { Colors } from './show.ts'

/** What vitest hands to a matcher as `this`, as far as it is needed. */
export interface MatcherContext {
  readonly isNot: boolean
  readonly promise: string
  readonly utils: Colors & {
    matcherHint(name: string, received?: string, expected?: string, options?: object): string
  }
}

export interface MatcherResult {
  readonly pass: boolean
  readonly message: () => string
}

/** `expect(answer).not.toMatchContract("qfpay.payment")` */
export function hintOf(
  { utils, isNot, promise }: MatcherContext,
  matcher: string,
  received: string,
  expected: string,
): string {
  return utils.matcherHint(matcher, received, expected, { isNot, promise })
}

/** An argument that is none. */
export function badArgument(matcher: string, why: string): PaydoubleError {
  return new PaydoubleError('badArgument', `Failed to match ${matcher}: ${why}.`)
}
