import { setImmediate } from 'node:timers/promises'

const mostTurns = 100_000

/** Waits until a check no longer throws: turn by turn of the event loop, whatever timers a test has faked. */
export async function eventually(check: () => unknown): Promise<void> {
  for (let turn = 1; ; turn++) {
    try {
      await check()
      return
    } catch (error) {
      if (turn === mostTurns) throw error
      await setImmediate()
    }
  }
}
