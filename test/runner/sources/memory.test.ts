// Memory that does not grow with a capture.
import { Buffer } from 'node:buffer'
import { expect, test } from 'vitest'
import { readCapture } from '../../../src/runner/index.ts'
import { toEntry, toHar, toLine } from '../../harness/captures.ts'
import { liveMemory } from '../../harness/live-memory.ts'

const mebibyte = 2 ** 20

/** One and the same again and again. */
async function* repeat(bytes: { begin: string; each: string; end: string }, size: number) {
  yield Buffer.from(bytes.begin)
  const block = bytes.each.repeat(Math.ceil((64 * 1024) / bytes.each.length))
  for (let sent = 0; sent < size; sent += block.length) yield Buffer.from(block)
  yield Buffer.from(bytes.end)
}

const whole = toHar([toEntry()])
const entry = JSON.stringify(toEntry())
const at = whole.indexOf(entry) + entry.length

test.each([
  ['a HAR', { begin: whole.slice(0, at), each: `,${entry}`, end: whole.slice(at) }],
  ['NDJSON', { begin: '', each: `${toLine()}\n`, end: '' }],
])('reading 160 MiB of %s holds a small part of it', async (_, bytes) => {
  let read = 0
  let exchanges = 0
  let most = 0
  const onBytes = (more: number) => {
    read += more
  }
  const before = liveMemory()
  let next = 0
  for await (const items of readCapture(repeat(bytes, 160 * mebibyte), { source: 'it', onBytes })) {
    exchanges += items.length
    if (read < next) continue
    next += 16 * mebibyte
    most = Math.max(most, liveMemory())
  }
  expect(read).toBeGreaterThan(160 * mebibyte)
  expect(exchanges).toBe(
    Math.round((read - bytes.begin.length - bytes.end.length) / bytes.each.length) +
      (bytes.begin === '' ? 0 : 1),
  )
  expect(most - before).toBeLessThan(16 * mebibyte)
})
