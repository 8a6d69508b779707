// Matchers for vitest over any contracts; `paydouble/vitest` has them with those of the four providers.
export { type ContractOptions, createMatchers, type MatcherOptions } from './matchers.ts'
export { type ObservableServer, type ObserveOptions, type Observer, observe } from './observe.ts'
export type { DeliveredOptions, PaidOptions } from './orders.ts'
export type { SignatureOptions } from './signature.ts'
