// A connection of its own, by which the database knows that this process lives, and over which it hears of others.
import type { Address } from './address.ts'
import { connect, type Query, type Timers } from './connect.ts'

export interface Session {
  /** Over this connection, where nobody waits for what is large. */
  readonly query: Query
  /**
   * The number under which this process claims deliveries; it holds a lock on it for as long as the connection lasts.
   * Where that has ended, it is a new one.
   */
  number(): Promise<number>
  /** Has what this process claims count as free, as if it had ended, and gives it a new number. */
  renew(): void
  /** Calls back when another process has told of news, or may have while this one could not hear. */
  onNews(listener: () => void): () => void
  close(): Promise<void>
}

export interface SessionOptions {
  readonly channel: string
  readonly timers: Timers
}

/** How long to wait before connecting anew, in real milliseconds. */
const reconnectMs = 250

export function createSession(address: Address, { channel, timers }: SessionOptions): Session {
  const listeners = new Set<() => void>()
  const database = connect(address, timers, { connections: 1, onClose, onNotice })
  const { query } = database
  let opened: Promise<number> | undefined
  let own: number | undefined
  /** Grows each time that the connection is lost. */
  let losses = 0
  let isClosed = false

  function tell(): void {
    for (const listener of listeners) listener()
  }

  function onClose(): void {
    losses++
    opened = undefined
    own = undefined
    if (isClosed) return
    timers.later(reconnectMs, () => {
      if (!isClosed) number().then(tell, () => {})
    })
  }

  function onNotice(_: string, payload: string): void {
    if (Number(payload) !== own) tell()
  }

  async function open(): Promise<number> {
    const before = losses
    await query(`listen ${channel}`)
    for (;;) {
      // Once others see the number its lock is held. One that is locked is of a schema that is gone.
      const [row] = await query<{ number: number; isLocked: boolean }>(
        `with mine as (insert into sessions default values returning number)
         select number, pg_try_advisory_lock(hashtext(current_schema()), number) as "isLocked" from mine`,
      )
      if (before !== losses) return open()
      if (!row?.isLocked) continue
      own = row.number
      return row.number
    }
  }

  function number(): Promise<number> {
    opened ??= open().catch(error => {
      opened = undefined
      throw error
    })
    return opened
  }

  return {
    query,

    number,

    renew: database.renew,

    onNews(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },

    async close() {
      isClosed = true
      await database.end()
    },
  }
}
