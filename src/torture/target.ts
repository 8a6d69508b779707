import type { Contract } from '../contract/index.ts'
import type { CallbackControl } from '../double/callback-control.ts'
import type { Double } from '../double/double.ts'
import type { Fault } from '../double/fault.ts'
import type { Rule, RuleFilter } from '../double/faults.ts'
import type { Payer } from '../double/payer.ts'

/** What torture needs of a double: one in this process has it, and so has a server to which `connect` leads. */
export interface TorturedDouble {
  readonly seed: number
  readonly simulators: readonly { readonly contract: Contract }[]
  readonly accounts: Pick<Double['accounts'], 'list' | 'put' | 'create' | 'reset' | 'remove'>
  readonly orders: Pick<Double['orders'], 'list'>
  readonly deliveries: Pick<Double['deliveries'], 'list'>
  readonly payer: Pick<Payer, 'pay' | 'decline'>
  readonly callbacks: Pick<CallbackControl, 'send' | 'resend'>
  readonly faults: {
    add(fault: Fault): Rule[] | Promise<Rule[]>
    list(): Rule[] | Promise<Rule[]>
    remove(filter: RuleFilter): void | Promise<void>
  }
  readonly clock: {
    readonly kind: 'system' | 'manual' | 'offset'
    /** Epoch milliseconds. */
    now(): number | Promise<number>
    advance(duration: number | string): Promise<unknown>
    set(moment: number | string): Promise<unknown>
    freeze(): void | Promise<void>
    resume(): void | Promise<void>
  }
}
