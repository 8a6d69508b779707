// Tells the other processes that something has changed.
import type { Query, Timers } from './connect.ts'

export interface News {
  /** Something has changed here: the others learn of it soon. */
  tell(): void
  /** Tells what is still to be told. */
  close(): Promise<void>
}

/** At most one message in so many milliseconds: each one takes a lock that all who commit wait for. */
const pauseMs = 20
/** Where the database is away, when to try again. */
const againMs = 500

export function createNews(
  query: Query,
  { channel, timers, sender }: { channel: string; timers: Timers; sender: () => Promise<number> },
): News {
  let isTold = true
  let isUnderWay = false
  let isClosed = false

  async function send(): Promise<void> {
    isTold = true
    await query('select pg_notify($1, $2)', channel, String(await sender()))
  }

  function sendLater(ms: number): void {
    isUnderWay = true
    timers.later(ms, () => {
      if (isClosed) return
      send().then(
        () => {
          isUnderWay = false
          if (!isTold) sendLater(pauseMs)
        },
        () => sendLater(againMs),
      )
    })
  }

  return {
    tell() {
      isTold = false
      if (!isUnderWay) sendLater(pauseMs)
    },

    async close() {
      isClosed = true
      if (!isTold) await send().catch(() => {})
    },
  }
}
