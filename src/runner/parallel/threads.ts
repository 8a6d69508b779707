// Threads that judge lines: who has least to do gets the next ones.
import type { Worker } from 'node:worker_threads'
import { PaydoubleError } from '../../contract/index.ts'
import type { JudgedLines, Lines } from './judge-lines.ts'

/** What a thread is handed. Its memory goes with it, and comes back with the answer. */
export interface Task extends Lines {
  readonly source: string
  /** The file beside which bodies may stand. */
  readonly file: string | undefined
}

export type Answer = JudgedLines & { readonly memory: ArrayBuffer }

export interface Threads {
  /** @throws PaydoubleError `threadEnded` (rejects) */
  judge(task: Task): Promise<JudgedLines>
  /** Memory for a task of so many bytes. */
  allocate(bytes: number): ArrayBuffer
  /** How many tasks may be under way, so that none has to wait for the next one. */
  readonly room: number
  close(): Promise<void>
}

/** A thread judges one while the next one waits for it. */
const tasksEach = 2

interface Thread {
  readonly worker: Worker
  /** Answers come in the order of the tasks. */
  readonly waiting: PromiseWithResolvers<JudgedLines>[]
}

/**
 * @param start begins a thread; see {@link serveLines}
 * @param options.memoryBytes how much most tasks need; more is not kept for the next ones
 */
export function openThreads(
  start: () => Worker,
  { count, memoryBytes }: { readonly count: number; readonly memoryBytes: number },
): Threads {
  const free: ArrayBuffer[] = []
  let failure: PaydoubleError | undefined
  const threads = Array.from({ length: count }, () => open(start()))

  function open(worker: Worker): Thread {
    const thread: Thread = { worker, waiting: [] }
    worker.on('message', ({ memory, ...judged }: Answer) => {
      if (memory.byteLength === memoryBytes) free.push(memory)
      thread.waiting.shift()?.resolve(judged)
    })
    worker.on('error', error => fail(error instanceof Error ? error.message : String(error)))
    worker.on('exit', code => fail(`it ended with ${code}`))
    return thread
  }

  /** One that is lost has taken lines with it: then there is no report. */
  function fail(why: string): void {
    failure ??= new PaydoubleError(
      'threadEnded',
      `Failed to judge the capture: a thread that judged a part of it has ended: ${why}. Is there enough memory?`,
    )
    for (const { waiting } of threads) for (const each of waiting.splice(0)) each.reject(failure)
  }

  return {
    room: count * tasksEach,

    async judge(task) {
      if (failure) throw failure
      const thread = threads.reduce((least, each) =>
        each.waiting.length < least.waiting.length ? each : least,
      )
      const answer = Promise.withResolvers<JudgedLines>()
      thread.waiting.push(answer)
      thread.worker.postMessage(task, [task.bytes.buffer])
      return answer.promise
    },

    allocate: bytes =>
      bytes > memoryBytes ? new ArrayBuffer(bytes) : (free.pop() ?? new ArrayBuffer(memoryBytes)),

    async close() {
      for (const { worker } of threads) worker.removeAllListeners('exit')
      await Promise.all(threads.map(({ worker }) => worker.terminate()))
    },
  }
}

/** The other side of {@link openThreads}, in the thread itself. */
export function serveLines(
  port: {
    on(event: 'message', listener: (task: Task) => void): unknown
    postMessage(answer: Answer, transfer: readonly ArrayBuffer[]): void
  },
  judge: (task: Task) => JudgedLines,
): void {
  port.on('message', task => {
    const judged = judge(task)
    const memory = task.bytes.buffer
    port.postMessage({ ...judged, memory }, [memory])
  })
}
