import { expect, test } from 'vitest'
import { qfpayPayment } from '../harness/clients.ts'
import { openInProcess } from '../harness/in-process.ts'

test('a callback that is sent by hand is tried once, unlike one of the provider', async () => {
  const door = openInProcess({ deliver: async () => ({ status: 500, body: '' }) })
  const { double } = door
  await double.accounts.put('qfpay', 'demo', { notifyUrl: 'http://127.0.0.1:1/notified' })
  const { syssn } = (await qfpayPayment(door)).json()
  const forged = await double.callbacks.send(String(syssn), { sign: 'none' })
  expect(forged).toMatchObject({ status: 'failed', dueAt: null })
  const { deliveries } = await double.payer.pay(String(syssn))
  expect(deliveries).toMatchObject([{ status: 'pending' }])
})
