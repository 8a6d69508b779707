// A capture replayed against the double: one that the double itself made is wholly alike, and what differs is named.
import { expect, test } from 'vitest'
import { contracts } from '../../contracts/index.ts'
import { simulators } from '../../mocks/index.ts'
import {
  type CapturedExchange,
  createCheck,
  createReplay,
  type ReplayOptions,
} from '../../src/runner/index.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { qfpayPayment } from '../harness/clients.ts'
import { openRecorded } from '../harness/recorded.ts'

test('a payment of QFPay that the double answered is answered alike', async () => {
  const door = openRecorded({ seed: 5 })
  await qfpayPayment(door)
  expect(await replay(door.exchanges)).toEqual({
    'operation qfpay.payment': { exchanges: 1, score: 1, differences: [] },
  })
})

async function replay(
  exchanges: readonly CapturedExchange[],
  options: Partial<ReplayOptions> = {},
): Promise<Record<string, object>> {
  const check = createCheck({ contracts })
  const run = createReplay({ check, simulators, createStore: createMemoryStore, seed: 99, ...options })
  await run.take(exchanges)
  const scores = await run.end()
  return Object.fromEntries(
    scores.map(({ provider, kind, name, exchanges, score, differences, skipped = [] }) => [
      `${kind} ${provider}.${name}`,
      { exchanges, score, differences, ...(skipped.length > 0 && { skipped }) },
    ]),
  )
}
