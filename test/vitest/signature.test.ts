import 'paydouble/vitest'
import { expect, test } from 'vitest'
import { qfpayAccount, qfpayPayment, vvtoolQrCode } from '../harness/clients.ts'
import { describeDoors } from '../harness/doors.ts'
import { failureOf } from '../harness/failure.ts'
import { openInProcess } from '../harness/in-process.ts'

describeDoors('signatures', open => {
  test('an answer is signed with the key of its account, and with no other', async () => {
    const answer = await qfpayPayment(await open())
    await expect(answer).toHaveValidSignature('qfpay', qfpayAccount.clientKey)
    await expect(answer).toHaveValidSignature('qfpay')
    await expect(answer).not.toHaveValidSignature('qfpay', 'another key')
  })
})

const url = 'https://openapi-hk.qfapi.com/trade/v1/query'
const signed = (sign: string) =>
  new Request(url, {
    method: 'POST',
    headers: { 'x-qf-appcode': qfpayAccount.appCode, 'x-qf-sign': sign },
    body: new URLSearchParams({ mchid: 'ZaMVg12345', syssn: '1' }),
  })
// md5('mchid=ZaMVg12345&syssn=1' + key), computed with md5sum
const right = '6BD6388F59A609015FB6A11C3BED9766'

test('a request is signed over its parameters', async () => {
  await expect(signed(right)).toHaveValidSignature('qfpay')
  await expect(signed(right)).toHaveValidSignature('qfpay', qfpayAccount.clientKey)
  await expect(signed(right.toLowerCase())).toHaveValidSignature('qfpay')
  await expect(signed(right)).not.toHaveValidSignature('qfpay', 'another key')
})

test('a request with a wrong signature says which mistake gives it', async () => {
  // md5('syssn=1&mchid=ZaMVg12345' + key)
  const failure = await failureOf(() =>
    expect(signed('87DBE11F6C2CEBFE3161A56B75BBB457')).toHaveValidSignature('qfpay'),
  )
  expect(failure).toMatchInlineSnapshot(`
    "expect(request).toHaveValidSignature("qfpay")

    qfpay request, account demo: the signature does not match

      rule        MD5 of name=value of each parameter, sorted by name, joined by "&", followed directly
                  by the key; as hex in upper or lower case
      to sign     mchid=ZaMVg12345&syssn=1TEST…0000
      expected    6BD6388F59A609015FB6A11C3BED9766
      received    87DBE11F6C2CEBFE3161A56B75BBB457

    What went wrong
      mistake     The client sorted the parameters from Z to A.
      why         They are sorted by name from A to Z.
      mend it     Turn the comparison round.
      was signed  syssn=1&mchid=ZaMVg12345TEST…0000
      differs     from character 1 on
      right       mchid=ZaMVg12345&syssn=1
      signed      syssn=1&mchid=ZaMVg12345
                  ^"
  `)
})

test('a signature that is right and should not be says so', async () => {
  const failure = await failureOf(() => expect(signed(right)).not.toHaveValidSignature('qfpay'))
  expect(failure).toMatchInlineSnapshot(`
    "expect(request).not.toHaveValidSignature("qfpay")

    qfpay request, account demo: the signature is right

      rule        MD5 of name=value of each parameter, sorted by name, joined by "&", followed directly
                  by the key; as hex in upper or lower case
      to sign     mchid=ZaMVg12345&syssn=1TEST…0000
      expected    6BD6388F59A609015FB6A11C3BED9766
      received    6BD6388F59A609015FB6A11C3BED9766"
  `)
})

test('a callback is known by its path, and by what it is said to be', async () => {
  const door = openInProcess()
  await door.double.accounts.put('qfpay', 'demo', { notifyUrl: 'http://shop.test/paid' })
  const { syssn } = (await qfpayPayment(door)).json()
  const [delivery] = (await door.double.payer.pay(String(syssn))).deliveries
  await expect(delivery).toHaveValidSignature('qfpay')
  await expect({ ...delivery, body: `${delivery?.body} ` }).not.toHaveValidSignature('qfpay')
  await expect({ headers: delivery?.headers, body: delivery?.body }).toHaveValidSignature(
    'qfpay',
    undefined,
    {
      direction: 'callback',
    },
  )
})

test('what cannot be checked fails, and says why', async () => {
  const answer = await vvtoolQrCode(openInProcess())
  expect(await failureOf(() => expect(answer).toHaveValidSignature('vvtool'))).toBe(
    'Failed to match toHaveValidSignature: vvtool signs no answer, so there is nothing to check.',
  )
  expect(await failureOf(() => expect(answer).not.toHaveValidSignature('vvtool'))).toContain(
    'nothing to check',
  )
  expect(await failureOf(() => expect({}).toHaveValidSignature('qfpay'))).toBe(
    'Failed to match toHaveValidSignature: only a body was given, and the signature is in the header X-QF-SIGN.',
  )
  expect(await failureOf(() => expect(answer).toHaveValidSignature('qfpya'))).toBe(
    'Failed to find the provider "qfpya": there is none of that name. The nearest are "qfpay", "dms", "vvtool".',
  )
})
