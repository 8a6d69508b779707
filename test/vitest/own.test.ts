// Matchers for accounts and providers of one's own.
import { expect, test } from 'vitest'
import { contracts, createMatchers } from '../../mocks/vitest.ts'
import { qfpayAccount, qfpayPayment } from '../harness/clients.ts'
import { failureOf } from '../harness/failure.ts'
import { openInProcess } from '../harness/in-process.ts'
import { signedCall, signedContract, signedSimulator } from '../harness/signed-provider.ts'

const keys = ['FIRST000000000000000000000000000', 'SECOND00000000000000000000000000']
const mine = keys.map((clientKey, i) => ({
  ...qfpayAccount,
  id: `mine-${i}`,
  appCode: `CODE${i}`,
  clientKey,
}))
const accounts = mine.map(({ id, ...credentials }) => ({ provider: 'qfpay', id, credentials }))
expect.extend(createMatchers({ contracts: [...contracts, signedContract], accounts }))

test('an answer is right if it is signed with the key of any of the accounts', async () => {
  const door = openInProcess({ accounts: { qfpay: mine } })
  for (const { appCode, clientKey } of mine) {
    const options = { key: clientKey, headers: { 'x-qf-appcode': appCode } }
    const answer = await qfpayPayment(door, { out_trade_no: appCode }, options)
    expect(answer.json().respcd).toBe('0000')
    await expect(answer).toMatchContract('qfpay.payment')
    await expect(answer).toHaveValidSignature('qfpay')
  }
  const foreign = await qfpayPayment(openInProcess())
  const failure = await failureOf(() => expect(foreign).toMatchContract('qfpay.payment'))
  expect(failure).toContain('X-QF-SIGN does not match the body.')
  for (const key of keys) expect(failure).not.toContain(key)
})

test('a provider of one’s own', async () => {
  const door = openInProcess({ simulators: [signedSimulator] })
  const answer = await signedCall(door, 'create')
  await expect(answer).toMatchContract('signedpay.create')
  await expect({ ...answer.json(), amount: '1000' }).not.toMatchContract('signedpay.create')
  expect(await failureOf(() => expect(answer).toMatchContract('signedpay.crete'))).toContain(
    '"signedpay.create"',
  )
})
