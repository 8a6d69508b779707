// The rules of a double: the faults that were added, which of them strikes, and what is left of each.
import { PaydoubleError } from '../contract/index.ts'
import type { Effect, Fault } from './fault.ts'
import type { Random } from './random.ts'

export interface Faults {
  /** Adds a fault that was checked, after the others. */
  add(fault: Fault): Rule
  /** The rules that are not used up, in their order. */
  list(): Rule[]
  /** Whether any rule has this effect, or any at all. */
  has(effect?: Effect): boolean
  /**
   * The next rule with this effect that strikes here; being asked counts.
   *
   * @param decided what was decided within the same call; it counts once
   */
  take<E extends Effect>(effect: E, at: Strike, decided?: Decided): Taken<E> | undefined
  /**
   * Takes rules away: all, or those of an account, or one, which may be used up already.
   * @throws PaydoubleError `faultUnknown`
   */
  remove(filter?: RuleFilter): void
  /** Takes the rules of an account away, as if it had never had any. */
  forget(provider: string, account: string): void
  /** Takes all rules away, as if there had never been any. */
  reset(): void
}

export interface RuleFilter {
  readonly provider?: string | undefined
  readonly account?: string | undefined
  readonly id?: string | undefined
}

/** A fault that was added, with what is left of it. */
export interface Rule {
  readonly id: string
  readonly fault: Fault
  /** How often it can still strike; null for always. */
  readonly left: number | null
}

/** Where a fault might strike. */
export interface Strike {
  readonly provider: string
  readonly operation?: string | undefined
  readonly account?: string | undefined
  readonly orderNumber?: string | undefined
  /** The name of a callback, where it is about one. */
  readonly callback?: string | undefined
}

/** Which rules strike one call: decided once, also where the call is about several orders. */
export type Decided = Map<object, boolean>

/** What strikes, and the rule that says so. */
export interface Taken<E extends Effect> {
  readonly effect: NonNullable<Fault[E]>
  readonly rule: string
}

interface Entry {
  readonly id: string
  readonly fault: Fault
  readonly orderNumber: RegExp | undefined
  /** The random stream of its probability. */
  readonly stream: string
  skip: number
  left: number
}

export function createFaults(random: Random): Faults {
  let entries: Entry[] = []
  let added = 0
  /** How many rules each account has had: what strikes one account does not depend on what others add. */
  const counts = new Map<string, number>()

  /** Whether a rule strikes this time; it is used up by it. */
  function use(entry: Entry): boolean {
    if (entry.skip > 0) {
      entry.skip--
      return false
    }
    const { probability } = entry.fault
    const isSpared =
      probability !== undefined && random.stream(entry.stream).int(1, 1_000_000) > probability * 1_000_000
    if (isSpared) return false
    entry.left--
    if (entry.left <= 0) entries = entries.filter(other => other !== entry)
    return true
  }

  return {
    add(fault) {
      const { skip = 0, times = fault.probability === undefined ? 1 : 'always', orderNumber } = fault
      const scope = scopeOf(fault)
      const count = (counts.get(scope) ?? 0) + 1
      counts.set(scope, count)
      added++
      const entry: Entry = {
        id: `fault_${added}`,
        fault,
        stream: `${scope}/${count}`,
        orderNumber: orderNumber === undefined ? undefined : toPattern(orderNumber),
        skip,
        left: times === 'always' ? Number.POSITIVE_INFINITY : times,
      }
      entries.push(entry)
      return toRule(entry)
    },

    list: () => entries.map(toRule),

    has: effect =>
      effect === undefined ? entries.length > 0 : entries.some(({ fault }) => fault[effect] !== undefined),

    take(effect, at, decided) {
      for (const entry of [...(decided?.keys() ?? []), ...entries] as Iterable<Entry>) {
        const { fault } = entry
        if (fault[effect] === undefined || !strikes(entry, at)) continue
        const isStruck = decided?.get(entry) ?? use(entry)
        decided?.set(entry, isStruck)
        if (!isStruck) continue
        return { effect: fault[effect] as never, rule: JSON.stringify(fault) }
      }
      return undefined
    },

    remove(filter = {}) {
      const { id: named } = filter
      const number = Number(/^fault_([1-9]\d{0,14})$/.exec(named ?? '')?.[1])
      if (named !== undefined && !(number <= added)) {
        throw new PaydoubleError(
          'faultUnknown',
          `Failed to take away the fault ${JSON.stringify(named)}: none was added with this id. "paydouble fault list" lists those that are left.`,
        )
      }
      const isOut = ({ fault, id }: Entry) =>
        (filter.id ?? id) === id &&
        (filter.provider ?? fault.provider) === fault.provider &&
        (filter.account === undefined || filter.account === fault.account)
      entries = entries.filter(entry => !isOut(entry))
    },

    forget(provider, account) {
      entries = entries.filter(({ fault }) => fault.provider !== provider || fault.account !== account)
      counts.delete(scopeOf({ provider, account }))
    },

    reset() {
      entries = []
      added = 0
      counts.clear()
    },
  }
}

/** The random streams of an account's rules begin so, with the account, and are reset with it. */
function scopeOf({ provider, account = '' }: Pick<Fault, 'provider' | 'account'>): string {
  return `${provider}/${account}/faults`
}

function strikes({ fault, orderNumber }: Entry, at: Strike): boolean {
  return (
    fault.provider === at.provider &&
    (fault.operation ?? at.operation) === at.operation &&
    (fault.account ?? at.account) === at.account &&
    (fault.deliver?.callback ?? at.callback) === at.callback &&
    (orderNumber === undefined || (at.orderNumber !== undefined && orderNumber.test(at.orderNumber)))
  )
}

function toRule({ id, fault, left }: Entry): Rule {
  return { id, fault, left: Number.isFinite(left) ? left : null }
}

/** `*` stands for anything. */
function toPattern(glob: string): RegExp {
  return new RegExp(`^${glob.split('*').map(escapePattern).join('.*')}$`, 's')
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
