// The rules of a double: the faults that were added, which of them strikes, and what is left of each.
import { PaydoubleError } from '../contract/index.ts'
import type { Effect, Fault } from './fault.ts'
import type { Random } from './random.ts'
import type { Decision, SharedState } from './shared.ts'

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
  take<E extends Effect>(effect: E, at: Strike, decided?: Decided): Promise<Taken<E> | undefined>
  /**
   * Takes rules away: all, or those of an account, or one, which may be used up already.
   * @throws PaydoubleError `faultUnknown`
   */
  remove(filter?: RuleFilter): void
  /** Takes the rules of an account away, as if it had never had any. */
  forget(provider: string, account: string): void
  /** Takes all rules away, as if there had never been any but these. */
  restart(faults: readonly Fault[]): void
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

/** Which rules strike one call, by id: decided once, also where the call is about several orders. */
export type Decided = Map<string, { readonly entry: Entry; readonly isStruck: boolean }>

/** What strikes, and the rule that says so. */
export interface Taken<E extends Effect> {
  readonly effect: NonNullable<Fault[E]>
  readonly rule: string
}

/** A rule as it is kept; plain data. */
interface Entry {
  readonly id: string
  readonly fault: Fault
  /** The random stream of its probability. */
  readonly stream: string
  readonly skip: number
  /** Null for always. */
  readonly left: number | null
}

interface State {
  readonly entries: readonly Entry[]
  /** How many rules there have been. */
  readonly added: number
  /** How many each account has had: what strikes one account does not depend on what others add. */
  readonly counts: Readonly<Record<string, number>>
}

const noRules: State = { entries: [], added: 0, counts: {} }

/** @param initial what goes wrong from the beginning */
export function createFaults(random: Random, shared: SharedState, initial: () => readonly Fault[]): Faults {
  const rules = shared.add('faults', () => withFaults(noRules, initial()))

  function withFaults(state: State, faults: readonly Fault[]): State {
    return faults.reduce((before, fault) => withEntry(before, toEntry(before, fault)), state)
  }

  function toEntry({ added, counts }: State, fault: Fault): Entry {
    const { skip = 0, times = fault.probability === undefined ? 1 : 'always' } = fault
    const scope = scopeOf(fault)
    return {
      // Several processes may add one at the same time.
      id: random.begun === 0 ? `fault_${added + 1}` : `fault_${random.begun}_${added + 1}`,
      fault,
      stream: `${scope}/${(counts[scope] ?? 0) + 1}`,
      skip,
      left: times === 'always' ? null : times,
    }
  }

  /** Whether a rule strikes this time, and what is left of it then. */
  function use(entry: Entry): { isStruck: boolean; next: Entry } {
    if (entry.skip > 0) return { isStruck: false, next: { ...entry, skip: entry.skip - 1 } }
    const { probability } = entry.fault
    const isSpared =
      probability !== undefined && random.stream(entry.stream).int(1, 1_000_000) > probability * 1_000_000
    if (isSpared || entry.left === null) return { isStruck: !isSpared, next: entry }
    return { isStruck: true, next: { ...entry, left: entry.left - 1 } }
  }

  /** Asks the rules in turn until one strikes. */
  function decide<E extends Effect>(
    state: State,
    { effect, at, decided }: Asked<E>,
  ): Decision<State, Answered<E>> {
    let value = state
    const asked: Decided = new Map()
    const known = [...decided.values()].map(({ entry }) => entry)
    const others = state.entries.filter(({ id }) => !decided.has(id))
    for (const entry of [...known, ...others]) {
      const { fault, id } = entry
      if (fault[effect] === undefined || !strikes(entry, at)) continue
      let isStruck = decided.get(id)?.isStruck
      if (isStruck === undefined) {
        const used = use(entry)
        isStruck = used.isStruck
        asked.set(id, { entry, isStruck })
        value = replaced(value, entry, used.next)
      }
      if (!isStruck) continue
      const taken = { effect: fault[effect] as NonNullable<Fault[E]>, rule: JSON.stringify(fault) }
      return { value, result: { taken, asked } }
    }
    return { value, result: { taken: undefined, asked } }
  }

  return {
    add(fault) {
      const entry = toEntry(rules.current, fault)
      rules.change(state => withEntry(state, entry))
      return toRule(entry)
    },

    list: () => rules.current.entries.map(toRule),

    has: effect =>
      effect === undefined
        ? rules.current.entries.length > 0
        : rules.current.entries.some(({ fault }) => fault[effect] !== undefined),

    async take(effect, at, decided = new Map()) {
      const { taken, asked } = await rules.decide(state => decide(state, { effect, at, decided }))
      for (const [id, decision] of asked) decided.set(id, decision)
      return taken
    },

    remove(filter = {}) {
      const { id: named } = filter
      const number = Number(/^fault_(?:[1-9]\d{0,14}_)?([1-9]\d{0,14})$/.exec(named ?? '')?.[1])
      if (named !== undefined && !(number <= rules.current.added)) {
        throw new PaydoubleError(
          'faultUnknown',
          `Failed to take away the fault ${JSON.stringify(named)}: none was added with this id. "paydouble fault list" lists those that are left.`,
        )
      }
      const isOut = ({ fault, id }: Entry) =>
        (filter.id ?? id) === id &&
        (filter.provider ?? fault.provider) === fault.provider &&
        (filter.account === undefined || filter.account === fault.account)
      rules.change(state => without(state, isOut))
    },

    forget(provider, account) {
      rules.change(state => {
        const { [scopeOf({ provider, account })]: _, ...counts } = state.counts
        const isOut = ({ fault }: Entry) => fault.provider === provider && fault.account === account
        return { ...without(state, isOut), counts }
      })
    },

    restart(faults) {
      rules.change(() => withFaults(noRules, faults))
    },
  }
}

interface Asked<E extends Effect> {
  readonly effect: E
  readonly at: Strike
  readonly decided: Decided
}

interface Answered<E extends Effect> {
  readonly taken: Taken<E> | undefined
  /** What was decided just now. */
  readonly asked: Decided
}

function withEntry({ entries, added, counts }: State, entry: Entry): State {
  const scope = scopeOf(entry.fault)
  return {
    entries: [...entries, entry],
    added: added + 1,
    counts: { ...counts, [scope]: (counts[scope] ?? 0) + 1 },
  }
}

function without(state: State, isOut: (entry: Entry) => boolean): State {
  return { ...state, entries: state.entries.filter(entry => !isOut(entry)) }
}

/** What is used up is taken away. */
function replaced(state: State, entry: Entry, next: Entry): State {
  if (next === entry) return state
  const isOver = next.left !== null && next.left <= 0
  return {
    ...state,
    entries: state.entries.flatMap(each => {
      if (each !== entry) return [each]
      return isOver ? [] : [next]
    }),
  }
}

/** The random streams of an account's rules begin so, with the account, and are reset with it. */
function scopeOf({ provider, account = '' }: Pick<Fault, 'provider' | 'account'>): string {
  return `${provider}/${account}/faults`
}

function strikes({ fault }: Pick<Entry, 'fault'>, at: Strike): boolean {
  const { orderNumber } = fault
  return (
    fault.provider === at.provider &&
    (fault.operation ?? at.operation) === at.operation &&
    (fault.account ?? at.account) === at.account &&
    (fault.deliver?.callback ?? at.callback) === at.callback &&
    (orderNumber === undefined ||
      (at.orderNumber !== undefined && patternOf(orderNumber).test(at.orderNumber)))
  )
}

function toRule({ id, fault, left }: Entry): Rule {
  return { id, fault, left }
}

const patterns = new Map<string, RegExp>()
const mostPatterns = 1000

/** `*` stands for anything. */
function patternOf(glob: string): RegExp {
  let pattern = patterns.get(glob)
  if (!pattern) {
    pattern = new RegExp(`^${glob.split('*').map(escapePattern).join('.*')}$`, 's')
    if (patterns.size >= mostPatterns) patterns.clear()
    patterns.set(glob, pattern)
  }
  return pattern
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
