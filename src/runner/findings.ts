// Findings with their place in a contract, and what became of many alike.
import type { Contract, Finding } from '../contract/index.ts'
import type { CapturedExchange, Place } from './exchange.ts'

/** Which message of an exchange a finding is about. */
export type Part = 'request' | 'response' | 'callback'

/** Who would have to change something. */
export type Party = 'client' | 'provider'

/** A finding about one message of an operation or a callback. */
export interface LocatedFinding extends Finding {
  /** The provider's id. */
  readonly provider: string
  /** The operation's or the callback's name in the contract. */
  readonly name: string
  readonly part: Part
  readonly by: Party
  /** More than fits a line, such as the autopsy of a signature. */
  readonly detail?: string
}

/** When and where something was seen. */
export interface Sighting {
  /** Epoch milliseconds. */
  readonly at?: number
  readonly place: Place
}

/** All findings alike: of one kind, about one field of one message. */
export interface FindingGroup extends LocatedFinding {
  /** Stable: `qfpay.payment response missingField /syssn`. */
  readonly id: string
  readonly count: number
  readonly first: Sighting
  readonly last: Sighting
  /** Different values that were received, masked; the first few. */
  readonly examples: readonly string[]
  /** Of what a client does otherwise, how often the provider has taken the request all the same. */
  readonly taken?: number
  /** Where a baseline accepts it: why, and until when. */
  readonly accepted?: { readonly reason: string; readonly expires: string }
}

export interface FindingGroups {
  /** Whether there is one alike: then no detail needs to be worked out. */
  has(finding: LocatedFinding): boolean
  /** @param isTaken of a request, whether the provider has taken it all the same */
  add(finding: LocatedFinding, exchange: Pick<CapturedExchange, 'at' | 'place'>, isTaken?: boolean): void
  /** In the order in which they were first seen. */
  list(): FindingGroup[]
  /** How many there are. */
  readonly size: number
  /** Findings that were counted but not kept, because there were too many different ones. */
  readonly dropped: number
}

/** Columns of a detail, so that it fits a terminal of 80 behind a margin. */
export const detailWidth = 74
/** How many groups are kept: names of fields are whatever a capture holds. */
export const mostGroups = 5000
const mostExamples = 3

export function createFindingGroups(): FindingGroups {
  const groups = new Map<string, Mutable>()
  let dropped = 0
  return {
    has: finding => groups.has(idOf(finding)),

    add(finding, { at, place }, isTaken) {
      const id = idOf(finding)
      const sighting = at === undefined ? { place } : { at, place }
      const group = groups.get(id)
      if (!group) {
        if (groups.size >= mostGroups) dropped++
        else {
          const examples = finding.received === undefined ? [] : [finding.received]
          const taken = isTaken === undefined ? {} : { taken: isTaken ? 1 : 0 }
          const sides = new Set([`${finding.message} ${finding.expected}`])
          groups.set(id, {
            ...finding,
            id,
            count: 1,
            first: sighting,
            last: sighting,
            examples,
            sides,
            ...taken,
          })
        }
        return
      }
      group.count++
      widen(group, finding)
      if (isTaken) group.taken = (group.taken ?? 0) + 1
      // Captures need not be in the order of time.
      if (at !== undefined && at < (group.first.at ?? Number.POSITIVE_INFINITY)) group.first = sighting
      if (at === undefined || at >= (group.last.at ?? Number.NEGATIVE_INFINITY)) group.last = sighting
      const { received } = finding
      if (
        received !== undefined &&
        group.examples.length < mostExamples &&
        !group.examples.includes(received)
      )
        group.examples.push(received)
    },

    list: () => [...groups.values()].map(({ sides: _, ...group }) => group),

    get size() {
      return groups.size
    },

    get dropped() {
      return dropped
    },
  }
}

/** Kinds of which one field may be wrong in several ways, each with words of its own. */
const manySided = new Set(['wrongLength', 'wrongFormat', 'contentType', 'notJson'])
const mostSides = 3

/** Has a group say of each of its ways what is wrong, and not of the first alone. */
function widen(group: Mutable, { kind, message, expected }: LocatedFinding): void {
  if (!manySided.has(kind) || group.sides.size >= mostSides) return
  const side = `${message} ${expected}`
  if (group.sides.has(side)) return
  group.sides.add(side)
  if (message.startsWith(group.message)) group.message = message
  else if (!group.message.includes(message)) group.message = `${group.message} ${message}`
  if (expected === undefined || group.expected?.includes(expected)) return
  group.expected = group.expected === undefined ? expected : `${group.expected}; ${expected}`
}

type Mutable = Omit<
  FindingGroup,
  'count' | 'taken' | 'first' | 'last' | 'examples' | 'message' | 'expected'
> & {
  message: string
  expected?: string
  /** The ways in which it is wrong, as far as they are told. */
  readonly sides: Set<string>
  count: number
  taken?: number
  first: Sighting
  last: Sighting
  examples: string[]
}

/** What makes findings alike. Items of a list count as one. */
export function idOf({ provider, name, part, kind, pointer, received }: LocatedFinding): string {
  const at = pointer.replace(/\/\d+(?=\/|$)/g, '/*')
  const value = byValue.has(kind) ? ` ${received}` : ''
  return `${provider}.${name} ${part} ${kind}${at === '' ? '' : ` ${at}`}${value}`
}

/** Where another value is another finding: who accepts one new code has not accepted the next one. */
const byValue: ReadonlySet<string> = new Set(['undocumentedCode', 'undocumentedStatus'])

/** The fact of a contract that a finding is about, as `listFacts` names it, as near as there is one. */
export function factPathOf(contract: Contract, { name, part, pointer, kind }: LocatedFinding): string {
  const fields = pointer
    .split('/')
    .slice(1)
    .filter(each => !/^(\d+|\*)$/.test(each))
  const base =
    part === 'callback'
      ? `callbacks.${name}.payload`
      : part === 'request'
        ? `operations.${name}.request`
        : `operations.${name}.response`
  if (kind === 'undocumentedCode') return `refusal.${contract.codeField}`
  return [base, ...fields].join('.')
}
