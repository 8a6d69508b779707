// One call, in search of the faults that strike it.
import type { Contract, WireRequest } from '../contract/index.ts'
import { type Effect, type Fault, faultHeader, readAsked } from './fault.ts'
import type { Decided, Faults } from './faults.ts'
import type { Exchange } from './journal.ts'

export interface Call {
  /**
   * What strikes the call, if anything does; the journal learns which rule says so.
   *
   * @param orderNumber the merchant's number, where it is not the one that the call names
   */
  take<E extends Effect>(effect: E, orderNumber?: string): Promise<NonNullable<Fault[E]> | undefined>
  /** Whether a rule can strike with this effect, so that it matters which account the call is for. */
  mayTake(effect: Effect): boolean
}

/**
 * The search for what goes wrong with one call, or undefined where nothing can: that is most calls, and they
 * must not pay for it.
 *
 * @throws PaydoubleError `badFault`, `unknownError` where the call asks for what there is not
 */
export function createCall(
  faults: Faults,
  contract: Contract,
  { headers }: Pick<WireRequest, 'headers'>,
  exchange: Exchange,
  markers: boolean,
): Call | undefined {
  const header = headers[faultHeader]
  const marker = markers && !header ? markerIn(exchange.params ?? {}) : undefined
  const asked = header || marker
  if (asked === undefined && !faults.has()) return undefined
  const own = asked === undefined ? undefined : readAsked(contract, asked)
  const ownRule = header ? `header ${faultHeader}: ${header}` : `marker ${marker}`

  const decided: Decided = new Map()
  return {
    mayTake: effect => faults.has(effect),

    async take(effect, orderNumber = orderNumberOf(contract, exchange)) {
      const { operation, account } = exchange
      const taken =
        own?.[effect] !== undefined
          ? { effect: own[effect] as NonNullable<Fault[typeof effect]>, rule: ownRule }
          : await faults.take(effect, { provider: contract.id, operation, account, orderNumber }, decided)
      if (taken && !exchange.fault?.includes(taken.rule))
        exchange.fault = exchange.fault ? `${exchange.fault}; ${taken.rule}` : taken.rule
      return taken?.effect
    },
  }
}

function orderNumberOf(contract: Contract, { operation = '', params = {} }: Exchange): string | undefined {
  const number = params[contract.operations[operation]?.orderNumber ?? '']
  return number === undefined ? undefined : String(number)
}

/** What a field of a request asks for, where clients can set no header: `paydouble:error=1205`. */
function markerIn(params: Readonly<Record<string, unknown>>): string | undefined {
  for (const value of Object.values(params)) {
    const found = typeof value === 'string' && /paydouble:([^\s\]]+)/.exec(value)?.[1]
    if (found) return found
  }
  return undefined
}
