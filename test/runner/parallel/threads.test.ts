// Threads as they really are: memory that goes and comes back, and what is said where one is lost.
import { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { openThreads, type Task } from '../../../src/runner/parallel/threads.ts'

const memoryBytes = 1024

function open(code: string, count = 2) {
  const head = "const { parentPort, threadId } = require('node:worker_threads');"
  const threads = openThreads(() => new Worker(`${head}${code}`, { eval: true }), { count, memoryBytes })
  onTestFinished(() => threads.close())
  const judge = (text: string) => {
    const bytes = new Uint8Array(threads.allocate(memoryBytes), 0, text.length)
    new TextEncoder().encodeInto(text, bytes)
    return threads.judge({ bytes, isLast: false, source: 'it', file: undefined } satisfies Task)
  }
  return { threads, judge }
}

const echo = `parentPort.on('message', ({ bytes }) => parentPort.postMessage(
  { lines: Number(Buffer.from(bytes).toString()), steps: [threadId], memory: bytes.buffer }, [bytes.buffer]))`

test('each answer is that of its own lines, and all threads have some', async () => {
  const { judge, threads } = open(echo)
  const answers = await Promise.all(Array.from({ length: threads.room }, (_, i) => judge(String(i))))
  expect(answers.map(({ lines }) => lines)).toEqual([0, 1, 2, 3])
  expect(new Set(answers.flatMap(({ steps }) => steps)).size).toBe(2)
})

test('the memory of a block is used again', async () => {
  const { judge, threads } = open(echo, 1)
  await judge('1')
  const memory = threads.allocate(10)
  expect(memory.byteLength).toBe(memoryBytes)
  new Uint8Array(memory)[0] = 7
  await threads.judge({ bytes: new Uint8Array(memory, 0, 1), isLast: false, source: 'it', file: undefined })
  expect(new Uint8Array(threads.allocate(10))[0]).toBe(7)
  expect(threads.allocate(memoryBytes + 1).byteLength).toBe(memoryBytes + 1)
})

test.each([
  ['fails', `parentPort.on('message', () => { throw new Error('no memory left') })`, /has ended: no memory/],
  ['ends', `parentPort.on('message', () => process.exit(7))`, /has ended: it ended with 7/],
])('a thread that %s is an error for all that is under way, and for what comes', async (_, code, why) => {
  const { judge } = open(code)
  const both = await Promise.allSettled([judge('1'), judge('2'), judge('3')])
  for (const each of both) expect(each).toMatchObject({ reason: { code: 'threadEnded' } })
  expect(String((both[0] as PromiseRejectedResult).reason.message)).toMatch(why)
  await expect(judge('4')).rejects.toMatchObject({ code: 'threadEnded' })
})
