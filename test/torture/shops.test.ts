// The example shops, over HTTP, as their users would have them tortured.
import { setupServer } from 'msw/node'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Bug, bugs, openCarelessShop } from '../../examples/careless-shop/shop.ts'
import { merchantAt } from '../../examples/shop/merchant.ts'
import type { Merchant } from '../../examples/shop/qfpay.ts'
import { type Shop, toApp } from '../../examples/shop/server.ts'
import { openShop } from '../../examples/shop/shop.ts'
import { createDouble, type TestDouble } from '../../mocks/double.ts'
import { deliverWith } from '../../src/doors/deliver.ts'
import { type HttpDoor, openHttpDoor } from '../../src/doors/http.ts'
import { type TortureReport, torture, toText } from '../../src/torture/index.ts'

let pay: TestDouble
let door: HttpDoor
beforeAll(async () => {
  pay = createDouble({ deliver: deliverWith(fetch), rateLimits: false })
  door = await openHttpDoor(pay)
})
afterAll(async () => {
  await door.close()
  await pay.close()
})

async function tortureShop(
  open: (merchant: Merchant) => Promise<Shop>,
  runs: number,
): Promise<TortureReport> {
  const { merchant, account } = merchantAt(door.url)
  const shop = await open(merchant)
  try {
    return await torture(pay, { provider: 'qfpay', account, runs, ...toApp(shop) })
  } finally {
    shop.close()
  }
}

/** What each bug breaks. */
const brokenBy: Readonly<Record<Bug, string>> = {
  creditsOnEveryCallback: 'creditedOnce',
  trustsTheAmountItSent: 'rightAmount',
  checksNoSignature: 'forgeryIgnored',
  answersSuccessTooEarly: 'acknowledgedIsKept',
  expiryOverwritesPaid: 'staysPaid',
  refundBeforePaymentCrashes: 'doesNotFail',
}

function brokenOf({ invariants }: TortureReport): string[] {
  return invariants.filter(({ verdict }) => verdict === 'broken').map(({ id }) => id)
}

test('the correct shop passes 1,000 schedules, which try all invariants', async () => {
  const report = await tortureShop(openShop, 1000)
  expect([report.ok, report.ok ? '' : toText(report)]).toEqual([true, ''])
  expect(report.schedules).toBe(1000)
  expect(report.invariants.map(({ verdict }) => verdict)).toEqual(Array(8).fill('held'))
})

test('all six bugs are found in the careless shop', async () => {
  const report = await tortureShop(openCarelessShop, 1000)
  expect(brokenOf(report).sort()).toEqual(Object.values(brokenBy).sort())
})

describe('each bug by itself is found, and named by the invariant that it breaks', () => {
  test.each(bugs)('%s', async bug => {
    const report = await tortureShop(merchant => openCarelessShop(merchant, [bug]), 300)
    expect(brokenOf(report)).toEqual([brokenBy[bug]])
  })

  test('and the shop without them passes', async () => {
    expect(brokenOf(await tortureShop(merchant => openCarelessShop(merchant, []), 300))).toEqual([])
  })
})

test('MSW is a door as good, if not as fast', async () => {
  const double = createDouble({ rateLimits: false })
  const server = setupServer(...double.handlers)
  server.listen({ onUnhandledFrame: 'bypass' })
  const { merchant, account } = merchantAt('https://openapi-hk.qfapi.com')
  const shop = await openCarelessShop(merchant, ['expiryOverwritesPaid'])
  onTestFinished(async () => {
    server.close()
    shop.close()
    await double.close()
  })
  const report = await torture(double, { provider: 'qfpay', account, runs: 20, ...toApp(shop) })
  expect(brokenOf(report)).toEqual(['staysPaid'])
})
