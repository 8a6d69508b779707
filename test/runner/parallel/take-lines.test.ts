// Several threads must say what one says, to the last byte.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contracts } from '../../../contracts/index.ts'
import { type CheckReport, createCheck, openCapture, readCapture } from '../../../src/runner/index.ts'
import { createLinesJudge } from '../../../src/runner/parallel/judge-lines.ts'
import { takeLines } from '../../../src/runner/parallel/take-lines.ts'
import type { Threads } from '../../../src/runner/parallel/threads.ts'
import { mostItemBytes } from '../../../src/runner/sources/reader.ts'
import { capturesFolder, capturesOf, demoAccounts, providers } from '../read-captures.ts'

const options = { contracts, accounts: demoAccounts }
const title = { title: 'it', version: '0.0.0' }

/** All lines of the corpus: each kind of finding of each provider. */
const corpus = providers.flatMap(provider =>
  capturesOf(provider).flatMap(name =>
    readFileSync(join(capturesFolder, provider, `${name}.ndjson`), 'utf8')
      .split('\n')
      .filter(Boolean),
  ),
)

/** Each judges by itself, and is handed copies, as threads are. */
function openStandIns(count: number): Threads & { readonly tasks: number } {
  const judges = Array.from({ length: count }, () => createLinesJudge(options))
  let next = 0
  return {
    room: count * 2,
    allocate: bytes => new ArrayBuffer(bytes),
    close: async () => {},
    get tasks() {
      return next
    },
    judge: async task => {
      const { source, ...lines } = structuredClone(task)
      const judged = judges[next++ % count]?.(lines, { source })
      if (!judged) throw new Error('there is no such thread')
      return structuredClone(judged)
    },
  }
}

interface Cut {
  readonly count: number
  readonly blockBytes: number
  readonly aloneBytes: number
  readonly chunkBytes: number
}

async function* chunksOf(bytes: Uint8Array, size: number) {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}

async function byOne(bytes: Uint8Array): Promise<CheckReport> {
  const check = createCheck(options)
  for await (const items of readCapture(chunksOf(bytes, 65_536), { source: 'it' })) check.take(items)
  return check.end(title)
}

async function bySeveral(bytes: Uint8Array, { count, chunkBytes, ...sizes }: Cut): Promise<CheckReport> {
  const check = createCheck(options)
  const threads = openStandIns(count)
  const { format, chunks } = await openCapture(chunksOf(bytes, chunkBytes))
  expect(format).toBe('ndjson')
  await takeLines(chunks, {
    ...sizes,
    check,
    source: 'it',
    threads: () => threads,
    onJudged: () => {},
    signal: new AbortController().signal,
  })
  expect(check.progress.exchanges).toBeGreaterThanOrEqual(0)
  return check.end(title)
}

test('the corpus as one capture, judged by three', async () => {
  const bytes = new TextEncoder().encode(corpus.join('\n'))
  const cut = { count: 3, blockBytes: 1000, aloneBytes: 0, chunkBytes: 700 }
  expect(JSON.stringify(await bySeveral(bytes, cut))).toBe(JSON.stringify(await byOne(bytes)))
})

test('any lines, in whatever blocks, by however many', async () => {
  const wrong = fc.constantFrom(
    '',
    'no JSON',
    '{}',
    '{"request": {"method": "GET", "url": "https://nowhere.example/a?b", "headers": {}}}',
    '{"request": {"method": "POST", "url": "/x", "headers": {}, "bodyBase64": "!"}, "at": "2026-01-01T00:00:00Z"}',
    '\u{1f600}',
  )
  const line = fc.oneof({ arbitrary: fc.constantFrom(...corpus), weight: 9 }, { arbitrary: wrong, weight: 1 })
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { minLength: 1, maxLength: 60 }),
      fc.record({
        count: fc.integer({ min: 1, max: 4 }),
        blockBytes: fc.integer({ min: 1, max: 20_000 }),
        aloneBytes: fc.constantFrom(0, 0, 1, 5000),
        chunkBytes: fc.integer({ min: 1, max: 5000 }),
      }),
      fc.constantFrom('', '\n', '\r\n\n'),
      async (lines, cut, end) => {
        const bytes = new TextEncoder().encode(`${corpus[0]}\n${lines.join('\n')}${end}`)
        expect(JSON.stringify(await bySeveral(bytes, cut))).toBe(JSON.stringify(await byOne(bytes)))
      },
    ),
    { numRuns: 60 },
  )
})

test('more that differs than is listed is counted the same', async () => {
  const unknown = Array.from(
    { length: 600 },
    (_, i) =>
      `{"request": {"method": "GET", "url": "https://nowhere.example/${i % 300}", "headers": {}}}\nno JSON ${i}`,
  )
  const bytes = new TextEncoder().encode(`${corpus[0]}\n${unknown.join('\n')}\n`)
  const report = await bySeveral(bytes, { count: 2, blockBytes: 9000, aloneBytes: 0, chunkBytes: 4096 })
  expect(report).toMatchObject({ unmatched: { count: 600 }, unreadable: { count: 600 } })
  expect([report.unmatched.list.length, report.unreadable.list.length]).toEqual([200, 200])
  expect(JSON.stringify(report)).toBe(JSON.stringify(await byOne(bytes)))
})

test('a line that is too long, and one that is cut off', async () => {
  const long = `{"request": "${'x'.repeat(mostItemBytes)}"}`
  for (const lines of [
    [corpus[0], long, corpus[1]],
    [corpus[0], long],
    [corpus[0], '{"request": {'],
  ]) {
    const bytes = new TextEncoder().encode(lines.join('\n'))
    const cut = { count: 2, blockBytes: 100, aloneBytes: 0, chunkBytes: 500_000 }
    expect(JSON.stringify(await bySeveral(bytes, cut))).toBe(JSON.stringify(await byOne(bytes)))
  }
})

test('no more is read than there is room for, and an interruption ends it', async () => {
  const interruption = new AbortController()
  const threads = openStandIns(2)
  let read = 0
  let most = 0
  let judged = 0
  async function* endless() {
    for (;;) {
      read++
      most = Math.max(most, threads.tasks - judged)
      yield Buffer.from(`${corpus[0]}\n`)
    }
  }
  const check = createCheck(options)
  await takeLines(endless(), {
    check,
    source: 'it',
    threads: () => threads,
    aloneBytes: 0,
    blockBytes: 1,
    signal: interruption.signal,
    onJudged: () => {
      if (++judged === 20) interruption.abort()
    },
  })
  expect(most).toBeLessThanOrEqual(threads.room)
  expect(read).toBeLessThan(40)
  expect(check.progress.exchanges).toBe(threads.tasks)
})
