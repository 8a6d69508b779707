// NDJSON judged by several threads: the report is the same as that of one.
import type { Buffer } from 'node:buffer'
import type { Check } from '../check.ts'
import { type LineBlock, toLineBlocks } from '../sources/line-blocks.ts'
import { createLineReader } from '../sources/lines.ts'
import type { ReaderOptions } from '../sources/reader.ts'
import type { JudgedLines } from './judge-lines.ts'
import type { Threads } from './threads.ts'

export interface TakeLinesOptions extends ReaderOptions {
  readonly check: Check
  /** Asked for once there is enough to be worth it. */
  readonly threads: () => Threads
  /** So many bytes are judged here before. */
  readonly aloneBytes: number
  /** How many bytes are judged at a time. */
  readonly blockBytes: number
  /** Told when some lines were judged. */
  readonly onJudged: () => void
  readonly signal: AbortSignal
}

/**
 * Judges lines: the first ones here, the others by threads. What they say is taken in the order of the lines, and no more is
 * under way than they have room for.
 *
 * @throws PaydoubleError `threadEnded`
 */
export async function takeLines(
  chunks: AsyncIterable<Buffer>,
  { check, source, attached, aloneBytes, blockBytes, onJudged, signal, ...options }: TakeLinesOptions,
): Promise<void> {
  let aloneLeft = aloneBytes
  let threads: Threads | undefined
  let lines = 0
  const underWay: Promise<JudgedLines>[] = []

  function judgeHere(block: LineBlock): void {
    const reader = createLineReader({ source, attached }, item => check.take([item]), lines)
    if ('tooLong' in block) reader.addTooLong(block.tooLong)
    else reader.addAll(block.bytes, block.isLast)
    lines = reader.count
  }

  async function land(): Promise<void> {
    const judged = await underWay.shift()
    if (!judged) return
    check.takeJudged(judged, { source, unit: 'line', number: lines })
    lines += judged.lines
    onJudged()
  }

  const blocks = toLineBlocks(chunks, {
    size: () => (aloneLeft > 0 ? 0 : blockBytes),
    allocate: bytes => threads?.allocate(bytes) ?? new ArrayBuffer(bytes),
  })
  for await (const block of blocks) {
    if (aloneLeft > 0 || 'tooLong' in block) {
      // A line of 16 MiB is rare: what came before it may as well be waited for.
      while (underWay.length > 0) await land()
      judgeHere(block)
      aloneLeft -= 'bytes' in block ? block.bytes.length : block.tooLong
      onJudged()
    } else {
      threads ??= options.threads()
      const judged = threads.judge({ ...block, source, file: attached && source })
      // It is awaited in its turn, and may fail before.
      judged.catch(() => {})
      underWay.push(judged)
      if (underWay.length >= threads.room) await land()
    }
    if (signal.aborted) break
  }
  while (underWay.length > 0) await land()
}
