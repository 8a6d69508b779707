import { expect, test } from 'vitest'
import { qfpayPayment, qfpayQuery } from '../harness/clients.ts'
import { openInProcess } from '../harness/in-process.ts'

test('an answer with a field named "page" is no page for a browser', async () => {
  const door = openInProcess()
  await qfpayPayment(door)
  const answer = await qfpayQuery(door, { out_trade_no: 'order1' })
  expect(answer.headers['content-type']).toMatch(/^application\/json/)
  expect(answer.json()).toMatchObject({ page: 1, data: [{ out_trade_no: 'order1' }] })
})
