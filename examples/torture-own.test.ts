import { openHttpDoor } from 'paydouble'
import { createDouble } from 'paydouble/msw'
import { defaultInvariants, defineInvariant, expectUnbroken, torture } from 'paydouble/torture'
import { expect, test } from 'vitest'
import { openCarelessShop } from './careless-shop/shop.ts'
import { merchantAt } from './shop/merchant.ts'
import { toApp } from './shop/server.ts'

const expiresInTime = defineInvariant({
  id: 'expiresInTime',
  title: 'An order that nobody pays expires when its time is over.',
  needs: ['expire'],
  holds({ schedule, moments }) {
    const last = moments.at(-1)
    if (!schedule.steps.some(step => step.do === 'expire') || last?.truth.received !== 0) return undefined
    return last.app?.status === 'expired' || { expected: '"expired"', got: `"${last.app?.status}"` }
  },
})

test('a bug that was mended stays mended', async () => {
  const pay = createDouble()
  const door = await openHttpDoor(pay)
  const { merchant, account } = merchantAt(door.url)
  const shop = await openCarelessShop(merchant, ['trustsTheAmountItSent'])
  const app = {
    ...toApp(shop),
    provider: 'qfpay',
    account,
    invariants: [...defaultInvariants, expiresInTime],
  }

  const paidTwice = { steps: [{ do: 'pay' }, { do: 'replay' }] } as const
  const neverPaid = { steps: [{ do: 'expire' }] } as const
  expectUnbroken(await torture(pay, { ...app, schedules: [paidTwice, neverPaid] }))

  const report = await torture(pay, { ...app, schedules: [{ steps: [{ do: 'pay', amount: 1 }] }] })
  expect(() => expectUnbroken(report)).toThrow('"paid" with 1000 credited')
  shop.close()
  await door.close()
})
