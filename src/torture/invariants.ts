// What must hold for an app, whatever happens to its orders.
import type { Delivery } from '../store/records.ts'
import type { AppOrder, Hook } from './app.ts'
import { type Moment, type Run, reached, type Truth } from './run.ts'

/** What must hold. */
export interface Invariant {
  readonly id: string
  /** One sentence that is true of a correct app. */
  readonly title: string
  /** Hooks without which it cannot be judged at all. */
  readonly needs?: readonly Hook[]
  /** Hooks without which it is judged in fewer cases. */
  readonly wants?: readonly Hook[]
  /** Whether it cannot be judged where the callbacks carry no signature. */
  readonly aboutSignatures?: boolean
  /**
   * Judges a run: true where it held, undefined where the run is no case of it, otherwise what was
   * expected and what was there instead.
   */
  holds(run: Run): true | undefined | Breach
}

export interface Breach {
  readonly expected: string
  readonly got: string
}

/** Typed identity for an invariant of one's own. */
export function defineInvariant(invariant: Invariant): Invariant {
  return invariant
}

const creditedOnce: Invariant = {
  id: 'creditedOnce',
  title: 'What is paid is credited exactly once.',
  wants: ['restart'],
  holds(run) {
    const told = beforeForgery(run)
    for (const { app, truth, after } of told) {
      if (!app || isUnderpaid(truth)) continue
      const most = truth.received === 0 ? 0 : Math.max(run.amount, truth.asked ?? 0, truth.received)
      if (app.credited > most) {
        const why = truth.received === 0 ? 'as nothing was paid' : `as ${truth.received} was paid`
        return {
          expected: `at most ${most} is credited, ${why}`,
          got: `${app.credited} is credited${whenOf(after)}`,
        }
      }
    }
    const settled = told.find(({ after }) => after === 'settled')
    if (!settled?.app || !isPaidRight(run)) return told.length > 1 ? true : undefined
    const { app, truth } = settled
    const least = Math.min(run.amount, truth.asked ?? run.amount)
    if (app.credited > 0 && app.credited < least && !isRefunded(truth))
      return { expected: `${least} is credited`, got: `${app.credited} is credited` }
    if (isLate(run) || isRefunded(truth) || app.credited > 0) return true
    // Who acknowledged it, or never got it undisturbed, is judged elsewhere.
    if (truth.callbacks.some(isAcknowledged) || timesReached(truth) <= run.disturbances) return undefined
    return {
      expected: `${least} is credited, as ${truth.received} was paid and the callback came`,
      got: `nothing is credited, and the app says "${app.status}"; it answered the callback with ${lastReply(truth)}`,
    }
  },
}

const staysPaid: Invariant = {
  id: 'staysPaid',
  title: 'An order that is paid never stops being paid, except by a refund.',
  wants: ['expire', 'refund'],
  holds(run) {
    const told = beforeForgery(run)
    for (const [i, { app, truth, after }] of told.entries()) {
      const before = told[i - 1]?.app
      if (!app || before?.status !== 'paid') continue
      const isExplained = isRefunded(truth)
      if (app.status !== 'paid' && !(app.status === 'refunded' && isExplained)) {
        const refund = app.status === 'refunded' ? ', and the provider has given nothing back' : ''
        return {
          expected: `the app goes on saying "paid"${whenOf(after)}`,
          got: `it says "${app.status}"${refund}`,
        }
      }
      if (app.credited < before.credited && !isExplained)
        return {
          expected: `${before.credited} stays credited${whenOf(after)}`,
          got: `${app.credited} is credited`,
        }
    }
    return told.some(({ app }) => app?.status === 'paid') ? true : undefined
  },
}

const lateNotLost: Invariant = {
  id: 'lateNotLost',
  title: 'A payment that comes too late is credited or given back, not lost.',
  wants: ['expire', 'poll'],
  holds(run) {
    const last = run.moments.at(-1)
    if (!last?.app || !isLate(run) || !isPaidRight(run) || isForgeryBelieved(run)) return undefined
    if (last.app.credited > 0 || isRefunded(last.truth)) return true
    if (!run.polled && timesReached(last.truth) <= run.disturbances) return undefined
    return {
      expected: `the ${last.truth.received} that came late is credited or given back`,
      got: `the app says "${last.app.status}", nothing is credited, nothing was given back`,
    }
  },
}

const forgeryIgnored: Invariant = {
  id: 'forgeryIgnored',
  title: 'A forged callback changes nothing.',
  aboutSignatures: true,
  holds(run) {
    const forged = run.moments.filter(({ after }) => isForging(after))
    if (forged.length === 0) return undefined
    const i = believedAt(run)
    if (i === undefined) return true
    const [before, now] = [run.moments[i - 1]?.app, run.moments[i]?.app]
    return { expected: `the app goes on saying ${say(before)}`, got: `it says ${say(now)}` }
  },
}

const rightAmount: Invariant = {
  id: 'rightAmount',
  title: 'A wrong amount is not credited.',
  holds(run) {
    const told = beforeForgery(run)
    for (const { app, truth } of told) {
      if (!app || !isUnderpaid(truth)) continue
      const { asked, received } = truth
      if (app.credited > received)
        return {
          expected: `no more than the ${received} that was paid of ${asked} is credited`,
          got: say(app),
        }
      if (app.status === 'paid')
        return { expected: `the app does not say "paid", as ${received} was paid of ${asked}`, got: say(app) }
    }
    return told.some(({ truth }) => isUnderpaid(truth)) ? true : undefined
  },
}

const healedByPolling: Invariant = {
  id: 'healedByPolling',
  title: 'A lost callback is healed by polling.',
  needs: ['poll'],
  holds(run) {
    const last = run.moments.at(-1)
    if (!last?.app || !isPaidRight(run) || isLate(run) || isForgeryBelieved(run)) return undefined
    if (timesReached(last.truth) > run.disturbances) return undefined
    if (last.app.credited > 0 || isRefunded(last.truth)) return true
    return {
      expected: `${last.truth.received} is credited once the polling job has run`,
      got: `nothing is credited, and the app says "${last.app.status}"`,
    }
  },
}

const acknowledgedIsKept: Invariant = {
  id: 'acknowledgedIsKept',
  title: 'A callback is acknowledged only when what it says is kept.',
  wants: ['failNextWrite'],
  holds(run) {
    const settled = run.moments.find(({ after }) => after === 'settled')
    if (!settled?.app || !isPaidRight(run) || isLate(run) || isForgeryBelieved(run)) return undefined
    if (!settled.truth.callbacks.some(isAcknowledged)) return undefined
    if (settled.app.credited > 0 || isRefunded(settled.truth)) return true
    return {
      expected: `${settled.truth.received} is credited, as the app acknowledged the callback and will not get it again`,
      got: `nothing is credited, and the app says "${settled.app.status}"`,
    }
  },
}

const doesNotFail: Invariant = {
  id: 'doesNotFail',
  title: 'The app does not crash, nor leave anybody without an answer.',
  wants: ['refund'],
  holds({ failures }) {
    const [first] = failures
    return first === undefined || { expected: 'an answer, if only a polite refusal', got: first }
  },
}

/** What must hold for any app, unless somebody says otherwise. */
export const defaultInvariants: readonly Invariant[] = [
  creditedOnce,
  staysPaid,
  lateNotLost,
  forgeryIgnored,
  rightAmount,
  healedByPolling,
  acknowledgedIsKept,
  doesNotFail,
]

/** Whether the payer paid what was asked, or several times that, and never anything else on the way. */
function isPaidRight({ moments }: Run): boolean {
  const isOdd = ({ truth: { asked, received } }: Moment) => asked !== null && received % asked !== 0
  return (moments.at(-1)?.truth.received ?? 0) > 0 && !moments.some(isOdd)
}

function isUnderpaid({ asked, received }: Truth): boolean {
  return asked !== null && received > 0 && received < asked
}

function isRefunded({ refunded, refunding }: Truth): boolean {
  return refunded > 0 || refunding
}

/** Whether the money, or the news of it, came when the app or the provider no longer waited for it. */
function isLate({ moments }: Run): boolean {
  return moments.some(({ app, truth }, i) => {
    const before = moments[i - 1]
    const came = before !== undefined && truth.received > before.truth.received
    const isOver = before?.truth.orders.some(
      ({ kind, status }) => kind === 'payment' && status !== 'pending' && status !== 'paid',
    )
    return (came && isOver) || app?.status === 'expired' || app?.status === 'failed'
  })
}

function isAcknowledged({ attempts }: Delivery): boolean {
  return attempts.some(({ acknowledged }) => acknowledged)
}

/** How often a genuine callback came to the app. */
function timesReached({ callbacks }: Truth): number {
  return callbacks.reduce((sum, delivery) => {
    return sum + delivery.attempts.filter(attempt => reached(delivery, attempt)).length
  }, 0)
}

function lastReply({ callbacks }: Truth): string {
  const last = callbacks.at(-1)?.attempts.at(-1)
  return last ? `HTTP ${last.status ?? '?'} ${JSON.stringify(last.reply.slice(0, 100))}` : 'nothing'
}

function isForging(after: Moment['after']): boolean {
  return typeof after === 'object' && after.do === 'forge'
}

/** The first moment at which the app believed a forgery. */
function believedAt({ moments, amount }: Run): number | undefined {
  const i = moments.findIndex(({ after, app, truth }, at) => {
    const before = moments[at - 1]?.app
    return isForging(after) && app && before && !isSame(app, before) && !isTrue(app, before, truth, amount)
  })
  return i < 0 ? undefined : i
}

function isForgeryBelieved(run: Run): boolean {
  return believedAt(run) !== undefined
}

/** What happened before the app believed a forgery: whatever comes after that tells nothing more. */
function beforeForgery(run: Run): readonly Moment[] {
  return run.moments.slice(0, believedAt(run))
}

/** Whether what the app says is so, as with an app that asks the provider whenever somebody calls. */
function isTrue(app: AppOrder, before: AppOrder, truth: Truth, amount: number): boolean {
  const { asked, received } = truth
  const most = isUnderpaid(truth) || received === 0 ? received : Math.max(amount, asked ?? 0, received)
  if (app.credited > most) return false
  if (app.status === 'paid') return received > 0 && !isUnderpaid(truth)
  return before.status !== 'paid' || isRefunded(truth)
}

function isSame(a: AppOrder, b: AppOrder): boolean {
  return a.status === b.status && a.credited === b.credited
}

function say(app: AppOrder | undefined): string {
  return app ? `"${app.status}" with ${app.credited} credited` : 'nothing'
}

function whenOf(after: Moment['after']): string {
  return typeof after === 'object' ? '' : after === 'polled' ? ' once it has polled' : ' once all has settled'
}
