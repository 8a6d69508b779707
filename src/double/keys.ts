import { PaydoubleError } from '../contract/index.ts'
import type { Account, Order } from '../store/records.ts'
import type { StoreOptions } from '../store/store.ts'
import type { Simulator } from './simulator.ts'

/** A unique key of one account, as the store knows it. */
export function scopedKey(provider: string, account: string, kind: string, key: string): string {
  return `${provider}/${account}/${kind}/${key}`
}

/** What a store must know of the providers: what is unique about their orders, and what names their accounts. */
export function storeOptionsFor(simulators: readonly Simulator[]): StoreOptions {
  const byId = new Map(simulators.map(simulator => [simulator.contract.id, simulator]))
  const simulatorOf = (provider: string) => {
    const simulator = byId.get(provider)
    if (simulator) return simulator
    throw new PaydoubleError(
      'unknownProvider',
      `Failed to find the provider ${JSON.stringify(provider)}: the double has ${[...byId.keys()].join(', ')}.`,
    )
  }
  return {
    keysOf(order: Order) {
      const keys = simulatorOf(order.provider).keysOf(order)
      const scoped: Record<string, string> = {}
      for (const kind in keys)
        scoped[kind] = scopedKey(order.provider, order.account, kind, keys[kind] as string)
      return scoped
    },
    identitiesOf({ provider, credentials, settings }: Account) {
      const { identifiedBy, identities } = simulatorOf(provider).contract.account
      return identities?.(credentials, settings) ?? [String(credentials[identifiedBy])]
    },
  }
}
