// Callbacks go to allowed hosts alone, whatever names stand for and receivers answer: as a whole double has it.
import type { LookupFunction } from 'node:net'
import { expect, test } from 'vitest'
import { createSender } from '../../src/doors/sender.ts'
import { describeDoors, openHttp } from '../harness/doors.ts'
import { lastExchange } from '../harness/journal.ts'
import { ordered, registered, set } from '../harness/qfpay.ts'
import { openReceiver } from '../harness/receiver.ts'

describeDoors('a callback that is answered with a redirect', open => {
  test.each([301, 302, 303, 307, 308])(
    'is not acknowledged by %i, and nothing is sent to where that leads',
    async status => {
      const door = await open()
      const target = await openReceiver(() => ({ status: 200, body: 'SUCCESS' }))
      await registered(door, () => ({ status, body: 'SUCCESS', headers: { location: target.url } }))
      const { deliveries } = await door.double.payer.pay(await ordered(door))
      expect(deliveries).toMatchObject([{ attempts: [{ acknowledged: false, status, reply: 'SUCCESS' }] }])
      expect(target.received).toEqual([])
    },
  )
})

/** Every name stands for this address. */
const standingFor =
  (address: string): LookupFunction =>
  (_, { all }, done) =>
    all ? done(null, [{ address, family: 4 }]) : done(null, address, 4)

test('a name that looks private and stands for a public address gets no callback, and the attempt says why', async () => {
  const door = await openHttp({ deliver: createSender({ lookup: standingFor('8.8.8.8') }) })
  await set(door, { notifyUrl: 'http://shop.test/paid' })
  const { deliveries } = await door.double.payer.pay(await ordered(door))
  const error =
    'not sent: shop.test has the address 8.8.8.8, which is not private; allow the host with "allowedCallbackHosts" in the configuration'
  expect(deliveries).toMatchObject([{ attempts: [{ acknowledged: false, status: null, error }] }])
})

test('a host that was allowed by name gets its callbacks wherever it is', async () => {
  const receiver = await openReceiver(() => ({ status: 200, body: 'SUCCESS' }))
  const allowedCallbackHosts = ['shop.example']
  const deliver = createSender({ lookup: standingFor('127.0.0.1'), allowedCallbackHosts })
  const door = await openHttp({ allowedCallbackHosts, deliver })
  await set(door, { notifyUrl: `http://shop.example:${new URL(receiver.url).port}/paid` })
  const { deliveries } = await door.double.payer.pay(await ordered(door))
  expect(deliveries).toMatchObject([{ status: 'delivered' }])
  expect(receiver.received).toHaveLength(1)
})

describeDoors('an address that a request gives', open => {
  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://2852039166/',
    'http://0xa9.0xfe.0xa9.0xfe/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[fd00:ec2::254]/latest/meta-data/',
    'http://8.8.8.8/',
  ])('%s gets no callback', async url => {
    const door = await open()
    const syssn = await ordered(door, { notify_url: url })
    expect(lastExchange(door)).toMatchObject({ findings: [{ kind: 'notifyUrl', pointer: '/notify_url' }] })
    const { deliveries } = await door.double.payer.pay(syssn)
    expect(deliveries).toMatchObject([{ url, attempts: [{ error: expect.stringMatching(/^not sent: /) }] }])
  })
})
