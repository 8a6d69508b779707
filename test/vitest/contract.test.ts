// Answers, requests and callbacks against their contracts, with the texts of failures.
import 'paydouble/vitest'
import { expect, expectTypeOf, test } from 'vitest'
import type { CallbackName, OperationName } from '../../mocks/vitest.ts'
import {
  dmsPayment,
  its500Order,
  qfpayAccount,
  qfpayPayment,
  qfpayQuery,
  vvtoolQrCode,
} from '../harness/clients.ts'
import { describeDoors } from '../harness/doors.ts'
import { failureOf } from '../harness/failure.ts'
import { openInProcess } from '../harness/in-process.ts'

describeDoors('the answers of the double', open => {
  test('match their contracts, and no other', async () => {
    const door = await open()
    const payment = await qfpayPayment(door)
    await expect(payment).toMatchContract('qfpay.payment')
    await expect(payment).not.toMatchContract('qfpay.query')
    await expect(payment).not.toMatchContract('its500.createOrder')
    await expect(await qfpayQuery(door, { syssn: String(payment.json().syssn) })).toMatchContract(
      'qfpay.query',
    )
    await expect(await its500Order(door)).toMatchContract('its500.createOrder')
    await expect(await vvtoolQrCode(door)).toMatchContract('vvtool.paymentQrCode')
    await expect(await dmsPayment(door)).toMatchContract('dms.payment')
  })

  test('match when they are refusals', async () => {
    const door = await open()
    await expect(await qfpayPayment(door, {}, { key: 'WRONG' })).toMatchContract('qfpay.payment')
    await expect(await its500Order(door, { price: 'much' })).toMatchContract('its500.createOrder')
  })

  test('are judged without status, content type and signature where only the object is given', async () => {
    const door = await open()
    const { syssn, ...rest } = (await qfpayPayment(door)).json()
    await expect({ ...rest, syssn }).toMatchContract('qfpay.payment')
    await expect(JSON.stringify({ ...rest, syssn })).toMatchContract('qfpay.payment')
    expect(await failureOf(() => expect(rest).toMatchContract('qfpay.payment'))).toMatchInlineSnapshot(`
      "expect(answer).toMatchContract("qfpay.payment")

      The answer differs from the contract of qfpay.payment in one place:

      missingField at /syssn (breaking)
        The field "syssn" is missing.
        expected  a text
        source    documented: payment.response.syssn in contracts/qfpay/evidence/facts.json

      Only a body was given: neither headers, status nor signature were judged."
    `)
  })
})

async function openPayment() {
  const door = openInProcess()
  const { status, headers, text } = await qfpayPayment(door)
  return { door, answer: { status, headers, body: text } }
}

test('a failure says pointer, expected, received, source, and why the signature is wrong', async () => {
  const { answer } = await openPayment()
  const drifted = { ...answer, body: answer.body.replace('"out_trade_no": "order1"', '"out_trade_no": 1') }
  expect(await failureOf(() => expect(drifted).toMatchContract('qfpay.payment'))).toMatchInlineSnapshot(`
    "expect(answer).toMatchContract("qfpay.payment")

    The answer differs from the contract of qfpay.payment in 2 places:

    typeChanged at /out_trade_no (breaking)
      The field "out_trade_no" is of another type.
      expected  a text
      received  1
      source    documented: payment.response.out_trade_no in contracts/qfpay/evidence/facts.json

    wrongSignature (breaking)
      X-QF-SIGN does not match the body.

      qfpay response, account demo: the signature does not match

        rule        MD5 of the body, byte for byte, followed directly by the
                    key; as hex in upper case
        to sign     {"sysdtm": "2026-01-01 09:00:00", "paydtm": "2026-01-01 09:0
                    0:00", "txcurrcd": "HKD", "respmsg": "OK", "qrcode": "weixin
                    ://wxpay/bizpayurl?pr=wikuaIQ", "pay_type": "800201", "cardc
                    d": "", "udid": "", "txdtm": "2026-01-01 09:00:00", "txamt":
                     "300", "resperr": "success", "out_trade_no": 1, "syssn": "2
                    0260101090000000441539611", "respcd": "0000", "chnlsn": ""}T
                    EST…0000
        expected    D4533F80B27197C0A2CF6365E09F76EB
        received    0F2B2990B1141926B9E649A59E71D8AA
        differs     from digit 1 on, as any two hashes do

      What to check next
        - 876 ways of signing were tried, alone and in twos; none gives this
          signature.
        - Print the text that your code hashes, just before it does, and compare
          it with the one above character by character.
        - Check the key: the one expected here is TEST…0000, of 32 characters.
          Keys of other accounts were tried only where they are known here.
        - See whether your code hashes the bytes as they came: log their number,
          here it is the length of the body.

    Where it is signed with another key than those known here, give that: { key }."
  `)
})

test('what matches and should not says so', async () => {
  const { answer } = await openPayment()
  const failure = await failureOf(() => expect(answer).not.toMatchContract('qfpay.payment'))
  expect(failure).toMatchInlineSnapshot(`
    "expect(answer).not.toMatchContract("qfpay.payment")

    The answer is as the contract of qfpay.payment has it."
  `)
})

test('a page of a gateway in place of an answer is one difference', async () => {
  const page = { status: 502, headers: { 'Content-Type': 'text/html' }, body: '<html>Bad Gateway</html>' }
  expect(await failureOf(() => expect(page).toMatchContract('its500.createOrder'))).toMatchInlineSnapshot(`
    "expect(answer).toMatchContract("its500.createOrder")

    The answer differs from the contract of its500.createOrder in one place:

    contentType (breaking)
      The content type is another one. It is an HTML page, perhaps of a gateway in between.
      expected  application/json
      received  text/html, with HTTP 502"
  `)
})

test('the key of another account is given, because that of the demo account does not match', async () => {
  const key = 'ANOTHER0000000000000000000000000'
  const door = openInProcess({
    accounts: { qfpay: [{ id: 'mine', ...qfpayAccount, clientKey: key }] },
  })
  const answer = await qfpayPayment(door, {}, { key })
  await expect(answer).toMatchContract('qfpay.payment', { key })
  const failure = await failureOf(() => expect(answer).toMatchContract('qfpay.payment'))
  expect(failure).toContain('X-QF-SIGN does not match the body.')
  expect(failure).not.toContain(key)
  await expect(answer).toMatchContract('qfpay.payment', { signature: false })
})

test('a field that is new fails, unless only what breaks clients does', async () => {
  const { answer } = await openPayment()
  const body = { ...JSON.parse(answer.body), loyalty: 7 }
  expect(await failureOf(() => expect(body).toMatchContract('qfpay.payment'))).toMatchInlineSnapshot(`
    "expect(answer).toMatchContract("qfpay.payment")

    The answer differs from the contract of qfpay.payment in one place:

    unknownField at /loyalty (additive)
      The contract knows no field "loyalty".
      received  7

    Only a body was given: neither headers, status nor signature were judged."
  `)
  await expect(body).toMatchContract('qfpay.payment', { failOn: 'breaking' })
})

test('a request is judged as one', async () => {
  const request = new Request('https://openapi-hk.qfapi.com/trade/v1/payment', {
    method: 'POST',
    headers: { 'x-qf-appcode': qfpayAccount.appCode, 'x-qf-sign': 'A' },
    body: new URLSearchParams({ txamt: '3.00', txcurrcd: 'HKD', pay_type: '800201', out_trade_no: '1' }),
  })
  const failure = await failureOf(() => expect(request).toMatchContract('qfpay.payment'))
  expect(
    failure.split('\n').filter(line => /^\w+ .*\((breaking|additive|note)\)$/.test(line)),
  ).toMatchInlineSnapshot(`
    [
      "missingField at /txdtm (breaking)",
      "currencyUnit at /txamt (breaking)",
      "wrongSignature (breaking)",
    ]
  `)
  await expect(request).not.toMatchContract('qfpay.payment', { key: 'my key' })
})

test('callbacks match, and what is wrong with them is said', async () => {
  const door = openInProcess()
  await door.double.accounts.put('qfpay', 'demo', { notifyUrl: 'http://shop.test/paid' })
  const { syssn } = (await qfpayPayment(door)).json()
  const [delivery] = (await door.double.payer.pay(String(syssn))).deliveries
  if (!delivery) throw new Error('nothing was delivered')
  await expect(delivery).toMatchCallback('qfpay.payment')
  await expect(delivery.body).toMatchCallback('qfpay.payment')
  const { url, headers, body } = delivery
  await expect(new Request(url, { method: 'POST', headers, body })).toMatchCallback('qfpay.payment')
  await expect(delivery).not.toMatchCallback('its500.paid')
  await expect(delivery).not.toMatchCallback('qfpay.payment', { key: 'another' })
  const unsigned = { headers: { 'content-type': 'application/json' }, body: JSON.parse(body) }
  expect(await failureOf(() => expect(unsigned).toMatchCallback('qfpay.payment'))).toMatchInlineSnapshot(`
    "expect(callback).toMatchCallback("qfpay.payment")

    The callback differs from the contract of qfpay.payment in one place:

    missingSignature (breaking)
      The header X-QF-SIGN is missing."
  `)
  const parsed = { headers, body: JSON.parse(body) }
  expect(await failureOf(() => expect(parsed).toMatchCallback('qfpay.payment'))).toMatchInlineSnapshot(`
    "expect(callback).toMatchCallback("qfpay.payment")

    The callback differs from the contract of qfpay.payment in one place:

    unverifiableSignature (breaking)
      The signature cannot be checked, because the body was parsed and its bytes are lost. Keep them, by giving the text that came as "body"; or leave it out with { signature: false }."
  `)
  await expect(parsed).toMatchCallback('qfpay.payment', { signature: false })
  expect(await failureOf(() => expect(delivery).not.toMatchCallback('qfpay.payment'))).toMatchInlineSnapshot(`
    "expect(callback).not.toMatchCallback("qfpay.payment")

    The callback is as the contract of qfpay.payment has it."
  `)
})

test('a name that is none names the nearest', async () => {
  expect(await failureOf(() => expect({}).toMatchContract('qfpay.paymnt'))).toMatchInlineSnapshot(
    `"Failed to find the operation "qfpay.paymnt": there is none of that name. The nearest are "qfpay.payment", "qfpay.refund", "dms.payment"."`,
  )
  expect(await failureOf(() => expect({}).toMatchCallback('its500.pay'))).toMatchInlineSnapshot(
    `"Failed to find the callback "its500.pay": there is none of that name. The nearest are "its500.paid", "qfpay.payment", "qfpay.refund"."`,
  )
})

test.each([[undefined], [null], [17], [[]]])('%j is neither a message nor a body', async given => {
  expect(await failureOf(() => expect(given).toMatchContract('qfpay.payment'))).toMatch(
    /^Failed to read what was given to expect: .+\. It is neither a message nor the object that was in one\.$/,
  )
})

test('names are known to the compiler', () => {
  expectTypeOf<'qfpay.payment'>().toExtend<OperationName>()
  expectTypeOf<'its500.paid'>().toExtend<CallbackName>()
  expectTypeOf<'its500.paid'>().not.toExtend<OperationName>()
  expectTypeOf(expect({}).toMatchContract).returns.resolves.toBeVoid()
})
