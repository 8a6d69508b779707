// Where people meet the explanation: in the journal of a double, and in a failed test.
import { expect, test } from 'vitest'
import { createControl } from '../../src/doors/control/control.ts'
import { assertSignatures, explainDelivery, explainLastMismatch } from '../../src/double/explain.ts'
import { toAutopsyText } from '../../src/signature/index.ts'
import { its500Order, qfpayAccount, qfpayPayment } from '../harness/clients.ts'
import { describeDoors, type OpenDoor, openHttp } from '../harness/doors.ts'
import { bodyAutopsy, join, key, md5, notification } from './signer.ts'

const params = {
  txamt: '300',
  txcurrcd: 'HKD',
  pay_type: '800201',
  out_trade_no: 'order1',
  txdtm: '2026-01-01 09:00:00',
  mchid: qfpayAccount.mchid,
}
const sent = join(Object.entries(params))

/** A payment that is signed over its parameters as they stand in the form. */
function unsortedPayment(door: OpenDoor) {
  return qfpayPayment(door, {}, { headers: { 'x-qf-sign': md5(sent + key) } })
}

/** The newest entry of the journal, as the control interface shows it. */
async function newestEntry(
  door: OpenDoor,
  control = createControl(door.double),
): Promise<{ autopsy: unknown }> {
  const answer = await control({
    door: 'test',
    method: 'GET',
    host: 'localhost',
    path: '/_paydouble/api/requests',
    query: 'limit=1',
    headers: {},
    body: new Uint8Array(),
  })
  return JSON.parse(answer.body).items[0]
}

describeDoors('the signature autopsy', open => {
  test('a request that is signed wrongly is explained in the journal', async () => {
    const door = await open()
    expect((await unsortedPayment(door)).json()).toMatchObject({ respcd: '1108' })
    expect(await newestEntry(door)).toMatchObject({
      outcome: 'refused',
      autopsy: {
        direction: 'request',
        verdict: 'mismatch',
        received: md5(sent + key),
        causes: [{ mistakes: [{ id: 'unsorted' }], signed: `${sent}TEST…0000` }],
        firstDifference: { in: 'text', at: 0 },
      },
    })
  })

  test('a request that is signed rightly is not', async () => {
    const door = await open()
    await qfpayPayment(door)
    expect(await newestEntry(door)).toMatchObject({ outcome: 'answered', autopsy: null })
  })

  test("a signature made with another account's key is told from other wrong ones", async () => {
    const door = await open()
    const { credentials } = await door.double.accounts.put('qfpay', 'second', {})
    await qfpayPayment(door, {}, { key: String(credentials.clientKey) })
    expect(await newestEntry(door)).toMatchObject({
      autopsy: { causes: [{ mistakes: [{ id: 'otherAccountKey', detail: 'that of second' }] }] },
    })
  })

  test('a wrong credential of a provider that signs nothing is said to be that', async () => {
    const door = await open()
    await its500Order(door, {}, { 'payment-secret': 'ffffffffffffffffffffffffffffffff' })
    expect(await newestEntry(door)).toMatchObject({
      autopsy: {
        verdict: 'unsigned',
        check: { ok: false, reason: expect.stringContaining('Payment-Secret') },
      },
    })
  })

  test('the last mismatch is there as text for the message of a test', async () => {
    const door = await open()
    expect(await explainLastMismatch(door.double)).toBe(undefined)
    await unsortedPayment(door)
    await qfpayPayment(door)
    const text = await explainLastMismatch(door.double)
    expect(text).toMatch(/^qfpay request, account demo: the signature does not match\n/)
    expect(text).toContain('without sorting')
    expect(text).not.toContain(key)
  })

  test('a test fails with the explanation', async () => {
    const door = await open()
    await qfpayPayment(door)
    await expect(assertSignatures(door.double)).resolves.toBe(undefined)
    await unsortedPayment(door)
    await expect(assertSignatures(door.double)).rejects.toMatchObject({
      code: 'signatureMismatch',
      message: expect.stringMatching(/^Failed to verify a request:\n\nqfpay request[\s\S]*without sorting/),
    })
  })
})

test('the control interface shows it over HTTP, and no key', async () => {
  const door = await openHttp()
  await unsortedPayment(door)
  const { text } = await door.send('', { path: '/_paydouble/api/requests' })
  expect(JSON.parse(text).items[0].autopsy.causes[0].mistakes[0].id).toBe('unsorted')
  expect(text).not.toContain(key)
})

test('the journal is explained by the keys that the accounts have when it is read', async () => {
  const door = await openHttp()
  const other = 'B'.repeat(32)
  const control = createControl(door.double)
  await qfpayPayment(door, {}, { key: other })
  expect(await newestEntry(door, control)).toMatchObject({ autopsy: { causes: [] } })
  await door.double.accounts.put('qfpay', 'late', { clientKey: other })
  expect(await newestEntry(door, control)).toMatchObject({
    autopsy: { causes: [{ mistakes: [{ id: 'otherAccountKey' }] }] },
  })
})

test('a body that was too large to be kept is not explained', async () => {
  const door = await openHttp()
  await qfpayPayment(door, { goods_name: 'x'.repeat(20_000) }, { key: 'wrong' })
  expect(await newestEntry(door)).toMatchObject({ error: 'signature', autopsy: null })
})

test('a callback is explained for the app that does not accept it', async () => {
  const { double } = await openHttp()
  const { body, signature } = notification
  const delivery = { provider: 'qfpay', account: 'demo', headers: { 'x-qf-sign': signature }, body }
  expect(await explainDelivery(double, delivery)).toEqual(bodyAutopsy(body, signature))
  const computed = md5(JSON.stringify(JSON.parse(body)) + key)
  const explanation = await explainDelivery(double, delivery, computed)
  expect(toAutopsyText(explanation)).toContain('Your code parsed the body')
  await expect(explainDelivery(double, { ...delivery, account: 'nobody' })).rejects.toMatchObject({
    code: 'unknownAccount',
  })
})
