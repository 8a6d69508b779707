// The tokens that an account was issued, as its settings hold them.
import * as z from 'zod'
import type { Settings } from '../../src/contract/index.ts'
import { strictObject } from '../../src/contract/late-object.ts'

export const issuedToken = strictObject(() => ({
  token: z.string().regex(/^\S+$/, 'not a token'),
  /** Milliseconds since 1970. */
  expiresAt: z.int(),
  /** The operation that issued it. */
  from: z.enum(['token', 'oldToken']),
}))
export type IssuedToken = z.output<typeof issuedToken>

export function tokensOf(settings: Settings): readonly IssuedToken[] {
  return settings.issuedTokens as readonly IssuedToken[]
}
