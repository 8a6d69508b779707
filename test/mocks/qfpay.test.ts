import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { qfpayAccount, qfpayPayment } from '../harness/clients.ts'
import { describeDoors } from '../harness/doors.ts'
import { lastExchange } from '../harness/journal.ts'

const md5 = (text: string) => createHash('md5').update(text).digest('hex').toUpperCase()

describeDoors('qfpay', open => {
  test('an order is answered with every field of the sample', async () => {
    const answer = await qfpayPayment(await open(), { udid: 'qiantai2' })
    expect(answer.status).toBe(200)
    expect(answer.json()).toEqual({
      sysdtm: '2026-01-01 09:00:00',
      paydtm: '2026-01-01 09:00:00',
      txcurrcd: 'HKD',
      respmsg: 'OK',
      qrcode: expect.stringMatching(/^weixin:\/\/wxpay\/bizpayurl\?pr=\w{7}$/),
      pay_type: '800201',
      cardcd: '',
      udid: 'qiantai2',
      txdtm: '2026-01-01 09:00:00',
      txamt: '300',
      resperr: 'success',
      out_trade_no: 'order1',
      syssn: expect.stringMatching(/^20260101\d{18}$/),
      respcd: '0000',
      chnlsn: '',
    })
  })

  test('the answer is signed over its raw bytes', async () => {
    const answer = await qfpayPayment(await open())
    expect(answer.headers['x-qf-sign']).toBe(md5(answer.text + qfpayAccount.clientKey))
  })

  test('an answer is written as Python writes JSON', async () => {
    const answer = await qfpayPayment(await open(), { goods_name: '测试' }, { key: 'wrong' })
    expect(answer.text).toBe(
      '{"resperr": "\\u7b7e\\u540d\\u9519\\u8bef(1108)", "respcd": "1108", "respmsg": ""}',
    )
  })

  test('sysdtm is in UTC+8 and txdtm comes back as it was sent', async () => {
    const answer = await qfpayPayment(await open(), { txdtm: '2026-01-01 01:00:00' })
    expect(answer.json()).toMatchObject({ sysdtm: '2026-01-01 09:00:00', txdtm: '2026-01-01 01:00:00' })
  })

  test('a SHA256 signature is accepted when X-QF-SIGNTYPE says so', async () => {
    const answer = await qfpayPayment(await open(), {}, { algorithm: 'sha256' })
    expect(answer.json()).toMatchObject({ respcd: '0000' })
  })

  test('a lower-case signature is accepted', async () => {
    const door = await open()
    const params =
      'mchid=ZaMVg12345&out_trade_no=lower&pay_type=800201&txamt=300&txcurrcd=HKD&txdtm=2026-01-01 09:00:00'
    const headers = { 'x-qf-sign': md5(params + qfpayAccount.clientKey).toLowerCase() }
    const answer = await qfpayPayment(door, { out_trade_no: 'lower' }, { headers })
    expect(answer.json()).toMatchObject({ respcd: '0000' })
  })

  test('plus, ampersand, equals and Chinese in a value are signed as they are', async () => {
    const answer = await qfpayPayment(await open(), { out_trade_no: 'a+b&c=d', goods_name: '测试 C+D %20' })
    expect(answer.json()).toMatchObject({ respcd: '0000', out_trade_no: 'a+b&c=d' })
  })

  test.each([
    ['a wrong key', {}, { key: 'another key' }],
    ['an unknown app code', {}, { headers: { 'x-qf-appcode': 'nobody' } }],
    ['an empty app code', {}, { headers: { 'x-qf-appcode': '' } }],
    ['an empty signature', {}, { headers: { 'x-qf-sign': '' } }],
    ['SHA256 that is called MD5', {}, { algorithm: 'sha256' as const, headers: { 'x-qf-signtype': 'MD5' } }],
    ['an unknown sign type', {}, { headers: { 'x-qf-signtype': 'SHA1' } }],
    ['a missing mchid', { mchid: undefined }, {}],
    ['a wrong mchid', { mchid: 'ZaMVg99999' }, {}],
  ])('%s is refused with 1108', async (_, params, options) => {
    const answer = await qfpayPayment(await open(), params, options)
    expect(answer.json()).toMatchObject({ respcd: '1108' })
    expect(answer.json()).not.toHaveProperty('syssn')
  })

  test('an account without mchid refuses one, and takes requests without it', async () => {
    const door = await open()
    await door.double.accounts.put('qfpay', 'demo', { mchid: null })
    expect((await qfpayPayment(door)).json()).toMatchObject({ respcd: '1108' })
    expect((await qfpayPayment(door, { mchid: undefined })).json()).toMatchObject({ respcd: '0000' })
  })

  test('the empty value of a parameter is signed', async () => {
    expect((await qfpayPayment(await open(), { udid: '' })).json()).toMatchObject({ respcd: '0000' })
  })

  test('a signature that leaves empty values out is accepted only by an account that says so', async () => {
    const door = await open()
    const params =
      'mchid=ZaMVg12345&out_trade_no=e1&pay_type=800201&txamt=300&txcurrcd=HKD&txdtm=2026-01-01 09:00:00'
    const options = { headers: { 'x-qf-sign': md5(params + qfpayAccount.clientKey) } }
    const order = { out_trade_no: 'e1', udid: '' }
    expect((await qfpayPayment(door, order, options)).json()).toMatchObject({ respcd: '1108' })
    await door.double.accounts.put('qfpay', 'demo', { emptyParams: 'either' })
    expect((await qfpayPayment(door, order, options)).json()).toMatchObject({ respcd: '0000' })
  })

  test.each([
    ['no amount', { txamt: undefined }],
    ['an amount of zero', { txamt: '0' }],
    ['a negative amount', { txamt: '-100' }],
    ['an amount with decimals', { txamt: '1.50' }],
    ['an amount of 12 digits', { txamt: '100000000000' }],
    ['an amount in full-width digits', { txamt: '３００' }],
    ['a currency that is not in the table', { txcurrcd: 'XXX' }],
    ['an order number of 129 characters', { out_trade_no: 'x'.repeat(129) }],
    ['an empty order number', { out_trade_no: '' }],
    ['a time in another form', { txdtm: '2026-01-01T09:00:00Z' }],
    ['a day that does not exist', { txdtm: '2026-02-30 09:00:00' }],
    ['a life of 4 minutes', { expired_time: '4' }],
    ['a life of 121 minutes', { expired_time: '121' }],
    ['a goods name of 21 characters', { goods_name: 'x'.repeat(21) }],
    ['a device number of 41 characters', { udid: 'x'.repeat(41) }],
    ['rmb_tag with another currency', { rmb_tag: 'Y', txcurrcd: 'HKD' }],
    ['another rmb_tag', { rmb_tag: 'N', txcurrcd: 'CNY' }],
    ['extend_info that is no JSON', { extend_info: 'user_creid' }],
    ['extend_info without user_truename', { extend_info: '{"user_creid":"430067798868676871"}' }],
    ['a pay type whose code the payer shows', { pay_type: '800208' }],
    ['a pay type that is not in the table', { pay_type: '999999' }],
  ])('%s is refused with 1104', async (_, params) => {
    expect((await qfpayPayment(await open(), params)).json()).toMatchObject({ respcd: '1104' })
  })

  test.each([
    ['an order number of 128 characters', { out_trade_no: 'x'.repeat(128) }],
    ['a goods name of 20 Chinese characters', { goods_name: '测'.repeat(20) }],
    ['a life of 5 minutes', { expired_time: '5' }],
    ['a life of 120 minutes', { expired_time: '120' }],
    ['rmb_tag with CNY', { rmb_tag: 'Y', txcurrcd: 'CNY' }],
    [
      'both real-name fields',
      { extend_info: '{"user_creid":"430067798868676871","user_truename":"\\u5c0f\\u6797"}' },
    ],
  ])('%s is accepted', async (_, params) => {
    expect((await qfpayPayment(await open(), params)).json()).toMatchObject({ respcd: '0000' })
  })

  test('a body that is no form is refused with 1103', async () => {
    const door = await open()
    const headers = {
      'content-type': 'application/json',
      'x-qf-appcode': qfpayAccount.appCode,
      'x-qf-sign': 'x',
    }
    const answer = await door.send('qfpay', {
      method: 'POST',
      path: '/trade/v1/payment',
      headers,
      body: '{}',
    })
    expect(answer.json()).toMatchObject({ respcd: '1103' })
  })

  test('a malformed request of a known account gets a signed refusal', async () => {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-qf-appcode': qfpayAccount.appCode,
    }
    const request = { method: 'POST', path: '/trade/v1/payment', headers, body: 'a=1&a=2' }
    const answer = await (await open()).send('qfpay', request)
    expect(answer.json()).toMatchObject({ respcd: '1103' })
    expect(answer.headers['x-qf-sign']).toBe(md5(answer.text + qfpayAccount.clientKey))
  })

  test('a code that the error table does not have is a clear error, not an answer of the provider', async () => {
    const answer = await qfpayPayment(await open(), {}, { headers: { 'x-paydouble': 'error=9999' } })
    expect(answer.status).toBe(400)
    expect(answer.json()).toMatchObject({
      error: { code: 'unknownError', message: expect.stringMatching(/1205/) },
    })
  })

  test('a repeated out_trade_no is refused with 1251', async () => {
    const door = await open()
    await qfpayPayment(door)
    expect((await qfpayPayment(door)).json()).toEqual({
      resperr: 'Do not use duplicate out_trade_no for request(1251)',
      respcd: '1251',
      respmsg: 'out_trade_no is used',
    })
  })

  test.each(['1102', '2011'])(
    'an account can answer a repeated out_trade_no with %s',
    async duplicateOrderCode => {
      const door = await open()
      await door.double.accounts.put('qfpay', 'demo', { duplicateOrderCode })
      await qfpayPayment(door)
      expect((await qfpayPayment(door)).json()).toMatchObject({ respcd: duplicateOrderCode })
    },
  )

  test('of 50 racing orders with one number just one is made', async () => {
    const door = await open()
    const answers = await Promise.all(Array.from({ length: 50 }, () => qfpayPayment(door)))
    const codes = answers.map(answer => answer.json().respcd).sort()
    expect(codes).toEqual(['0000', ...Array(49).fill('1251')])
  })

  test('two accounts can use the same number', async () => {
    const door = await open()
    const credentials = { appCode: 'SECOND', clientKey: 'SECONDKEY', mchid: qfpayAccount.mchid }
    await door.double.accounts.put('qfpay', 'second', credentials)
    await qfpayPayment(door)
    const answer = await qfpayPayment(door, {}, { key: 'SECONDKEY', headers: { 'x-qf-appcode': 'SECOND' } })
    expect(answer.json()).toMatchObject({ respcd: '0000' })
  })

  test('an amount under 200 is accepted and leaves a finding', async () => {
    const door = await open()
    expect((await qfpayPayment(door, { txamt: '199' })).json()).toMatchObject({ respcd: '0000' })
    expect(lastExchange(door).findings).toMatchObject([
      { kind: 'amountAtRisk', pointer: '/txamt', severity: 'note' },
    ])
  })

  test('an unknown parameter is accepted and leaves a finding', async () => {
    const door = await open()
    expect((await qfpayPayment(door, { colour: 'red' })).json()).toMatchObject({ respcd: '0000' })
    expect(lastExchange(door).findings).toMatchObject([{ kind: 'unknownField', pointer: '/colour' }])
  })

  test('a refusal leaves a finding that says where and why', async () => {
    const door = await open()
    await qfpayPayment(door, { expired_time: '121' })
    expect(lastExchange(door)).toMatchObject({
      outcome: 'refused',
      error: 'invalidParameter',
      step: 'schema',
      findings: [
        { pointer: '/expired_time', message: 'not 5 to 120 minutes', provenance: { level: 'documented' } },
      ],
    })
  })

  test('a QR code lives 30 minutes, or as long as expired_time says', async () => {
    const door = await open()
    await qfpayPayment(door, { out_trade_no: 'usual' })
    await qfpayPayment(door, { out_trade_no: 'short', expired_time: '5' })
    const fired = await door.double.clock.advance('30m')
    const expired = fired.map(
      item => item.kind === 'expired' && [item.order.orderNumber, item.at - Date.UTC(2026, 0, 1, 1)],
    )
    expect(expired).toEqual([
      ['short', 5 * 60_000],
      ['usual', 30 * 60_000],
    ])
  })

  test('an order cannot be paid once it has expired', async () => {
    const door = await open()
    const { qrcode, syssn } = (await qfpayPayment(door)).json()
    await door.double.clock.advance('30m')
    await expect(door.double.payer.pay(String(syssn))).rejects.toMatchObject({ code: 'orderNotPending' })
    await expect(door.double.payer.scan(String(qrcode))).rejects.toMatchObject({ code: 'orderNotPending' })
  })

  test('the payer pays by the QR code', async () => {
    const door = await open()
    const { qrcode, syssn } = (await qfpayPayment(door)).json()
    const payment = await door.double.payer.scan(String(qrcode))
    expect(payment).toMatchObject({ outcome: 'paid', order: { id: syssn, status: 'paid', paidAmount: 300 } })
  })

  test.each(['1143', '1145', '1205', '1298'])('the next call answers %s when told so', async error => {
    const door = await open()
    door.double.faults.add({ provider: 'qfpay', error })
    expect((await qfpayPayment(door)).json()).toMatchObject({ respcd: error })
    expect((await qfpayPayment(door)).json()).toMatchObject({ respcd: '0000' })
  })

  test('a call answers the code that its header asks for', async () => {
    const answer = await qfpayPayment(await open(), {}, { headers: { 'x-paydouble': 'error=1205' } })
    expect(answer.json()).toMatchObject({ respcd: '1205', resperr: '交易失败，请稍后重试(1205)' })
  })

  test('the same seed and the same requests give the same bytes', async () => {
    const texts = async (seed: number) => {
      const door = await open({ seed })
      return [await qfpayPayment(door), await qfpayPayment(door, { out_trade_no: 'b' })].map(
        answer => answer.text,
      )
    }
    expect(await texts(7)).toEqual(await texts(7))
    expect(await texts(7)).not.toEqual(await texts(8))
  })
})
