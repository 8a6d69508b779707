import { expect, test } from 'vitest'
import { ruleValue } from '../contracts/evidence.ts'
import { qfpayAccount, qfpayPayment, qfpayQuery, qfpayRefund } from '../harness/clients.ts'
import { describeDoors } from '../harness/doors.ts'
import { lastExchange } from '../harness/journal.ts'
import { ordered, paid, row, rows, set, signatureOf } from '../harness/qfpay.ts'

const numbers = (found: readonly Record<string, unknown>[]) => found.map(each => each.out_trade_no)

describeDoors('qfpay query', open => {
  test('an order that is not paid is answered with every published field', async () => {
    const door = await open()
    const syssn = await ordered(door, { udid: 'till 1', goods_name: '测试' })
    const answer = await qfpayQuery(door, { syssn })
    expect(answer.json()).toEqual({
      respcd: '0000',
      resperr: 'success',
      respmsg: '',
      page: 1,
      page_size: 10,
      data: [
        {
          syssn,
          out_trade_no: 'order1',
          chnlsn: '',
          chnlsn2: '',
          goods_name: '测试',
          goods_info: '',
          goods_detail: '',
          txcurrcd: 'HKD',
          origssn: null,
          pay_type: '800201',
          order_type: 'payment',
          txdtm: '2026-01-01 09:00:00',
          txamt: '300',
          sysdtm: '2026-01-01 09:00:00',
          paydtm: '',
          cancel: '0',
          cardcd: '',
          cardtp: '',
          clisn: '',
          udid: 'till 1',
          userid: '',
          respcd: '1143',
          errmsg: '订单还未支付，或者正在输入密码中',
          exchange_rate: '',
          cash_fee: '',
          cash_fee_type: '',
          cash_refund_fee: '',
          cash_refund_fee_type: '',
        },
      ],
    })
    expect(Object.keys((await row(door, { syssn })) ?? {}).sort()).toEqual(
      [...ruleValue<string[]>('qfpay', 'rule.query-row-fields')].sort(),
    )
  })

  test('only the order that a lag names lags behind, also among others in one answer', async () => {
    const door = await open()
    await paid(door, { out_trade_no: 'first' })
    await paid(door, { out_trade_no: 'second' })
    const codes = async () => (await rows(door, {})).map(each => [each.out_trade_no, each.respcd])
    door.double.faults.add({ provider: 'qfpay', lag: '1m', orderNumber: 'first' })
    expect(await codes()).toEqual(
      expect.arrayContaining([
        ['first', '1143'],
        ['second', '0000'],
      ]),
    )
    expect(await codes()).toEqual(
      expect.arrayContaining([
        ['first', '0000'],
        ['second', '0000'],
      ]),
    )
  })

  test('a query that lags between two refunds shows the first of them alone', async () => {
    const door = await open()
    const syssn = await paid(door)
    await qfpayRefund(door, { syssn, txamt: '100', out_trade_no: 'refund1' })
    await door.double.clock.advance('1m')
    await qfpayRefund(door, { syssn, txamt: '200', out_trade_no: 'refund2' })
    expect(await row(door, { syssn })).toMatchObject({ cancel: '3' })
    door.double.faults.add({ provider: 'qfpay', lag: '30s' })
    expect(await row(door, { syssn })).toMatchObject({ respcd: '0000', cancel: '5' })
  })

  test('the row of an unpaid order is the published one', async () => {
    const door = await open()
    const syssn = await ordered(door)
    expect(await row(door, { syssn })).toMatchObject(ruleValue<object>('qfpay', 'rule.query-unpaid-row'))
  })

  test('a payment row has null for origssn, as in captures', async () => {
    const door = await open()
    expect(await row(door, { syssn: await paid(door) })).toMatchObject(
      ruleValue<object>('qfpay', 'rule.query-origssn-null'),
    )
  })

  test('page and page_size are numbers, as in captures', async () => {
    const answer = (await qfpayQuery(await open(), { page: '2', page_size: '7' })).json()
    expect(answer).toMatchObject({ page: 2, page_size: 7 })
  })

  test('a paid order says so in its row; the outer respcd is 0000 before and after', async () => {
    const door = await open()
    const syssn = await ordered(door)
    const before = (await qfpayQuery(door, { syssn })).json()
    await door.double.clock.advance('90s')
    await door.double.payer.pay(syssn)
    const after = (await qfpayQuery(door, { syssn })).json()
    expect([before.respcd, after.respcd]).toEqual(['0000', '0000'])
    expect(before.data).toMatchObject([{ respcd: '1143', paydtm: '' }])
    expect(after.data).toMatchObject([
      { respcd: '0000', paydtm: '2026-01-01 09:01:30', sysdtm: '2026-01-01 09:00:00', chnlsn: `42${syssn}` },
    ])
  })

  test('an unknown order is answered with no rows', async () => {
    const door = await open()
    await ordered(door)
    for (const params of [{ syssn: '20260101' }, { out_trade_no: 'nobody' }, { pay_type: '800101' }]) {
      expect((await qfpayQuery(door, params)).json()).toMatchObject(
        ruleValue<object>('qfpay', 'rule.query-unknown-order'),
      )
    }
  })

  test('it is answered by GET as well, with the parameters in the query', async () => {
    const door = await open()
    const syssn = await ordered(door)
    const answer = await qfpayQuery(door, { syssn }, { method: 'GET' })
    expect(answer.json()).toMatchObject({ respcd: '0000', data: [{ syssn }] })
    expect(answer.headers['x-qf-sign']).toBe(signatureOf(answer.text))
    expect((await qfpayQuery(door, { syssn }, { method: 'GET', key: 'wrong' })).json()).toMatchObject({
      respcd: '1108',
    })
  })

  test('syssn, out_trade_no and pay_type take several values by commas', async () => {
    const door = await open()
    const a = await ordered(door, { out_trade_no: 'a' })
    await ordered(door, { out_trade_no: 'b', pay_type: '800101' })
    const c = await ordered(door, { out_trade_no: 'c', pay_type: '805801' })
    expect(numbers(await rows(door, { syssn: `${a},${c}` }))).toEqual(['c', 'a'])
    expect(numbers(await rows(door, { out_trade_no: 'a,b,nobody,a' }))).toEqual(['b', 'a'])
    expect(numbers(await rows(door, { pay_type: '800101,805801' }))).toEqual(['c', 'b'])
    expect(numbers(await rows(door, { syssn: `${a},${c}`, out_trade_no: 'c,b' }))).toEqual(['c'])
    expect(numbers(await rows(door, { out_trade_no: 'a,b,c', pay_type: '800201' }))).toEqual(['a'])
  })

  test('an empty filter is none', async () => {
    const door = await open()
    await ordered(door)
    const empty = { syssn: '', out_trade_no: '', pay_type: '', respcd: '', start_time: '', end_time: '' }
    expect(await rows(door, { ...empty, txzone: '', page: '', page_size: '' })).toHaveLength(1)
  })

  test('respcd finds the rows in one state', async () => {
    const door = await open()
    await paid(door, { out_trade_no: 'a' })
    await ordered(door, { out_trade_no: 'b' })
    await paid(door, { out_trade_no: 'c' })
    expect(numbers(await rows(door, { respcd: '0000' }))).toEqual(['c', 'a'])
    expect(numbers(await rows(door, { respcd: '0000', page: '2', page_size: '1' }))).toEqual(['a'])
    expect(numbers(await rows(door, { respcd: '1143' }))).toEqual(['b'])
    expect(await rows(door, { respcd: '1142' })).toEqual([])
  })

  test('ten rows make a page unless page_size says otherwise', async () => {
    const door = await open()
    for (let n = 1; n <= 12; n++) await ordered(door, { out_trade_no: `n${n}` })
    expect(numbers(await rows(door))).toEqual(['n12', 'n11', 'n10', 'n9', 'n8', 'n7', 'n6', 'n5', 'n4', 'n3'])
    expect(numbers(await rows(door, { page: '2' }))).toEqual(['n2', 'n1'])
    expect(await rows(door, { page: '3' })).toEqual([])
    expect(numbers(await rows(door, { page: '3', page_size: '5' }))).toEqual(['n2', 'n1'])
    expect(await rows(door, { page_size: '100' })).toHaveLength(12)
  })

  test('an account can see the oldest row first', async () => {
    const door = await open()
    await set(door, { queryOrder: 'oldestFirst' })
    for (const out_trade_no of ['a', 'b', 'c']) await ordered(door, { out_trade_no })
    expect(numbers(await rows(door))).toEqual(['a', 'b', 'c'])
    expect(numbers(await rows(door, { page: '2', page_size: '2' }))).toEqual(['c'])
    expect(numbers(await rows(door, { out_trade_no: 'c,a' }))).toEqual(['a', 'c'])
  })

  test('more orders than the store lists at once are paged through', async () => {
    const door = await open()
    await Promise.all(Array.from({ length: 230 }, (_, n) => ordered(door, { out_trade_no: `n${n}` })))
    const pages = await Promise.all(['1', '2', '3'].map(page => rows(door, { page, page_size: '100' })))
    expect(pages.map(page => page.length)).toEqual([100, 100, 30])
    expect(new Set(pages.flatMap(numbers)).size).toBe(230)
  })

  test.each([
    ['a page of zero', { page: '0' }],
    ['a page that is no number', { page: 'x' }],
    ['a page of 101 rows', { page_size: '101' }],
    ['a page of no rows', { page_size: '0' }],
    ['a code of three digits', { respcd: '000' }],
    ['a time in another form', { start_time: '2026-01-01' }],
    ['a day that does not exist', { end_time: '2026-02-30 00:00:00' }],
    ['a time zone that is none', { txzone: 'HKT' }],
  ])('%s is refused with 1104', async (_, params) => {
    expect((await qfpayQuery(await open(), params)).json()).toMatchObject({ respcd: '1104' })
  })

  test('without times it finds the calendar month of Hong Kong', async () => {
    const door = await open()
    await ordered(door, { out_trade_no: 'new year' })
    await door.double.clock.set('2026-01-31T23:59:59+08:00')
    await ordered(door, { out_trade_no: 'last' })
    expect(numbers(await rows(door))).toEqual(['last', 'new year'])
    await door.double.clock.set('2026-02-01T00:00:00+08:00')
    expect(await rows(door)).toEqual([])
    await ordered(door, { out_trade_no: 'february' })
    expect(numbers(await rows(door))).toEqual(['february'])
    const all = await rows(door, { start_time: '2026-01-01 09:00:01', end_time: '2026-02-01 00:00:00' })
    expect(numbers(all)).toEqual(['february', 'last'])
  })

  test('both ends of the times count, to the whole second', async () => {
    const door = await open()
    await door.double.clock.advance(500)
    await ordered(door)
    const nine = '2026-01-01 09:00:00'
    expect(await rows(door, { start_time: nine, end_time: nine })).toHaveLength(1)
    expect(await rows(door, { start_time: '2026-01-01 09:00:01' })).toEqual([])
    expect(await rows(door, { end_time: '2026-01-01 08:59:59' })).toEqual([])
  })

  test('txzone says where the times are meant', async () => {
    const door = await open()
    await ordered(door)
    const one = { start_time: '2026-01-01 01:00:00', end_time: '2026-01-01 01:00:00' }
    expect(await rows(door, one)).toEqual([])
    expect(await rows(door, { ...one, txzone: '+0000' })).toHaveLength(1)
    const west = { start_time: '2025-12-31 19:30:00', end_time: '2025-12-31 19:30:00', txzone: '-0530' }
    expect(await rows(door, west)).toHaveLength(1)
  })

  test('times are ignored with syssn, and with out_trade_no where the account says so', async () => {
    const door = await open()
    const syssn = await ordered(door)
    const elsewhere = { start_time: '2020-01-01 00:00:00', end_time: '2020-01-02 00:00:00' }
    expect(await rows(door, { ...elsewhere, syssn })).toHaveLength(1)
    expect(lastExchange(door).findings).toMatchObject([{ kind: 'timesIgnored', severity: 'note' }])
    await set(door, { timesByOrderNumber: 'ignored' })
    expect(await rows(door, { ...elsewhere, out_trade_no: 'order1' })).toHaveLength(1)
    await set(door, { timesByOrderNumber: 'kept' })
    expect(await rows(door, { ...elsewhere, syssn })).toHaveLength(1)
    expect(await rows(door, { ...elsewhere, out_trade_no: 'order1' })).toEqual([])
    await door.double.clock.set('2026-02-01T00:00:00+08:00')
    expect(await rows(door, { out_trade_no: 'order1' })).toEqual([])
    expect(await rows(door, { syssn })).toHaveLength(1)
  })

  test('the own mchid must be among those that are sent', async () => {
    const door = await open()
    const several = `other,${qfpayAccount.mchid}`
    expect((await qfpayQuery(door, { mchid: several })).json()).toMatchObject({ respcd: '0000' })
    expect((await qfpayQuery(door, { mchid: 'other' })).json()).toMatchObject({ respcd: '1108' })
    expect((await qfpayQuery(door, { mchid: undefined })).json()).toMatchObject({ respcd: '1108' })
    await set(door, { mchid: null })
    expect((await qfpayQuery(door, { mchid: undefined })).json()).toMatchObject({ respcd: '0000' })
  })

  test('nobody sees the orders of another account', async () => {
    const door = await open()
    const syssn = await ordered(door)
    const credentials = { appCode: 'SECOND', clientKey: 'SECONDKEY', mchid: qfpayAccount.mchid }
    await door.double.accounts.put('qfpay', 'second', credentials)
    const options = { key: 'SECONDKEY', headers: { 'x-qf-appcode': 'SECOND' } }
    for (const params of [{}, { syssn }, { out_trade_no: 'order1' }]) {
      expect((await qfpayQuery(door, params, options)).json()).toMatchObject({ data: [] })
    }
  })

  test.each(['1181', '1142', '1143'])('an order that has expired can be shown as %s', async expiredCode => {
    const door = await open()
    const syssn = await ordered(door)
    if (expiredCode !== '1181') await set(door, { expiredCode })
    await door.double.clock.advance('30m')
    expect(await row(door, { syssn })).toMatchObject({ respcd: expiredCode, paydtm: '', cancel: '0' })
  })

  test('an order that was paid late is shown as paid', async () => {
    const door = await open()
    const syssn = await ordered(door)
    await door.double.clock.advance('31m')
    await door.double.payer.pay(syssn, { late: true })
    expect(await row(door, { syssn })).toMatchObject({ respcd: '0000', paydtm: '2026-01-01 09:31:00' })
  })

  test('what the payer really paid is what is shown; paid twice it is one row of the same amount', async () => {
    const door = await open()
    const less = await ordered(door, { out_trade_no: 'less' })
    await door.double.payer.pay(less, { amount: 1 })
    expect(await row(door, { syssn: less })).toMatchObject({ txamt: '1' })
    const twice = await paid(door, { out_trade_no: 'twice' })
    await door.double.payer.pay(twice, { again: true })
    expect(await row(door, { syssn: twice })).toMatchObject({ txamt: '300' })
  })

  test('a payer can be planned to pay after the third query', async () => {
    const door = await open()
    door.double.faults.add({ provider: 'qfpay', pay: { afterQueries: 3 } })
    const syssn = await ordered(door)
    const states: unknown[] = []
    for (let n = 0; n < 4; n++) states.push((await row(door, { syssn }))?.respcd)
    expect(states).toEqual(['1143', '1143', '1143', '0000'])
  })

  test('only what a page shows counts as queried', async () => {
    const door = await open()
    door.double.faults.add({ provider: 'qfpay', pay: { afterQueries: 1 } })
    const syssn = await ordered(door, { out_trade_no: 'old' })
    await ordered(door, { out_trade_no: 'new' })
    await rows(door, { page_size: '1' })
    expect(await row(door, { syssn })).toMatchObject({ respcd: '1143' })
    expect(await row(door, { syssn })).toMatchObject({ respcd: '0000' })
  })

  test('a query can lag behind', async () => {
    const door = await open()
    const syssn = await paid(door)
    door.double.faults.add({ provider: 'qfpay', operation: 'query', lag: '10s' })
    expect(await row(door, { syssn })).toMatchObject({ respcd: '1143', paydtm: '', chnlsn: '' })
    expect(await row(door, { syssn })).toMatchObject({ respcd: '0000' })
  })

  test('a refund is a row of its own, with origssn', async () => {
    const door = await open()
    const origssn = await paid(door)
    const { syssn } = (await qfpayRefund(door, { syssn: origssn, udid: 'till 2' })).json()
    const found = await rows(door)
    expect(found).toMatchObject([
      {
        syssn,
        origssn,
        out_trade_no: 'refund1',
        order_type: 'refund',
        pay_type: '800201',
        txamt: '100',
        respcd: '0000',
        cancel: '0',
        udid: 'till 2',
      },
      { syssn: origssn, order_type: 'payment', txamt: '300', respcd: '0000', cancel: '5' },
    ])
    expect(await rows(door, { out_trade_no: 'order1' })).toHaveLength(1)
  })

  test('a malformed query is refused with 1103', async () => {
    const door = await open()
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-qf-appcode': qfpayAccount.appCode,
    }
    const request = { method: 'POST', path: '/trade/v1/query', headers, body: 'page=1&page=2' }
    expect((await door.send('qfpay', request)).json()).toMatchObject({ respcd: '1103' })
  })

  test('an unknown parameter leaves a finding', async () => {
    const door = await open()
    await qfpayPayment(door)
    await qfpayQuery(door, { order_no: 'order1' })
    expect(lastExchange(door).findings).toMatchObject([{ kind: 'unknownField', pointer: '/order_no' }])
  })
})
