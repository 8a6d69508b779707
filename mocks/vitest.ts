// The entry point `paydouble/vitest`: importing it gives vitest's `expect` the matchers, with the four providers.
import { expect } from 'vitest'
import { contracts } from '../contracts/index.ts'
import { toInitialAccounts } from '../src/double/accounts.ts'
import { createSystemClock } from '../src/double/clock.ts'
import { createRandom } from '../src/double/random.ts'
import { version } from '../src/version.ts'
import {
  type ContractOptions,
  createMatchers,
  type DeliveredOptions,
  type ObservableServer,
  type ObserveOptions,
  type Observer,
  observe as observeWith,
  type PaidOptions,
  type SignatureOptions,
} from '../src/vitest/index.ts'
import { simulators } from './index.ts'

export { contracts } from '../contracts/index.ts'
export { createMatchers, type Observer }

type Contracts = (typeof contracts)[number]
type NamesOf<C, K extends 'operations' | 'callbacks'> = C extends { readonly id: infer Id extends string } & {
  readonly [key in K]: infer Values
}
  ? `${Id}.${keyof Values & string}`
  : never
/** Known names are offered; those of other providers are taken, too. */
type Open<T extends string> = T | (string & Record<never, never>)

export type OperationName = NamesOf<Contracts, 'operations'>
export type CallbackName = NamesOf<Contracts, 'callbacks'>

/** The accounts that a double has unless it is told otherwise. */
const demoAccounts = toInitialAccounts(simulators, {}, createRandom(1))

expect.extend(createMatchers({ contracts, accounts: demoAccounts }))

/**
 * Judges each answer of a provider that MSW lets through, and each request.
 *
 * @example
 * const observer = observe(server)
 * afterAll(() => observer.end())
 */
export function observe(server: ObservableServer, options: Partial<ObserveOptions> = {}): Observer {
  const clock = createSystemClock()
  return observeWith(server, {
    contracts,
    accounts: demoAccounts,
    now: () => clock.now(),
    version,
    ...options,
  })
}

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /**
     * An answer, or a request, is as the contract of an operation has it. To be awaited.
     *
     * @example
     * await expect(response).toMatchContract('qfpay.payment')
     */
    toMatchContract(name: Open<OperationName>, options?: ContractOptions): Promise<void>
    /** A callback that a merchant has received is as its contract has it. To be awaited. */
    toMatchCallback(name: Open<CallbackName>, options?: ContractOptions): Promise<void>
    /** A message is signed with the key; without one, with that of a demo account. To be awaited. */
    toHaveValidSignature(
      provider: Open<Contracts['id']>,
      key?: string,
      options?: SignatureOptions,
    ): Promise<void>
    /** An order of a double, as it was when it was read, is paid. */
    toHaveBeenPaid(options?: PaidOptions): R
    /** The order of a double with that id, or that number of the merchant, is paid now. To be awaited. */
    toHavePaid(id: string, options?: PaidOptions): Promise<void>
    /** The merchant has acknowledged callbacks of a double. To be awaited. */
    toHaveDelivered(options?: DeliveredOptions): Promise<void>
    /** An observer has found nothing so far. To be awaited. */
    toHaveNoFindings(): Promise<void>
  }
}
