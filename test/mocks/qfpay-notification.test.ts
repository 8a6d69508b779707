import { expect, test } from 'vitest'
import { ruleValue } from '../contracts/evidence.ts'
import { qfpayPayment, qfpayRefund } from '../harness/clients.ts'
import { describeDoors } from '../harness/doors.ts'
import { lastExchange } from '../harness/journal.ts'
import { ordered, paid, registered, set, signatureOf } from '../harness/qfpay.ts'
import { openReceiver } from '../harness/receiver.ts'

const acknowledge = () => ({ status: 200, body: 'SUCCESS' })

const durations: Record<string, number> = { m: 60_000, h: 3_600_000 }
/** `10m` in milliseconds. */
const toMs = (text: string) => Number.parseInt(text, 10) * (durations[text.at(-1) ?? ''] ?? Number.NaN)

describeDoors('qfpay notification', open => {
  test('a payment is notified with every mandatory field, signed over its raw bytes', async () => {
    const door = await open()
    const receiver = await registered(door)
    const syssn = await ordered(door, { goods_name: '测试', txdtm: '2026-01-01 01:00:00' })
    await door.double.clock.advance('26s')
    const payment = await door.double.payer.pay(syssn)
    expect(payment.deliveries).toMatchObject([{ callback: 'payment', status: 'delivered' }])
    expect(receiver.received).toHaveLength(1)
    const [callback] = receiver.received
    const body = callback?.body ?? ''
    expect(callback).toMatchObject({ method: 'POST', path: '/paid' })
    expect(callback?.headers['content-type']).toMatch(/^application\/json/)
    expect(callback?.headers['x-qf-sign']).toBe(signatureOf(body))
    expect(body).toContain('"goods_name": "\\u6d4b\\u8bd5"')
    expect(JSON.parse(body)).toEqual({
      status: '1',
      pay_type: '800201',
      sysdtm: '2026-01-01 09:00:00',
      paydtm: '2026-01-01 09:00:26',
      txcurrcd: 'HKD',
      txdtm: '2026-01-01 01:00:00',
      txamt: '300',
      out_trade_no: 'order1',
      syssn,
      cancel: '0',
      respcd: '0000',
      notify_type: 'payment',
      mchid: 'ZaMVg12345',
      goods_name: '测试',
      chnlsn: `42${syssn}`,
      cardcd: '',
      cash_fee: '0',
      cash_fee_type: '',
    })
    const mandatory = ruleValue<string[]>('qfpay', 'rule.callback-fields-mandatory')
    expect(Object.keys(JSON.parse(body))).toEqual(expect.arrayContaining(mandatory))
  })

  test('a refund is notified with its own numbers and the number of its payment', async () => {
    const door = await open()
    const receiver = await registered(door)
    await qfpayRefund(door, { syssn: await paid(door) })
    await door.double.callbacks.waitFor({ provider: 'qfpay', callback: 'refund' })
    const [, callback] = receiver.received
    const body = callback?.body ?? ''
    expect(callback?.headers['x-qf-sign']).toBe(signatureOf(body))
    const { items } = await door.double.orders.list({ provider: 'qfpay', kind: 'refund' })
    expect(JSON.parse(body)).toMatchObject({
      notify_type: 'refund',
      syssn: items[0]?.id,
      out_trade_no: 'refund1',
      orig_out_trade_no: 'order1',
      txamt: '100',
      respcd: '0000',
      status: '1',
    })
    expect(JSON.parse(receiver.received[0]?.body ?? '')).not.toHaveProperty('orig_out_trade_no')
  })

  test('a refund that is under way is notified once it has come through', async () => {
    const door = await open()
    const receiver = await registered(door)
    await set(door, { refundSettlementMs: 60_000 })
    await qfpayRefund(door, { syssn: await paid(door) })
    await door.double.clock.advance('59s')
    expect(receiver.received).toHaveLength(1)
    await door.double.clock.advance('1s')
    expect(JSON.parse(receiver.received[1]?.body ?? '')).toMatchObject({
      notify_type: 'refund',
      paydtm: '2026-01-01 09:01:00',
    })
  })

  test('nothing is notified of a refusal, an expiry or an order that is not paid', async () => {
    const door = await open()
    const receiver = await registered(door)
    const syssn = await ordered(door)
    await qfpayRefund(door, { syssn })
    await door.double.clock.advance('1h')
    expect(receiver.received).toEqual([])
  })

  test('an account without an address is not notified', async () => {
    const door = await open()
    const payment = await door.double.payer.pay(await ordered(door))
    expect(payment).toMatchObject({ outcome: 'paid', deliveries: [] })
  })

  test('notify_url takes the place of the registered address, unless the account ignores it', async () => {
    const door = await open()
    const own = await openReceiver(acknowledge)
    const receiver = await registered(door)
    await paid(door, { out_trade_no: 'a', notify_url: own.url })
    expect([own.received.length, receiver.received.length]).toEqual([1, 0])
    await set(door, { notifyUrlParam: 'ignored' })
    await paid(door, { out_trade_no: 'b', notify_url: own.url })
    expect([own.received.length, receiver.received.length]).toEqual([1, 1])
  })

  test('an account needs no registered address where the order gives one', async () => {
    const door = await open()
    const own = await openReceiver(acknowledge)
    await paid(door, { notify_url: own.url })
    expect(own.received).toHaveLength(1)
  })

  test('a refund is notified where it says itself, or else where its payment is', async () => {
    const door = await open()
    const [ofPayment, ofRefund] = [await openReceiver(acknowledge), await openReceiver(acknowledge)]
    const syssn = await paid(door, { notify_url: ofPayment.url })
    await qfpayRefund(door, { syssn })
    await door.double.callbacks.waitFor({ provider: 'qfpay', callback: 'refund' })
    await qfpayRefund(door, { syssn, out_trade_no: 'refund2', notify_url: ofRefund.url })
    await door.double.callbacks.waitFor({ provider: 'qfpay', callback: 'refund', times: 2 })
    expect([ofPayment.received.length, ofRefund.received.length]).toEqual([2, 1])
  })

  test('an address where callbacks may not go leaves a finding, and the order is taken', async () => {
    const door = await open()
    const answer = await qfpayPayment(door, { notify_url: 'https://shop.example.com/paid' })
    expect(answer.json()).toMatchObject({ respcd: '0000' })
    expect(lastExchange(door).findings).toMatchObject([{ kind: 'notifyUrl', pointer: '/notify_url' }])
    const payment = await door.double.payer.pay(String(answer.json().syssn))
    expect(payment.deliveries).toMatchObject([{ status: 'failed' }])
  })

  test('an address of more than 256 characters is refused with 1104', async () => {
    const notify_url = `http://127.0.0.1/${'x'.repeat(240)}`
    expect((await qfpayPayment(await open(), { notify_url })).json()).toMatchObject({ respcd: '1104' })
  })

  test.each([
    ['lower case', 200, 'success'],
    ['a line break after it', 200, 'SUCCESS\n'],
    ['quotes', 200, '"SUCCESS"'],
    ['JSON', 200, '{"code":"SUCCESS"}'],
    ['a byte order mark', 200, '\ufeffSUCCESS'],
    ['nothing', 200, ''],
    ['another status', 201, 'SUCCESS'],
    ['an error', 500, 'SUCCESS'],
  ])('%s is no acknowledgement', async (_, status, body) => {
    const door = await open()
    await registered(door, () => ({ status, body }))
    const { deliveries } = await door.double.payer.pay(await ordered(door))
    expect(deliveries).toMatchObject([{ status: 'pending', attempts: [{ acknowledged: false, status }] }])
  })

  test('an account can take SUCCESS in any case', async () => {
    const door = await open()
    await registered(door, () => ({ status: 200, body: 'success' }))
    await set(door, { acknowledgeCase: 'any' })
    const { deliveries } = await door.double.payer.pay(await ordered(door))
    expect(deliveries).toMatchObject([{ status: 'delivered' }])
  })

  test('it is tried again after just the published pauses, and then given up', async () => {
    const door = await open()
    const receiver = await registered(door, () => ({ status: 200, body: 'success' }))
    const syssn = await paid(door)
    const pauses = ruleValue<string[]>('qfpay', 'rule.callback-retry')
    for (const [i, pause] of pauses.entries()) {
      await door.double.clock.advance(toMs(pause) - 1)
      expect(receiver.received).toHaveLength(i + 1)
      await door.double.clock.advance(1)
      expect(receiver.received).toHaveLength(i + 2)
    }
    await door.double.clock.advance('30d')
    expect(receiver.received).toHaveLength(8)
    expect(new Set(receiver.received.map(callback => callback.body)).size).toBe(1)
    expect((await door.double.deliveries.list({ order: syssn })).items).toMatchObject([{ status: 'failed' }])
  })

  test('an acknowledgement ends the retries', async () => {
    const door = await open()
    let failures = 2
    const receiver = await registered(door, () => (failures-- > 0 ? { status: 502 } : acknowledge()))
    await paid(door)
    await door.double.clock.advance('30d')
    expect(receiver.received).toHaveLength(3)
  })

  test('an account can have other pauses', async () => {
    const door = await open()
    const receiver = await registered(door, () => ({ status: 500 }))
    await set(door, { retryDelaysMs: [30_000, 30_000] })
    await paid(door)
    await door.double.clock.advance('1m')
    expect(receiver.received).toHaveLength(3)
  })

  test('success is notified of an order that was paid late', async () => {
    const door = await open()
    const receiver = await registered(door)
    const syssn = await ordered(door)
    await door.double.clock.advance('31m')
    await door.double.payer.pay(syssn, { late: true })
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({ syssn, respcd: '0000' })
  })

  test.each([
    ['another amount', { amount: 1 }, { txamt: '1' }],
    ['the opposite', { flipped: true }, { status: '0', respcd: '1205' }],
  ])('a schedule can tamper with it: %s, under the signature of what was true', async (_, send, expected) => {
    const door = await open()
    const receiver = await registered(door)
    door.double.faults.add({ provider: 'qfpay', deliver: { callback: 'payment', sends: [send] } })
    await paid(door)
    const [callback] = receiver.received
    expect(JSON.parse(callback?.body ?? '')).toMatchObject(expected)
    expect(callback?.headers['x-qf-sign']).not.toBe(signatureOf(callback?.body ?? ''))
  })

  test('a request that is signed with SHA256 is notified with MD5 all the same', async () => {
    const door = await open()
    const receiver = await registered(door)
    const { syssn } = (await qfpayPayment(door, {}, { algorithm: 'sha256' })).json()
    await door.double.payer.pay(String(syssn))
    const [callback] = receiver.received
    expect(callback?.headers['x-qf-sign']).toBe(signatureOf(callback?.body ?? ''))
  })
})
