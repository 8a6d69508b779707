// Plays one schedule against the app, and writes down what the app said and what truly happened.
import { type Contract, PaydoubleError } from '../contract/index.ts'
import { manualStart } from '../double/clock.ts'
import { sentByHand } from '../double/deliveries.ts'
import type { Fault } from '../double/fault.ts'
import type { Account, Attempt, Delivery, Order } from '../store/records.ts'
import type { RunAccounts } from './accounts.ts'
import { type AppOrder, Hung, readAppOrder, readPlaced, type TortureApp, within } from './app.ts'
import { defaultAmount, type Step, type TortureSchedule, toWords } from './steps.ts'
import type { TorturedDouble } from './target.ts'

/** What truly happened so far, as the provider knows it. */
export interface Truth {
  /** What the payer was asked for, in minor units; null where the provider has no order. */
  readonly asked: number | null
  /** What was paid, in minor units. */
  readonly received: number
  /** What was given back, in minor units. */
  readonly refunded: number
  /** Whether a refund is under way. */
  readonly refunding: boolean
  /** The orders of the app at the provider, newest first, refunds among them. */
  readonly orders: readonly Order[]
  /** The genuine callbacks of payments, oldest first. */
  readonly callbacks: readonly Delivery[]
}

/** How things stood after a step. */
export interface Moment {
  /** `settled`: callbacks came as often as the provider repeats them. `polled`: then the polling job ran. */
  readonly after: Step | 'settled' | 'polled'
  /** What the app said; undefined while there was no order. */
  readonly app: AppOrder | undefined
  readonly truth: Truth
}

/** What became of one schedule. */
export interface Run {
  readonly schedule: TortureSchedule
  /** What the order costs. */
  readonly amount: number
  readonly moments: readonly Moment[]
  /** Where the app failed though nobody disturbed it. */
  readonly failures: readonly string[]
  /** How often the app was disturbed on purpose: its database, or its calls to the provider. */
  readonly disturbances: number
  /** Whether the app can be polled. */
  readonly polled: boolean
  /** Whether the app did not answer in time, so that the run was broken off. */
  readonly hung: boolean
}

export interface Playground {
  readonly pay: TorturedDouble
  readonly contract: Contract
  readonly app: TortureApp
  readonly accounts: RunAccounts
  readonly patienceMs: number
}

/** Callbacks of one run that are looked at. */
const mostDeliveries = 200
/** How often a run waits for callbacks that are still to come; no retry schedule is longer. */
const mostWaits = 50

/** Plays schedules, one after the other. */
export function createPlayer({ pay, contract, app, accounts, patienceMs }: Playground): Player {
  const { id: provider } = contract
  /** Told of errors that nobody caught. */
  let onUncaught: ((error: unknown) => void) | undefined

  async function play(schedule: TortureSchedule): Promise<Run> {
    await pay.clock.set(startOfRun(await pay.clock.now()))
    const account = await accounts.open()
    const moments: Moment[] = []
    const failures: string[] = []
    const looked = new Map<string, number>()
    const amount = schedule.amount ?? defaultAmount
    let disturbances = 0
    let hiccups = 0
    let hasFaults = false
    let isDisturbed = false
    let id: string | undefined
    let order: Order | undefined
    let hung = false

    /** A failure counts where nothing was done to the app that would explain it. */
    function fail(what: string, error: unknown): void {
      if (!isDisturbed) failures.push(`${what}: ${messageOf(error)}`)
    }

    /** Lets the app do something. @returns what came of it, or undefined where it failed */
    async function ask<T>(what: string, run: () => T | Promise<T>): Promise<T | undefined> {
      try {
        return await within(patienceMs, what, run)
      } catch (error) {
        if (error instanceof Hung) throw error
        fail(`${what} failed`, error)
        return undefined
      }
    }

    /** Lets something happen at the provider; that it refuses is no failure of anybody. */
    async function happen(what: string, run: () => Promise<unknown>): Promise<void> {
      try {
        await within(patienceMs, what, run)
      } catch (error) {
        if (!(error instanceof PaydoubleError && impossible.has(error.code))) throw error
      }
    }

    async function lookAt(after: Moment['after']): Promise<void> {
      if (app.idle) await ask('idle()', () => app.idle?.())
      const { items: orders } = await pay.orders.list({ provider, account: account.id }, { limit: 100 })
      const { items } = await pay.deliveries.list(
        { provider, account: account.id },
        { limit: mostDeliveries },
      )
      checkReplies(items)
      const truth = toTruth(orders, items)
      order = orders.find(({ kind }) => kind === 'payment')
      const shown = id
      const given = shown === undefined ? undefined : await ask('getOrder()', () => app.getOrder(shown))
      moments.push({ after, app: given === undefined ? undefined : readAppOrder(given), truth })
    }

    /** An app may refuse a callback, but not fail over it, nor leave it without an answer. */
    function checkReplies(deliveries: readonly Delivery[]): void {
      for (const delivery of deliveries) {
        const known = looked.get(delivery.id) ?? 0
        looked.set(delivery.id, delivery.attempts.length)
        for (const attempt of delivery.attempts.slice(known)) {
          const kind = isForged(delivery) ? 'forged' : 'genuine'
          const failed = failureOf(delivery, attempt)
          if (failed !== undefined) fail(`a ${kind} callback failed`, failed)
        }
      }
    }

    async function place(): Promise<void> {
      const { credentials } = account
      const placed = await ask('placeOrder()', () =>
        app.placeOrder({ amount, account: account.id, credentials }),
      )
      id = placed === undefined ? undefined : readPlaced(placed)
    }

    async function perform(step: Step): Promise<void> {
      const own = id
      if (step.do === 'place') return place()
      if (step.do === 'deliver') {
        const { callback = Object.keys(contract.callbacks)[0] ?? '', sends } = step
        await pay.faults.add({ provider, account: account.id, deliver: { callback, sends: [...sends] } })
        return
      }
      if (step.do === 'fault') {
        const { do: _, ...fault } = step
        await pay.faults.add({ ...(fault as Omit<Fault, 'provider'>), provider, account: account.id })
        disturbances += typeof step.times === 'number' ? step.times : 1
        hasFaults = true
        return
      }
      if (step.do === 'hiccup') {
        if (app.failNextWrite) await ask('failNextWrite()', () => app.failNextWrite?.())
        hiccups++
        disturbances++
        return
      }
      if (step.do === 'advance') return happen('advance', () => pay.clock.advance(step.by))
      if (own === undefined) return
      switch (step.do) {
        case 'poll':
          await ask('poll()', () => app.poll?.(own))
          return
        case 'expire':
          await ask('expire()', () => app.expire?.(own))
          return
        case 'refund':
          await ask('refund()', () => app.refund?.(own))
          return
        case 'restart':
          await ask('restart()', () => app.restart?.())
          return
      }
      const meant = order
      if (!meant) return
      switch (step.do) {
        case 'pay': {
          const { do: _, ...how } = step
          return happen('the callback of the payment', () => pay.payer.pay(meant.id, how))
        }
        case 'decline':
          return happen('decline', () => pay.payer.decline(meant.id))
        case 'forge': {
          const { do: _, sign = 'wrongKey', ...how } = step
          checkForgery(step, meant)
          return happen('the forged callback', () => pay.callbacks.send(meant.id, { ...how, sign }))
        }
        case 'replay': {
          const newest = moments.at(-1)?.truth.callbacks.at(-1)
          if (newest) await happen('the callback', () => pay.callbacks.resend(newest.id))
        }
      }
    }

    /** Has all that is still to come, come: the air is clear, and the provider repeats its callbacks to the end. */
    async function settle(): Promise<void> {
      await pay.faults.remove({ provider, account: account.id })
      hasFaults = false
      for (let i = 0; i < mostWaits; i++) {
        const { items } = await pay.deliveries.list(
          { provider, account: account.id, status: 'pending' },
          { limit: mostDeliveries },
        )
        const due = items.map(({ dueAt }) => dueAt).filter(at => at !== null)
        if (due.length === 0) break
        await within(patienceMs, 'a callback', () => pay.clock.set(Math.max(...due)))
      }
      await lookAt('settled')
      if (!app.poll || id === undefined) return
      const own = id
      // Each failing write may cost it one.
      for (let i = 0; i <= hiccups; i++) await ask('poll()', () => app.poll?.(own))
      await lookAt('polled')
    }

    onUncaught = error => fail('an error was not caught', error)
    try {
      if (app.reset) await ask('reset()', () => app.reset?.())
      const { steps } = schedule
      for (const step of steps.some(({ do: what }) => what === 'place') ? steps : [placing, ...steps]) {
        isDisturbed = hiccups > 0 || (hasFaults && (await faultsOf(account)) > 0)
        await perform(step)
        if (id !== undefined || step.do === 'place') await lookAt(step)
        if (step.do === 'place' && id === undefined) break
      }
      isDisturbed = hiccups > 0
      if (id !== undefined) await settle()
    } catch (error) {
      if (!(error instanceof Hung)) throw error
      hung = true
      failures.push(error.message)
    } finally {
      onUncaught = undefined
      await accounts.close(account)
    }
    return { schedule, amount, moments, failures, disturbances, polled: app.poll !== undefined, hung }
  }

  /** How many faults of the network, and the like, still wait for the app. */
  async function faultsOf({ id }: Account): Promise<number> {
    const rules = await pay.faults.list()
    return rules.filter(({ fault }) => fault.account === id && fault.deliver === undefined).length
  }

  return { play, uncaught: error => onUncaught?.(error) }
}

export interface Player {
  /** @throws PaydoubleError `badSchedule`, `badApp`, `badFault`, `unknownError` */
  play(schedule: TortureSchedule): Promise<Run>
  /** Tells of an error that nobody caught, while a schedule is played. */
  uncaught(error: unknown): void
}

const placing: Step = { do: 'place' }

const dayMs = 86_400_000

/** Every run begins at the same time of day, because some providers do not do everything at night. */
function startOfRun(now: number): number {
  const timeOfDay = manualStart % dayMs
  return now + ((timeOfDay - (now % dayMs) + dayMs) % dayMs)
}

/** What may come of a step that asks for something impossible: nothing happens. */
const impossible = new Set(['orderNotPending', 'noCallback', 'deliveryUnknown', 'orderUnknown'])

function toTruth(orders: readonly Order[], deliveries: readonly Delivery[]): Truth {
  const payments = orders.filter(({ kind }) => kind === 'payment')
  const refunds = orders.filter(({ kind }) => kind === 'refund')
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  return {
    asked: (payments.find(({ paidAmount }) => paidAmount !== null) ?? payments[0])?.amount ?? null,
    received: sum(payments.map(({ paidAmount }) => paidAmount ?? 0)),
    refunded: sum(payments.map(({ refunded }) => refunded)),
    refunding: refunds.some(({ status }) => status === 'pending'),
    orders,
    callbacks: deliveries
      .filter(delivery => !isForged(delivery) && payments.some(({ id }) => id === delivery.order))
      .reverse(),
  }
}

function isForged({ rule }: Delivery): boolean {
  return rule === sentByHand
}

/** What is wrong with the app's answer to a callback, if anything is. */
function failureOf({ replied }: Delivery, { status, error, reply }: Attempt): string | undefined {
  // What was counted in place of the answer is the schedule's doing.
  if (replied !== null || error?.startsWith('not sent')) return undefined
  if (status === null) return error ?? 'no answer'
  return status >= 500 ? `HTTP ${status} ${JSON.stringify(reply.slice(0, 200))}` : undefined
}

/** Whether an attempt came to the app, whatever became of its answer. */
export function reached({ replied }: Delivery, { status }: Attempt): boolean {
  return status !== null || replied !== null
}

/**
 * A signature over the truth, on the truth, would be a genuine callback.
 * @throws PaydoubleError `badSchedule`
 */
function checkForgery({ sign, amount, flipped, set }: Step & { do: 'forge' }, order: Order): void {
  const told = [order.amount, order.paidAmount]
  if (sign !== 'stale' || flipped || set || !told.includes(amount ?? order.amount)) return
  throw new PaydoubleError(
    'badSchedule',
    'Failed to forge a callback: with "sign":"stale" it needs another content, such as "amount":1; otherwise it is signed rightly.',
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** A run as a person would tell it. */
export function toStory({ steps }: TortureSchedule): string[] {
  const placed = steps.some(step => step.do === 'place') ? steps : [placing, ...steps]
  return placed.map(toWords)
}
