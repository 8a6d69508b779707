// Drives an app through generated adversity, and finds the smallest that breaks each invariant.
import * as fc from 'fast-check'
import { type Contract, PaydoubleError } from '../contract/index.ts'
import { afterRealTime } from '../double/clock.ts'
import { createRunAccounts } from './accounts.ts'
import { hooks, type TortureApp } from './app.ts'
import { type Court, createCourt, obstacle, toCalls } from './court.ts'
import { arbitrarySlots, arbitrarySome, type Slots, toSchedule } from './generate.ts'
import { defaultInvariants, type Invariant } from './invariants.ts'
import type { InvariantReport, Smallest, TortureReport } from './report.ts'
import { createPlayer, type Player, toStory } from './run.ts'
import { readSchedule, type TortureSchedule } from './steps.ts'
import type { TorturedDouble } from './target.ts'

export interface TortureOptions extends TortureApp {
  /** Which provider the app uses; not needed where the double has only one. */
  readonly provider?: string | undefined
  /** Credentials and settings of the account of each run; credentials that are not given are invented. */
  readonly account?: Readonly<Record<string, unknown>> | undefined
  /** Schedules to play as they are, instead of generated ones. */
  readonly schedules?: readonly TortureSchedule[] | undefined
  /** What must hold. Default: {@link defaultInvariants}. */
  readonly invariants?: readonly Invariant[] | undefined
  /** How many schedules are generated. Default 1,000. */
  readonly runs?: number | undefined
  /** Of what is generated. Default: that of the double. */
  readonly seed?: number | undefined
  /** How long the app may take for one thing, in real milliseconds. Default 5,000. */
  readonly patienceMs?: number | undefined
  /** How long all of it may take, in real milliseconds. Default 120,000. */
  readonly timeLimitMs?: number | undefined
  /** The configuration of the command for the same app: then the report has a line for the shell, too. */
  readonly config?: string | undefined
}

/**
 * Drives an app through generated adversity at a provider, and checks the app: that it credits what is paid,
 * once, and nothing else. It moves the double's clock, and works on accounts of its own.
 *
 * @example
 * const report = await torture(pay, { provider: 'qfpay', placeOrder, getOrder, poll })
 * expectUnbroken(report)
 * @throws PaydoubleError `badTorture`, `badSchedule`, `badApp`, `badAccount`, `badFault`
 */
export async function torture(pay: TorturedDouble, options: TortureOptions): Promise<TortureReport> {
  checkOptions(options)
  const contract = chooseContract(pay, options.provider)
  const { account = {}, invariants = defaultInvariants, runs = 1000 } = options
  const { seed = pay.seed, patienceMs = 5000, timeLimitMs = 120_000 } = options
  const given = options.schedules?.map(readSchedule)
  const accounts = createRunAccounts(pay, contract, account)
  const player = createPlayer({ pay, contract, app: options, accounts, patienceMs })
  const court = createCourt(player, options, contract, invariants)
  let isTimeUp = false
  const timer = afterRealTime(timeLimitMs, () => {
    isTimeUp = true
  })
  const arbitrary = arbitrarySlots(contract, options)
  const isOver = () => isTimeUp || court.hung
  const wasRunning = pay.clock.kind !== 'manual'
  if (wasRunning) await pay.clock.freeze()
  const stopWatching = watchUncaught(player)
  try {
    let played = 0
    if (given) {
      for (const schedule of given) {
        if (isOver()) break
        played++
        await court.hear(schedule)
      }
    } else {
      await findBreaking(
        arbitrary,
        async slots => {
          if (isOver()) return false
          played++
          await court.hear(toSchedule(slots), slots)
          return false
        },
        { seed, numRuns: runs },
      )
    }
    // What comes after counts for the search of the smallest.
    const { different, hung } = court
    const wanted = given?.length ?? runs
    const stopped =
      played === wanted
        ? null
        : `${played} of ${wanted} schedules were played, because ${hung ? 'the app did not answer' : `${timeLimitMs} ms were over`}.`
    const judged: InvariantReport[] = []
    for (const invariant of invariants) {
      const found = court.found(invariant)
      const smallest =
        found?.slots === undefined
          ? found?.schedule
          : await shrink(court, invariant, found.slots, arbitrary, () => isTimeUp)
      judged.push(await toReport(court, invariant, smallest, options, contract))
    }
    return {
      ok: judged.every(({ verdict }) => verdict !== 'broken'),
      provider: contract.id,
      seed,
      schedules: played,
      different,
      stopped,
      notes: court.notes(),
      invariants: judged,
    }
  } finally {
    timer.cancel()
    stopWatching()
    await accounts.end()
    if (wasRunning) await pay.clock.resume()
  }
}

/**
 * The smallest schedule that breaks an invariant: no step of it can be left out. Values and steps shrink together
 * first; then again only steps are left out, because one that could not go at first may have become needless.
 */
async function shrink(
  court: Court,
  invariant: Invariant,
  found: Slots,
  arbitrary: fc.Arbitrary<Slots>,
  isTimeUp: () => boolean,
): Promise<TortureSchedule> {
  const breaks = async (slots: Slots) => !isTimeUp() && court.breaks(invariant, toSchedule(slots))
  let smallest = found
  for (;;) {
    const before = JSON.stringify(toSchedule(smallest))
    smallest = await smallestOf(arbitrary, breaks, smallest)
    const left = await smallestOf(
      arbitrarySome(toSchedule(smallest).steps),
      breaks,
      toSchedule(smallest).steps,
    )
    smallest = smallest.map(step => (left.includes(step) ? step : undefined))
    if (JSON.stringify(toSchedule(smallest)) === before) return toSchedule(smallest)
  }
}

/** What fast-check shrinks a value to that is known to break something. */
async function smallestOf(
  arbitrary: fc.Arbitrary<Slots>,
  breaks: (slots: Slots) => Promise<boolean>,
  from: Slots,
): Promise<Slots> {
  return (await findBreaking(arbitrary, breaks, { examples: [[from]], numRuns: 1 })) ?? from
}

/** Lets fast-check look for something that breaks; an error ends the search, and is no finding. */
async function findBreaking(
  arbitrary: fc.Arbitrary<Slots>,
  breaks: (slots: Slots) => Promise<boolean>,
  parameters: fc.Parameters<[Slots]>,
): Promise<Slots | undefined> {
  let failure: { readonly error: unknown } | undefined
  const property = fc.asyncProperty(arbitrary, async slots => {
    if (failure) return true
    try {
      return !(await breaks(slots))
    } catch (error) {
      failure = { error }
      return true
    }
  })
  const { counterexample } = await fc.check(property, parameters)
  if (failure) throw failure.error
  return counterexample?.[0]
}

async function toReport(
  court: Court,
  invariant: Invariant,
  schedule: TortureSchedule | undefined,
  options: TortureOptions,
  contract: Contract,
): Promise<InvariantReport> {
  const { id, title, wants = [] } = invariant
  const counts = court.countOf(invariant)
  const why = obstacle(invariant, options, contract)
  const missing = wants.filter(hook => options[hook] === undefined)
  const unfinished = missing.length > 0 ? `not all was tried: give ${toCalls(missing)}` : null
  if (why !== undefined || counts.cases === 0) {
    const note = why ?? unfinished ?? 'no schedule put it to the test'
    return { id, title, verdict: 'notChecked', ...counts, note, smallest: null }
  }
  const smallest = schedule ? await toSmallest(court, invariant, schedule, options.config) : null
  return { id, title, verdict: smallest ? 'broken' : 'held', ...counts, note: unfinished, smallest }
}

async function toSmallest(
  court: Court,
  invariant: Invariant,
  schedule: TortureSchedule,
  config: string | undefined,
): Promise<Smallest> {
  const again = await court.repeat(invariant, schedule)
  const breach = again ?? court.breachOf(invariant, schedule)
  const json = JSON.stringify(schedule)
  return {
    schedule,
    steps: toStory(schedule),
    expected: breach?.expected ?? invariant.title,
    got: breach?.got ?? 'the contrary',
    repeated: again !== undefined,
    command:
      config === undefined ? null : `npx paydouble torture --config ${quote(config)} --replay ${quote(json)}`,
    code: `await torture(pay, { ...app, schedules: [${json}] })`,
  }
}

/** For a shell, where it needs that. */
function quote(text: string): string {
  return /^[\w./:@=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

function checkOptions(options: TortureOptions): void {
  const failure = (why: string) => new PaydoubleError('badTorture', `Failed to start the torture: ${why}.`)
  for (const hook of hooks) {
    const given: unknown = options[hook]
    const isNeeded = hook === 'placeOrder' || hook === 'getOrder'
    if (given === undefined && isNeeded)
      throw failure(`the app has no ${hook}(); it needs placeOrder() and getOrder()`)
    if (given !== undefined && typeof given !== 'function') throw failure(`${hook} is no function`)
  }
  for (const name of ['runs', 'patienceMs', 'timeLimitMs'] as const) {
    const given = options[name]
    if (given !== undefined && !(Number.isSafeInteger(given) && given > 0))
      throw failure(`"${name}" is ${given}, and not a positive whole number`)
  }
  if (options.seed !== undefined && !Number.isSafeInteger(options.seed))
    throw failure(`"seed" is ${options.seed}, and not a whole number`)
  const ids = (options.invariants ?? []).map(({ id }) => id)
  const twice = ids.find((id, i) => ids.indexOf(id) !== i)
  if (twice !== undefined) throw failure(`there are two invariants ${JSON.stringify(twice)}`)
}

function chooseContract({ simulators }: TorturedDouble, provider: string | undefined): Contract {
  const contracts = simulators.map(({ contract }) => contract)
  const known = contracts.map(({ id }) => id).join(', ')
  const chosen = contracts.find(({ id }) => id === provider)
  if (chosen) return chosen
  const [only, ...others] = contracts
  if (provider === undefined && only && others.length === 0) return only
  throw new PaydoubleError(
    provider === undefined ? 'badTorture' : 'unknownProvider',
    provider === undefined
      ? `Failed to start the torture: say with "provider" which one the app uses; there are ${known}.`
      : `Failed to find the provider ${JSON.stringify(provider)}: this double has ${known}.`,
  )
}

/** Has errors that nobody catches count against the app that is played with. @returns a function that stops it */
function watchUncaught(player: Player): () => void {
  const tell = (error: unknown) => player.uncaught(error)
  process.on('uncaughtException', tell)
  process.on('unhandledRejection', tell)
  return () => {
    process.off('uncaughtException', tell)
    process.off('unhandledRejection', tell)
  }
}
