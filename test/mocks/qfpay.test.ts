import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { qfpayAccount, qfpayPayment } from '../harness/clients.ts'
import { describeDoors } from '../harness/doors.ts'

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
    const signature = createHash('md5')
      .update(answer.text + qfpayAccount.clientKey)
      .digest('hex')
      .toUpperCase()
    expect(answer.headers['x-qf-sign']).toBe(signature)
  })
})
