// The signature autopsy: why a signature does not match, and which known mistake gives it.
export type { Autopsy, Cause, Direction } from './autopsy.ts'
export { toAutopsyText } from './autopsy-text.ts'
export { isBodySigned } from './body-signature.ts'
export type { Difference } from './difference.ts'
export {
  type ExplainableExchange,
  type ExplainOptions,
  type Explanation,
  explainExchange,
  explainSignature,
  type KnownAccount,
  operationOf,
  type SignedMessage,
  type Unsigned,
} from './explain.ts'
export type { FoundMistake } from './mistake.ts'
export { createSecrets, maskSecret, type Secrets } from './secrets.ts'
