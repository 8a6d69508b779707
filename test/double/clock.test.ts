import { expect, onTestFinished, test, vi } from 'vitest'
import {
  checkMoment,
  createManualClock,
  createSystemClock,
  manualStart,
  toMilliseconds,
} from '../../src/double/clock.ts'

test.each([
  ['250ms', 250],
  ['90s', 90_000],
  ['30m', 1_800_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
  ['1.5h', 5_400_000],
  ['0s', 0],
  [1500, 1500],
  [0, 0],
  [0.6, 1],
])('%j is %i milliseconds', (duration, expected) => {
  expect(toMilliseconds(duration)).toBe(expected)
})

test.each([
  '',
  'm',
  '30',
  '30 m',
  '-30m',
  '30M',
  '1h30m',
  '1e3s',
  '３０m',
  '30min',
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
])('%j is no duration', duration => {
  expect(() => toMilliseconds(duration)).toThrow(expect.objectContaining({ code: 'badDuration' }))
})

test('a duration that is no text and no number is refused', () => {
  expect(() => toMilliseconds(null as unknown as string)).toThrow(
    expect.objectContaining({ code: 'badDuration' }),
  )
})

test('a manual clock starts at nine in the morning in China and stands still', () => {
  const clock = createManualClock()
  expect(clock.kind).toBe('manual')
  expect(new Date(clock.now()).toISOString()).toBe('2026-01-01T01:00:00.000Z')
  expect(clock.now()).toBe(manualStart)
})

test('a manual clock stands where it was moved to', () => {
  const clock = createManualClock(1000)
  clock.moveTo(1000)
  clock.moveTo(2500)
  expect(clock.now()).toBe(2500)
})

test('a clock stays where it is when the moment is past', () => {
  const clock = createManualClock(1000)
  clock.moveTo(999)
  expect(clock.now()).toBe(1000)
})

test('a moment that is past is refused', () => {
  expect(() => checkMoment(999, 1000)).toThrow(expect.objectContaining({ code: 'clockGoesBack' }))
  expect(() => checkMoment(1000, 1000)).not.toThrow()
})

test.each([Number.NaN, Number.POSITIVE_INFINITY, 1000.5, 2 ** 53, Date.UTC(10_000, 0, 1)])(
  '%d is no moment for a clock',
  at => {
    expect(() => checkMoment(at, 1000)).toThrow(expect.objectContaining({ code: 'badMoment' }))
  },
)

test('a manual clock starts again after a reset', () => {
  const clock = createManualClock(1000)
  clock.moveTo(5000)
  clock.reset()
  expect(clock.now()).toBe(1000)
})

test('those who wait on a manual clock go on when it is moved, the first of them first', async () => {
  const clock = createManualClock(0)
  const order: string[] = []
  const waiting = [
    clock.wait(200).then(() => order.push('second')),
    clock.wait(100).then(() => order.push('first')),
  ]
  expect(clock.nextWait()).toBe(100)
  clock.moveTo(99)
  await Promise.resolve()
  expect(order).toEqual([])
  clock.moveTo(200)
  await Promise.all(waiting)
  expect(order).toEqual(['first', 'second'])
  expect(clock.nextWait()).toBeUndefined()
})

test('those who wait go on when a clock is reset', async () => {
  const clock = createManualClock(0)
  const waiting = clock.wait(1_000_000)
  clock.reset()
  await waiting
})

/** A system clock whose time is told by the test. */
function openSystemClock() {
  vi.useFakeTimers({ now: 0 })
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const woken: number[] = []
  const clock = createSystemClock()
  return { clock, woken, wake: (at: number) => clock.wake(at, () => woken.push(clock.now())) }
}

test('the system clock wakes at the time asked for', () => {
  const { woken, wake } = openSystemClock()
  wake(1000)
  vi.advanceTimersByTime(999)
  expect(woken).toEqual([])
  vi.advanceTimersByTime(1)
  expect(woken).toEqual([1000])
})

test('the system clock wakes at once where the time is past', () => {
  const { woken, wake } = openSystemClock()
  vi.advanceTimersByTime(5000)
  wake(1000)
  vi.advanceTimersByTime(0)
  expect(woken).toEqual([5000])
})

test('the system clock wakes once, at the time that was asked for last', () => {
  const { woken, wake } = openSystemClock()
  wake(2000)
  wake(1000)
  vi.advanceTimersByTime(10_000)
  expect(woken).toEqual([1000])
})

test('a wait that is longer than a timer can hold does not end at once', () => {
  const { woken, wake } = openSystemClock()
  wake(60 * 86_400_000)
  vi.advanceTimersByTime(86_400_000)
  expect(woken).toEqual([])
})

test('the system clock does not wake after a reset', () => {
  const { clock, woken, wake } = openSystemClock()
  wake(1000)
  clock.reset()
  vi.advanceTimersByTime(10_000)
  expect(woken).toEqual([])
})

test('the system clock runs ahead once it was moved, and wakes by that time', () => {
  const { clock, woken, wake } = openSystemClock()
  wake(60_000)
  clock.moveTo(50_000)
  expect([clock.kind, clock.now()]).toEqual(['offset', 50_000])
  vi.advanceTimersByTime(9_999)
  expect(woken).toEqual([])
  vi.advanceTimersByTime(1)
  expect(woken).toEqual([60_000])
})

test('a frozen clock stands still and does not wake; resumed, it runs on from there', () => {
  const { clock, woken, wake } = openSystemClock()
  wake(1000)
  clock.freeze()
  vi.advanceTimersByTime(5000)
  expect([clock.kind, clock.now(), woken]).toEqual(['manual', 0, []])
  clock.resume()
  vi.advanceTimersByTime(1000)
  expect([clock.now(), woken]).toEqual([1000, [1000]])
})

test('a wait on the system clock ends in its time', async () => {
  const { clock } = openSystemClock()
  let isOver = false
  const waiting = clock.wait(100).then(() => {
    isOver = true
  })
  await vi.advanceTimersByTimeAsync(99)
  expect(isOver).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  await waiting
  expect(isOver).toBe(true)
})

test('who gives up waits no longer, and nobody goes on in their place', async () => {
  const clock = createManualClock()
  const patience = new AbortController()
  const waits = [clock.wait(2000, patience.signal), clock.wait(1000), clock.wait(0, AbortSignal.abort())]
  patience.abort()
  expect(await waits[0]).toBe(false)
  expect(await clock.wait(1000, patience.signal)).toBe(false)
  expect(clock.waiting()).toBe(1)
  clock.moveTo(clock.now() + 1000)
  expect(await Promise.all(waits)).toEqual([false, true, true])
})
