import { expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from './eventually.ts'

const { setTimeout: afterRealTime } = globalThis

test.each(['real', 'faked'])(
  'who waits leaves the machine to what is waited for (%s timers)',
  async timers => {
    if (timers === 'faked') vi.useFakeTimers()
    onTestFinished(() => {
      vi.useRealTimers()
    })
    let isThere = false
    afterRealTime(() => {
      isThere = true
    }, 200)
    let looks = 0
    await eventually(() => {
      looks++
      expect(isThere).toBe(true)
    })
    // Turn by turn there would be thousands.
    expect(looks).toBeLessThan(400)
  },
)

test('what is there is seen at once', async () => {
  let looks = 0
  await eventually(() => looks++)
  expect(looks).toBe(1)
})

test('what never comes fails with what was seen last', async () => {
  let looks = 0
  const waiting = eventually(() => {
    throw new Error(`look ${++looks}`)
  }, 50)
  await expect(waiting).rejects.toThrow(/^look \d+$/)
  await expect(waiting).rejects.toThrow(`look ${looks}`)
})
