// Taken before a test can put fake ones in their place.
const { setTimeout: afterRealTime } = globalThis
const realNow = performance.now.bind(performance)

/** Between two looks, in which the machine is left to what is waited for. */
const pauseMs = 5

/** Waits until a check no longer throws, whatever timers a test has faked. It gives up only on what never comes. */
export async function eventually(check: () => unknown, patienceMs = 30_000): Promise<void> {
  const end = realNow() + patienceMs
  for (;;) {
    try {
      await check()
      return
    } catch (error) {
      if (realNow() >= end) throw error
      await new Promise(resolve => afterRealTime(resolve, pauseMs))
    }
  }
}
