import { expect, test } from 'vitest'
import { ruleValue } from '../contracts/evidence.ts'
import { qfpayClose, qfpayRefund, qfpayReversal } from '../harness/clients.ts'
import { describeDoors } from '../harness/doors.ts'
import { lastExchange } from '../harness/journal.ts'
import { ordered, paid, registered, row, rows, set } from '../harness/qfpay.ts'

const operations = [
  ['close', qfpayClose, '800201'],
  ['reversal', qfpayReversal, '800101'],
] as const

describeDoors('qfpay close', open => {
  test.each(operations)('%s: an order that is not paid is closed', async (_, end, pay_type) => {
    const door = await open()
    const syssn = await ordered(door, { pay_type })
    const answer = (await end(door, { syssn, txamt: '300' })).json()
    expect(answer).toEqual({
      syssn: expect.stringMatching(/^20260101\d{18}$/),
      orig_syssn: syssn,
      txamt: '300',
      txcurrcd: 'HKD',
      txdtm: '2026-01-01 09:00:00',
      sysdtm: '2026-01-01 09:00:00',
      respcd: '0000',
      resperr: 'success',
      respmsg: 'OK',
    })
    expect(answer.syssn).not.toBe(syssn)
    expect(Object.keys(answer).sort()).toEqual(
      [...ruleValue<string[]>('qfpay', 'rule.close-response-fields')].sort(),
    )
    expect(await row(door, { syssn })).toMatchObject({ respcd: '1142', cancel: '2', paydtm: '' })
    await expect(door.double.payer.pay(syssn)).rejects.toMatchObject({ code: 'orderNotPending' })
  })

  test.each(operations)('%s: the order can be named by out_trade_no', async (_, end, pay_type) => {
    const door = await open()
    const orig_syssn = await ordered(door, { pay_type })
    const params = { out_trade_no: 'order1', txdtm: undefined }
    expect((await end(door, params)).json()).toMatchObject({ respcd: '0000', orig_syssn })
  })

  test('it is answered by GET as well', async () => {
    const door = await open()
    const syssn = await ordered(door)
    expect((await qfpayClose(door, { syssn }, { method: 'GET' })).json()).toMatchObject({ respcd: '0000' })
    expect(await row(door, { syssn })).toMatchObject({ cancel: '2' })
  })

  test('a reversal by GET is no operation', async () => {
    const door = await open()
    expect((await qfpayReversal(door, { syssn: 'x' }, { method: 'GET' })).status).toBe(501)
  })

  test.each(['1142', '1264'])('what is closed or has expired is answered with %s', async closedAgainCode => {
    const door = await open()
    if (closedAgainCode !== '1142') await set(door, { closedAgainCode })
    const closed = await ordered(door)
    await qfpayClose(door, { syssn: closed })
    expect((await qfpayClose(door, { syssn: closed })).json()).toMatchObject({ respcd: closedAgainCode })
    const expired = await ordered(door, { out_trade_no: 'expired' })
    await door.double.clock.advance('30m')
    expect((await qfpayClose(door, { syssn: expired })).json()).toMatchObject({ respcd: closedAgainCode })
  })

  test.each(['1263', '1264'])('a closed order can be shown as %s', async closedCode => {
    const door = await open()
    await set(door, { closedCode })
    const syssn = await ordered(door)
    await qfpayClose(door, { syssn })
    expect(await row(door, { syssn })).toMatchObject({ respcd: closedCode })
  })

  test.each(operations)('%s: what is paid is refused with 1260', async (_, end, pay_type) => {
    const door = await open()
    const syssn = await paid(door, { pay_type })
    expect((await end(door, { syssn })).json()).toMatchObject({ respcd: '1260' })
    expect(await row(door, { syssn })).toMatchObject({ respcd: '0000', cancel: '0' })
  })

  test.each(operations)('%s: an account can have it give back what is paid', async (_, end, pay_type) => {
    const door = await open()
    await set(door, { closePaid: 'refund' })
    const receiver = await registered(door)
    const orig_syssn = await paid(door, { pay_type })
    await qfpayRefund(door, { syssn: orig_syssn })
    const { syssn, ...answer } = (await end(door, { syssn: orig_syssn })).json()
    expect(answer).toMatchObject({ respcd: '0000', orig_syssn, txamt: '300' })
    expect(await row(door, { syssn: String(syssn) })).toMatchObject({ order_type: 'refund', txamt: '200' })
    expect(await row(door, { syssn: orig_syssn })).toMatchObject({ cancel: '3' })
    expect((await end(door, { syssn: orig_syssn })).json()).toMatchObject({ respcd: '1262' })
    await expect.poll(() => receiver.received.length).toBe(3)
  })

  test('an order that is closed while it is being paid is one of both', async () => {
    const door = await open()
    for (let n = 0; n < 10; n++) {
      const syssn = await ordered(door, { out_trade_no: `o${n}` })
      const [closed, payment] = await Promise.all([
        qfpayClose(door, { syssn }),
        door.double.payer.pay(syssn).catch(() => undefined),
      ])
      expect(closed.json().respcd).toBe(payment ? '1260' : '0000')
    }
  })

  test('an order is closed once, however often it is asked for at the same time', async () => {
    const door = await open()
    const syssn = await ordered(door)
    const answers = await Promise.all(Array.from({ length: 20 }, () => qfpayClose(door, { syssn })))
    expect(answers.map(answer => answer.json().respcd).sort()).toEqual(['0000', ...Array(19).fill('1142')])
  })

  test('money that comes after the close makes it a paid order', async () => {
    const door = await open()
    const syssn = await ordered(door)
    await qfpayClose(door, { syssn })
    await door.double.payer.pay(syssn, { late: true })
    expect(await row(door, { syssn })).toMatchObject({ respcd: '0000', cancel: '0' })
  })

  test('pay types without close or reversal answer 1297, and the account says which have one', async () => {
    const door = await open()
    const alipay = await ordered(door, { pay_type: '800101' })
    const wechat = await ordered(door, { out_trade_no: 'w' })
    expect((await qfpayClose(door, { syssn: alipay })).json()).toMatchObject({ respcd: '1297' })
    expect((await qfpayReversal(door, { syssn: wechat })).json()).toMatchObject({ respcd: '1297' })
    await set(door, { closePayTypes: [], reversalPayTypes: ['800201'] })
    expect((await qfpayClose(door, { syssn: wechat })).json()).toMatchObject({ respcd: '1297' })
    expect((await qfpayReversal(door, { syssn: wechat })).json()).toMatchObject({ respcd: '0000' })
  })

  test('neither number is refused with 1104, numbers of two orders with 1267, an unknown one with 1268', async () => {
    const door = await open()
    const syssn = await ordered(door)
    await ordered(door, { out_trade_no: 'order2' })
    expect((await qfpayClose(door, {})).json()).toMatchObject({ respcd: '1104' })
    expect((await qfpayClose(door, { syssn, out_trade_no: 'order2' })).json()).toMatchObject({
      respcd: '1267',
    })
    expect((await qfpayClose(door, { syssn: 'nobody' })).json()).toMatchObject({ respcd: '1268' })
    expect((await qfpayClose(door, { out_trade_no: 'nobody' })).json()).toMatchObject({ respcd: '1268' })
    expect((await qfpayClose(door, { syssn, out_trade_no: 'order1' })).json()).toMatchObject({
      respcd: '0000',
    })
  })

  test('another amount is refused with 1266, unless the account ignores it', async () => {
    const door = await open()
    const syssn = await ordered(door)
    expect((await qfpayClose(door, { syssn, txamt: '299' })).json()).toMatchObject({ respcd: '1266' })
    await set(door, { closeAmount: 'ignored' })
    expect((await qfpayClose(door, { syssn, txamt: '299' })).json()).toMatchObject({ respcd: '0000' })
  })

  test('a WeChat order that is closed within five minutes leaves a finding', async () => {
    const door = await open()
    await qfpayClose(door, { syssn: await ordered(door) })
    expect(lastExchange(door).findings).toMatchObject([
      { kind: 'closeTooSoon', severity: 'note', provenance: { level: 'observed' } },
    ])
    const minutes = ruleValue<number>('qfpay', 'rule.close-wechat-five-minutes')
    const older = await ordered(door, { out_trade_no: 'older' })
    await door.double.clock.advance(minutes * 60_000)
    await qfpayClose(door, { syssn: older })
    expect(lastExchange(door).findings).toEqual([])
  })

  test('a close makes no row of its own', async () => {
    const door = await open()
    await qfpayClose(door, { syssn: await ordered(door) })
    expect(await rows(door)).toHaveLength(1)
  })
})
