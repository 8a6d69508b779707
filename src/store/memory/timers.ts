import TinyQueue from 'tinyqueue'
import type { Due } from '../store.ts'

/** When an order or delivery falls due. `n` is its number in the order of creation. */
export interface Timer {
  readonly at: number
  readonly kind: Due['kind']
  readonly id: string
  readonly n: number
}

/** In the order in which they fall due. One counts only while its record still says the same: none is ever called off. */
export interface Timers {
  push(timer: Timer): void
  peek(): Timer | undefined
  pop(): void
  clear(): void
}

export function createTimers(): Timers {
  let queue = new TinyQueue<Timer>([], inDueOrder)
  return {
    push: timer => queue.push(timer),
    peek: () => queue.peek(),
    pop() {
      queue.pop()
    },
    clear() {
      queue = new TinyQueue<Timer>([], inDueOrder)
    },
  }
}

/** Of what falls due at one time, what comes first. */
const rank: Readonly<Record<Due['kind'], number>> = { expiry: 0, act: 1, delivery: 2 }

function inDueOrder(a: Timer, b: Timer): number {
  return a.at - b.at || rank[a.kind] - rank[b.kind] || a.n - b.n
}
