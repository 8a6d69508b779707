// Lets go of old orders, beside what is asked of a double: by number, and by age on its clock.
import type { Store } from '../store/store.ts'
import { type Clock, soon } from './clock.ts'

/** What a double keeps; without a bound it keeps all. */
export interface RetentionBounds {
  /** How many of the newest orders stay. There may be a tenth more, or a hundred. */
  readonly orders?: number | undefined
  /** How long orders stay, in milliseconds of the clock. */
  readonly ageMs?: number | undefined
}

export interface Retention {
  /** The store, which tells of what is added to it and asked of it. */
  readonly store: Store
  /** Lets go of what is too much now. */
  run(): void
  /** Stops; what is under way ends with the store. */
  close(): void
}

/** So few at once that no request waits for longer than some milliseconds. */
const chunkSize = 100

/** By number it begins only when it is worth it, in parts of the bound, and in orders. */
const slackPart = 0.1
const leastSlack = 100

/** How often it looks at most, in parts of the age. */
const lookPart = 0.05

/** @param options.expect has the scheduler be awake at a time */
export function createRetention(
  inner: Store,
  clock: Clock,
  options: RetentionBounds & { readonly expect: (at: number) => void },
): Retention {
  const { orders, ageMs, expect } = options
  if (orders === undefined && ageMs === undefined) return { store: inner, run() {}, close() {} }
  const slack = orders === undefined ? Number.POSITIVE_INFINITY : Math.max(leastSlack, orders * slackPart)
  /** Orders since it last began. */
  let added = 0
  /** When the next order is too old. */
  let lookAt: number | undefined
  let running: Promise<void> | undefined
  let isClosed = false

  /** Two at the same time would only be in each other's way; what one of them leaves is for the next one. */
  function run(): void {
    if (running || isClosed) return
    running = round(clock.now()).finally(() => {
      running = undefined
      // The clock may have been moved meanwhile.
      onTime()
    })
  }

  async function round(now: number): Promise<void> {
    const before = added
    lookAt = undefined
    try {
      await prune()
      added -= before
      await lookAgain(now)
    } catch {
      // The store was away, for instance: the next order, or the time until then, has it tried again.
      look(clock.now() + Math.ceil((ageMs ?? 0) * lookPart))
    }
  }

  async function prune(): Promise<void> {
    for (;;) {
      const before = ageMs === undefined ? undefined : clock.now() - ageMs
      const count = await inner.prune({ before, keep: orders, limit: chunkSize })
      if (count < chunkSize || isClosed) return
      await new Promise<void>(soon)
    }
  }

  async function lookAgain(now: number): Promise<void> {
    if (ageMs === undefined || isClosed) return
    const { items } = await inner.listOrders({}, { first: 'oldest', limit: 1 })
    const [oldest] = items
    // One that is too old already waits for its callbacks.
    if (oldest) look(Math.max(oldest.createdAt + ageMs + 1, now + Math.ceil(ageMs * lookPart)))
  }

  function look(at: number): void {
    if (isClosed || ageMs === undefined || (lookAt !== undefined && lookAt <= at)) return
    lookAt = at
    expect(at)
  }

  function onTime(): void {
    if (lookAt !== undefined && clock.now() >= lookAt) run()
  }

  const stopMoves = clock.onMove(onTime)

  const store: Store = {
    ...inner,
    async insertOrder(order) {
      const conflict = await inner.insertOrder(order)
      if (conflict) return conflict
      if (++added >= slack) run()
      if (ageMs !== undefined && lookAt === undefined) look(order.createdAt + ageMs + 1)
      return undefined
    },
    claimDue(until, claim) {
      onTime()
      return inner.claimDue(until, claim)
    },
    async nextDueAt() {
      const next = await inner.nextDueAt()
      return lookAt === undefined ? next : Math.min(next ?? lookAt, lookAt)
    },
  }

  return {
    store,
    run,
    close() {
      isClosed = true
      stopMoves()
    },
  }
}
