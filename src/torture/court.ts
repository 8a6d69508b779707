// Judges what schedules bring about, and remembers it.
import type { Contract } from '../contract/index.ts'
import type { Hook, TortureApp } from './app.ts'
import type { Slots } from './generate.ts'
import type { Breach, Invariant } from './invariants.ts'
import { type Player, type Run, reached } from './run.ts'
import type { TortureSchedule } from './steps.ts'

/** A schedule that breaks an invariant. */
export interface Found {
  readonly schedule: TortureSchedule
  readonly slots?: Slots | undefined
}

/** Judges schedules, each of them once. */
export interface Court {
  /** Plays a schedule and judges it by all invariants. */
  hear(schedule: TortureSchedule, slots?: Slots): Promise<void>
  /** Whether an invariant is broken by a schedule; what is known already is not played again. */
  breaks(invariant: Invariant, schedule: TortureSchedule): Promise<boolean>
  /** Plays a schedule, also where it is known. */
  repeat(invariant: Invariant, schedule: TortureSchedule): Promise<Breach | undefined>
  /** The shortest schedule that broke an invariant. */
  found(invariant: Invariant): Found | undefined
  countOf(invariant: Invariant): { cases: number; broken: number }
  /** What was expected and what was there, as it was seen first. */
  breachOf(invariant: Invariant, schedule: TortureSchedule): Breach | undefined
  notes(): string[]
  /** Whether the app has failed to answer in time. */
  readonly hung: boolean
  /** How many different schedules were played. */
  readonly different: number
}

type Judgement = true | undefined | Breach

export function createCourt(
  player: Player,
  app: TortureApp,
  contract: Contract,
  invariants: readonly Invariant[],
): Court {
  const known = new Map<string, ReadonlyMap<string, Judgement>>()
  const counts = new Map(invariants.map(({ id }) => [id, { cases: 0, broken: 0 }]))
  const founds = new Map<string, Found>()
  const heard = new Set<string>()
  let hung = false
  let paid = 0
  let called = 0

  function judge(run: Run): ReadonlyMap<string, Judgement> {
    if (run.hung) hung = true
    const last = run.moments.at(-1)?.truth
    if (last && last.received > 0) paid++
    if (last?.callbacks.some(each => each.attempts.some(attempt => reached(each, attempt)))) called++
    return new Map(
      invariants
        .filter(invariant => obstacle(invariant, app, contract) === undefined)
        .map(invariant => [invariant.id, invariant.holds(run)]),
    )
  }

  async function judgementsOf(schedule: TortureSchedule): Promise<ReadonlyMap<string, Judgement>> {
    const key = JSON.stringify(schedule)
    const judged = known.get(key) ?? judge(await player.play(schedule))
    known.set(key, judged)
    return judged
  }

  return {
    async hear(schedule, slots) {
      heard.add(JSON.stringify(schedule))
      for (const [id, judgement] of await judgementsOf(schedule)) {
        const count = counts.get(id)
        if (judgement === undefined || !count) continue
        count.cases++
        if (judgement === true) continue
        count.broken++
        const { length = Number.POSITIVE_INFINITY } = founds.get(id)?.schedule.steps ?? {}
        if (schedule.steps.length < length) founds.set(id, { schedule, slots })
      }
    },

    async breaks({ id }, schedule) {
      const judgement = (await judgementsOf(schedule)).get(id)
      return judgement !== undefined && judgement !== true
    },

    async repeat({ id }, schedule) {
      return toBreach(judge(await player.play(schedule)).get(id))
    },

    found: ({ id }) => founds.get(id),
    countOf: ({ id }) => counts.get(id) ?? { cases: 0, broken: 0 },
    breachOf: ({ id }, schedule) => toBreach(known.get(JSON.stringify(schedule))?.get(id)),
    notes: () =>
      paid > 0 && called === 0 && Object.keys(contract.callbacks).length > 0
        ? [
            'No callback ever came to the app, though orders were paid. Say where it listens, in the settings that "account" gives to the accounts of the runs.',
          ]
        : [],
    get hung() {
      return hung
    },
    get different() {
      return heard.size
    },
  }
}

function toBreach(judgement: Judgement): Breach | undefined {
  return judgement === true ? undefined : judgement
}

/** Why an invariant cannot be judged, or undefined. */
export function obstacle(
  { needs = [], aboutSignatures }: Invariant,
  app: TortureApp,
  contract: Contract,
): string | undefined {
  const missing = needs.filter(hook => app[hook] === undefined)
  if (missing.length > 0) return `give ${toCalls(missing)}`
  if (Object.keys(contract.callbacks).length === 0 && aboutSignatures)
    return `${contract.id} sends no callbacks`
  return aboutSignatures && contract.wire.signCallback === undefined
    ? `the callbacks of ${contract.id} carry no signature`
    : undefined
}

export function toCalls(names: readonly Hook[]): string {
  return names.map(name => `${name}()`).join(', ')
}
