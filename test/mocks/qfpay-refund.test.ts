import { expect, test } from 'vitest'
import { ruleValue } from '../contracts/evidence.ts'
import { qfpayAccount, qfpayClose, qfpayPayment, qfpayRefund } from '../harness/clients.ts'
import { describeDoors, type OpenDoor } from '../harness/doors.ts'
import { lastExchange } from '../harness/journal.ts'
import { ordered, paid, row, rows, set } from '../harness/qfpay.ts'

const day = 24 * 60 * 60_000

/** Refunds one after the other, of so much each; gives their codes. */
async function codes(door: OpenDoor, syssn: string, amounts: readonly number[]): Promise<unknown[]> {
  const found: unknown[] = []
  for (const [i, amount] of amounts.entries()) {
    const answer = await qfpayRefund(door, { syssn, out_trade_no: `r${i}`, txamt: String(amount) })
    found.push(answer.json().respcd)
  }
  return found
}

describeDoors('qfpay refund', open => {
  test('a refund is answered with every published field', async () => {
    const door = await open()
    const orig_syssn = await paid(door)
    await door.double.clock.advance('1h')
    const answer = await qfpayRefund(door, {
      syssn: orig_syssn,
      udid: 'till 1',
      txdtm: '2026-01-01 02:00:00',
    })
    expect(answer.json()).toEqual({
      syssn: expect.stringMatching(/^20260101\d{18}$/),
      orig_syssn,
      txamt: '100',
      sysdtm: '2026-01-01 10:00:00',
      paydtm: '2026-01-01 10:00:00',
      txdtm: '2026-01-01 02:00:00',
      txcurrcd: 'HKD',
      respcd: '0000',
      resperr: 'success',
      respmsg: 'OK',
      chnlsn: expect.stringMatching(/^42\d{26}$/),
      cardcd: '',
      udid: 'till 1',
    })
    expect(answer.json().syssn).not.toBe(orig_syssn)
    expect(Object.keys(answer.json())).toEqual(
      expect.arrayContaining(ruleValue<string[]>('qfpay', 'rule.refund-response-fields')),
    )
  })

  test('a payment is given back in parts until nothing is left', async () => {
    const door = await open()
    const syssn = await paid(door)
    expect(await row(door, { syssn })).toMatchObject({ cancel: '0' })
    expect(await codes(door, syssn, [100, 150])).toEqual(['0000', '0000'])
    expect(await row(door, { syssn })).toMatchObject({ cancel: '5', respcd: '0000' })
    expect(await door.double.orders.get(syssn)).toMatchObject({ status: 'paid', refunded: 250 })
    await qfpayRefund(door, { syssn, out_trade_no: 'rest', txamt: '50' })
    expect(await row(door, { syssn })).toMatchObject({ cancel: '3', respcd: '0000' })
  })

  test('more than what is left is refused with 1272, and nothing then with 1125', async () => {
    const door = await open()
    const syssn = await paid(door)
    expect(await codes(door, syssn, [301, 200, 101, 100, 1])).toEqual([
      '1272',
      '0000',
      '1272',
      '0000',
      '1125',
    ])
  })

  test.each(['1264', '1262'])('an account can answer a second full refund with %s', async refundAgainCode => {
    const door = await open()
    await set(door, { refundAgainCode })
    expect(await codes(door, await paid(door), [300, 1])).toEqual(['0000', refundAgainCode])
  })

  test('an order that is not paid, or has expired, is refused with 1261', async () => {
    const door = await open()
    const syssn = await ordered(door)
    expect((await qfpayRefund(door, { syssn })).json()).toMatchObject({ respcd: '1261' })
    await door.double.clock.advance('30m')
    expect((await qfpayRefund(door, { syssn })).json()).toMatchObject({ respcd: '1261' })
  })

  test('a closed order is refused with 1264, as it was seen', async () => {
    const door = await open()
    const syssn = await ordered(door)
    await qfpayClose(door, { syssn })
    expect((await qfpayRefund(door, { syssn })).json()).toEqual(
      ruleValue<object>('qfpay', 'rule.refund-closed-capture'),
    )
  })

  test('an unknown payment, and a refund, are refused with 1268, or 1136 where the account says so', async () => {
    const door = await open()
    const refunded = (await qfpayRefund(door, { syssn: await paid(door) })).json().syssn
    const unknown = [{ syssn: '20200101' }, { syssn: String(refunded), out_trade_no: 'r2' }]
    for (const params of unknown) {
      expect((await qfpayRefund(door, params)).json()).toMatchObject({ respcd: '1268' })
    }
    await set(door, { unknownOrderCode: '1136' })
    for (const params of unknown) {
      expect((await qfpayRefund(door, params)).json()).toMatchObject({ respcd: '1136' })
    }
  })

  test('a refused refund is answered without the fields that were missing in captures', async () => {
    const door = await open()
    const answer = (await qfpayRefund(door, { syssn: await ordered(door) })).json()
    const missing = ruleValue<string[]>('qfpay', 'rule.refund-failure-fields')
    expect(missing.filter(name => name in answer)).toEqual([])
    expect(answer.respmsg).toBe('')
  })

  test.each(['1251', '1102', '2011'])(
    'a number of a payment or a refund cannot come again: %s',
    async duplicateOrderCode => {
      const door = await open()
      await set(door, { duplicateOrderCode })
      const syssn = await paid(door)
      await qfpayRefund(door, { syssn })
      for (const out_trade_no of ['order1', 'refund1']) {
        expect((await qfpayRefund(door, { syssn, out_trade_no })).json()).toMatchObject({
          respcd: duplicateOrderCode,
        })
      }
      expect((await qfpayPayment(door, { out_trade_no: 'refund1' })).json()).toMatchObject({
        respcd: duplicateOrderCode,
      })
      expect(await door.double.orders.get(syssn)).toMatchObject({ refunded: 100 })
    },
  )

  test('the answer to a repeated number is the one that was captured on a refund', async () => {
    const door = await open()
    const syssn = await paid(door)
    expect((await qfpayRefund(door, { syssn, out_trade_no: 'order1' })).json()).toEqual(
      ruleValue<object>('qfpay', 'rule.duplicate-order-number'),
    )
  })

  test('a refund that was refused leaves its number free', async () => {
    const door = await open()
    const syssn = await paid(door)
    await qfpayRefund(door, { syssn, txamt: '301' })
    expect((await qfpayRefund(door, { syssn })).json()).toMatchObject({ respcd: '0000' })
  })

  test('of 50 racing refunds no more is given back than was paid', async () => {
    const door = await open()
    const syssn = await paid(door)
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => qfpayRefund(door, { syssn, out_trade_no: `r${n}`, txamt: '70' })),
    )
    const found = answers.map(answer => answer.json().respcd)
    expect(found.filter(code => code === '0000')).toHaveLength(4)
    expect(new Set(found)).toEqual(new Set(['0000', '1272']))
    expect(await door.double.orders.get(syssn)).toMatchObject({ refunded: 280 })
    const { items } = await door.double.orders.list({ original: syssn, status: 'paid' })
    expect(items).toHaveLength(4)
    expect(await rows(door, { page_size: '100' })).toHaveLength(5)
    expect((await qfpayRefund(door, { syssn, out_trade_no: 'rest', txamt: '20' })).json()).toMatchObject({
      respcd: '0000',
    })
  })

  test('of 50 racing refunds with one number just one is made', async () => {
    const door = await open()
    const syssn = await paid(door)
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => qfpayRefund(door, { syssn, txamt: '1' })),
    )
    expect(answers.map(answer => answer.json().respcd).sort()).toEqual(['0000', ...Array(49).fill('1251')])
    expect(await door.double.orders.get(syssn)).toMatchObject({ refunded: 1 })
  })

  test.each([
    ['23:29:59', '0000'],
    ['23:30:00', '1265'],
    ['00:00:00', '1265'],
    ['00:29:59', '1265'],
    ['00:30:00', '0000'],
  ])('at %s in Hong Kong a refund is answered with %s', async (time, respcd) => {
    const door = await open()
    const syssn = await paid(door)
    await door.double.clock.set(`2026-01-03T${time}+08:00`)
    expect((await qfpayRefund(door, { syssn })).json()).toMatchObject({ respcd })
  })

  test('an account can give back at night', async () => {
    const door = await open()
    await set(door, { refundNightStop: false })
    const syssn = await paid(door)
    await door.double.clock.set('2026-01-01T23:45:00+08:00')
    expect((await qfpayRefund(door, { syssn })).json()).toMatchObject({ respcd: '0000' })
  })

  test('a WeChat payment is given back within 365 days, and not after', async () => {
    const door = await open()
    const windows = ruleValue<Record<string, number>>('qfpay', 'rule.refund-windows-days')
    const syssn = await paid(door)
    await door.double.clock.advance((windows['800201'] ?? 0) * day - 1)
    expect(await codes(door, syssn, [100])).toEqual(['0000'])
    await door.double.clock.advance(1)
    expect((await qfpayRefund(door, { syssn })).json()).toMatchObject({ respcd: '1265' })
  })

  test('FPS has no refund, unless the account says in how many days', async () => {
    const door = await open()
    const syssn = await paid(door, { pay_type: ruleValue<string>('qfpay', 'rule.refund-fps') })
    expect((await qfpayRefund(door, { syssn })).json()).toMatchObject({ respcd: '1265' })
    await set(door, { refundWindowDays: { '802001': 29 } })
    await door.double.clock.advance(28 * day)
    expect(await codes(door, syssn, [100])).toEqual(['0000'])
    await door.double.clock.advance(day)
    expect((await qfpayRefund(door, { syssn })).json()).toMatchObject({ respcd: '1265' })
    await set(door, { refundWindowDays: { '802001': null } })
    expect((await qfpayRefund(door, { syssn })).json()).toMatchObject({ respcd: '0000' })
  })

  test('a pay type without a known window has none', async () => {
    const door = await open()
    const syssn = await paid(door, { pay_type: '800101' })
    await door.double.clock.advance(1000 * day)
    expect((await qfpayRefund(door, { syssn })).json()).toMatchObject({ respcd: '0000' })
  })

  test('with a balance of its own an account gives back so much, then answers 1269', async () => {
    const door = await open()
    await set(door, { refundBalance: 150 })
    const syssn = await paid(door)
    expect(await codes(door, syssn, [100, 51, 50, 1])).toEqual(['0000', '1269', '0000', '1269'])
    expect((await door.double.accounts.get('qfpay', 'demo'))?.settings.refundBalance).toBe(0)
  })

  test('racing refunds spend a balance no more than once', async () => {
    const door = await open()
    await set(door, { refundBalance: 150 })
    const syssns = await Promise.all(
      Array.from({ length: 10 }, (_, n) => paid(door, { out_trade_no: `o${n}` })),
    )
    const answers = await Promise.all(
      syssns.map((syssn, n) => qfpayRefund(door, { syssn, out_trade_no: `r${n}` })),
    )
    expect(answers.map(answer => answer.json().respcd).sort()).toEqual(['0000', ...Array(9).fill('1269')])
    expect((await door.double.accounts.get('qfpay', 'demo'))?.settings.refundBalance).toBe(50)
  })

  test('an account can give back no more than what it took since midnight in Hong Kong', async () => {
    const door = await open()
    await set(door, { refundBalance: 'takings' })
    const yesterday = await paid(door, { out_trade_no: 'yesterday' })
    await door.double.clock.set('2026-01-02T11:00:00+08:00')
    expect((await qfpayRefund(door, { syssn: yesterday })).json()).toMatchObject({ respcd: '1269' })
    await paid(door, { out_trade_no: 'today', txamt: '150' })
    expect(await codes(door, yesterday, [100, 100, 50, 1])).toEqual(['0000', '1269', '0000', '1269'])
  })

  test('a refund can be under way for a while, and then come through', async () => {
    const door = await open()
    await set(door, { refundSettlementMs: 60_000 })
    const syssn = await paid(door)
    const answer = (await qfpayRefund(door, { syssn })).json()
    expect(answer).toMatchObject({ respcd: '1143', paydtm: '', chnlsn: '', orig_syssn: syssn })
    const pending = ruleValue<object>('qfpay', 'rule.refund-pending-capture')
    expect(await row(door, { out_trade_no: 'refund1' })).toMatchObject({ ...pending, paydtm: '' })
    await door.double.clock.advance('59s')
    expect(await row(door, { out_trade_no: 'refund1' })).toMatchObject(pending)
    const fired = await door.double.clock.advance('1s')
    expect(fired).toMatchObject([{ kind: 'acted', act: { do: 'settle' }, order: { status: 'paid' } }])
    expect(await row(door, { out_trade_no: 'refund1' })).toMatchObject({
      respcd: '0000',
      paydtm: '2026-01-01 09:01:00',
    })
  })

  test('of racing refunds those that come to nothing never come through later', async () => {
    const door = await open()
    await set(door, { refundSettlementMs: 60_000 })
    const syssn = await paid(door)
    await Promise.all(
      Array.from({ length: 10 }, (_, n) => qfpayRefund(door, { syssn, out_trade_no: `r${n}`, txamt: '200' })),
    )
    await door.double.clock.advance('5m')
    expect((await door.double.orders.list({ original: syssn, status: 'paid' })).items).toHaveLength(1)
    expect(await door.double.orders.get(syssn)).toMatchObject({ refunded: 200 })
  })

  test.each(['1145', '0000'])(
    'an account can answer a refund that is under way with %s',
    async refundPendingCode => {
      const door = await open()
      await set(door, { refundSettlementMs: 1000, refundPendingCode })
      const syssn = await paid(door)
      expect((await qfpayRefund(door, { syssn })).json()).toMatchObject({ respcd: refundPendingCode })
    },
  )

  test('an account can refuse a refund while another one is under way, with the text that was seen', async () => {
    const door = await open()
    await set(door, { refundsAtOnce: 'refuse', refundSettlementMs: 60_000 })
    const syssn = await paid(door)
    await qfpayRefund(door, { syssn })
    const again = { syssn, out_trade_no: 'r2' }
    const refused = (await qfpayRefund(door, again)).json()
    expect(refused.resperr).toBe(ruleValue('qfpay', 'rule.refund-too-soon-capture'))
    expect(refused.respcd).toBe('1155')
    await set(door, { errorCodes: { refundUnderWay: '1265' } })
    expect((await qfpayRefund(door, again)).json()).toMatchObject({ respcd: '1265' })
    await door.double.clock.advance('1m')
    expect((await qfpayRefund(door, again)).json()).toMatchObject({ respcd: '1143' })
  })

  test('such an account refuses a second refund within a second', async () => {
    const door = await open()
    await set(door, { refundsAtOnce: 'refuse' })
    const syssn = await paid(door)
    expect(await codes(door, syssn, [1])).toEqual(['0000'])
    await door.double.clock.advance(999)
    expect((await qfpayRefund(door, { syssn })).json()).toMatchObject({ respcd: '1155' })
    await door.double.clock.advance(1)
    expect((await qfpayRefund(door, { syssn })).json()).toMatchObject({ respcd: '0000' })
  })

  test.each([
    ['no syssn', { syssn: undefined }],
    ['no number', { out_trade_no: undefined }],
    ['an amount of zero', { txamt: '0' }],
    ['an amount with decimals', { txamt: '1.5' }],
    ['no time', { txdtm: undefined }],
    ['a number of 129 characters', { out_trade_no: 'x'.repeat(129) }],
  ])('%s is refused with 1104', async (_, params) => {
    const door = await open()
    const syssn = await paid(door)
    expect((await qfpayRefund(door, { syssn, ...params })).json()).toMatchObject({ respcd: '1104' })
  })

  test('a wrong mchid or key is refused with 1108', async () => {
    const door = await open()
    const syssn = await paid(door)
    expect((await qfpayRefund(door, { syssn, mchid: 'other' })).json()).toMatchObject({ respcd: '1108' })
    expect((await qfpayRefund(door, { syssn }, { key: 'wrong' })).json()).toMatchObject({ respcd: '1108' })
  })

  test('nobody gives back the payment of another account', async () => {
    const door = await open()
    const syssn = await paid(door)
    const credentials = { appCode: 'SECOND', clientKey: 'SECONDKEY', mchid: qfpayAccount.mchid }
    await door.double.accounts.put('qfpay', 'second', credentials)
    const options = { key: 'SECONDKEY', headers: { 'x-qf-appcode': 'SECOND' } }
    expect((await qfpayRefund(door, { syssn }, options)).json()).toMatchObject({ respcd: '1268' })
  })

  test('what was paid twice can be given back twice', async () => {
    const door = await open()
    const syssn = await paid(door)
    await door.double.payer.pay(syssn, { again: true })
    expect(await codes(door, syssn, [300, 300, 1])).toEqual(['0000', '0000', '1125'])
  })

  test('nobody pays a refund', async () => {
    const door = await open()
    const { syssn } = (await qfpayRefund(door, { syssn: await paid(door) })).json()
    await expect(door.double.payer.pay(String(syssn))).rejects.toMatchObject({ code: 'orderUnknown' })
  })

  test('a refusal leaves a finding that says why', async () => {
    const door = await open()
    await qfpayRefund(door, { syssn: 'nobody' })
    expect(lastExchange(door)).toMatchObject({
      outcome: 'refused',
      error: 'orderUnknown',
      findings: [{ kind: 'unknownOrder', pointer: '/syssn' }],
    })
  })
})
