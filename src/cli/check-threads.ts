// The threads of `paydouble check capture`. Decision 14 has what was measured.
import type { Buffer } from 'node:buffer'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Observations } from '../contract/index.ts'
import type { CheckAccount } from '../runner/index.ts'
import { type TakeLinesOptions, takeLines } from '../runner/parallel/take-lines.ts'
import { openThreads, type Threads } from '../runner/parallel/threads.ts'

/** What a thread makes a check of its own from: contracts are functions, and cannot be handed over. */
export interface ThreadOptions {
  readonly observations: Observations
  readonly accounts: readonly CheckAccount[]
  readonly provider?: string | undefined
  readonly hosts: Readonly<Record<string, string>>
}

/** How many bytes are judged at a time. */
const blockBytes = 128 * 1024
/** Where there is less, threads take longer to start than one to judge it. */
const aloneBytes = 8e6
/** More have nothing to do: one thread reads, and says what only several exchanges show. */
const mostThreads = 8
/** Of the heap, where new values are. */
const youngMb = 8

export interface CheckThreads {
  take(
    chunks: AsyncIterable<Buffer>,
    options: Omit<TakeLinesOptions, 'threads' | 'aloneBytes' | 'blockBytes'>,
  ): Promise<void>
  close(): Promise<void>
}

/**
 * Threads that are started once there is enough to judge.
 *
 * @param size of all captures, where it is known
 * @returns undefined where one thread does as well
 */
export function createThreads(size: number | undefined, options: ThreadOptions): CheckThreads | undefined {
  const count = Math.min(mostThreads, availableParallelism())
  if (count < 2 || (size !== undefined && size < 2 * aloneBytes)) return undefined
  let threads: Threads | undefined
  const open = () => {
    threads ??= openThreads(() => startThread(options), { count, memoryBytes: 2 * blockBytes })
    return threads
  }
  return {
    take: (chunks, given) =>
      takeLines(chunks, {
        ...given,
        threads: open,
        aloneBytes: size === undefined && !threads ? aloneBytes : 0,
        blockBytes,
      }),
    close: async () => threads?.close(),
  }
}

/** What it runs stands beside this file, as it was written or as it was built. */
function startThread(options: ThreadOptions): Worker {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return new Worker(new URL(`./check-worker.${extension}`, import.meta.url), {
    workerData: options,
    resourceLimits: { maxYoungGenerationSizeMb: youngMb },
  })
}
