// The thread of `paydouble check capture` that judges a part of the lines: see `check-threads.ts`.
import { parentPort, workerData } from 'node:worker_threads'
import { createLinesJudge } from '../runner/parallel/judge-lines.ts'
import { serveLines } from '../runner/parallel/threads.ts'
import { attachedTo } from './capture-files.ts'
import type { ThreadOptions } from './check-threads.ts'
import { contractsWith } from './evidence-file.ts'

const { observations, ...options } = workerData as ThreadOptions
const judge = createLinesJudge({ ...options, contracts: contractsWith(observations) })
if (parentPort)
  serveLines(parentPort, ({ source, file, ...lines }) =>
    judge(lines, { source, attached: file === undefined ? undefined : attachedTo(file) }),
  )
