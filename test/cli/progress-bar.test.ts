import { expect, test } from 'vitest'
import { createProgressBar } from '../../src/cli/progress-bar.ts'

function open({ isTTY = true, env = {}, isSizeKnown = true, columns = 80 } = {}) {
  const written: string[] = []
  const clock = { now: 1000 }
  const stream = { isTTY, columns, write: (text: string) => written.push(text) }
  const bar = createProgressBar({ size: isSizeKnown ? 200e6 : undefined, stream, env, now: () => clock.now })
  return { bar, written, clock }
}

const half = { bytes: 100e6, exchanges: 12_345, findings: 1 }

test('a line says how much was read, and what was found', () => {
  const { bar, written } = open()
  bar.show(half)
  expect(written).toEqual(['\r██████████░░░░░░░░░░ 100 of 200 MB, 12345 exchanges, 1 finding\x1b[K'])
})

test('it is written ten times a second at most, and leaves no trace', () => {
  const { bar, written, clock } = open()
  bar.show(half)
  clock.now += 99
  bar.show(half)
  expect(written).toHaveLength(1)
  clock.now += 1
  bar.show(half)
  bar.clear()
  bar.clear()
  expect(written).toHaveLength(3)
  expect(written.at(-1)).toBe('\r\x1b[K')
})

test('where the size is not known there is no bar, and a narrow terminal is not overrun', () => {
  const { bar, written } = open({ isSizeKnown: false, columns: 20 })
  bar.show({ bytes: 1.25e6, exchanges: 1, findings: 0 })
  expect(written).toEqual(['\r1.3 MB, 1 exchange,\x1b[K'])
})

test.each([[{ isTTY: false }], [{ env: { CI: 'true' } }], [{ env: { TERM: 'dumb' } }]])(
  'there is none where nobody looks: %j',
  options => {
    const { bar, written } = open(options)
    bar.show(half)
    bar.clear()
    expect(written).toEqual([])
  },
)
