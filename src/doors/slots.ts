// Takes turns by name: of each name only so many go on at once, and the others wait in their order.

export interface Slots {
  /**
   * Resolves when it is one's turn.
   * @throws the reason of the signal, where it fires before
   */
  enter(name: string, signal: AbortSignal): Promise<void>
  /** Makes room for the next one; once for each that has entered. */
  leave(name: string): void
}

interface Queue {
  inside: number
  /** Those that wait, from `first` on; each says whether it still wants its turn. */
  waiting: (() => boolean)[]
  first: number
}

export function createSlots(limit: number): Slots {
  const queues = new Map<string, Queue>()

  function wait(queue: Queue, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      let isWaiting = true
      const giveUp = () => {
        isWaiting = false
        reject(signal.reason)
      }
      signal.addEventListener('abort', giveUp, { once: true })
      queue.waiting.push(() => {
        signal.removeEventListener('abort', giveUp)
        resolve()
        return isWaiting
      })
    })
  }

  return {
    async enter(name, signal) {
      signal.throwIfAborted()
      const queue = queues.get(name) ?? { inside: 0, waiting: [], first: 0 }
      queues.set(name, queue)
      if (queue.inside < limit) queue.inside++
      else await wait(queue, signal)
    },

    leave(name) {
      const queue = queues.get(name)
      if (!queue) return
      // Who goes in now takes the place of the one who leaves.
      while (queue.first < queue.waiting.length) if (queue.waiting[queue.first++]?.()) return compact(queue)
      queue.inside--
      if (queue.inside === 0) queues.delete(name)
    },
  }
}

/** Forgets those whose turn it was: not each time, because that moves all the others. */
function compact(queue: Queue): void {
  if (queue.first < 1000 || queue.first * 2 < queue.waiting.length) return
  queue.waiting = queue.waiting.slice(queue.first)
  queue.first = 0
}
