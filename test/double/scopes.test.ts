// Parallel tests share one double, and see nothing of one another.
import { expect, test } from 'vitest'
import { simulators } from '../../mocks/index.ts'
import { deliver } from '../../src/double/schedule.ts'
import type { Account } from '../../src/store/records.ts'
import { qfpayPayment } from '../harness/clients.ts'
import { describeDoors, type OpenDoor, type OpenOptions } from '../harness/doors.ts'
import { openReceiver } from '../harness/receiver.ts'
import { signedAccount, signedCall, signedSimulator } from '../harness/signed-provider.ts'

async function openShared(open: (options?: OpenOptions) => Promise<OpenDoor>) {
  const receiver = await openReceiver(() => ({ status: 200, body: 'SUCCESS' }))
  const door = await open({ simulators: [...simulators, signedSimulator] })
  return {
    door,
    double: door.double,
    received: receiver.received,
    newAccount: () => door.double.accounts.create('signedpay', { url: receiver.url }),
  }
}

describeDoors('accounts of tests', open => {
  test('are made in one call, with an id and credentials of their own', async () => {
    const { newAccount, double } = await openShared(open)
    const [one, two] = [await newAccount(), await newAccount()]
    expect(one.id).toMatch(/^acc_[0-9a-f]{12}$/)
    expect(one.id).not.toBe(two.id)
    expect(one.credentials).not.toEqual(two.credentials)
    expect(await double.accounts.get('signedpay', one.id)).toEqual(one)
    await expect(double.accounts.create('nobody')).rejects.toMatchObject({ code: 'unknownProvider' })
    await expect(double.accounts.create('signedpay', { colour: 'red' })).rejects.toMatchObject({
      code: 'badAccount',
    })
  })

  test('have orders, callbacks and faults of their own, with the same order numbers', async () => {
    const { newAccount, double, door, received } = await openShared(open)
    const [one, two] = [await newAccount(), await newAccount()]
    double.faults.add({ provider: 'signedpay', account: one.id, error: 'busy' })
    double.faults.add({ provider: 'signedpay', account: two.id, deliver: deliver('payment').drop() })
    expect((await signedCall(door, 'create', {}, { account: two })).json()).toMatchObject({ code: 'OK' })
    expect((await signedCall(door, 'create', {}, { account: one })).json()).toMatchObject({ code: 'E07' })
    expect((await signedCall(door, 'create', {}, { account: one })).json()).toMatchObject({ code: 'OK' })
    for (const { items } of [
      await double.orders.list({ account: one.id }),
      await double.orders.list({ account: two.id }),
    ])
      await double.payer.pay(items[0]?.id ?? '')
    expect(received).toHaveLength(1)
    expect((await double.deliveries.list({ account: two.id })).items).toEqual([])
    expect(double.journal.list({ account: two.id }).items).toHaveLength(2)
  })

  test('see the same, whatever others do at the same time', async () => {
    const story = async (door: OpenDoor, account: Account, number = 'order-1') => {
      const { double } = door
      double.faults.add([
        { provider: 'signedpay', account: account.id, error: 'busy', probability: 0.4 },
        { provider: 'signedpay', account: account.id, network: { do: 'garbage' }, probability: 0.3 },
      ])
      const said = []
      for (let n = 0; n < 12; n++)
        said.push((await signedCall(door, 'create', { number: `${number}-${n}` }, { account })).text)
      const { items } = await double.orders.list({ account: account.id })
      for (const { id } of items)
        said.push((await double.payer.pay(id)).deliveries.map(each => each.id).join())
      return said
    }
    const alone = await openShared(open)
    const expected = await story(alone.door, await alone.newAccount())
    await alone.door.close()
    const shared = await openShared(open)
    const mine = await shared.newAccount()
    const other = { ...(await shared.newAccount()) }
    const [, seen] = await Promise.all([
      story(shared.door, other, 'theirs'),
      story(shared.door, mine),
      qfpayPayment(shared.door),
    ])
    expect(seen).toEqual(expected)
  })

  test('are reset one by one, and begin again with the same bytes', async () => {
    const { newAccount, double, door, received } = await openShared(open)
    const [one, two] = [await newAccount(), await newAccount()]
    const story = async (account: Account) => {
      const made = await signedCall(door, 'create', {}, { account })
      const { deliveries } = await double.payer.pay(String(made.json().id))
      return [made.text, deliveries.map(({ id, body }) => [id, body])]
    }
    const first = await story(one)
    await story(two)
    double.faults.add({ provider: 'signedpay', account: one.id, error: 'busy', times: 'always' })
    const [kept] = double.faults.add({ provider: 'signedpay', account: two.id, error: 'busy', skip: 5 })
    expect(await double.accounts.reset('signedpay', one.id)).toEqual(one)
    expect((await double.orders.list({ account: one.id })).items).toEqual([])
    expect((await double.deliveries.list({ account: one.id })).items).toEqual([])
    expect(double.journal.list({ account: one.id }).items).toEqual([])
    expect(double.faults.list()).toEqual([kept])
    expect((await double.orders.list({ account: two.id })).items).toHaveLength(1)
    expect(double.journal.list({ account: two.id }).items).toHaveLength(2)
    expect(await story(one)).toEqual(first)
    expect(received).toHaveLength(3)
  })

  test('that were there at the beginning are again as they were then', async () => {
    const { double, door } = await openShared(open)
    await double.accounts.put('signedpay', 'demo', { expiryMinutes: 1 })
    await signedCall(door, 'create')
    expect(await double.accounts.reset('signedpay', 'demo')).toMatchObject({
      credentials: signedAccount,
      settings: { expiryMinutes: 30 },
    })
    expect((await double.orders.list()).items).toEqual([])
  })

  test('are not reset where there is none', async () => {
    const { double } = await openShared(open)
    await expect(double.accounts.reset('signedpay', 'nobody')).rejects.toMatchObject({
      code: 'accountUnknown',
    })
    await expect(double.accounts.reset('nobody', 'demo')).rejects.toMatchObject({ code: 'unknownProvider' })
  })

  test('what was planned for an order of an account that was reset does not happen', async () => {
    const { newAccount, double, door } = await openShared(open)
    const account = await newAccount()
    double.faults.add({ provider: 'signedpay', account: account.id, pay: { after: '1m' } })
    double.faults.add({ provider: 'signedpay', deliver: deliver('payment').after('2m'), times: 'always' })
    await signedCall(door, 'create', {}, { account })
    await double.accounts.reset('signedpay', account.id)
    expect(await double.clock.advance('1d')).toEqual([])
  })
})
